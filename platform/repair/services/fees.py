"""J19, J19b, J23: fees for what did not go its way; by the rate card, unless it was at our own wish or is waived later."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from events.commands import command
from repair import states
from repair.locking import lock_job
from repair.models import Fee, FeeKind, Job
from repair.telling import record_step
from tenants.actors import Actor, Party, StaffRole

OUR_WISH: Final = "our_wish"
NAMED: Final = frozenset(states.NAMED.split())
AT_DOOR: Final = frozenset({states.AT_PICKUP, states.PICKUP_FAILED, states.DOCUMENTS_IN})
ROWS: Final = {FeeKind.CANCELLATION: "J19", FeeKind.STOP: "J19b", FeeKind.DIAGNOSIS: "J23"}


def stage_of(before: str) -> str:
    """How far an order had come when it was cancelled, as the rate card names it."""
    return "named" if before in NAMED else "at_door" if before in AT_DOOR else "unnamed"


def require_ours(actor: Actor, *, is_free: bool) -> None:
    """Raise PermissionDenied when somebody else than the operator's people says that it is at our own wish."""
    if is_free and actor.parties.isdisjoint({Party.DSP, Party.SYS}):
        raise PermissionDenied(_("Only the operator's people say that it is free of charge."))


def note_fees(jobs: Iterable[tuple[Job, str]], kind: FeeKind, *, is_free: bool, actor: Actor, now: datetime) -> None:
    """A fee for each job, with its stage; a free one stands there waived, so that one sees why nothing is due."""
    fees = [
        Fee(
            job=job, kind=kind, stage=stage, noted_at=now, waived_at=now if is_free else None,
            waived_by=actor.name[:200] if is_free else "", waived_reason=OUR_WISH if is_free else "",
        )
        for job, stage in jobs
    ]  # fmt: skip
    Fee.objects.bulk_create(fees, ignore_conflicts=True)  # the same again is charged once


@command
def waive_fee(*, job_id: UUID, fee_id: UUID, reason: str, actor: Actor, now: datetime) -> Fee:
    """A lead or finance lets a fee go, with a reason. Raises PermissionDenied, ValidationError, JobNotFound."""
    if not actor.is_staff_in(StaffRole.LEAD, StaffRole.FINANCE):
        raise PermissionDenied(_("Only finance or a lead waives a fee."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    job = lock_job(job_id=job_id)
    fee = Fee.objects.select_for_update().filter(job=job, pk=fee_id).first()
    if fee is None or fee.waived_at is not None:
        raise ValidationError(_("This fee is waived already."))
    fee.waived_at, fee.waived_by, fee.waived_reason = now, actor.name[:200], reason.strip()[:300]
    fee.save(update_fields=["waived_at", "waived_by", "waived_reason"])
    record_step(job, row=ROWS[FeeKind(fee.kind)], event="waive_fee", note=fee.waived_reason, detail={"fee": fee.kind})
    return fee
