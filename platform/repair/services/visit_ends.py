"""The end of a visit, and the visits of the same vehicle that waited for it."""

from datetime import datetime

from dispatch.clocks import start_clocks
from dispatch.requests import ClockStart, LegSpec
from dispatch.services.legs import plan_legs
from repair import states
from repair.ids import job_ref
from repair.models import Job, Visit
from repair.services.choosing import release_bay
from tenants.actors import system_actor

OVER = states.JOB.ended | {states.DELIVERED, states.RATED, states.NOT_RATED, states.HANDED_OVER}


def end_visit_if_over(visit: Visit, *, now: datetime) -> None:
    """End the visit when its last job has ended; called inside a command with the visit locked."""
    if visit.ended_at is None and not Job.objects.filter(visit=visit).exclude(status__in=OVER).exists():
        release_bay(visit)
        end_visit(visit, now=now)


def end_visit(visit: Visit, *, now: datetime) -> None:
    """The vehicle is free: who waited for it goes on, each dispatch clock starting now."""
    visit.ended_at = now
    visit.save(update_fields=["ended_at"])
    for waiting in Visit.objects.select_for_update().filter(waits_for=visit, ended_at__isnull=True).order_by("pk"):
        waiting.waits_for = None
        waiting.save(update_fields=["waits_for"])
        begin_waiting(waiting, now)


def begin_waiting(visit: Visit, now: datetime) -> None:
    """Plan the pickup in its window, or when that has closed in the next one of the same length."""
    jobs = list(Job.objects.filter(visit=visit, status=states.ACKNOWLEDGED).order_by("pk"))
    if not jobs:
        return
    start, end = visit.window_start, visit.window_end
    while end <= now:
        start, end = end, end + (end - start)
    spec = LegSpec(
        purpose_id=visit.pk, kind="pickup", label=visit.plate or visit.vin[-6:], window_start=start, window_end=end,
        received_at=now, from_address=visit.address, from_lat=visit.lat, from_lng=visit.lng,
        vehicle_class=jobs[0].vehicle_class, contact=visit.contact, phone=visit.phone,
    )  # fmt: skip
    plan_legs(tenant_id=visit.tenant_id, legs=[spec], actor=system_actor("visits"), now=now)
    clocks = [ClockStart(kind="dispatch", subject_id=job.pk, subject=job_ref(job.pk), started_at=now) for job in jobs]
    start_clocks(tenant_id=visit.tenant_id, clocks=clocks, now=now)
