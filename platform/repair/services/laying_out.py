"""Money laid out for a customer (fines, station fees, tolls, parking, charging): at cost, with a photo of its receipt."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from events.commands import command, record
from events.ids import new_id, public_id
from files.models import StoredFile
from files.services import hold_file
from partners.desk.models import TenantTerms
from repair import states
from repair.events import DisbursementRecorded, PhotoTold
from repair.ids import job_ref
from repair.locking import lock_job
from repair.models import Disbursement, DisbursementKind, Job
from repair.services.agents import require_own_agent
from repair.services.choosing import local_day
from repair.telling import record_step, tell_photos
from tenants.actors import Actor, Party, StaffRole
from ui.formats import format_fen

PURPOSE: Final = "receipt"
MOST_FEN: Final = 10_000_000
CLOSED: Final = frozenset({states.CANCELLED, states.DECLINED_SCOPE, states.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlay:
    """What was paid, as it is typed beside the photo of the receipt."""

    kind: str
    amount_fen: int
    paid_on: date
    is_in_customers_name: bool = True
    receipt_number: str = ""
    agreed_by: str = ""
    note: str = ""


@command
def lay_out(
    *, job_id: UUID, outlay: Outlay, receipt_id: UUID, submission: UUID, actor: Actor, now: datetime
) -> Disbursement:
    """Note money laid out, by an agent of the job or a dispatcher. The same `submission` again is the same row.

    Above the tenant's limit it must say who agreed beforehand. Raises PermissionDenied, TransitionError, ValidationError.
    """
    if actor.parties.isdisjoint({Party.AGT, Party.DSP}):
        raise PermissionDenied(_("Agents and dispatchers lay money out."))
    job = lock_job(job_id=job_id)
    require_own_agent([job], "lay_out", actor=actor)
    known = Disbursement.objects.filter(job=job, submission=submission).first()
    if known is not None:
        return known
    check_outlay(job, outlay, now)
    receipt = StoredFile.objects.filter(
        pk=receipt_id, tenant=job.tenant_id, purpose=PURPOSE, picture__isnull=False
    ).first()
    if receipt is None or Disbursement.objects.filter(job=job, receipt=receipt, struck_at__isnull=True).exists():
        raise ValidationError({"receipt": _("Add a photo of the receipt.")})
    hold_file(file_id=receipt.pk, tenant=job.tenant, now=now)
    paid = Disbursement.objects.create(
        id=new_id(), job=job, kind=outlay.kind, amount_fen=outlay.amount_fen, paid_on=outlay.paid_on,
        is_in_customers_name=outlay.is_in_customers_name, receipt=receipt, receipt_number=outlay.receipt_number.strip()[:64],
        agreed_by=outlay.agreed_by.strip()[:200], note=outlay.note.strip()[:300], recorded_by=actor.name[:200],
        recorded_at=now, submission=submission,
    )  # fmt: skip
    note_disbursement(job, paid)
    record_step(
        job, row="D1", event="lay_out", note=paid.note, detail={"kind": paid.kind, "amount_fen": paid.amount_fen}
    )
    tell_photos(job, kind="receipt", photos=[PhotoTold(file_id=receipt.pk, shot=paid.kind, sha256=receipt.sha256)])
    return paid


def check_outlay(job: Job, outlay: Outlay, now: datetime) -> None:
    """Raise ValidationError, by field."""
    errors = {}
    if job.status in CLOSED:
        raise ValidationError(_("This job has ended."))
    if outlay.kind not in DisbursementKind.values:
        errors["kind"] = _("Say what it was for.")
    if not 0 < outlay.amount_fen <= MOST_FEN:
        errors["amount"] = _("Give an amount above 0 and up to 100,000 yuan.")
    if outlay.paid_on > local_day(now) or (local_day(now) - outlay.paid_on).days > 366:
        errors["paid_on"] = _("Give the day on which it was paid.")
    limit = limit_of(job)
    if outlay.amount_fen > limit and not outlay.agreed_by.strip():
        errors["agreed_by"] = _("Above %(limit)s the customer must have agreed beforehand: say who, and how.") % {
            "limit": format_fen(amount_fen=limit)
        }
    if errors:
        raise ValidationError(errors)


def limit_of(job: Job) -> int:
    """Up to how much is laid out for this tenant without asking."""
    terms = TenantTerms.objects.filter(tenant=job.tenant_id).first() or TenantTerms()
    return terms.lays_out_up_to_fen


@command
def strike_out(*, job_id: UUID, disbursement_id: UUID, reason: str, actor: Actor, now: datetime) -> Disbursement:
    """It was noted wrongly: it stays to be seen, and is charged no more. Raises PermissionDenied, ValidationError."""
    if not actor.is_staff_in(StaffRole.DISPATCHER, StaffRole.LEAD, StaffRole.FINANCE):
        raise PermissionDenied(_("A dispatcher or finance strikes it out."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    job = lock_job(job_id=job_id)
    paid = Disbursement.objects.select_for_update().filter(job=job, pk=disbursement_id).first()
    if paid is None or paid.struck_at is not None:
        raise ValidationError(_("This is struck out already."))
    paid.struck_at, paid.struck_by, paid.struck_reason = now, actor.name[:200], reason.strip()[:300]
    paid.save(update_fields=["struck_at", "struck_by", "struck_reason"])
    note_disbursement(job, paid)
    record_step(
        job,
        row="D1",
        event="strike_out",
        note=paid.struck_reason,
        detail={"kind": paid.kind, "amount_fen": paid.amount_fen},
    )
    return paid


def note_disbursement(job: Job, paid: Disbursement) -> None:
    """The fact that billing will post by."""
    record(
        DisbursementRecorded(
            subject=job_ref(job.pk), disbursement_id=paid.pk, job_id=job.pk, tenant_id=job.tenant_id, kind=paid.kind,
            amount_fen=paid.amount_fen, receipt=public_id("fil", paid.receipt_id), agreed_by=paid.agreed_by,
            struck_reason=paid.struck_reason,
        )
    )  # fmt: skip
