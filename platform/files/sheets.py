"""Small tables that people upload: CSV and XLSX as rows of text. Everything is measured before it is opened."""

import csv
import io
import zipfile
from datetime import datetime, time
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

MOST_BYTES: Final = 2 << 20
MOST_UNPACKED: Final = 30 << 20
MOST_ROWS: Final = 5_001  # the heading included
MOST_COLUMNS: Final = 60
REASONS: Final[dict[str, Any]] = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than 2 MB, or becomes so when it is unpacked."),
    "macros": _("The workbook has macros; save it without them (.xlsx)."),
    "not_a_table": _("This is neither CSV nor an Excel workbook (.xlsx)."),
    "too_many_rows": _("The file has more than 5,000 rows, or more than 60 columns."),
}


class SheetRefused(Exception):
    """A file that cannot be read as a table; `code` is a key of REASONS."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)

    @property
    def message(self) -> str:
        """In the reader's language."""
        return str(REASONS[self.code])


def read_sheet(content: bytes) -> list[list[str]]:
    """The rows of the first sheet, blank ones left out, each cell as a person would have typed it. Raises SheetRefused."""
    if not content.strip():
        raise SheetRefused("empty")
    if len(content) > MOST_BYTES:
        raise SheetRefused("too_large")
    rows = read_workbook(content) if content.startswith(b"PK") else read_csv(content)
    if not rows:
        raise SheetRefused("empty")
    if len(rows) > MOST_ROWS or max(map(len, rows)) > MOST_COLUMNS:
        raise SheetRefused("too_many_rows")
    return rows


def read_csv(content: bytes) -> list[list[str]]:
    """UTF-8 or GB18030; comma, semicolon or tab, whichever the first line has most of."""
    if b"\0" in content:
        raise SheetRefused("not_a_table")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise SheetRefused("not_a_table") from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        ]
    except csv.Error as error:
        raise SheetRefused("not_a_table") from error
    return [row for row in rows if any(row)]


def read_workbook(content: bytes) -> list[list[str]]:
    """The first sheet of an .xlsx, read as a stream."""
    from openpyxl import load_workbook

    check_archive(content)
    rows: list[list[str]] = []
    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        for values in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
            row = [typed(value) for value in values]
            while row and not row[-1]:
                row.pop()
            if row:
                rows.append(row)
            if len(rows) > MOST_ROWS:
                raise SheetRefused("too_many_rows")
    except SheetRefused:
        raise
    except Exception as error:  # whatever a spreadsheet library finds wrong with what it is given
        raise SheetRefused("not_a_table") from error
    return rows


def check_archive(content: bytes) -> None:
    """Raise SheetRefused for macros, and for what unpacks to too much; every member is inflated under the limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            left = MOST_UNPACKED
            for member in archive.infolist():
                if "vbaproject" in member.filename.lower():
                    raise SheetRefused("macros")
                with archive.open(member) as stream:
                    left -= len(stream.read(left + 1))
                if left < 0:
                    raise SheetRefused("too_large")
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        raise SheetRefused("not_a_table") from error


def typed(value: Any) -> str:
    """As a person would have typed it: 60 and not 60.0, 22:00 and not 22:00:00."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case time() | datetime():
            return value.strftime("%H:%M")
        case _:
            return str(value).strip()
