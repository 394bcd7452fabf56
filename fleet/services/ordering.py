"""What the tenant does with an order: decide an estimate within its limits, choose a window, amend, cancel, rate."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from events.machine import TransitionError
from fleet import texts
from fleet.access import Action, order_for, own_tenant, require_may, require_reason
from fleet.errors import AboveLimit, AlreadyDecided, NotCancellable, NotValid
from fleet.models import Order, OrderEstimate
from fleet.selectors.settings import limit_for
from repair import states as jobs
from repair.requests import Amendment, LineChoice
from repair.services.aftercare import rate_order as rate_at_desk
from repair.services.approving import Decision, decide_estimate
from repair.services.changing import amend_order as amend_at_desk
from repair.services.changing import cancel_orders, reschedule_for_tenant
from tenants.actors import Actor
from ui.formats import format_fen, format_moment


def decide_order_estimate(
    *,
    order_id: UUID | str,
    version: int,
    decision: Decision,
    choices: Sequence[LineChoice] = (),
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Order:
    """Decide the estimate (or extra fault) that waits. What the order has cost so far counts toward the limit.

    Raises Http404, PermissionDenied (a role without any limit), AboveLimit, AlreadyDecided, TransitionError,
    ValidationError by line.
    """
    require_may(actor, Action.DECIDE)
    order = order_for(actor, order_id)
    estimate = require_waiting(order, version)
    if decision == "approve":
        require_limit(actor, order.approved_fen + asked_fen(estimate, choices))
    try:
        decide_estimate(
            tenant_id=own_tenant(actor).pk, order_id=order.pk, version=version, decision=decision, choices=choices,
            reason=reason.strip(), actor=actor, now=now,
        )  # fmt: skip
    except (TransitionError, ValidationError):
        require_waiting(order, version)  # somebody else may have been first while this waited for the desk
        raise
    order.refresh_from_db()
    return order


def require_waiting(order: Order, version: int) -> OrderEstimate:
    """The version, which must be the newest and undecided; else AlreadyDecided says who decided what, or which is newer."""
    estimates = list(OrderEstimate.objects.filter(order=order).order_by("-version"))
    if not estimates or version > estimates[0].version:
        raise AlreadyDecided(_("There is no such estimate on this order. Look again."))
    found = next((estimate for estimate in estimates if estimate.version == version), None)
    if found is not None and found.decision:
        raise AlreadyDecided(say_decided(found), params={"decided_by": found.decided_by, "decision": found.decision})
    if found is None or found.pk != estimates[0].pk:
        text = _("There is a newer estimate, number %(version)d. Look at that one.")
        raise AlreadyDecided(text % {"version": estimates[0].version}, params={"newest": estimates[0].version})
    return found


def say_decided(estimate: OrderEstimate) -> str:
    """Who decided an estimate, when and how: for whoever comes second."""
    facts = {
        "who": estimate.decided_by,
        "when": format_moment(moment=estimate.decided_at) if estimate.decided_at else "",
        "what": texts.DECISIONS.get(estimate.decision, estimate.decision),
        "amount": format_fen(amount_fen=estimate.approved_fen),
    }
    if estimate.approved_fen:
        return _("%(who)s was first, %(when)s: %(what)s, %(amount)s. Your decision was not taken.") % facts
    return _("%(who)s was first, %(when)s: %(what)s. Your decision was not taken.") % facts


def asked_fen(estimate: OrderEstimate, choices: Sequence[LineChoice]) -> int:
    """What a yes with these choices comes to; a line without a choice counts whole."""
    chosen = {choice.no: choice for choice in choices}
    total = 0
    for no, amount in estimate.lines.values_list("no", "amount_fen"):
        choice = chosen.get(no)
        if choice is None:
            total += amount
        elif choice.is_approved:
            total += amount if choice.amount_fen is None else choice.amount_fen
    return total


def require_limit(actor: Actor, amount_fen: int) -> None:
    """Raise unless the actor's highest limit covers the amount; a blank limit covers nothing."""
    if actor.kind == "system":
        return
    limit = limit_for(actor)
    if limit is None and actor.kind == "key":
        raise PermissionDenied(_("This key may not approve any amount. An administrator makes one with a limit."))
    if limit is None:
        raise PermissionDenied(_("Your role may not approve any amount. Ask your administrator for a limit."))
    if amount_fen > limit:
        text = _(
            "You may approve up to %(limit)s for one order; this would make it %(amount)s. Ask for a higher limit."
        )
        amounts = {"limit": format_fen(amount_fen=limit), "amount": format_fen(amount_fen=amount_fen)}
        raise AboveLimit(text % amounts, params={"limit_fen": limit, "amount_fen": amount_fen})


