"""A decision on an estimate: the page that a mail leads to, and what the form sends."""

from typing import Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.access import Action, order_for, require_may
from fleet.errors import AlreadyDecided
from fleet.intake.values import parse_fen
from fleet.models import Order, OrderEstimate
from fleet.services import ordering
from fleet.services.approvals.grounds import require_waiting
from fleet.services.approvals.passing import pass_on
from fleet.views.acting import REFUSALS, actor_of, now_of, words_of
from fleet.views.orders.pages import waiting_of
from fleet.views.orders.showing import Typed, decision_context
from repair.requests import LineChoice
from repair.services.approving import Decision

UPWARDS: Final = "pass_on"
DECISIONS: Final[dict[str, Decision]] = {"approve": "approve", "send_back": "send_back", "reject": "reject"}


@require_http_methods(["GET", "HEAD", "POST"])
def decide_estimate(request: HttpRequest, ref: str, version: int) -> HttpResponse:
    """Show what waits, for whoever comes by a mail's link; or approve (whole, in part, or less), send back or reject."""
    actor = actor_of(request)
    order = order_for(actor, ref)
    require_may(actor, Action.DECIDE)
    estimate = OrderEstimate.objects.filter(order=order, version=version).prefetch_related("lines").first()
    if estimate is None:
        raise Http404
    if request.method == "POST":
        return take_decision(request, order, estimate)
    try:
        require_waiting(order, version)
    except AlreadyDecided as error:
        messages.info(request, error.message)
        return redirect(order)
    return show_decision(request, order, estimate)


def show_decision(
    request: HttpRequest, order: Order, estimate: OrderEstimate, typed: Typed | None = None
) -> HttpResponse:
    """The decision alone, fit for a phone; with `typed`, again with its faults beside the lines."""
    if waiting_of(order, [estimate]) is None:
        messages.info(request, _("This estimate does not wait for a decision."))
        return redirect(order)
    context = {"order": order, "decision": decision_context(actor_of(request), order, estimate, now_of(request), typed)}
    return render(request, "fleet/decision.html", context, status=422 if typed else 200)


def take_decision(request: HttpRequest, order: Order, estimate: OrderEstimate) -> HttpResponse:
    """Do what the form says, or say beside its lines why not."""
    if request.POST.get("decision") == UPWARDS:
        return pass_up(request, order, estimate)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    values = typed_values(request)
    if decision is None:
        return show_decision(request, order, estimate, Typed(values=values, problem=_("Choose what is to be done.")))
    choices, errors = read_choices(request) if decision == "approve" else ([], {})
    if errors:
        return show_decision(request, order, estimate, Typed(values=values, errors=errors))
    done = {
        "approve": _("Your decision was sent to the workshop."),
        "send_back": _("The estimate was sent back to the workshop."),
        "reject": _("The estimate was rejected; the vehicle comes back without repair."),
    }[decision]
    try:
        with transaction.atomic():
            ordering.decide_order_estimate(
                order_id=order.pk, version=estimate.version, decision=decision, choices=choices,
                reason=values.get("reason", ""), actor=actor_of(request), now=now_of(request),
            )  # fmt: skip
    except AlreadyDecided as error:
        messages.error(request, error.message)
    except REFUSALS as error:
        lines = {line.no for line in estimate.lines.all()}
        return show_decision(request, order, estimate, faults(error, values, lines))
    else:
        messages.success(request, done)
    return redirect(order)


def typed_values(request: HttpRequest) -> dict[str, str]:
    """What the form said, to be shown again."""
    return {name: value.replace("\0", "")[:1_000] for name, value in request.POST.items() if isinstance(value, str)}


def pass_up(request: HttpRequest, order: Order, estimate: OrderEstimate) -> HttpResponse:
    """Hand the choices on to who may approve them."""
    values = typed_values(request)
    choices, errors = read_choices(request)
    if errors:
        return show_decision(request, order, estimate, Typed(values=values, errors=errors))
    try:
        with transaction.atomic():
            pass_on(
                order_id=order.pk, version=estimate.version, choices=choices, note=values.get("reason", ""),
                actor=actor_of(request), now=now_of(request),
            )  # fmt: skip
    except AlreadyDecided as error:
        messages.error(request, error.message)
    except REFUSALS as error:
        lines = {line.no for line in estimate.lines.all()}
        return show_decision(request, order, estimate, faults(error, values, lines))
    else:
        messages.success(request, _("It was passed on; those who may approve it get a mail."))
    return redirect(order)


def faults(error: Exception, values: dict[str, str], lines: set[int]) -> Typed:
    """What was refused: by line where the service says so, else above the form."""
    errors: dict[int, str] = {}
    rest: list[str] = []
    by_field = error.message_dict if isinstance(error, ValidationError) and hasattr(error, "error_dict") else {}
    for name, texts in by_field.items():
        head, _dot, no = name.partition(".")
        if head == "lines" and no.isdecimal() and int(no) in lines:
            errors[int(no)] = " ".join(texts)
        else:
            rest += texts
    return Typed(values=values, errors=errors, problem=" ".join(rest) if by_field else words_of(error))


def read_choices(request: HttpRequest) -> tuple[list[LineChoice], dict[int, str]]:
    """The choice of each line, and by line what cannot be read; a line that the form does not name is approved whole."""
    choices: list[LineChoice] = []
    errors: dict[int, str] = {}
    for name in request.POST:
        if not name.startswith("line-") or not name[5:].isdecimal() or len(name) > 10:
            continue
        no = int(name[5:])
        is_approved = request.POST[name] == "approve"
        amount = read_fen(request.POST.get(f"amount-{no}", "")) if is_approved else None
        if amount is not None and amount < 0:
            errors[no] = _("Give an amount in yuan.")
        reason = request.POST.get(f"reason-{no}", "").replace("\0", "").strip()[:300]
        choices.append(LineChoice(no=no, is_approved=is_approved, amount_fen=amount, reason=reason))
    return choices, errors


def read_fen(text: str) -> int | None:
    """Yuan as typed in fen; None for nothing, -1 for what is no amount."""
    parsed = parse_fen(text.strip())
    return parsed if parsed is None or isinstance(parsed, int) else -1
