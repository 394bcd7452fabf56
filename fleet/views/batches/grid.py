"""The sheet of a batch: its rows a page at a time, and what is typed over their cells."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from fleet import states, texts
from fleet.access import Action, batch_for, may, require_may
from fleet.errors import RowChanged
from fleet.intake.columns import COLUMNS
from fleet.intake.texts import LABELS
from fleet.models import Batch
from fleet.selectors.grid import RowFilter, count_faults, filter_rows, read_rows
from fleet.services import mending
from fleet.services.seen import say_left
from fleet.views.acting import actor_of, attempt, now_of
from fleet.views.batches.cells import draw_row
from fleet.views.batches.pages import describe_progress
from fleet.views.batches.sheet import columns_of, sheet_row
from tenants.actors import Actor

PER_PAGE: Final = 50
MENDABLE: Final = frozenset({states.READY, states.NEEDS_FIXES})
STATES: Final = ("rejected", "changed_since", "valid", "already_submitted")
MOST_TYPED: Final = 2_000_000


@require_safe
def show_grid(request: HttpRequest, ref: str) -> HttpResponse:
    """A page of the sheet; with nothing asked for, the rows that are wrong."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    if batch.submitted_at or batch.status in states.BATCH.ended:
        return redirect(batch)  # there is nothing to mend any more
    faults = count_faults(batch.pk)
    wanted = read_filter(request, batch, faults)
    rows = filter_rows(batch, wanted)
    paginator = Paginator(rows, PER_PAGE)
    if not wanted.is_used:
        paginator.count = known_count(batch, wanted.status)
    page = paginator.get_page(request.GET.get("page"))
    shown = list(page.object_list)
    can_mend = is_mendable(batch, actor)
    columns = columns_of(batch.columns, shown)
    context = {
        **summary_context(batch, actor, faults),
        "progress": describe_progress(batch, then="grid"),
        "wanted": wanted,
        "states": list_states(batch, wanted),
        "fields": [(name, _(LABELS.get(name, name)), count) for name, count in faults.items()],
        "columns": columns,
        "column_names": " ".join(column["name"] for column in columns),
        "rows": [draw_row(sheet_row(row, columns, can_mend=can_mend)) for row in shown],
        "page": page,
        "query": query_of(wanted),
    }
    return render(request, "fleet/grid.html", context)


def is_mendable(batch: Batch, actor: Actor) -> bool:
    """Whether cells of the batch may be typed over now."""
    return may(actor, Action.SUBMIT) and batch.status in MENDABLE


def read_filter(request: HttpRequest, batch: Batch, faults: Mapping[str, int]) -> RowFilter:
    """What the address asks for; a word that nobody knows asks for nothing."""
    status, field = request.GET.get("status", ""), request.GET.get("field", "")
    search = request.GET.get("q", "").replace("\x00", "")[:100]
    if status not in {"all", "warned", *STATES}:
        status = "rejected" if batch.rejected and not search else "all"
    field = field if field in faults or field in COLUMNS else ""
    return RowFilter(status="" if status == "all" else status, field=field, search=search)


def known_count(batch: Batch, status: str) -> int:
    """How many rows of a state there are, as the check has counted them."""
    return int(getattr(batch, status)) if status else batch.total


def list_states(batch: Batch, wanted: RowFilter) -> list[dict[str, Any]]:
    """The states of the rows as tabs, with their counts."""
    chosen = "rejected" if wanted.field else wanted.status or "all"
    found: list[tuple[str, Any, int]] = [("all", _("All rows"), batch.total)]
    found += [(name, texts.ROW_STATES[name], getattr(batch, name)) for name in STATES]
    found.append(("warned", _("With warnings"), batch.warned))
    return [
        {"label": label, "count": count, "url": f"?status={name}", "active": name == chosen}
        for name, label, count in found
        if count or name in {chosen, "all"}
    ]


def query_of(wanted: RowFilter) -> dict[str, str]:
    """The filter as the parameters of an address."""
    return {"status": wanted.status or "all", "field": wanted.field, "q": wanted.search}


def summary_context(batch: Batch, actor: Actor, faults: Mapping[str, int]) -> dict[str, Any]:
    """What stands above the sheet: how many rows wait, and what can be done."""
    can_submit = may(actor, Action.SUBMIT) and batch.status in MENDABLE and not batch.is_dry_run
    return {
        "batch": batch,
        "status_label": texts.BATCH_STATES.get(batch.status, batch.status),
        "is_busy": batch.status in {states.RECEIVED, states.VALIDATING},
        "can_mend": is_mendable(batch, actor),
        "can_submit": can_submit and not batch.rejected and batch.valid + batch.already_submitted > 0,
        "can_submit_part": can_submit and batch.rejected > 0 and batch.valid > 0,
        "fault_count": sum(faults.values()),
    }


