"""A checked batch is submitted or put away; the orders themselves are made by a worker (opening)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import BigIntegerField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.announcing import wait_for_turn
from events.waking import wake_after_commit
from fleet import states
from fleet.access import Action, batch_for, own_tenant, require_may
from fleet.errors import AboveLimit, HasRejectedRows, NothingToSubmit, OnCreditHold, OnlyChecked, RealAlready
from fleet.events import BatchDiscarded, BatchMadeReal, BatchSubmitted
from fleet.models import Batch, BatchPolicy, BatchRow, RowState
from fleet.selectors.authority import authority_for
from fleet.services.approvals.beforehand import Beforehand, first_above
from fleet.services.mending import lock_batch, mend_rows, tell
from fleet.services.people import freeze_actor
from fleet.services.receiving import choose_policy
from repair.selectors import ask_intake
from tenants.actors import Actor

__all__ = ["discard_batch", "mend_rows", "resume_batch", "submit_batch"]


def submit_batch(*, batch_id: UUID | str, actor: Actor, now: datetime, policy: str | None = None) -> Batch:
    """Submit the valid rows; a worker opens their orders. `policy` overrides the batch's own.

    Raises Http404, PermissionDenied, TransitionError (not checked yet, or submitted already), HasRejectedRows,
    OnlyChecked, NothingToSubmit, AboveLimit (a row approves beforehand more than the actor may), OnCreditHold.
    """
    require_may(actor, Action.SUBMIT)
    wait_for_turn(tenant_id=own_tenant(actor).pk)  # what is judged here stays so: nobody mends a row meanwhile
    batch = batch_for(actor, batch_id)
    rule = choose_policy(policy) if policy else batch.policy
    states.BATCH.check(batch, "submit", actor=actor, evidence={})
    if batch.is_dry_run:
        raise OnlyChecked(_("This batch was sent to be checked only. Make it a real one first."))
    require_rows(batch, rule)
    require_preapproval(batch, actor, now)
    answer = ask_intake(tenant_id=own_tenant(actor).pk)
    if answer.is_on_credit_hold and batch.valid:
        raise OnCreditHold(
            _("Your account is on hold, so no new orders are taken. Speak with the operator's finance desk.")
        )
    tell(BatchSubmitted(subject=batch.ref, rows=batch.valid, policy=rule), actor, now)
    batch = lock_batch(batch.pk)
    states.BATCH.transition(batch, "submit", actor=actor, now=now)
    batch.policy, batch.submitted_at, batch.submitted_by = rule, now, freeze_actor(actor)
    batch.respond_by = now + timedelta(seconds=answer.respond_within_s)
    batch.done_rows, batch.attempts, batch.touched_at = 0, 0, now
    batch.save()
    wake_opener(own_tenant(actor).pk, batch.pk)
    return batch


def make_real(*, batch_id: UUID | str, actor: Actor, now: datetime) -> Batch:
    """A batch that was sent to be checked only may be submitted from now on. Raises Http404, PermissionDenied, RealAlready."""
    require_may(actor, Action.SUBMIT)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    batch = batch_for(actor, batch_id)
    if not batch.is_dry_run or batch.status in states.BATCH.ended:
        raise RealAlready(_("This batch is a real one already, or over."))
    tell(BatchMadeReal(subject=batch.ref), actor, now)
    batch = lock_batch(batch.pk)
    batch.is_dry_run = False
    batch.save(update_fields=["is_dry_run"])
    return batch


def require_rows(batch: Batch, policy: str) -> None:
    """Raise HasRejectedRows, or NothingToSubmit for a file of which not one row is right."""
    if batch.rejected and policy == BatchPolicy.ALL_OR_NOTHING:
        text = ngettext(
            "%(count)d row cannot be taken, and this batch is all or nothing. Mend it, or submit the valid rows alone.",
            "%(count)d rows cannot be taken, and this batch is all or nothing. Mend them, or submit the valid rows alone.",
            batch.rejected,
        )
        raise HasRejectedRows(text % {"count": batch.rejected}, params={"rejected": batch.rejected})
    if not batch.valid and not batch.already_submitted:
        raise NothingToSubmit(_("Not one row of this batch can become an order."))


def require_preapproval(batch: Batch, actor: Actor, now: datetime) -> None:
    """Raise AboveLimit when a row approves beforehand more than the submitter could approve when asked."""
    amount = Cast(KeyTextTransform("pre_approved_up_to_fen", "asked"), BigIntegerField())
    rows = batch.rows.filter(status=RowState.VALID).annotate(amount=amount).filter(amount__gt=0)
    asked = [KeyTextTransform(name, "asked") for name in ("service", "vin", "cost_center")]
    found = [Beforehand(*row) for row in rows.order_by("line").values_list("line", "amount", *asked)]
    first = first_above(found, authority_for(actor, now), actor)
    if first is not None:
        text = _(
            "Line %(line)d approves more beforehand than you may approve. Lower it, or let somebody with that limit submit."
        )
        raise AboveLimit(text % {"line": first.line}, params={"line": first.line})


def resume_batch(*, batch_id: UUID | str, actor: Actor, now: datetime) -> Batch:
    """Go on with a batch whose opening or roll-back was stopped. Raises Http404, PermissionDenied, OnCreditHold."""
    require_may(actor, Action.SUBMIT)
    tenant = own_tenant(actor)
    batch = batch_for(actor, batch_id)
    if batch.is_opening and ask_intake(tenant_id=tenant.pk).is_on_credit_hold:
        raise OnCreditHold(
            _("Your account is on hold, so no new orders are taken. Speak with the operator's finance desk.")
        )
    batch = lock_batch(batch.pk)
    if batch.halt and (batch.is_opening or batch.is_rolling_back):
        batch.halt, batch.attempts, batch.touched_at = "", 0, now
        batch.save(update_fields=["halt", "attempts", "touched_at"])
        wake = wake_opener if batch.is_opening else wake_rollback
        wake(tenant.pk, batch.pk)
    return batch


def discard_batch(*, batch_id: UUID | str, actor: Actor, now: datetime, reason: str = "") -> Batch:
    """Put a batch away before it is submitted; its rows go. Raises Http404, PermissionDenied, TransitionError."""
    require_may(actor, Action.SUBMIT)
    batch = batch_for(actor, batch_id)
    states.BATCH.check(batch, "discard", actor=actor, evidence={})
    tell(BatchDiscarded(subject=batch.ref, reason=reason), actor, now)
    batch = lock_batch(batch.pk)
    states.BATCH.transition(batch, "discard", actor=actor, now=now)
    batch.save(update_fields=["status", "status_since"])
    BatchRow.objects.filter(batch=batch).delete()
    return batch


def wake_opener(tenant_id: UUID, batch_id: UUID) -> None:
    """After the commit; a broker that is down is logged, and the sweep finds the batch."""
    from fleet.tasks import open_batch

    wake_after_commit(open_batch, str(tenant_id), str(batch_id))


def wake_rollback(tenant_id: UUID, batch_id: UUID) -> None:
    """After the commit; a broker that is down is logged, and the sweep finds the batch."""
    from fleet.tasks import roll_back_batch

    wake_after_commit(roll_back_batch, str(tenant_id), str(batch_id))
