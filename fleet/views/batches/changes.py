"""Rows that changed since they were ordered: side by side with their orders, and confirmed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from fleet.access import batch_for, own_tenant
from fleet.intake.texts import LABELS
from fleet.models import BatchRow
from fleet.services import amending
from fleet.views.acting import actor_of, now_of
from tenants.context import tenant_context
from tenants.marks import account_view
from ui.formats import format_fen, format_moment

AT_ONCE: Final = 100


def show_changes(rows: Sequence[BatchRow]) -> dict[int, list[dict[str, str]]]:
    """By line, each field that differs: what the order says, what the row says."""
    return {
        line: [
            {
                "label": _(LABELS[change.field]),
                "was": in_words(change.field, change.was),
                "now": in_words(change.field, change.now),
            }
            for change in changes
        ]
        for line, changes in amending.describe_changes(rows).items()
    }


def in_words(field: str, value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return format_moment(moment=value)
    return format_fen(amount_fen=value) if field == "pre_approved_up_to" else str(value)


@account_view
@require_POST
def confirm_all(request: HttpRequest, ref: str) -> HttpResponse:
    """Every changed row at once, each in a stay of its own; those that could not be are listed with the reason."""
    actor = actor_of(request)
    done, left = amending.confirm_many(batch_id=ref, limit=AT_ONCE, actor=actor, now=now_of(request))
    with tenant_context(own_tenant(actor)):
        batch = batch_for(actor, ref)
    refused = [each for each in done if each.problem]
    count = len(done) - len(refused)
    if refused or left:
        context = {"batch": batch, "count": count, "refused": refused, "left": left}
        return render(request, "fleet/changes_confirmed.html", context)
    text = ngettext("%(count)d order was changed.", "%(count)d orders were changed.", count)
    messages.success(request, text % {"count": count})
    return redirect(batch)
