"""A register's template, and the rows of its file that could not be taken."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fleet.intake.registers.kinds import Register
from fleet.intake.registers.texts import HELP
from fleet.intake.registers.values import LICENCES
from fleet.intake.rows import RowProblem, explain
from fleet.intake.templates import Template, write_template
from fleet.intake.values import PLATE_FORMS
from fleet.intake.writing import write_csv

_WIDTHS: Final = {"vin": 21, "address": 40, "model": 20, "name": 20, "phone": 16}
_NUMBERS: Final = ("lat", "lng", "odometer_km")
_FIXED: Final[dict[str, Sequence[str]]] = {
    "plate_type": list(PLATE_FORMS), "transmission": ("automatic", "manual"), "licence_class": sorted(LICENCES),
    "coord_system": ("wgs84", "gcj02"), "is_active": ("yes", "no"),
}  # fmt: skip


def register_csv(register: Register) -> bytes:
    """An empty file."""
    return write_csv(header=register.columns, rows=())


def register_xlsx(register: Register, *, offered: Mapping[str, Sequence[str]], language: str | None = None) -> bytes:
    """An empty workbook whose cells offer the tenant's sites and cost centres."""
    choices = {**_FIXED, **offered}
    template = Template(
        sheet=register.name,
        columns=register.columns,
        required=register.needed,
        help=HELP,
        formats=dict.fromkeys(_NUMBERS, "General"),
        widths=_WIDTHS,
        offered={column: choices[column] for column in register.columns if column in choices},
    )
    return write_template(template, language=language)


def rejected_csv(
    *, columns: Sequence[str], rows: Iterable[tuple[int, Mapping[str, str] | None, Sequence[Mapping[str, Any]]]]
) -> bytes:
    """The rejected rows (line, cells, errors) as they were sent, each with what to mend; it can be sent again as it is."""
    lines = (
        [*((cells or {}).get(column, "") for column in columns), str(line), " ".join(map(sentence, errors))]
        for line, cells, errors in rows
    )
    return write_csv(header=[*columns, "row_line", "row_problems"], rows=lines)


def sentence(problem: Mapping[str, Any]) -> str:
    """A problem in one sentence, with its field."""
    message, fix = explain(RowProblem(problem["field"], problem["code"], problem["params"]))
    return f"[{problem['field']}] {message} {fix}"
