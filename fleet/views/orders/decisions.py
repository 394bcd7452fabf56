"""A decision on an estimate, as the form sends it."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fleet.access import order_for
from fleet.intake.values import parse_fen
from fleet.services import ordering
from fleet.views.acting import act, actor_of, now_of
from repair.requests import LineChoice
from repair.services.approving import Decision

DECISIONS: Final[dict[str, Decision]] = {"approve": "approve", "send_back": "send_back", "reject": "reject"}


@require_POST
def decide_estimate(request: HttpRequest, ref: str, version: int) -> HttpResponse:
    """Approve (whole, in part, or less), send back or reject."""
    actor, now = actor_of(request), now_of(request)
    order = order_for(actor, ref)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        return redirect(order)
    choices, problems = read_choices(request) if decision == "approve" else ([], [])
    if problems:
        messages.error(request, " ".join(problems))
        return redirect(order)
    done = {
        "approve": _("Your decision was sent to the workshop."),
        "send_back": _("The estimate was sent back to the workshop."),
        "reject": _("The estimate was rejected; the vehicle comes back without repair."),
    }[decision]
    return act(
        request,
        lambda: ordering.decide_order_estimate(
            order_id=order.pk, version=version, decision=decision, choices=choices,
            reason=request.POST.get("reason", "")[:1_000], actor=actor, now=now,
        ),
        done=done,
        back=order.get_absolute_url(),
    )  # fmt: skip


def read_choices(request: HttpRequest) -> tuple[list[LineChoice], list[str]]:
    """The choice of each line, and what cannot be read; a line that the form does not name is approved whole."""
    choices: list[LineChoice] = []
    problems: list[str] = []
    for name in request.POST:
        if not name.startswith("line-") or not name[5:].isdecimal() or len(name) > 10:
            continue
        no = int(name[5:])
        amount = read_fen(request.POST.get(f"amount-{no}", ""))
        if amount is not None and amount < 0:
            problems.append(_("Line %(no)d: give an amount in yuan.") % {"no": no})
        is_approved = request.POST[name] == "approve"
        reason = request.POST.get(f"reason-{no}", "")[:300]
        choices.append(
            LineChoice(no=no, is_approved=is_approved, amount_fen=amount if is_approved else None, reason=reason)
        )
    return choices, problems


def read_fen(text: str) -> int | None:
    """Yuan as typed in fen; None for nothing, -1 for what is no amount."""
    parsed = parse_fen(text.strip())
    return parsed if parsed is None or isinstance(parsed, int) else -1
