"""Rows as pages show them, and what a person does with one."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from events.announcing import wait_for_turn
from events.ids import public_id
from fleet import states, texts, timeline
from fleet.access import Action, batch_for, own_tenant, require_may, row_for
from fleet.errors import RowChanged
from fleet.forms import MendForm
from fleet.intake.rows import RowProblem, explain
from fleet.intake.texts import LABELS
from fleet.models import Batch, BatchRow, RollbackResult
from fleet.selectors.batches import row_status
from fleet.services import amending, submitting
from fleet.services.seen import require_unchanged
from fleet.views.acting import act, actor_of, now_of


def show_row(row: BatchRow, changes: Sequence[dict[str, str]] = ()) -> dict[str, Any]:
    """A row as the page shows it: what was sent, and beside each value what is wrong with it."""
    data = row.cells if row.asked is None else row.asked
    data = data or {}
    status = row_status(row)
    return {
        "row": row,
        "status": status,
        "label": texts.ROW_STATES.get(status, status),
        "plate": data.get("plate", ""),
        "vin": data.get("vin", ""),
        "service": texts.SERVICES.get(data.get("service", ""), data.get("service", "")),
        "site": data.get("site_code", "") or data.get("address", ""),
        "window": "" if row.asked is None else timeline.span(data["window_start"], data["window_end"]),
        "errors": [show_problem(problem, row.cells) for problem in row.errors],
        "warnings": [show_problem(problem, None) for problem in row.warnings],
        "changes": changes,
        "rollback": say_kept(row),
        "order_ref": order_ref(row) if can_cancel_order(row) else "",
        "order_label": texts.ORDER_STATES.get(row.order_status or "", ""),  # type: ignore[attr-defined]
        "order_url": reverse("fleet:order", args=[order_ref(row)]) if row.order_id else "",
    }


def say_kept(row: BatchRow) -> str:
    """Why a roll-back left the order as it was, and how far it was then; "" where it cancelled it."""
    if row.rollback_result in {"", RollbackResult.CANCELLED}:
        return ""
    if row.rollback_result == RollbackResult.EARLIER:
        return row.get_rollback_result_display()
    state = texts.ORDER_STATES.get(row.rollback_state, row.rollback_state)
    return f"{row.get_rollback_result_display()} ({state})"


def can_cancel_order(row: Any) -> bool:
    """Whether the row has an order that can be cancelled still."""
    return bool(row.order_id) and row.order_status in states.CANCELLABLE


def order_ref(row: BatchRow) -> str:
    """ord_…"""
    assert row.order_id is not None
    return public_id("ord", row.order_id)


def show_problem(problem: dict[str, Any], cells: dict[str, str] | None) -> dict[str, Any]:
    """One error or warning in words, with the value it is about."""
    message, fix = explain(RowProblem(problem["field"], problem["code"], problem["params"]))
    value = (cells or {}).get(problem["field"], "")
    return {
        **problem,
        "label": _(LABELS.get(problem["field"], problem["field"])),
        "message": message,
        "fix": fix,
        "value": value[:120],
    }


@require_POST
def confirm_row(request: HttpRequest, ref: str, line: int) -> HttpResponse:
    """Yes, the order is to be changed as this row says."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    return act(
        request,
        lambda: amending.confirm_row(batch_id=batch.pk, line=line, actor=actor, now=now_of(request)),
        done=_("The order was changed."),
        back=f"{batch.get_absolute_url()}?status=changed_since",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mend_row(request: HttpRequest, ref: str, line: int) -> HttpResponse:
    """Type over the cells of a rejected row."""
    actor = actor_of(request)
    require_may(actor, Action.SUBMIT)
    if request.method == "POST":
        wait_for_turn(tenant_id=own_tenant(actor).pk)  # the second of two people reads what the first has written
    row = row_for(actor, ref, line)
    batch = batch_for(actor, ref)
    if row.status != "rejected" or batch.status != states.NEEDS_FIXES:
        messages.error(request, say_done(row))
        return redirect(batch)
    form = MendForm(request.POST if request.method == "POST" else None, cells=row.cells or {}, faulty=faulty_of(row))
    if request.method != "POST" or not form.is_valid():
        return show_form(request, batch, row, form)
    typed, seen = form.typed(), form.seen()
    if not typed:
        return redirect(batch)
    try:
        require_unchanged(row, {name: seen[name] for name in typed})
    except RowChanged as error:
        return show_form(request, batch, row, form, overtaken=error.message)
    return act(
        request,
        lambda: submitting.mend_rows(batch_id=batch.pk, cells={line: typed}, actor=actor, now=now_of(request)),
        done=_("The batch is being checked again."),
        back=batch.get_absolute_url(),
    )


def faulty_of(row: BatchRow) -> list[str]:
    """The columns with a fault; of a place all that may stand for it."""
    faulty = [problem["field"] for problem in row.errors]
    if not {"site_code", "address", "lat", "lng"}.isdisjoint(faulty):
        faulty += ["site_code", "address", "lat", "lng"]
    return faulty


def say_done(row: BatchRow) -> str:
    """Why there is nothing to mend: who has done it."""
    if not row.mended_by:
        return _("This row need not be mended any more.")
    return _("%(name)s has mended this row: nothing is wrong with it any more.") % {"name": row.mended_by}


def show_form(
    request: HttpRequest, batch: Batch, row: BatchRow, form: MendForm, *, overtaken: str = ""
) -> HttpResponse:
    """The form with what is wrong. `overtaken`: what somebody else did since the page was made; it has seen that now."""
    context = {
        "batch": batch,
        "row": row,
        "form": form,
        "overtaken": overtaken,
        "errors": [show_problem(problem, row.cells) for problem in row.errors],
    }
    status = 409 if overtaken else 422 if form.errors else 200
    return render(request, "fleet/row_mend.html", context, status=status)
