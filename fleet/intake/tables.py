"""What a file is after reading: named columns and rows of text, each with its line."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fleet.intake.columns import ORDERS
from fleet.intake.refusals import MAX_COLUMNS, MAX_ROWS, FileRefused, Params, explain_file
from fleet.intake.shapes import IGNORED, Shape


class SourceRow(NamedTuple):
    """One row as it was sent. `line` counts as the sender's program does: the header of a table is line 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class FileWarning:
    """Something about the whole file that the sender should know; it stops nothing."""

    code: str
    params: Params

    def explain(self) -> tuple[str, str]:
        """(message, fix) in the active language."""
        return explain_file(code=self.code, params=self.params)


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A file read as text: of orders, or of one of the tenant's registers.

    `columns` holds our names, or the sender's own header where we know none.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    rows: list[SourceRow]
    warnings: tuple[FileWarning, ...] = ()


def named_in(file: OrderFile, column: str, parse: Callable[[str], object]) -> set[str]:
    """The texts that the cells of a column come to; those with a defect and empty ones are left out."""
    if column not in file.columns:
        return set()
    index = file.columns.index(column)
    found = (parse(row.cells[index].strip()) for row in file.rows if index < len(row.cells))
    return {text for text in found if isinstance(text, str) and text}


def check_columns(headers: Sequence[str], shape: Shape = ORDERS) -> tuple[tuple[str, ...], tuple[FileWarning, ...]]:
    """The columns that `headers` mean, and a warning about those we do not know.

    Raises FileRefused: `missing_columns`, `duplicate_columns`, `too_many_columns`.
    """
    if len(headers) > MAX_COLUMNS:
        raise FileRefused("too_many_columns", limit=MAX_COLUMNS)
    columns = shape.name_columns(headers)
    known = [column for column in columns if column in shape.columns]
    twice = sorted({column for column in known if known.count(column) > 1})
    if twice:
        raise FileRefused("duplicate_columns", names=", ".join(twice))
    missing = shape.missing(known)
    if missing:
        raise FileRefused("missing_columns", names=", ".join(missing))
    unknown = [column for column in columns if column and column not in shape.columns and column not in IGNORED]
    names = ", ".join(unknown)[:500].replace("\0", "")
    return columns, (FileWarning("unknown_columns", {"names": names}),) if unknown else ()


def build_file(*, name: str, kind: str, table: Iterable[SourceRow], shape: Shape = ORDERS) -> OrderFile:
    """A file from a table whose first row that is not blank is the header. Blank rows are left out.

    Raises FileRefused: `empty_file`, `too_many_rows`, and what `check_columns` raises.
    """
    rows = (row for row in table if any(cell and not cell.isspace() for cell in row.cells))
    header = next(rows, None)
    if header is None:
        raise FileRefused("empty_file")
    columns, warnings = check_columns(header.cells, shape)
    kept: list[SourceRow] = []
    for row in rows:
        if len(kept) == MAX_ROWS:
            raise FileRefused("too_many_rows", limit=MAX_ROWS)
        kept.append(row)
    if not kept:
        raise FileRefused("empty_file")
    return OrderFile(name=name, kind=kind, columns=columns, rows=kept, warnings=warnings)
