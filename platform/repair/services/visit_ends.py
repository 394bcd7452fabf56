"""The end of a visit, and the visits of the same vehicle that waited for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from dispatch.models import Clock
from dispatch.requests import LegSpec
from dispatch.services.legs import plan_legs
from events.commands import command, tell
from events.each import each_alone
from repair import states
from repair.events import OrderAmended
from repair.ids import order_ref
from repair.locking import lock_visit
from repair.models import Job, Visit
from repair.services.choosing import Bay, Facts, give_back, leave_bay, local_day
from repair.services.timing import run_clocks
from repair.telling import record_step
from tenants.actors import Actor, system_actor

OVER = states.JOB.ended | {states.DELIVERED, states.RATED, states.NOT_RATED, states.HANDED_OVER}


def end_visits_if_over(visits: Iterable[Visit], *, now: datetime) -> None:
    """End each visit whose last job has ended; called inside a command with the visits locked."""
    bays: list[Bay] = []
    for visit in visits:
        if visit.ended_at is None and not Job.objects.filter(visit=visit).exclude(status__in=OVER).exists():
            bays += leave_bay(visit) + free_vehicle(visit, now)
    give_back(bays)


def end_visit(visit: Visit, *, now: datetime) -> None:
    """The vehicle is with its owner again; the bay that it had is used up."""
    give_back(free_vehicle(visit, now))


def free_vehicle(visit: Visit, now: datetime) -> list[Bay]:
    """Who waited for it goes on, each dispatch clock starting now. Returns the bays that are to be given back."""
    bays: list[Bay] = []
    visit.ended_at = now
    visit.save(update_fields=["ended_at"])
    ahead = visit.waits_for if visit.waits_for is not None and visit.waits_for.ended_at is None else None
    for waiting in Visit.objects.select_for_update().filter(waits_for=visit, ended_at__isnull=True).order_by("pk"):
        waiting.waits_for = ahead  # one that was called off while it waited itself leaves its place to the next
        waiting.save(update_fields=["waits_for"])
        if ahead is None:
            bays += begin_waiting(waiting, now)
    return bays


def next_window(start: datetime, end: datetime, now: datetime) -> tuple[datetime, datetime]:
    """The window, or when it has closed the first of the same length after it that has not."""
    length = end - start
    steps = max(0, (now - end) // length + 1)
    return start + steps * length, end + steps * length


def change_windows(
    visit: Visit, jobs: Sequence[Job], window: tuple[datetime, datetime], *, because: Facts
) -> list[Bay]:
    """Another window for the visit and these jobs, and the tenant is told. Returns a bay of another day, to be given back."""
    start, end = visit.window_start, visit.window_end = window
    visit.save(update_fields=["window_start", "window_end"])
    bays = free_bay_of_another_day(visit)
    for job in jobs:
        before = {"window_start": job.window_start.isoformat(), "window_end": job.window_end.isoformat()}
        after = {"window_start": start.isoformat(), "window_end": end.isoformat()}
        job.window_start, job.window_end = window
        job.save(update_fields=["window_start", "window_end"])
        if before != after:
            event = OrderAmended(subject=order_ref(job.order_id), order_id=job.order_id, before=before, after=after)
            tell(job.tenant_id, event, because=because[job.pk])
    return bays


def free_bay_of_another_day(visit: Visit) -> list[Bay]:
    """A bay is booked for the day of the window; once that is another day, the next naming books anew."""
    return leave_bay(visit) if visit.workshop_day != local_day(visit.window_start) else []


def begin_waiting(visit: Visit, now: datetime) -> list[Bay]:
    """Plan the pickup in its window, or when that has closed in the next one of the same length, and tell the tenant."""
    jobs = list(
        Job.objects.select_for_update(of=("self",))
        .filter(visit=visit, status__in=[states.ACKNOWLEDGED, states.ARRIVED])
        .order_by("pk")
    )
    if not jobs:
        return []
    facts = {job.pk: record_step(job, row="J4", event="begin_visit") for job in jobs}
    bays = change_windows(visit, jobs, next_window(visit.window_start, visit.window_end, now), because=facts)
    plan_pickup(visit, jobs, now)
    return bays


def begin_left_waiting(*, actor: Actor, now: datetime) -> int:
    """Visits that wait for one that has ended begin, a command a visit; how many. There are none unless something failed."""
    left = Visit.objects.filter(ended_at__isnull=True, waits_for__ended_at__isnull=False).order_by("pk")
    keys = list(left.values_list("pk", flat=True))
    return sum(each_alone(keys, lambda key: begin_one_left(visit_id=key, actor=actor, now=now)))


@command
def begin_one_left(*, visit_id: UUID, actor: Actor, now: datetime) -> bool:
    """One visit of `begin_left_waiting`; False when it has begun meanwhile."""
    visit, _jobs = lock_visit(visit_id=visit_id)
    if visit.ended_at is not None or visit.waits_for is None or visit.waits_for.ended_at is None:
        return False
    visit.waits_for = None
    visit.save(update_fields=["waits_for"])
    give_back(begin_waiting(visit, now))
    return True


def plan_pickup(visit: Visit, jobs: Sequence[Job], now: datetime) -> None:
    """The trip that fetches the vehicle, and the clocks of those jobs whose naming was met or never asked for."""
    spec = LegSpec(
        purpose_id=visit.pk, kind="pickup", label=visit.plate or visit.vin[-6:], window_start=visit.window_start,
        window_end=visit.window_end, received_at=now, from_address=visit.address, from_lat=visit.lat, from_lng=visit.lng,
        vehicle_class=jobs[0].vehicle_class, contact=visit.contact, phone=visit.phone,
    )  # fmt: skip
    plan_legs(tenant_id=visit.tenant_id, legs=[spec], actor=system_actor("visits"), now=now)
    running = Clock.objects.filter(kind="dispatch", stopped_at__isnull=True, cancelled_at__isnull=True)
    kept = set(running.filter(subject_id__in=[job.pk for job in jobs]).values_list("subject_id", flat=True))
    run_clocks("dispatch", [job for job in jobs if job.pk not in kept], now=now)
