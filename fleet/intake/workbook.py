"""Orders as an Excel workbook. It is measured before anything opens it (`archive`), and read as the text that a
person typed: a phone number is digits and not 1.99e10, a time is an ISO time."""

import io
from collections.abc import Iterator
from datetime import MAXYEAR, date, datetime, time, timedelta

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from fleet.intake.archive import check_archive
from fleet.intake.columns import ORDERS
from fleet.intake.refusals import FileRefused
from fleet.intake.shapes import Shape
from fleet.intake.tables import OrderFile, SourceRow, build_file

CellValue = str | int | float | bool | datetime | date | time | timedelta


def read_workbook(*, name: str, content: bytes, shape: Shape = ORDERS) -> OrderFile:
    """A file from the first visible sheet of an .xlsx workbook.

    Raises FileRefused: `macros`, `zip_bomb`, `not_a_table`, and what `build_file` raises.
    """
    check_archive(content)
    return build_file(name=name, kind="xlsx", table=_rows(*_first_sheet(content)), shape=shape)


def _first_sheet(content: bytes) -> tuple[int, list[list[CellValue]]]:
    """The number of the first row used, and the values from there on; of the first sheet that can be seen."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in workbook.sheets_metadata:
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
                found = workbook.get_sheet_by_name(sheet.name)
                return (found.start or (0, 0))[0] + 1, found.to_python(skip_empty_area=True)
    except BaseException as error:
        # The library is written in Rust: what it cannot read may also end in a panic, which is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise FileRefused("not_a_table") from error
    raise FileRefused("not_a_table")


def _rows(first: int, values: list[list[CellValue]]) -> Iterator[SourceRow]:
    for line, cells in enumerate(values, start=first):
        yield SourceRow(line, [cell if type(cell) is str else as_typed(cell) for cell in cells])


def as_typed(value: CellValue) -> str:
    """`value` as a person would have typed it; times to the second, ISO, without a zone."""
    match value:
        case bool():
            text = "true" if value else "false"
        case float():
            text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            text = _whole_second(value).isoformat(timespec="seconds")
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            text = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
        case date() | time():
            text = value.isoformat()
        case _:
            text = str(value)
    return text


def _whole_second(value: datetime) -> datetime:
    """A spreadsheet keeps a time as a fraction of a day: 13:00 may come as 12:59:59.999."""
    if value.year == MAXYEAR:
        return value.replace(microsecond=0)
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0)
