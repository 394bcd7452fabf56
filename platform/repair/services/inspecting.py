"""J15 and J15b: every repaired vehicle is inspected, by somebody who did not repair it, against a version of the standard."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dispatch.services.legs import cancel_legs
from events.commands import command
from files.models import StoredFile
from files.services import claim_files
from repair.events import PhotoTold
from repair.locking import lock_job
from repair.models import Job, QualityCheck, QualityStandard
from repair.services.choosing import local_day
from repair.services.timing import note_progress_clock
from repair.telling import move, tell_photos
from tenants.actors import Actor, system_actor

OK, FAIL = "ok", "fail"


def standard_for(job: Job, now: datetime) -> QualityStandard:
    """The version of 《维修质量标准》 in force for its service; raises ValidationError if the operator has none."""
    rows = QualityStandard.objects.filter(service=job.kind, valid_from__lte=local_day(now)).order_by(
        "-valid_from", "-version"
    )
    found = rows.first()
    if found is None:
        raise ValidationError(_("There is no quality standard for this service; the lead must enter one."))
    return found


@command
def inspect(
    *,
    job_id: UUID,
    results: Mapping[str, str],
    remarks: str,
    actor: Actor,
    now: datetime,
    photos: Sequence[StoredFile] = (),
) -> QualityCheck:
    """Pass when every item is ok, else rework. `photos`, kept before, are shown to the tenant.

    Raises TransitionError (also for the technician himself), ValidationError by item.
    """
    job = lock_job(job_id=job_id)
    standard = standard_for(job, now)
    check_results(standard, results)
    is_passed = all(results[item["code"]] == OK for item in standard.items)
    problem = None if job.technician != actor.id else _("Who repaired it cannot inspect it.")
    move(
        job,
        "pass_quality" if is_passed else "fail_quality",
        actor=actor,
        now=now,
        note=remarks,
        quality_problem=problem,
        detail={"photos": [photo.ref for photo in photos]} if photos else None,
    )
    job.save(update_fields=["status", "status_since"])
    check = QualityCheck.objects.create(
        job=job, round=QualityCheck.objects.filter(job=job).count() + 1, standard=standard, inspector=actor.id,
        technician=job.technician, results=dict(results), is_passed=is_passed, remarks=remarks, checked_at=now,
    )  # fmt: skip
    claim_files(file_ids=[photo.pk for photo in photos], now=now)
    tell_photos(job, kind="quality", photos=[PhotoTold(file_id=photo.pk, sha256=photo.sha256) for photo in photos])
    note_progress_clock([job], now=now)
    return check


def check_results(standard: QualityStandard, results: Mapping[str, str]) -> None:
    """Raise ValidationError, by item, unless each is answered ok or fail."""
    codes = {item["code"] for item in standard.items}
    errors = {code: _("Answer ok or fail.") for code in codes if results.get(code) not in {OK, FAIL}}
    errors |= {code: _("This item is not on the list.") for code in results.keys() - codes}
    if errors:
        raise ValidationError(errors)


@command
def fail_reinspection(*, job_id: UUID, reason: str, actor: Actor, now: datetime) -> Job:
    """J15b: a later look found a fault."""
    job = lock_job(job_id=job_id)
    move(job, "fail_reinspection", actor=actor, now=now, note=reason, reason=reason)
    job.save(update_fields=["status", "status_since"])
    if job.visit_id is not None:  # a return that was planned is called off; it is planned anew when all is ready again
        cancel_legs(purpose_ids=[job.visit_id], reason="rework", actor=system_actor("rework"), now=now)
    return job
