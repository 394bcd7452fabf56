"""A submitted batch is taken back: every line not yet in custody is cancelled, free of charge; and single rows of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from events.announcing import announce
from events.waking import wake_after_commit
from fleet import states
from fleet.access import Action, batch_for, own_tenant, require_may
from fleet.errors import NotValid, StillAtWork
from fleet.events import BatchRollbackStarted, BatchRolledBack
from fleet.models import Batch, Order
from fleet.services.checking import Clock, ref_of
from fleet.services.people import freeze_actor, thaw_actor
from fleet.services.submitting import lock_batch, tell
from repair.services.changing import Outcome, cancel_orders
from tenants.actors import Actor, system_actor
from tenants.context import tenant_context
from tenants.models import Tenant

CHUNK: Final = 250
MOST_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of one row in a bulk request; `message` says why not."""

    line: int
    order_id: UUID | None
    is_done: bool
    message: str = ""


def rollback_batch(*, batch_id: UUID | str, reason: str, actor: Actor, now: datetime) -> Batch:
    """Ask for the roll-back of a submitted batch; a worker cancels its orders.

    Raises Http404, PermissionDenied, TransitionError, StillAtWork, NotValid (no reason).
    """
    require_may(actor, Action.SUBMIT)
    batch = batch_for(actor, batch_id)
    states.BATCH.check(batch, "roll_back", actor=actor, evidence={})
    require_reason(reason)
    if batch.is_opening or batch.is_rolling_back:
        raise StillAtWork(_("The batch is still being worked on. Wait until that is done."))
    count = cancellable(batch.pk).count()
    if not count:
        raise NotValid(_("No order of this batch can be cancelled any more."))
    tell(BatchRollbackStarted(subject=batch.ref, reason=reason, orders=count), actor, now)
    batch = lock_batch(batch.pk)
    batch.rollback_at, batch.rollback_by, batch.rolled_back_at = now, freeze_actor(actor.because(reason)), None
    batch.touched_at, batch.halt = now, ""
    batch.save(update_fields=["rollback_at", "rollback_by", "rolled_back_at", "touched_at", "halt"])
    wake_rollback(own_tenant(actor).pk, batch.pk)
    return batch


def require_reason(reason: str) -> None:
    """Raise NotValid without words."""
    if not reason.strip():
        raise NotValid(_("Say why."), field="reason")


def cancellable(batch_id: UUID) -> QuerySet[Order]:
    """The orders of a batch whose vehicles are not in custody yet."""
    return Order.objects.filter(batch_id=batch_id, status__in=states.CANCELLABLE).order_by("pk")


def roll_back_orders(*, tenant: Tenant, batch_id: UUID, clock: Clock) -> None:
    """Cancel them all, chunk by chunk; an order that moved on meanwhile stays."""
    after: UUID | None = None
    while True:
        with tenant_context(tenant):
            batch = Batch.objects.filter(pk=batch_id).first()
            if batch is None or not batch.is_rolling_back or batch.rollback_by is None:
                return
            actor = thaw_actor(batch.rollback_by, tenant)
            rows = cancellable(batch_id)
            keys = list((rows.filter(pk__gt=after) if after else rows).values_list("pk", flat=True)[:CHUNK])
            if not keys:
                break
            cancel_orders(
                tenant_id=tenant.pk,
                order_ids=keys,
                reason=actor.reason,
                is_rollback=True,
                actor=actor,
                now=clock(tenant),
            )
            Batch.objects.filter(pk=batch_id).update(touched_at=clock(tenant))
            after = keys[-1]
    finish_rollback(tenant, batch_id, now=clock(tenant))


def finish_rollback(tenant: Tenant, batch_id: UUID, *, now: datetime) -> None:
    """Tell how many went and how many had gone too far."""
    with tenant_context(tenant):
        orders = Order.objects.filter(batch_id=batch_id)
        cancelled = orders.filter(status__in=states.CANCELLED).count()
        event = BatchRolledBack(subject=ref_of(batch_id), cancelled=cancelled, kept=orders.count() - cancelled)
        announce(tenant_id=tenant.pk, events=[event], actor=system_actor("intake"), now=now)
        done = Batch.objects.filter(pk=batch_id, rolled_back_at__isnull=True).update(rolled_back_at=now)
        if not done:
            transaction.set_rollback(True)


def cancel_rows(
    *, batch_id: UUID | str, lines: Sequence[int], reason: str, actor: Actor, now: datetime
) -> list[LineOutcome]:
    """Cancel the orders of some rows of a batch; a result for each line, in the order asked.

    Raises Http404, PermissionDenied, NotValid (no reason, too many lines).
    """
    require_may(actor, Action.SUBMIT)
    batch = batch_for(actor, batch_id)
    require_reason(reason)
    if not 1 <= len(set(lines)) <= MOST_ROWS:
        raise NotValid(_("Choose between 1 and %(limit)d rows.") % {"limit": MOST_ROWS}, field="lines")
    orders = dict(batch.rows.filter(line__in=lines, order_id__isnull=False).values_list("line", "order_id"))
    keys = [key for key in dict.fromkeys(orders.values()) if key is not None]
    outcomes = {}
    if keys:
        done = cancel_orders(tenant_id=own_tenant(actor).pk, order_ids=keys, reason=reason, actor=actor, now=now)
        outcomes = {outcome.order_id: outcome for outcome in done}
    return [line_outcome(line, orders.get(line), outcomes) for line in dict.fromkeys(lines)]


def line_outcome(line: int, order_id: UUID | None, outcomes: dict[UUID, Outcome]) -> LineOutcome:
    """The result of one line."""
    if order_id is None:
        return LineOutcome(line, None, is_done=False, message=_("This row has no order."))
    outcome = outcomes[order_id]
    return LineOutcome(line, order_id, outcome.is_done, outcome.message)


def wake_rollback(tenant_id: UUID, batch_id: UUID) -> None:
    """After the commit; a broker that is down is logged, and the sweep finds the batch."""
    from fleet.tasks import roll_back_batch

    wake_after_commit(roll_back_batch, str(tenant_id), str(batch_id))
