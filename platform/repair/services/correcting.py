"""What was mistyped at the pickup and signed by both: the paper stays as it is, the right value stands beside it."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.commands import command, record
from repair import states
from repair.events import JobMoved
from repair.ids import job_ref
from repair.locking import lock_visit
from repair.models import Custody, OdometerCorrection
from repair.services.agents import require_own_agent
from repair.services.collecting import require_party
from repair.telling import note_order, tell_odometer
from tenants.actors import Actor, Party


@command
def correct_odometer(*, visit_id: UUID, km: int, reason: str, actor: Actor, now: datetime) -> OdometerCorrection:
    """The odometer at the pickup was another than the report says; by an agent of the vehicle, or a dispatcher.

    Raises PermissionDenied, TransitionError, ValidationError by field.
    """
    require_party(actor, Party.AGT, Party.DSP)
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status in states.IN_CUSTODY_STATES]
    custody = Custody.objects.select_for_update().filter(visit=visit, during__endswith__isnull=True).first()
    if custody is None or not mine:
        raise ValidationError(_("We do not hold this vehicle; there is nothing to correct."))
    require_own_agent(mine, "correct_odometer", actor=actor)
    check(custody, km, reason)
    correction = OdometerCorrection.objects.create(
        custody=custody, before_km=custody.odometer_out_km, after_km=km, reason=reason.strip(), by=actor.name[:200],
        corrected_at=now,
    )  # fmt: skip
    custody.odometer_out_km = km
    custody.save(update_fields=["odometer_out_km"])
    for job in mine:
        record(
            JobMoved(
                subject=job_ref(job.pk), job_id=job.pk, tenant_id=job.tenant_id, order_id=job.order_id, row="J8",
                event="correct_odometer", before=job.status, after=job.status, note=correction.reason,
                detail={"before_km": correction.before_km, "after_km": km},
            )
        )  # fmt: skip
        note_order(job, topic="odometer", text=f"{correction.before_km} km → {km} km: {correction.reason}")
    tell_odometer(mine[0], km=km, source="correction", now=custody.during.lower)  # of the pickup's moment, told later
    return correction


def check(custody: Custody, km: int, reason: str) -> None:
    """Raise ValidationError by field: for no change, no reason, or less than this vehicle has shown before."""
    earlier = Custody.objects.filter(vin=custody.vin).exclude(pk=custody.pk).order_by("-during").first()
    seen = (earlier.odometer_in_km or earlier.odometer_out_km) if earlier is not None else 0
    if km == custody.odometer_out_km:
        raise ValidationError({"odometer_km": _("This is what the report says already.")})
    if km < seen:
        raise ValidationError(
            {"odometer_km": _("This vehicle has shown %(km)s km before; read it again.") % {"km": seen}}
        )
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it was wrong.")})
