"""Single values, and what must hold of any input at all."""

import csv
import io
import json
import math
import string
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import eviltransform
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from vininfo import Vin

from fleet.intake.checks import CheckContext, Site, check_rows
from fleet.intake.columns import COLUMNS
from fleet.intake.phones import parse_phone
from fleet.intake.places import to_wgs84
from fleet.intake.reading import FileRefused, OrderFile, read_orders
from fleet.intake.values import (
    Defect,
    Plate,
    has_check_digit,
    parse_fen,
    parse_moment,
    parse_plate,
    parse_vin,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
VIN_CHARACTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
VALID_VINS = [
    "LSVNV2183R2000001",
    "LFV2A2152R3000002",
    "LGXCE4CB0R0000003",
    "LVGBE40K2RG000005",
    "LFMAP22C3R0000006",
    "LHGCV1657R8000007",
    "LVHRW1811R5000008",
    "LRW3E7EK2RC000009",
    "LGBH52E01RY000010",
    "LZWADAGA9RB000011",
    "LGWEF4A56RF000012",
    "L6T7824S7RN000013",
    "LSGKE54L6RW000014",
    "1M8GDM9AXKP042788",
]
CONTEXT = CheckContext(
    tenant_kind="fleet",
    now=datetime(2026, 11, 23, tzinfo=UTC),
    timezone=SHANGHAI,
    sites={"S": Site("S", "a", 31.0, 121.0)},
)
HEADER = ",".join(COLUMNS).encode()

# VIN


@pytest.mark.parametrize("vin", VALID_VINS)
def test_valid_vins(vin: str) -> None:
    assert parse_vin(vin) == vin
    assert has_check_digit(vin)


@pytest.mark.parametrize("vin", VALID_VINS)
def test_every_single_wrong_digit_is_found(vin: str) -> None:
    """A change of a character shows, unless its value stays the same modulo 11 (as A, J and 1 do)."""
    for position in (*range(8), *range(9, 17)):
        if vin[position].isdigit():
            others = [vin[:position] + digit + vin[position + 1 :] for digit in string.digits if digit != vin[position]]
            assert not any(has_check_digit(other) for other in others)


@given(st.text(alphabet=VIN_CHARACTERS, min_size=14, max_size=14))
def test_the_check_digit_is_the_one_another_library_counts(rest: str) -> None:
    vin = "LFV" + rest
    assert has_check_digit(vin) == Vin(vin).verify_checksum(check_year=False)


@given(st.text(alphabet=VIN_CHARACTERS, min_size=16, max_size=16))
def test_exactly_one_check_digit_fits(rest: str) -> None:
    fitting = [digit for digit in "0123456789X" if has_check_digit(rest[:8] + digit + rest[8:])]
    assert len(fitting) == 1


# Plates


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("沪A0T001", Plate("沪A0T001", "ordinary")),
        ("粤B0T128", Plate("粤B0T128", "ordinary")),
        ("京AD00123", Plate("京AD00123", "small_nev")),
        ("浙AD12345", Plate("浙AD12345", "small_nev")),
        ("沪A12345D", Plate("沪A12345D", "large_nev")),
        ("粤Z0001港", Plate("粤Z0001港", "ordinary")),
        ("沪a·0t001", Plate("沪A0T001", "ordinary")),
        ("沪Ａ０Ｔ００１", Plate("沪A0T001", "ordinary")),
        ("", Plate(None, None)),
    ],
)
def test_plates(text: str, plate: Plate) -> None:
    assert parse_plate(text) == plate


@pytest.mark.parametrize(
    "text", ["苏EF1T234", "京AI1234", "沪AO1234", "沪A1234", "X12345", "沪A123456789", "沪", "临时"]
)
def test_plates_that_are_none(text: str) -> None:
    assert parse_plate(text) == Defect("plate_format", {})


# Telephone numbers, times, amounts, places


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("19900003294", "+8619900003294"),
        ("+86 199-0000-3294", "+8619900003294"),
        ("008619900003294", "+8619900003294"),
        ("１９９００００３２９４", "+8619900003294"),
        ("021-55556666", "+862155556666"),
        ("(021) 5555 6666", "+862155556666"),
        ("0755-23456789转802", "+8675523456789;ext=802"),
        ("+86 21 5555 6666", "+862155556666"),
        ("400-820-8820", "+864008208820"),
        ("+49 30 901820", "+4930901820"),
        ("+852 2345 6789", "+85223456789"),
    ],
)
def test_phones(text: str, number: str) -> None:
    assert parse_phone(text) == number


@pytest.mark.parametrize("text", ["12345", "1.99E+10", "129000032944", "abc", "13800000000/13900000000", "+", "1" * 60])
def test_phones_that_are_none(text: str) -> None:
    assert parse_phone(text) == Defect("phone_format", {})


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-26T13:00:00+08:00",
        "2026-11-26T13:00",
        "2026-11-26 13:00:00.000",
        "2026-11-26T05:00:00Z",
        "2026-11-26T05:00:00.123z",
        "2026/11/26 13:00",
        "2026.11.26  13:00",
        "2026年11月26日13时",
        "2026年11月26日 13点00分",
        "2026-11-26 13：00",
        "2026-11-26T14:30+0930",
    ],
)
def test_times(text: str) -> None:
    assert parse_moment(text, SHANGHAI) == datetime(2026, 11, 26, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "明天上午",
        "2026-11-26",
        "2026-13-01 10:00",
        "2026-11-26 25:00",
        "2026-11-2613:00",
        "0001-01-01 00:00",
        "46352.5",
        "2026-11-26 10:00+99:00",
    ],
)
def test_times_that_are_none(text: str) -> None:
    assert parse_moment(text, SHANGHAI) == Defect("datetime_format", {})


