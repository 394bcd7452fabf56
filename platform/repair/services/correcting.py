"""What was mistyped at the pickup or the return and signed by both: the paper stays, the right value stands beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.commands import command
from repair import states
from repair.locking import lock_visit
from repair.models import Custody, Job, OdometerCorrection, ReportSide
from repair.services.agents import require_own_agent
from repair.services.collecting import require_party
from repair.telling import note_order, record_step, tell_odometer
from tenants.actors import Actor, Party


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading that is signed: the column that keeps it, what a correction of it is called, and while what it may be made."""

    column: str
    row: str
    event: str
    topic: str
    source: str
    while_in: frozenset[str]


READINGS: Final = {
    ReportSide.PICKUP: Reading(
        "odometer_out_km", "J8", "correct_odometer", "odometer", "pickup_correction", states.IN_CUSTODY_STATES
    ),
    ReportSide.RETURN: Reading(
        "odometer_in_km", "J16c", "correct_return_odometer", "return_odometer", "return_correction", states.RETURNED
    ),
}


@command
def correct_odometer(
    *, visit_id: UUID, side: ReportSide, km: int, reason: str, actor: Actor, now: datetime
) -> OdometerCorrection:
    """The odometer at the pickup or the return was another than the report says; by an agent of the vehicle, or a dispatcher.

    That of the pickup while we hold the vehicle, that of the return until the job is closed.
    Raises PermissionDenied, TransitionError, ValidationError by field.
    """
    require_party(actor, Party.AGT, Party.DSP)
    reading = READINGS[side]
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status in reading.while_in]
    custody = Custody.objects.select_for_update().filter(visit=visit).first()
    before = getattr(custody, reading.column, None)
    if custody is None or before is None or not mine:
        raise ValidationError(refusal_of(side))
    require_own_agent(mine, reading.event, actor=actor)
    check(custody, side, before=before, km=km, reason=reason)
    correction = OdometerCorrection.objects.create(
        custody=custody, side=side, before_km=before, after_km=km, reason=reason.strip(), by=actor.name[:200],
        corrected_at=now,
    )  # fmt: skip
    setattr(custody, reading.column, km)
    custody.save(update_fields=[reading.column])
    tell_correction(mine, reading, correction)
    moment = custody.during.lower if side == ReportSide.PICKUP else custody.during.upper
    tell_odometer(mine[0], km=km, source=reading.source, now=moment)  # of the moment it was read, told later
    return correction


def refusal_of(side: ReportSide) -> str:
    """Why there is nothing to correct."""
    if side == ReportSide.PICKUP:
        return _("We do not hold this vehicle; there is nothing to correct.")
    return _("This vehicle has not been returned, or its job is closed; there is nothing to correct.")


def tell_correction(jobs: list[Job], reading: Reading, correction: OdometerCorrection) -> None:
    """Both values, in the desk's log and in the tenant's."""
    before, after = correction.before_km, correction.after_km
    for job in jobs:
        detail = {"before_km": before, "after_km": after}
        record_step(job, row=reading.row, event=reading.event, note=correction.reason, detail=detail)
        note_order(job, topic=reading.topic, text=f"{before} km → {after} km: {correction.reason}")


def check(custody: Custody, side: ReportSide, *, before: int, km: int, reason: str) -> None:
    """Raise ValidationError by field: for no change, no reason, or a value that other readings of the vehicle exclude."""
    least, most = bounds_of(custody, side)
    if km == before:
        raise ValidationError({"odometer_km": _("This is what the report says already.")})
    if km < least:
        raise ValidationError(
            {"odometer_km": _("This vehicle has shown %(km)s km before; read it again.") % {"km": least}}
        )
    if most is not None and km > most:
        raise ValidationError(
            {"odometer_km": _("This vehicle showed only %(km)s km later; read it again.") % {"km": most}}
        )
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it was wrong.")})


def bounds_of(custody: Custody, side: ReportSide) -> tuple[int, int | None]:
    """What the vehicle showed before and after: the odometer never runs back."""
    others = Custody.objects.filter(vin=custody.vin).exclude(pk=custody.pk)
    if side == ReportSide.RETURN:
        later = others.filter(during__startswith__gte=custody.during.upper).order_by("during").first()
        return custody.odometer_out_km, later.odometer_out_km if later is not None else None
    earlier = others.filter(during__endswith__lte=custody.during.lower).order_by("-during").first()
    seen = (earlier.odometer_in_km or earlier.odometer_out_km) if earlier is not None else 0
    return seen, custody.odometer_in_km