def cancel_order(*, order_id: UUID | str, reason: str, actor: Actor, now: datetime) -> Order:
    """Cancel before custody (J19). Raises Http404, PermissionDenied, NotValid (no reason), NotCancellable."""
    require_may(actor, Action.SUBMIT)
    order = order_for(actor, order_id)
    require_reason(reason)
    outcome = cancel_orders(
        tenant_id=own_tenant(actor).pk, order_ids=[order.pk], reason=reason.strip(), actor=actor, now=now
    )[0]
    if not outcome.is_done:
        raise NotCancellable(outcome.message)
    order.refresh_from_db()
    return order


def amend_order(*, order_id: UUID | str, amendment: Amendment, actor: Actor, now: datetime) -> Order:
    """J26. Raises Http404, PermissionDenied, TransitionError, ValidationError by field."""
    require_may(actor, Action.SUBMIT)
    order = order_for(actor, order_id)
    amend_at_desk(tenant_id=own_tenant(actor).pk, order_id=order.pk, amendment=amendment, actor=actor, now=now)
    order.refresh_from_db()
    return order


def choose_window(*, order_id: UUID | str, no: int, actor: Actor, now: datetime) -> Order:
    """Take one of the windows that were offered. Raises Http404, PermissionDenied, NotValid, TransitionError."""
    require_may(actor, Action.SUBMIT)
    order = order_for(actor, order_id)
    window = order.windows.filter(no=no).first()
    if window is None:
        raise NotValid(_("This window is no longer offered. Look again."), field="window")
    change_window(order, (window.starts_at, window.ends_at), actor=actor, now=now)
    order.refresh_from_db()
    return order


def reschedule(*, order_id: UUID | str, window: tuple[datetime, datetime], actor: Actor, now: datetime) -> Order:
    """Say when the vehicle can be fetched instead, also after a failed pickup (J24, J26). Raises as `amend_order`."""
    require_may(actor, Action.SUBMIT)
    order = order_for(actor, order_id)
    change_window(order, window, actor=actor, now=now)
    order.refresh_from_db()
    return order


def change_window(order: Order, window: tuple[datetime, datetime], *, actor: Actor, now: datetime) -> None:
    """After a failed pickup it is a new appointment, before it an amendment."""
    tenant_id = own_tenant(actor).pk
    if order.status == jobs.PICKUP_FAILED:
        reschedule_for_tenant(tenant_id=tenant_id, order_id=order.pk, window=window, actor=actor, now=now)
        return
    amendment = Amendment(window_start=window[0], window_end=window[1])
    amend_at_desk(tenant_id=tenant_id, order_id=order.pk, amendment=amendment, actor=actor, now=now)


def rate_order(*, order_id: UUID | str, score: int, comment: str, actor: Actor, now: datetime) -> Order:
    """Say how it went, 1 to 5 (J17). Raises Http404, PermissionDenied, TransitionError, ValidationError."""
    require_may(actor, Action.SUBMIT)
    order = order_for(actor, order_id)
    if not 1 <= score <= 5:
        raise ValidationError({"score": _("Give 1 to 5 stars.")})
    rate_at_desk(
        tenant_id=own_tenant(actor).pk, order_id=order.pk, score=score, comment=comment.strip(), actor=actor, now=now
    )
    order.refresh_from_db()
    return order
