"""The check of a register's rows: what each would make or change, and why some cannot be taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fleet.intake.registers.kinds import (
    EMPTY,
    Known,
    Register,
    RegisterContext,
    Values,
    find_known,
    find_others,
    missing,
)
from fleet.intake.rows import RowProblem
from fleet.intake.tables import OrderFile
from fleet.intake.values import Defect

NEW, CHANGED, SAME, REJECTED = "new", "changed", "same", "rejected"
LEFT = frozenset({"is_active", "coord_system"})  # an empty one says nothing


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """One row after its check."""

    line: int
    key: str
    status: str
    values: Values = field(default_factory=dict)
    changes: Mapping[str, list[Any]] = field(default_factory=dict)
    known: Known | None = None
    errors: tuple[RowProblem, ...] = ()
    warnings: tuple[RowProblem, ...] = ()


class Judge:
    """Checks the rows of one file in their order: the later of two duplicates is the defect."""

    def __init__(self, register: Register, context: RegisterContext, columns: Sequence[str] | None = None) -> None:
        self._register, self._context = register, context
        self._columns = tuple(columns or register.columns)
        self._parsers = register.parsers(context)
        self._place = {name: index for index, name in enumerate(self._columns) if name in self._parsers}
        self._lines: dict[tuple[str, str], int] = {}
        self._order = {name: index for index, name in enumerate(register.columns)}

    def judge(self, line: int, cells: Sequence[str]) -> JudgedRow:
        """What becomes of one row of text."""
        values, errors = self.read(cells)
        return self.judge_values(line, values, errors)

    def read(self, cells: Sequence[str]) -> tuple[Values, list[RowProblem]]:
        """What the cells say, and the first defect of each cell that has one."""
        errors: list[RowProblem] = []
        if any(cell.strip() for cell in cells[len(self._columns) :]):
            errors.append(RowProblem("row", "too_many_cells"))
        values: Values = {}
        for name, index in self._place.items():
            text = cells[index].strip() if index < len(cells) else ""
            value = self._parsers[name](text)
            if isinstance(value, Defect):
                errors.append(RowProblem(name, value.code, value.params))
            elif value is not None and text:
                values[name] = value
        return values, errors

    def judge_values(self, line: int, values: Values, errors: list[RowProblem]) -> JudgedRow:
        """The same for values that are read already."""
        known, taken = find_known(self._register, values, self._context)
        return self.weigh(line, values, known, [*errors, *taken, *self.duplicates(line, values, known)])

    def judge_entry(self, texts: Mapping[str, str], known: Known | None) -> JudgedRow:
        """One entry that is saved by itself: `known` is the one to change; an empty text takes away what was there."""
        judge = Judge(self._register, self._context, tuple(texts))
        values, errors = judge.read([str(text) for text in texts.values()])
        values |= {
            name: EMPTY.get(name, "")
            for name, text in texts.items()
            if name in self._parsers and name not in LEFT and not text.strip()
        }
        return self.weigh(1, values, known, [*errors, *find_others(self._register, values, known, self._context)])

    def weigh(self, line: int, values: Values, known: Known | None, errors: list[RowProblem]) -> JudgedRow:
        """The verdict on the values of an entry."""
        errors += missing(self._register, values, known, [error.field for error in errors])
        if not errors:
            errors = self._register.settle(values, known, self._context)
        key = self._register.label(values)
        if errors:
            return JudgedRow(line, key, REJECTED, values, {}, known, self.in_order(errors))
        changes = self._register.changes(values, known)
        status = NEW if known is None else CHANGED if changes else SAME
        warnings = self._register.notice(values, known, self._context) if status != SAME else []
        return JudgedRow(line, key, status, values, changes, known, (), self.in_order(warnings))

    def duplicates(self, line: int, values: Values, known: Known | None) -> list[RowProblem]:
        """A key that stands on an earlier line, or an entry that an earlier line means by another key."""
        found = []
        for name in self._register.keys:
            value = values.get(name)
            first = self._lines.setdefault((name, str(value)), line) if value else line
            if first != line:
                found.append(RowProblem(name, "key_twice_in_file", {"line": first}))
        if known is not None and not found:
            first = self._lines.setdefault(("id", known.id), line)
            if first != line:
                found.append(RowProblem(self._register.keys[-1], "key_twice_in_file", {"line": first}))
        return found

    def in_order(self, problems: Sequence[RowProblem]) -> tuple[RowProblem, ...]:
        """Problems in the order of the columns."""
        return tuple(sorted(problems, key=lambda problem: self._order.get(problem.field, -1)))


def judge_file(*, register: Register, file: OrderFile, context: RegisterContext) -> Iterator[JudgedRow]:
    """Check the rows of a file one after the other."""
    judge = Judge(register, context, file.columns)
    return (judge.judge(row.line, row.cells) for row in file.rows)