@require_POST
def mend_cells(request: HttpRequest, ref: str) -> HttpResponse:
    """Cells that were typed over: checked at once, and given back as they are now.

    `data` is JSON: {"rows": [{"line", "cells": {column: text}, "seen": {column: text}}], "columns"}.
    """
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    sent = read_sent(request)
    if sent is None:
        return JsonResponse({"message": _("This could not be read. Load the page again.")}, status=422)
    cells, seen, columns = sent

    overtaken: list[RowChanged] = []

    def call() -> None:
        try:
            mending.mend_rows(batch_id=batch.pk, cells=cells, seen=seen, actor=actor, now=now_of(request))
        except RowChanged as error:
            overtaken.append(error)
            raise

    found = show_outcome(request, batch, attempt(call), same=one_value(seen, cells))
    found["rows"] = render_rows(request, batch, list(cells), columns)
    return JsonResponse({**found, "is_changed": bool(overtaken)}, status=status_of(found, overtaken))


@require_POST
def replace_cells(request: HttpRequest, ref: str) -> HttpResponse:
    """One wrong value is replaced in every row where it stands."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    column, was, text = (request.POST.get(name, "").replace("\0", "") for name in ("column", "was", "text"))
    lines = read_lines(request)
    if column not in COLUMNS:
        return JsonResponse({"message": _("There is no column %(column)s.") % {"column": column[:80]}}, status=422)

    def call() -> None:
        done = mending.replace_value(
            batch_id=batch.pk, column=column, was=was, text=text, lines=lines, actor=actor, now=now_of(request)
        )
        if done.left:  # the page is loaded anew: it says so then
            messages.warning(request, say_left(done.left))

    found = show_outcome(request, batch, attempt(call))
    return JsonResponse(found, status=status_of(found, ()))


def status_of(found: Mapping[str, Any], overtaken: Sequence[RowChanged]) -> int:
    """Of the answer: what was refused is rolled back with it."""
    if not found["message"]:
        return 200
    return 409 if overtaken else 422


def read_lines(request: HttpRequest) -> list[int]:
    """The lines that were offered; what is no line is left out."""
    words = request.POST.get("lines", "").split(",")[: mending.MOST_MENDS]
    return [int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 9]


Sent = tuple[dict[int, dict[str, str]], dict[int, dict[str, str]], list[str]]


def read_sent(request: HttpRequest) -> Sent | None:
    """What was typed, what was seen before, and the columns of the page; None for what is none of it."""
    try:
        data = json.loads(request.POST.get("data", "")[:MOST_TYPED])
        rows = {int(row["line"]): row for row in data["rows"]}
        cells = {line: {str(k): str(v) for k, v in row["cells"].items()} for line, row in rows.items()}
        seen = {line: {str(k): str(v) for k, v in row.get("seen", {}).items()} for line, row in rows.items()}
        columns = [str(name) for name in data.get("columns", []) if name in COLUMNS]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None
    return cells, seen, columns


def one_value(
    seen: Mapping[int, Mapping[str, str]], cells: Mapping[int, Mapping[str, str]]
) -> tuple[str, str, str] | None:
    """(column, what stood there, what was typed) when a single cell was; else None."""
    found = [
        (column, seen.get(line, {}).get(column, ""), text)
        for line, each in cells.items()
        for column, text in each.items()
    ]
    return found[0] if len(found) == 1 and found[0][1] else None


def show_outcome(
    request: HttpRequest, batch: Batch, problem: str, same: tuple[str, str, str] | None = None
) -> dict[str, Any]:
    """Why not, if it was refused; else what stands above the sheet now, and where the same value stands still."""
    batch.refresh_from_db()
    found: dict[str, Any] = {"message": problem, "is_busy": batch.status not in MENDABLE}
    if not problem:
        context = summary_context(batch, actor_of(request), count_faults(batch.pk))
        found["summary"] = render_to_string("fleet/grid_summary.html", context, request)
        found["same"] = same_elsewhere(batch, same)
    return found


def render_rows(request: HttpRequest, batch: Batch, lines: list[int], names: list[str]) -> dict[int, str]:
    """The rows as the sheet shows them, by line."""
    columns = columns_of(names or batch.columns, ())
    can_mend = is_mendable(batch, actor_of(request))
    rows = [sheet_row(row, columns, can_mend=can_mend) for row in read_rows(batch, lines[: PER_PAGE * 4])]
    return {row["line"]: draw_row(row) for row in rows}


def same_elsewhere(batch: Batch, was: tuple[str, str, str] | None) -> dict[str, Any] | None:
    """Other rows that hold the value that was just mended: they may be mended alike."""
    if was is None or batch.status not in MENDABLE:
        return None
    column, old, text = was
    lines = list(mending.same_value(batch, column, old).order_by("line").values_list("line", flat=True))
    if not lines:
        return None
    count = len(lines)
    words = ngettext(
        "%(count)d other row has “%(old)s” in %(label)s.", "%(count)d other rows have “%(old)s” in %(label)s.", count
    )
    said = words % {"count": count, "old": old[:60], "label": _(LABELS[column])}
    return {"text": said, "column": column, "was": old, "now": text, "lines": lines[: mending.MOST_MENDS]}
