"""One door for every file of rows: CSV, Excel workbook, JSON lines."""

from typing import Final

from fleet.intake.columns import ORDERS
from fleet.intake.jsonrows import read_json
from fleet.intake.refusals import FileRefused, check_size
from fleet.intake.shapes import Shape
from fleet.intake.tables import FileWarning, OrderFile, SourceRow
from fleet.intake.textrows import read_csv
from fleet.intake.workbook import read_workbook

__all__ = ["FileRefused", "FileWarning", "OrderFile", "SourceRow", "check_size", "read_orders", "read_table"]

_ZIP: Final = b"PK\x03\x04"
_OTHER_FORMATS: Final = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf\x27\x1c",
    b"BZh",
    b"\xfd7zXZ",
    b"\x7fELF",
    b"MZ",
    b"SQLite format 3",
    b"{\\rtf",
    b"<!DOCTYPE",
    b"<html",
    b"<?xml",
)
_MACRO_NAMES: Final = (".xlsm", ".xltm", ".xlam")


def read_orders(*, name: str, content: bytes) -> OrderFile:
    """The order file `name` as columns and rows of text. Raises as `read_table`."""
    return read_table(name=name, content=content, shape=ORDERS)


def read_table(*, name: str, content: bytes, shape: Shape) -> OrderFile:
    """The file `name` as the columns of `shape` and rows of text.

    The content decides what it is, not the name. Raises FileRefused with one of the codes of `refusals.FILE_TEXTS`.
    """
    check_size(len(content))
    if name.lower().endswith(_MACRO_NAMES):
        raise FileRefused("macros")
    if content.startswith(_ZIP):
        return read_workbook(name=name, content=content, shape=shape)
    start = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(_OTHER_FORMATS):
        raise FileRefused("not_a_table")
    if start.startswith((b"{", b"[")):
        return read_json(name=name, content=content, shape=shape)
    return read_csv(name=name, content=content, shape=shape)
