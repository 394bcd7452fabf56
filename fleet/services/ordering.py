"""What the tenant does with an order: decide an estimate within its limits, choose a window, amend, cancel, rate."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from fleet.access import Action, order_for, own_tenant, require_may, require_reason
from fleet.errors import NotCancellable, NotValid
from fleet.models import Order
from fleet.services.approvals.deciding import Wanted, take_decisions
from repair import states as jobs
from repair.requests import Amendment, LineChoice
from repair.services.aftercare import rate_order as rate_at_desk
from repair.services.approving import Decision
from repair.services.changing import amend_order as amend_at_desk
from repair.services.changing import cancel_orders, reschedule_for_tenant
from tenants.actors import Actor


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
    wanted = Wanted(order_id=order.pk, version=version, decision=decision, choices=choices, reason=reason)
    error = take_decisions(wanted=[wanted], actor=actor, now=now)[wanted.key]
    if error is not None:
        raise error
    order.refresh_from_db()
    return order


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
