"""Rows of a batch as a sheet: a cell a column, and beside each value what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from fleet import texts
from fleet.intake.columns import COLUMNS
from fleet.intake.rows import RowProblem, explain
from fleet.intake.texts import LABELS
from ui.formats import format_plain_fen

MOMENTS: Final = frozenset({"window_start", "window_end", "return_by"})
LONG: Final = frozenset({"description", "notes", "address"})


def columns_of(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The columns of the file, and those that its rows miss."""
    missed = {problem["field"] for row in rows for problem in row["errors"]} - set(columns)
    names = [*columns, *(column for column in COLUMNS if column in missed)]
    return [{"name": name, "label": _(LABELS[name]), "is_long": name in LONG} for name in names]


def sheet_row(row: Mapping[str, Any], columns: Sequence[Mapping[str, Any]], *, can_mend: bool) -> dict[str, Any]:
    """One row with its cells."""
    is_open = can_mend and row["cells"] is not None
    values = row["cells"] if row["cells"] is not None else readable(row["asked"] or {})
    errors, warnings = by_field(row["errors"]), by_field(row["warnings"])
    found = errors.pop("row", [])
    cells = [
        {
            **column,
            "text": values.get(column["name"], ""),
            "errors": errors.get(column["name"], ()),
            "warnings": warnings.get(column["name"], ()),
        }
        for column in columns
    ]
    return {
        "line": row["line"], "status": row["status"], "label": texts.ROW_STATES[row["status"]], "is_open": is_open,
        "cells": cells, "errors": found, "mended_by": row["mended_by"], "mended_at": row["mended_at"],
        "fault_count": len(row["errors"]),
    }  # fmt: skip


def by_field(problems: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """(message, fix) of each problem, under its field."""
    found: dict[str, list[tuple[str, str]]] = {}
    for problem in problems:
        words = explain(RowProblem(problem["field"], problem["code"], problem["params"]))
        found.setdefault(problem["field"], []).append(words)
    return found


def readable(asked: Mapping[str, Any]) -> dict[str, str]:
    """What a clean row asks for, as it could stand in a file."""
    found = {name: readable_value(name, asked[name]) for name in COLUMNS if asked.get(name) not in (None, "")}
    fen = asked.get("pre_approved_up_to_fen")
    return found if fen is None else {**found, "pre_approved_up_to": format_plain_fen(amount_fen=fen)}


def readable_value(name: str, value: Any) -> str:
    """One value; times are local."""
    if name in MOMENTS:
        return f"{timezone.localtime(datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
