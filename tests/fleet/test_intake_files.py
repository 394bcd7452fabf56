"""Every kind of order file is read to the same rows, and every bad one is refused with its reason."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook

from fleet.intake.columns import COLUMNS, fold_header, name_columns
from fleet.intake.jsonrows import read_objects
from fleet.intake.reading import FileRefused, OrderFile, check_size, read_orders
from fleet.intake.refusals import FILE_TEXTS, MAX_BYTES, MAX_ROWS

DATA = Path(__file__).parents[1] / "data"
HEADER = COLUMNS[:20]
LINE = (
    "R1,沪NQ4U36,LSVNV2183R2000001,,repair,异响,SH-SJ,,,,刘芳,19900003294,"
    "2026-11-26T13:00:00+08:00,2026-11-26T17:00:00+08:00,,,,,,"
)
CHINESE_HEADER = (
    "委托编号,车牌,车架号/VIN,车型,服务,描述,站点,地址,纬度,经度,联系人,电话,开始时间,结束时间,"
    "成本中心,采购单号,送回时间,代步车,钥匙,备注"
)


def read(content: bytes, name: str = "orders.csv") -> OrderFile:
    return read_orders(name=name, content=content)


def refusal(content: bytes, name: str = "orders.csv") -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(content, name)
    return caught.value


def csv_bytes(*lines: str, header: str = ",".join(HEADER), encoding: str = "utf-8") -> bytes:
    return "\r\n".join((header, *lines)).encode(encoding)


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repack(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A workbook with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def with_sheet(sheet_data: str, strings: str = "") -> bytes:
    """A workbook whose one sheet has this markup."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

    def change(parts: dict[str, bytes]) -> None:
        sheet = f"<worksheet {space}><sheetData>{sheet_data}</sheetData></worksheet>"
        parts["xl/worksheets/sheet1.xml"] = sheet.encode()
        parts["xl/sharedStrings.xml"] = f"<sst {space}>{strings}</sst>".encode()

    return repack(workbook([["text"]]), change)


def column_name(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# What can be read


def test_clean_files_are_read_whole_with_their_lines() -> None:
    for name, count in (("orders.csv", 500), ("orders-gbk.csv", 60), ("orders-dirty.csv", 220)):
        file = read((DATA / name).read_bytes(), name)
        assert file.columns == HEADER
        assert [row.line for row in file.rows] == list(range(2, count + 2))
        assert all(len(row.cells) == len(HEADER) for row in file.rows)
        assert file.warnings == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_encoding_delimiter_and_line_end_make_no_difference(encoding: str, delimiter: str, line_end: str) -> None:
    text = line_end.join((",".join(HEADER), LINE)).replace(",", delimiter)
    file = read(text.encode(encoding))
    assert file.columns == HEADER
    assert [(row.line, row.cells) for row in file.rows] == [(2, LINE.split(","))]


def test_all_formats_give_the_same_rows() -> None:
    original = read((DATA / "orders.csv").read_bytes())
    records = [dict(zip(original.columns, row.cells, strict=True)) for row in original.rows]
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()
    book = workbook([original.columns, *(row.cells for row in original.rows)])
    expected = [row.cells for row in original.rows]
    for content, first in ((book, 2), (lines, 1), (json.dumps(records).encode(), 1)):
        file = read(content)
        assert file.columns == original.columns
        assert [row.cells for row in file.rows] == expected
        assert [row.line for row in file.rows] == list(range(first, 500 + first))
    assert read_objects(objects=records).rows == read(lines).rows


def test_a_workbook_gives_back_what_a_person_typed() -> None:
    typed: dict[str, tuple[object, str]] = {
        "external_ref": (1001, "1001"),
        "phone": (19900003294, "19900003294"),
        "lat": (31.0689, "31.0689"),
        "lng": (121.313, "121.313"),
        "window_start": (datetime(2026, 11, 26, 13, 0), "2026-11-26T13:00:00"),
        "window_end": (datetime(2026, 11, 26, 17, 20, 0), "2026-11-26T17:20:00"),
        "return_by": (date(2026, 11, 28), "2026-11-28"),
        "courtesy_car": (True, "true"),
        "notes": (time(15, 30), "15:30:00"),
        "po_number": (0.1, "0.1"),
        "key_with": (None, ""),
        "description": ("=text, not a formula", "=text, not a formula"),
    }
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(HEADER))
    sheet.append([typed.get(column, ("x", "x"))[0] for column in HEADER])
    sheet.cell(row=2, column=HEADER.index("description") + 1).data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    file = read(buffer.getvalue(), "orders.xlsx")
    assert file.rows[0].cells == [typed.get(column, ("x", "x"))[1] for column in HEADER]


