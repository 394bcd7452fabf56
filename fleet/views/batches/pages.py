"""The page of one batch with its rows."""

from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from files.links import file_url
from fleet import states, texts
from fleet.access import Action, batch_for, may
from fleet.intake.refusals import explain_file
from fleet.models import Batch
from fleet.selectors.batches import count_results, count_rows, list_rows, summarise_one
from fleet.selectors.orders import timeline_of
from fleet.views.acting import actor_of
from fleet.views.batches.changes import show_changes
from fleet.views.batches.rows import can_cancel_order, show_row

PER_PAGE: Final = 50
TABS: Final = ("rejected", "valid", "changed_since", "already_submitted", "submitted", "cancelled")


@require_safe
def show_batch(request: HttpRequest, ref: str) -> HttpResponse:
    """How far it is, its rows, and what can be done with it."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    summary, counts = summarise_one(batch), count_rows(batch.pk)
    can_submit = may(actor, Action.SUBMIT)
    chosen = request.GET.get("status", "")
    if chosen not in {"all", "warned", *texts.ROW_STATES}:
        chosen = first_tab(batch, counts)
    rows = Paginator(list_rows(batch, status=chosen if chosen != "all" else ""), PER_PAGE).get_page(
        request.GET.get("page")
    )
    shown = list(rows.object_list)
    changes = show_changes(shown)
    is_submittable = batch.status in {states.READY, states.NEEDS_FIXES}
    may_submit = can_submit and is_submittable and not batch.is_dry_run
    context = {
        "batch": batch,
        "summary": summary,
        "status_label": texts.BATCH_STATES.get(summary.status, summary.status),
        "counts": counts,
        "results": count_results(batch.pk) if batch.rolled_back_at else {},
        "tabs": list_tabs(batch, counts, chosen),
        "chosen": chosen,
        "page": rows,
        "rows": [show_row(row, changes.get(row.line, [])) for row in shown],
        "is_busy": batch.status in {states.RECEIVED, states.VALIDATING} or is_moving(batch),
        "progress": describe_progress(batch),
        "refusal": explain_file(**batch.refusal) if batch.refusal else None,
        "file_warnings": [explain_file(code=w["code"], params=w["params"]) for w in batch.warnings],
        "halt": _(batch.halt) if batch.halt else "",
        "halt_title": _("Taking the batch back has stopped.") if batch.is_rolling_back else _("Placing orders has stopped."),
        "file_url": file_url(file_id=batch.file_id, actor=actor),
        "timeline": timeline_of(batch.ref, limit=20),
        "can_submit": may_submit and counts["valid"] + counts["already_submitted"] > 0,
        "can_submit_part": may_submit and counts["rejected"] > 0 and counts["valid"] > 0,
        "is_all_or_nothing": batch.policy == Batch.Policy.ALL_OR_NOTHING,
        "can_make_real": can_submit and is_submittable,
        "can_pick": can_submit and any(can_cancel_order(row) for row in shown),
        "has_sheet": is_submittable,
        "can_discard": can_submit and is_submittable,
        "can_mend": can_submit and batch.status == states.NEEDS_FIXES,
        "can_confirm": can_submit and batch.status != states.DISCARDED,
        "can_roll_back": can_submit and summary.lines.waiting + summary.lines.moving > 0
        and not (is_moving(batch) or batch.halt),
        "can_resume": can_submit and bool(batch.halt) and (batch.is_opening or batch.is_rolling_back),
    }  # fmt: skip
    return render(request, "fleet/batch.html", context)


def is_moving(batch: Batch) -> bool:
    """Whether a worker makes or cancels its orders."""
    return (batch.is_opening or batch.is_rolling_back) and not batch.halt


def first_tab(batch: Batch, counts: dict[str, int]) -> str:
    """What a person looks at first: faults before the submit, orders after it."""
    wanted = ("submitted",) if batch.submitted_at else ("rejected", "changed_since")
    return next((name for name in wanted if counts[name]), "all")


def list_tabs(batch: Batch, counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """All rows, those of each state, and those with warnings."""
    tabs = [{"label": _("All rows"), "url": "?status=all", "count": counts["total"], "active": chosen == "all"}]
    tabs += [
        {"label": texts.ROW_STATES[name], "url": f"?status={name}", "count": counts[name], "active": chosen == name}
        for name in TABS
        if counts[name] or name == chosen
    ]
    if batch.warned or chosen == "warned":
        tabs.append(
            {"label": _("With warnings"), "url": "?status=warned", "count": batch.warned, "active": chosen == "warned"}
        )
    return tabs


def describe_progress(batch: Batch, *, then: str = "") -> dict[str, Any] | None:
    """The bar of a batch that a worker is at; None when none is. `then` "grid": the sheet is opened when it is done."""
    url = reverse("fleet:batch_progress", args=[batch.ref]) + ("?then=grid" if then == "grid" else "")
    common = {"poll_url": url, "key": "batch", "done": False, "done_url": page_after(batch, then)}
    if batch.status in {states.RECEIVED, states.VALIDATING}:
        return {**common, "value": batch.done_rows, "total": batch.total, "label": _("Checking rows")}
    if batch.is_opening and not batch.halt:
        return {**common, "value": batch.done_rows, "total": batch.valid, "label": _("Placing orders")}
    if batch.is_rolling_back and not batch.halt:
        lines = summarise_one(batch).lines
        total = lines.waiting + lines.moving + lines.cancelled
        return {**common, "value": lines.cancelled, "total": total, "label": _("Cancelling orders")}
    return None


@require_safe
def show_progress(request: HttpRequest, ref: str) -> HttpResponse:
    """The bar alone, asked for each second; when it is full the page is loaded anew."""
    batch = batch_for(actor_of(request), ref)
    then = request.GET.get("then", "")
    progress = describe_progress(batch, then=then) or {
        "value": 1, "total": 1, "label": _("Done"), "done": True, "key": "batch", "done_url": page_after(batch, then),
    }  # fmt: skip
    return render(request, "ui/progress.html", progress)


def page_after(batch: Batch, then: str) -> str:
    """Where a person goes when the worker is done."""
    return reverse("fleet:batch_grid", args=[batch.ref]) if then == "grid" else batch.get_absolute_url()