@given(st.datetimes(min_value=datetime(2000, 1, 2), max_value=datetime(2099, 12, 30), timezones=st.just(UTC)))
def test_a_time_survives_being_written(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert parse_moment(whole.isoformat(), SHANGHAI) == whole
    assert parse_moment(whole.astimezone(SHANGHAI).replace(tzinfo=None).isoformat(" "), SHANGHAI) == whole


@given(st.integers(min_value=0, max_value=1_000_000_000))
def test_yuan_become_fen_without_loss(fen: int) -> None:
    assert parse_fen(f"{fen // 100}.{fen % 100:02d}") == fen
    assert parse_fen(f"¥{fen // 100:,}.{fen % 100:02d} 元") == fen


def published_gcj02(lat: float, lng: float) -> tuple[float, float]:
    """GCJ-02 of a WGS-84 point by the formula as it was first published, on the Krasovsky ellipsoid."""
    axis, eccentricity = 6_378_245.0, 0.00669342162296594323
    x, y = lng - 105, lat - 35

    def wave(*terms: tuple[float, float]) -> float:
        return sum(weight * math.sin(angle * math.pi) for weight, angle in terms) * 2 / 3

    both = wave((20, 6 * x), (20, 2 * x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += both + wave((20, y), (40, y / 3), (160, y / 12), (320, y / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += both + wave((20, x), (40, x / 3), (150, x / 12), (300, x / 30))
    root = 1 - eccentricity * math.sin(math.radians(lat)) ** 2
    metres_north = axis * (1 - eccentricity) / (root * math.sqrt(root))
    metres_east = axis / math.sqrt(root) * math.cos(math.radians(lat))
    return lat + math.degrees(north / metres_north), lng + math.degrees(east / metres_east)


@given(st.floats(min_value=20, max_value=48), st.floats(min_value=80, max_value=130))
def test_wgs84_agrees_with_the_forward_formula_and_with_a_second_one(lat: float, lng: float) -> None:
    assert to_wgs84(*eviltransform.wgs2gcj(lat, lng)) == pytest.approx((lat, lng), abs=5e-6)
    assert to_wgs84(*published_gcj02(lat, lng)) == pytest.approx((lat, lng), abs=5e-6)


def test_the_point_of_another_country_stays() -> None:
    assert to_wgs84(52.52, 13.405) == pytest.approx((52.52, 13.405), abs=2e-6)


# Whole files, any input

CELLS = st.text(
    alphabet=st.characters(codec="gb18030", exclude_categories=["Cc", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"]),
    min_size=1,
    max_size=12,
)
ROWS = st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), min_size=1, max_size=4)


def as_csv(rows: list[list[str]], encoding: str) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([COLUMNS, *rows])
    return buffer.getvalue().encode(encoding)


def as_workbook(rows: list[list[str]]) -> bytes:
    book = Workbook(write_only=False)
    sheet = book.worksheets[0]
    for number, row in enumerate([list(COLUMNS), *rows], start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column, value=text)
            cell.data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cells_of(content: bytes) -> list[list[str]]:
    return [row.cells for row in read_orders(name="any", content=content).rows]


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_every_format_gives_back_the_same_rows(rows: list[list[str]]) -> None:
    rows = [["R" + cell for cell in row] for row in rows]
    assert cells_of(as_csv(rows, "utf-8")) == rows
    assert cells_of(as_csv(rows, "utf-8-sig")) == rows
    assert cells_of(as_csv(rows, "utf-16")) == rows
    assert cells_of(as_workbook(rows)) == rows
    assert cells_of(json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows]).encode()) == rows


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.text(alphabet="上海市浦东新区异响更换机油门卫刘芳冷链" + string.ascii_letters, min_size=1),
        min_size=26,
        max_size=26,
    )
)
def test_gb18030_gives_back_the_same_rows(row: list[str]) -> None:
    rows = [row, ["汉字" for _ in row]]
    assert cells_of(as_csv(rows, "gb18030")) == rows


def read_and_check(content: bytes, name: str = "any.csv") -> None:
    """Nothing but FileRefused may come out, whatever goes in."""
    try:
        file = read_orders(name=name, content=content)
    except FileRefused:
        return
    checked = check_rows(file=file, context=CONTEXT)
    assert len(checked.rows) == len(file.rows)
    assert all((row.row is None) == bool(row.errors) for row in checked.rows)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
@example(b"PK\x03\x04")
@example(b"\xff\xfe\x00")
@example(b'"')
@example(b"sep=")
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_and_check(content)
    read_and_check(HEADER + b"\n" + content)
    read_and_check(b'[{"vin": "' + content + b'"}]')


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    content = text.encode("utf-8", errors="surrogatepass")
    read_and_check(content)
    read_and_check(HEADER + b"\r\n" + content)
    read_and_check(json.dumps({"vin": text, text: 1}).encode())


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.text(max_size=30) | st.sampled_from(["yes", "31.2", "2026-11-26 13:00", "S", "repair", "¥1"]), max_size=30
    )
)
def test_any_cells_are_checked(cells: list[str]) -> None:
    file = read_orders(name="x", content=as_csv([["x"] * len(COLUMNS)], "utf-8"))
    row = file.rows[0]._replace(cells=cells)
    checked = check_rows(file=OrderFile(file.name, file.kind, file.columns, [row]), context=CONTEXT)
    assert len(checked.rows) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_a_damaged_workbook_is_read_or_refused(place: int, byte: int) -> None:
    content = bytearray(as_workbook([["x"] * len(COLUMNS)]))
    content[place % len(content)] = byte
    read_and_check(bytes(content), "orders.xlsx")