def test_lines_are_the_physical_ones() -> None:
    several = LINE.replace("异响", '"异响\n加速时 ""嗒嗒"" 响"')
    file = read(csv_bytes("", several, "", LINE.replace("R1", "R2")))
    assert [(row.line, row.cells[0]) for row in file.rows] == [(3, "R1"), (6, "R2")]
    assert file.rows[0].cells[5] == '异响\n加速时 "嗒嗒" 响'
    book = workbook([[], HEADER, [], LINE.split(",")])
    assert [row.line for row in read(book).rows] == [4]
    lines = json.dumps(dict(zip(HEADER, LINE.split(","), strict=True))).encode()
    assert [row.line for row in read(b"\n\n" + lines + b"\n\n" + lines).rows] == [3, 5]


def test_the_first_visible_sheet_counts() -> None:
    book = Workbook()
    hidden = book.worksheets[0]
    hidden.sheet_state = "hidden"
    orders = book.create_sheet("orders")
    orders.append(list(HEADER))
    orders.append(LINE.split(","))
    buffer = io.BytesIO()
    book.save(buffer)
    assert [row.cells[0] for row in read(buffer.getvalue()).rows] == ["R1"]


@pytest.mark.parametrize(
    "header",
    [
        ",".join(HEADER).upper(),
        ",".join(column.replace("_", " ") for column in HEADER),
        ",".join(f" {column.replace('_', '-').title()}* " for column in HEADER),
        CHINESE_HEADER,
        CHINESE_HEADER.replace("委托编号", "委托编号（必填）").replace("车架号/VIN", "车架号／ＶＩＮ"),
        CHINESE_HEADER.replace("车牌", "车牌号").replace("电话", "联系电话").replace("开始时间", "取车开始时间"),
    ],
)
def test_headers_in_any_spelling(header: str) -> None:
    assert read(csv_bytes(LINE, header=header)).columns == HEADER


def test_every_column_is_found_by_its_own_name_and_no_two_headers_collide() -> None:
    assert name_columns(COLUMNS) == COLUMNS
    assert fold_header(" Window-Start (required) ") == "windowstart"


def test_excel_separator_line_is_no_header() -> None:
    content = b"sep=;\r\n" + csv_bytes(LINE).replace(b",", b";")
    assert [row.line for row in read(content).rows] == [3]


def test_unknown_columns_are_a_warning_that_names_them() -> None:
    file = read(csv_bytes(LINE + ",x,y", header=",".join(HEADER) + ",Colour,Fuel"))
    assert [(warning.code, warning.params) for warning in file.warnings] == [
        ("unknown_columns", {"names": "Colour, Fuel"})
    ]
    assert "Colour, Fuel" in file.warnings[0].explain()[0]


def test_optional_columns_are_known() -> None:
    extra = ",".join(COLUMNS[20:])
    file = read(csv_bytes(LINE + ",,,,,,", header=",".join(HEADER) + "," + extra))
    assert (file.columns, file.warnings) == (COLUMNS, ())


def test_a_place_may_stand_for_the_site_column() -> None:
    header = ",".join(column for column in HEADER if column != "site_code")
    assert "site_code" not in read(csv_bytes("R1" + "," * 18, header=header)).columns


def test_json_values_become_text() -> None:
    record = dict.fromkeys(HEADER, "x") | {
        "lat": 31.2,
        "lng": 121,
        "courtesy_car": True,
        "notes": None,
        "phone": 1.39e10,
    }
    cells = dict(zip(HEADER, read(json.dumps(record).encode()).rows[0].cells, strict=True))
    assert [cells[key] for key in ("lat", "lng", "courtesy_car", "notes", "phone")] == [
        "31.2",
        "121",
        "true",
        "",
        "13900000000",
    ]


def test_json_objects_may_leave_keys_out() -> None:
    full = dict.fromkeys(HEADER, "x")
    file = read((json.dumps({"vin": "y"}) + "\n" + json.dumps(full)).encode())
    assert file.rows[0].cells == ["y"] + [""] * 19


