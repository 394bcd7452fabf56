"""Workbooks that are no workbooks, or too large to open."""

import io
import struct
import zipfile

import pytest

from tests.fleet.test_intake_files import HEADER, LINE, column_name, read, refusal, repack, with_sheet, workbook


def test_macros_are_refused_whatever_the_file_is_called() -> None:
    plain = workbook([HEADER, LINE.split(",")])
    assert refusal(plain, "orders.xlsm").code == "macros"

    def add_project(parts: dict[str, bytes]) -> None:
        parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"

    def mark_enabled(parts: dict[str, bytes]) -> None:
        types = parts["[Content_Types].xml"]
        parts["[Content_Types].xml"] = types.replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )

    assert refusal(repack(plain, add_project), "orders.xlsx").code == "macros"
    assert refusal(repack(plain, mark_enabled), "orders.xlsx").code == "macros"


def test_other_archives_are_no_table() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.txt", "x")
    assert refusal(buffer.getvalue(), "orders.xlsx").code == "not_a_table"

    def add_entity(parts: dict[str, bytes]) -> None:
        parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "b">]>' + parts["xl/workbook.xml"]

    assert refusal(repack(workbook([HEADER]), add_entity)).code == "not_a_table"


def test_a_zip_bomb_is_not_opened() -> None:
    def inflate_sheet(parts: dict[str, bytes]) -> None:
        parts["xl/worksheets/sheet1.xml"] += b" " * (60 * 1024 * 1024)

    bomb = repack(workbook([HEADER, LINE.split(",")]), inflate_sheet)
    assert len(bomb) < 200_000
    assert refusal(bomb).code == "zip_bomb"
    assert refusal(_with_false_sizes(bomb)).code == "zip_bomb"


def _with_false_sizes(content: bytes) -> bytes:
    """The same archive, whose directory claims 1,000 bytes for each member."""
    changed = bytearray(content)
    at = content.find(b"PK\x01\x02")
    while at != -1:
        changed[at + 24 : at + 28] = struct.pack("<I", 1000)
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(changed)


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>', "too_many_columns"),
        ("<row r='1'><c r='A1'><v>1</v></c><c t='n' r='XFD1'><v>1</v></c></row>", "too_many_columns"),
        ('<row r="1"><c><v>1</v></c></row><row r="1000000"><c><v>1</v></c></row>', "too_many_rows"),
        ('<row r="1">' + "<c><v>1</v></c>" * 101 + "</row>", "too_many_columns"),
    ],
)
def test_a_sheet_that_reaches_too_far_is_not_opened(sheet: str, code: str) -> None:
    assert refusal(with_sheet(sheet)).code == code


def test_a_far_cell_without_a_value_does_no_harm() -> None:
    cells = "".join(
        f'<c r="{column_name(number)}{{row}}" t="inlineStr"><is><t>{{{number - 1}}}</t></is></c>'
        for number in range(1, 21)
    )
    rows = [
        f'<row r="{row}">' + cells.format(*values, row=row) + "</row>"
        for row, values in ((1, HEADER), (2, LINE.split(",")))
    ]
    far = '<row r="1048576" s="1"><c r="A1048576" s="1"/></row>'
    assert [row.cells[0] for row in read(with_sheet("".join(rows) + far)).rows] == ["R1"]


def test_one_long_text_named_by_many_cells_is_not_opened() -> None:
    row = "".join(f'<c r="{column_name(number)}{{0}}" t="s"><v>0</v></c>' for number in range(1, 27))
    sheet = "".join(f'<row r="{number}">' + row.format(number) + "</row>" for number in range(1, 2_001))
    assert refusal(with_sheet(sheet, f"<si><t>{'x' * 30_000}</t></si>")).code == "zip_bomb"


def test_long_texts_named_once_are_read() -> None:
    long = "长" * 4_900
    rows = [[f"R{number}", *LINE.split(",")[1:5], long, *LINE.split(",")[6:]] for number in range(600)]
    file = read(workbook([HEADER, *rows]))
    assert {row.cells[5] for row in file.rows} == {long}
