"""By which versions, area and class a job is rated: kept at its first rating."""

from collections.abc import Iterable
from uuid import UUID

from dispatch.models import Leg, LegKind
from partners.desk.selectors import Pin, pin_versions
from repair.models import Job, JobRating
from repair.services.choosing import local_day


def read_pins(jobs: Iterable[Job]) -> dict[UUID, JobRating]:
    """What each job is rated by, kept or (unsaved) found now: four queries, however many jobs."""
    wanted = {job.pk: job for job in jobs}
    found = {pin.job_id: pin for pin in JobRating.objects.filter(job__in=wanted)}
    lacking = [wanted[key] for key in wanted if key not in found or is_open(found[key])]
    days = {job.pk: found[job.pk].day if job.pk in found else local_day(job.received_at) for job in lacking}
    versions = pin_versions((job.tenant_id, days[job.pk]) for job in lacking)
    areas = read_areas([job for job in lacking if job.pk not in found])
    for job in lacking:
        now = versions[job.tenant_id, days[job.pk]]
        pin = found.get(job.pk)
        if pin is None:
            pin = JobRating(
                job=job, day=now.day, area=areas.get(job.visit_id or job.pk, ""), vehicle_class=job.vehicle_class
            )
            found[job.pk] = pin
        pin.standard_id, pin.agreed_id = pin.standard_id or now.standard, pin.agreed_id or now.agreed
    return found


def is_open(pin: JobRating) -> bool:
    """Whether there was no standard card at all on its day, as far as was known then."""
    return pin.standard_id is None


def read_areas(jobs: Iterable[Job]) -> dict[UUID, str]:
    """The area in which each visit (or errand) begins: that of its last trip there."""
    purposes = {job.visit_id or job.pk for job in jobs}
    legs = Leg.objects.filter(purpose_id__in=purposes, area__isnull=False).exclude(kind=LegKind.RETURN)
    return dict(legs.order_by("pk").values_list("purpose_id", "area__code"))


def as_pin(rating: JobRating) -> Pin:
    """As the rate cards read it."""
    return Pin(rating.day, standard=rating.standard_id, agreed=rating.agreed_id)
