"""Orders as an Excel workbook. It is measured before anything opens it (`archive`), and read as the text that a
person typed: a phone number is digits and not 1.99e10, a time is an ISO time."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from fleet.intake.archive import check_archive
from fleet.intake.refusals import FileRefused
from fleet.intake.tables import OrderFile, SourceRow, build_file

CellValue = str | int | float | bool | datetime | date | time | timedelta


def read_workbook(*, name: str, content: bytes) -> OrderFile:
    """An order file from the first visible sheet of an .xlsx workbook.

    Raises FileRefused: `macros`, `zip_bomb`, `not_a_table`, and what `build_file` raises.
    """
    check_archive(content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = _first_visible(workbook)
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused("not_a_table") from error
    return build_file(name=name, kind="xlsx", table=_rows(sheet))


def _first_visible(workbook: CalamineWorkbook) -> CalamineSheet:
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            return workbook.get_sheet_by_name(sheet.name)
    raise FileRefused("not_a_table")


def _rows(sheet: CalamineSheet) -> Iterator[SourceRow]:
    """Rows without empty cells beyond the last column that any row uses."""
    if sheet.start is None:
        return
    first = sheet.start[0] + 1
    for line, values in enumerate(_values(sheet), start=first):
        yield SourceRow(line, [value if type(value) is str else as_typed(value) for value in values])


def _values(sheet: CalamineSheet) -> Iterator[list[CellValue]]:
    yield from sheet.to_python(skip_empty_area=True)


def as_typed(value: CellValue) -> str:
    """`value` as a person would have typed it; times to the second, ISO, without a zone."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return _whole_second(value).isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _whole_second(value: datetime) -> datetime:
    """A spreadsheet keeps a time as a fraction of a day: 13:00 may come as 12:59:59.999."""
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0)
