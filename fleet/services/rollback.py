"""A submitted batch is taken back: every line not yet in custody is cancelled, free of charge."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from events.announcing import announce
from events.machine import TransitionError
from fleet import states
from fleet.access import Action, batch_for, own_tenant, require_may, require_reason
from fleet.errors import NotValid, StillAtWork, Superseded
from fleet.events import BatchRollbackStarted, BatchRolledBack
from fleet.models import Batch, BatchRow, Order, RollbackResult
from fleet.services.attempts import count_attempt
from fleet.services.checking import ref_of
from fleet.services.mending import lock_batch, tell
from fleet.services.opening import claim, halt
from fleet.services.people import freeze_actor, thaw_actor
from fleet.services.submitting import wake_rollback
from repair.services.changing import cancel_orders
from repair.states import CANCELLED
from tenants.actors import Actor, system_actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.now import Now

CHUNK: Final = 250
KEEP_RESULTS = """
UPDATE fleet_batchrow r
SET rollback_state = o.status, rollback_result = CASE WHEN o.status = ANY(%s) THEN 'earlier' ELSE 'kept' END
FROM fleet_order o
WHERE r.batch_id = %s AND r.rollback_result <> 'cancelled' AND o.id = r.order_id AND o.batch_id = r.batch_id
"""


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
    batch.touched_at, batch.halt, batch.attempts = now, "", 0
    batch.save(update_fields=["rollback_at", "rollback_by", "rolled_back_at", "touched_at", "halt", "attempts"])
    wake_rollback(own_tenant(actor).pk, batch.pk)
    return batch


def cancellable(batch_id: UUID) -> QuerySet[Order]:
    """The orders of a batch whose vehicles are not in custody yet."""
    return Order.objects.filter(batch_id=batch_id, status__in=states.CANCELLABLE).order_by("pk")


def roll_back_orders(*, tenant: Tenant, batch_id: UUID, clock: Now) -> None:
    """Cancel them all, chunk by chunk; an order that moved on meanwhile stays."""
    if not note_attempt(tenant, batch_id, now=clock(tenant)):
        return
    with translation.override(tenant.language):
        cancel_all(tenant=tenant, batch_id=batch_id, clock=clock)


def note_attempt(tenant: Tenant, batch_id: UUID, *, now: datetime) -> bool:
    """Whether there is something to take back; what has failed many times waits for a person."""
    with tenant_context(tenant):
        batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None or not batch.is_rolling_back:
            return False
        return count_attempt(batch, gettext_noop("Taking it back failed several times and was stopped."), now=now)


def cancel_all(*, tenant: Tenant, batch_id: UUID, clock: Now) -> None:
    """Chunk after chunk; what the desk refuses is written on the batch."""
    after: UUID | None = None
    try:
        while after := cancel_chunk(tenant=tenant, batch_id=batch_id, after=after, now=clock(tenant)):
            pass
        finish_rollback(tenant, batch_id, now=clock(tenant))
    except Superseded:
        return
    except TransitionError as error:
        halt(tenant, batch_id, error.message)
    except ValidationError as error:
        halt(tenant, batch_id, " ".join(error.messages))


def cancel_chunk(*, tenant: Tenant, batch_id: UUID, after: UUID | None, now: datetime) -> UUID | None:
    """Cancel the next orders after the one of this key; the last of them, or None when there are no more.

    Raises Superseded when another worker is at it, and what cancel_orders raises.
    """
    with tenant_context(tenant):
        claim(batch_id)
        batch = Batch.objects.get(pk=batch_id)
        if batch.rollback_by is None or not batch.is_rolling_back:
            raise Superseded
        rows = cancellable(batch_id)
        keys = list((rows.filter(pk__gt=after) if after else rows).values_list("pk", flat=True)[:CHUNK])
        if not keys:
            return None
        actor = thaw_actor(batch.rollback_by, tenant)
        outcomes = cancel_orders(
            tenant_id=tenant.pk, order_ids=keys, reason=actor.reason, is_rollback=True, actor=actor, now=now
        )
        keep_cancelled(batch_id, [outcome.order_id for outcome in outcomes if outcome.is_done])
        Batch.objects.filter(pk=batch_id).update(touched_at=now, attempts=0)
    last: UUID = keys[-1]
    return last


def keep_cancelled(batch_id: UUID, order_ids: list[UUID]) -> None:
    """Write on the rows that their orders were cancelled; whatever comes later, that is what happened."""
    rows = BatchRow.objects.filter(batch_id=batch_id, order_id__in=order_ids)
    rows.update(rollback_result=RollbackResult.CANCELLED, rollback_state=CANCELLED)


def keep_others(batch_id: UUID) -> None:
    """Write on the other rows why their orders were not, and how far they were."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_RESULTS, [sorted(states.CANCELLED), batch_id])


def finish_rollback(tenant: Tenant, batch_id: UUID, *, now: datetime) -> None:
    """Tell how many went and how many had gone too far."""
    with tenant_context(tenant):
        orders = Order.objects.filter(batch_id=batch_id)
        cancelled = orders.filter(status__in=states.CANCELLED).count()
        event = BatchRolledBack(subject=ref_of(batch_id), cancelled=cancelled, kept=orders.count() - cancelled)
        announce(tenant_id=tenant.pk, events=[event], actor=system_actor("intake"), now=now)
        keep_others(batch_id)
        done = Batch.objects.filter(pk=batch_id, rolled_back_at__isnull=True).update(rolled_back_at=now)
        if not done:
            transaction.set_rollback(True)