# What is refused


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\r\n \r\n,,,\r\n", "empty_file"),
        (csv_bytes(), "empty_file"),
        (csv_bytes(",,,,,,", "", "  "), "empty_file"),
        (workbook([HEADER]), "empty_file"),
        (workbook([]), "empty_file"),
        (b"[]", "empty_file"),
        (b"x" * (50 * 1024 * 1024), "file_too_large"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not_a_table"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "not_a_table"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "not_a_table"),
        (bytes(range(256)) * 40, "not_a_table"),
        (b"PK\x03\x04 broken", "not_a_table"),
        (b"<html><body>", "not_a_table"),
        (b"{not json}", "bad_json"),
        (b'{"vin": ["a"]}', "bad_json"),
        (b"[1, 2]", "bad_json"),
        (b"[" * 100_000, "bad_json"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_order_file_is_refused(content: bytes, code: str) -> None:
    assert refusal(content).code == code


def test_size_alone_is_enough_to_refuse() -> None:
    check_size(MAX_BYTES)
    for size, code in ((0, "empty_file"), (MAX_BYTES + 1, "file_too_large"), (50 * 1024**2, "file_too_large")):
        with pytest.raises(FileRefused) as caught:
            check_size(size)
        assert caught.value.code == code


def test_too_many_rows() -> None:
    rows = csv_bytes(*[LINE] * MAX_ROWS)
    assert len(read(rows).rows) == MAX_ROWS
    assert refusal(rows + b"\r\n" + LINE.encode()).code == "too_many_rows"
    lines = b'{"vin": "x"}\n' * (MAX_ROWS + 1)
    assert refusal(lines).code == "too_many_rows"


def test_too_many_columns() -> None:
    header = ",".join(HEADER) + "," + ",".join(f"c{number}" for number in range(100))
    assert refusal(csv_bytes(LINE, header=header)).code == "too_many_columns"
    assert refusal(json.dumps({f"k{number}": "" for number in range(200)}).encode()).code == "too_many_columns"


@pytest.mark.parametrize(
    ("lines", "opened_on"),
    [
        ([LINE, LINE.replace("异响", '"异响')], 3),
        ([LINE, LINE.replace("异响", '"异响'), *[LINE] * 5_000], 3),
        ([LINE, LINE.replace("异响", '"异响'), LINE, LINE.replace("刘芳", '"刘芳"')], 3),
        ([LINE, LINE + '"', LINE, LINE + '"', LINE], 3),
        ([LINE.replace("异响", '"a\nb"') + '"x', LINE], 3),
        ([LINE, LINE.replace("异响", '"异响" 加速')], 3),
        (['"' + LINE], 2),
    ],
)
def test_the_line_of_an_unclosed_quote_is_named(lines: list[str], opened_on: int) -> None:
    refused = refusal(csv_bytes(*lines))
    assert (refused.code, refused.params) == ("unclosed_quote", {"line": opened_on})
    assert str(opened_on) in refused.message


def test_a_cell_of_unreadable_size() -> None:
    refused = refusal(csv_bytes(LINE, LINE.replace("异响", '"' + "x" * 140_000 + '"')))
    assert (refused.code, refused.params) == ("cell_too_large", {"line": 3})


def test_endless_lines_and_lines_without_end_are_refused_soon() -> None:
    assert refusal(csv_bytes(LINE, "," * 1_000_001)).code == "cell_too_large"
    assert refusal(csv_bytes(LINE) + b"\n" * 400_001).code == "too_many_rows"


def test_broken_characters_are_not_read_as_another_encoding() -> None:
    good = csv_bytes(*[LINE] * 5)
    assert refusal(good.replace("异响".encode(), b"\xe5\xbc", 1)).params == {"line": 2}
    assert refusal(b"\xef\xbb\xbf" + csv_bytes(LINE, encoding="gb18030")).code == "encoding"
    assert refusal(csv_bytes(LINE) + b"\r\n\xff\xff\x80").code == "encoding"


def test_missing_and_doubled_columns_are_named() -> None:
    refused = refusal(csv_bytes("R1,x", header="external_ref,VIN"))
    assert refused.code == "missing_columns"
    assert str(refused.params["names"]).split(", ") == [
        *("service", "description", "contact", "phone", "window_start", "window_end", "address", "lat", "lng")
    ]
    doubled = refusal(csv_bytes(LINE + ",x,x", header=",".join(HEADER) + ",车牌,Plate No"))
    assert (doubled.code, doubled.params) == ("duplicate_columns", {"names": "plate"})


def test_every_refusal_says_what_and_what_to_do() -> None:
    params = dict.fromkeys(("line", "names", "limit", "size_mb", "limit_mb"), "7")
    for code in FILE_TEXTS:
        refused = FileRefused(code, **params)
        assert refused.message
        assert refused.fix
        assert "%(" not in refused.message + refused.fix


def test_csv_module_limit_is_left_alone() -> None:
    before = csv.field_size_limit()
    read(csv_bytes(LINE))
    assert csv.field_size_limit() == before
