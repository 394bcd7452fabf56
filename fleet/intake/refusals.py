"""Why a whole file is refused, in stable codes with texts that are translated when they are shown."""

from typing import Final

from django.utils.translation import gettext, gettext_noop

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 100

Params = dict[str, str | int]

FILE_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "empty_file": (
        gettext_noop("The file holds no rows."),
        gettext_noop("Add at least one row below the header row and send the file again."),
    ),
    "file_too_large": (
        gettext_noop("The file has %(size_mb)s MB; at most %(limit_mb)s MB are taken."),
        gettext_noop("Split the file, or save it as CSV without pictures and other sheets."),
    ),
    "too_many_rows": (
        gettext_noop("The file holds more than %(limit)s rows."),
        gettext_noop("Split it into several files."),
    ),
    "too_many_columns": (
        gettext_noop("The file has more than %(limit)s columns."),
        gettext_noop("Copy the columns into a new workbook, or start from the template."),
    ),
    "macros": (
        gettext_noop("The workbook contains macros."),
        gettext_noop("Save it as an Excel workbook without macros (.xlsx) or as CSV."),
    ),
    "zip_bomb": (
        gettext_noop("The workbook unpacks to far more than it should and was not opened."),
        gettext_noop("Copy the rows into a new workbook, or save them as CSV."),
    ),
    "unclosed_quote": (
        gettext_noop("A quotation mark that opens on line %(line)s is never closed."),
        gettext_noop('Close it on that line, or write a quotation mark inside a text as two: "".'),
    ),
    "cell_too_large": (
        gettext_noop("A cell on line %(line)s is far too long to be read."),
        gettext_noop("Shorten the text of that cell."),
    ),
    "not_a_table": (
        gettext_noop("The file is no table that can be read."),
        gettext_noop("Send CSV, an Excel workbook (.xlsx, without a password) or JSON lines."),
    ),
    "check_failed": (
        gettext_noop("We could not check the file. The fault is ours and not the file's."),
        gettext_noop("Send the file again later; if that does not help, tell the operator."),
    ),
    "bad_json": (
        gettext_noop("Line %(line)s is no JSON object with plain values."),
        gettext_noop("Send one JSON object for each row, with texts, numbers or true and false as values."),
    ),
    "encoding": (
        gettext_noop("The characters on line %(line)s cannot be read."),
        gettext_noop("Save the file as CSV UTF-8 (or GB18030)."),
    ),
    "missing_columns": (
        gettext_noop("These columns are missing: %(names)s."),
        gettext_noop("Add them to the header row; the template has them all."),
    ),
    "duplicate_columns": (
        gettext_noop("These columns stand in the header twice: %(names)s."),
        gettext_noop("Keep one column of each."),
    ),
    "unknown_columns": (
        gettext_noop("These columns are not known and were left out: %(names)s."),
        gettext_noop("Nothing needs to be done, unless the name of a column is misspelt."),
    ),
}


def explain_file(*, code: str, params: Params) -> tuple[str, str]:
    """(message, fix) for a refusal or warning about the whole file, in the active language."""
    message, fix = FILE_TEXTS[code]
    return gettext(message) % params, gettext(fix) % params


class FileRefused(Exception):
    """The file cannot be taken at all: `code` is stable, `message` and `fix` come in the language that is active when
    they are asked for."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Params = params

    @property
    def message(self) -> str:
        """What is wrong."""
        return explain_file(code=self.code, params=self.params)[0]

    @property
    def fix(self) -> str:
        """What to do about it."""
        return explain_file(code=self.code, params=self.params)[1]

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


def check_size(size: int) -> None:
    """Refuses a file by its size in bytes alone, before it is read.

    Raises FileRefused: `empty_file`, `file_too_large`.
    """
    if size <= 0:
        raise FileRefused("empty_file")
    if size > MAX_BYTES:
        size_mb = f"{size / 1024 / 1024:.1f}"
        raise FileRefused("file_too_large", size_mb=size_mb, limit_mb=MAX_BYTES // 1024 // 1024)
