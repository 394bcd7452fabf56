"""Orders as JSON: one object a line, or one array of objects."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from fleet.intake.columns import ORDERS
from fleet.intake.refusals import MAX_COLUMNS, MAX_ROWS, FileRefused
from fleet.intake.shapes import Shape
from fleet.intake.tables import OrderFile, SourceRow, check_columns

_BOM = b"\xef\xbb\xbf"


def read_json(*, name: str, content: bytes, shape: Shape = ORDERS) -> OrderFile:
    """A file from JSON lines (a row's line is its line in the file) or an array (its place, from 1).

    Raises FileRefused: `bad_json`, `empty_file`, `too_many_rows`, `missing_columns`, `duplicate_columns`.
    """
    body = content.removeprefix(_BOM)
    pairs = _array(body) if body.lstrip().startswith(b"[") else _lines(body)
    return _build(name, pairs, shape)


def read_objects(*, objects: Iterable[Mapping[str, Any]], name: str = "") -> OrderFile:
    """An order file from objects that are decoded already; a row's line is its place, from 1. Raises as `read_json`."""
    return _build(name, enumerate(objects, start=1), ORDERS)


def _array(body: bytes) -> Iterator[tuple[int, Any]]:
    objects = _decode(body, 1)
    if not isinstance(objects, list):
        raise FileRefused("bad_json", line=1)
    yield from enumerate(objects, start=1)


def _lines(body: bytes) -> Iterator[tuple[int, Any]]:
    for line, text in enumerate(body.splitlines(), start=1):
        if text.strip():
            yield line, _decode(text, line)


def _decode(text: bytes, line: int) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise FileRefused("bad_json", line=line) from error


def _build(name: str, pairs: Iterable[tuple[int, Any]], shape: Shape) -> OrderFile:
    place: dict[str, int] = {}
    rows: list[SourceRow] = []
    for line, item in pairs:
        if not isinstance(item, Mapping):
            raise FileRefused("bad_json", line=line)
        if len(rows) == MAX_ROWS:
            raise FileRefused("too_many_rows", limit=MAX_ROWS)
        rows.append(SourceRow(line, _cells(item, place, line)))
    if not rows:
        raise FileRefused("empty_file")
    columns, warnings = check_columns(list(place), shape)
    for row in rows:
        row.cells.extend([""] * (len(columns) - len(row.cells)))
    return OrderFile(name=name, kind="json", columns=columns, rows=rows, warnings=warnings)


def _cells(item: Mapping[str, Any], place: dict[str, int], line: int) -> list[str]:
    """The values of `item` as text, in the order in which the keys were first seen in the file (`place` grows)."""
    cells = [""] * len(place)
    for key, value in item.items():
        at = place.setdefault(key, len(place))
        if at >= len(cells):
            if at >= MAX_COLUMNS:
                raise FileRefused("too_many_columns", limit=MAX_COLUMNS)
            cells.extend([""] * (at + 1 - len(cells)))
        cells[at] = _text(value, line)
    return cells


def _text(value: object, line: int) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 10**100:
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    raise FileRefused("bad_json", line=line)
