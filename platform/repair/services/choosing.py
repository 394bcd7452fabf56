"""J4's other half: which workshop takes the vehicle, by capability, class, bay that day and distance; reasons kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from dispatch.planning import WorkshopCard, WorkshopChoice, WorkshopNeed, choose_workshop
from events.commands import Recorded, command, tell
from repair import states
from repair.events import OrderWorkshopNamed
from repair.ids import order_ref
from repair.locking import lock_visit
from repair.models import Job, Visit, Workshop, WorkshopDay
from repair.telling import move
from tenants.actors import Actor

LOCAL = ZoneInfo(settings.TIME_ZONE)
Facts = Mapping[UUID, Recorded]  # by job: why its tenant is told
Bay = tuple[UUID, date]  # a workshop, and the day on which it keeps a bay


def ensure_workshops(*, visits: Mapping[UUID, Visit], jobs: Mapping[UUID, Sequence[Job]], because: Facts) -> None:
    """Choose a workshop for each locked visit that needs one and has none; called inside a command.

    A visit for which no workshop fits stays without one: its jobs wait, with the reasons on the visit.
    """
    waiting = [
        visit for visit in visits.values() if visit.workshop_id is None and needs_workshop(jobs.get(visit.pk, []))
    ]
    if not waiting:
        return
    days = {local_day(visit.window_start) for visit in waiting}
    workshops, free = lock_bays(days)
    for visit in sorted(waiting, key=lambda v: (v.window_start, v.pk)):
        choice = choose_for(visit, jobs[visit.pk], workshops, free, refused=refusals(visit))
        book(visit, jobs[visit.pk], choice, workshops, free, because=because)


def needs_workshop(jobs: Sequence[Job]) -> bool:
    """Whether any job of the visit is done in a workshop."""
    return any(has_workshop(job) and job.status in states.ACTIVE for job in jobs)


def has_workshop(job: Job) -> bool:
    """Whether its work is done in a workshop: an inspection's only once the station has found faults."""
    return job.kind in states.WITH_WORKSHOP.split() or (
        job.kind == Job.Kind.INSPECTION and job.status == states.ESTIMATING
    )


def operation_of(job: Job) -> str:
    """What the workshop must be able to do."""
    return Job.Kind.REPAIR.value if job.kind == Job.Kind.INSPECTION else job.kind


def ensure_workshop_for_failed(visit: Visit, job: Job, *, because: Recorded, now: datetime) -> None:
    """A workshop for what the station did not pass, today; called inside a command. Without one any workshop may begin."""
    if visit.workshop is not None:
        name_workshop(visit.workshop, [job], because={job.pk: because})
        return
    today = local_day(now)
    workshops, free = lock_bays({today})
    choice = choose_for(visit, [job], workshops, free, refused=set(), day=today)
    book(visit, [job], choice, workshops, free, because={job.pk: because}, day=today)


def local_day(moment: datetime) -> date:
    """The operator's calendar day."""
    return moment.astimezone(LOCAL).date()


def lock_bays(days: set[date]) -> tuple[dict[UUID, Workshop], dict[tuple[UUID, date], WorkshopDay]]:
    """The workshops, and their days, made and locked in the order of their keys; a day that nobody asked for yet is made."""
    workshops = {w.pk: w for w in Workshop.objects.filter(is_active=True).order_by("pk")}
    wanted = [WorkshopDay(workshop=w, day=day, bays=w.bays) for w in workshops.values() for day in sorted(days)]
    WorkshopDay.objects.bulk_create(wanted, ignore_conflicts=True)
    rows = (
        WorkshopDay.objects.select_for_update()
        .filter(workshop__in=workshops, day__in=days)
        .order_by("workshop_id", "day")
    )
    return workshops, {(row.workshop_id, row.day): row for row in rows}


def choose_for(
    visit: Visit,
    jobs: Sequence[Job],
    workshops: Mapping[UUID, Workshop],
    free: Mapping[tuple[UUID, date], WorkshopDay],
    *,
    refused: set[UUID],
    day: date | None = None,
) -> WorkshopChoice:
    """The planner's choice for one visit, on the day of its window unless another is asked for."""
    day = day or local_day(visit.window_start)
    need = WorkshopNeed(
        operations=frozenset(operation_of(job) for job in jobs if has_workshop(job)),
        day=day,
        position=(visit.lat, visit.lng),
        vehicle_class=next((job.vehicle_class for job in jobs if job.vehicle_class), None),
        wmi=visit.vin[:3],
        job_id=str(visit.pk),
    )
    cards = [
        replace(card_of(w, free, day), refused_jobs=frozenset({str(visit.pk)} if w.pk in refused else ()))
        for w in workshops.values()
    ]
    return choose_workshop(need=need, workshops=cards)


def card_of(workshop: Workshop, free: Mapping[tuple[UUID, date], WorkshopDay], day: date) -> WorkshopCard:
    """A workshop as the planner sees it."""
    row = free[workshop.pk, day]
    return WorkshopCard(
        id=str(workshop.pk),
        name=workshop.name,
        position=(workshop.lat, workshop.lng),
        brands=frozenset(workshop.brands) or None,
        capabilities=frozenset(workshop.services),
        classes=frozenset(workshop.classes) or None,
        bays_free_by_day={day: row.bays - row.taken},
    )


def book(
    visit: Visit,
    jobs: Sequence[Job],
    choice: WorkshopChoice,
    workshops: Mapping[UUID, Workshop],
    free: Mapping[tuple[UUID, date], WorkshopDay],
    *,
    because: Facts,
    day: date | None = None,
) -> None:
    """Take the bay, keep why, tell the tenant."""
    considered = [
        {
            "id": verdict.workshop_id,
            "name": workshops[UUID(verdict.workshop_id)].name,
            "metres": verdict.distance_m,
            "reasons": [reason.value for reason in verdict.reasons],
        }
        for verdict in choice.considered
    ]
    visit.workshop_why = {**visit.workshop_why, "considered": considered}
    if choice.workshop_id is not None:
        workshop = workshops[UUID(choice.workshop_id)]
        visit.workshop, visit.workshop_day = workshop, day or local_day(visit.window_start)
        row = free[workshop.pk, visit.workshop_day]
        row.taken += 1
        WorkshopDay.objects.filter(pk=row.pk).update(taken=F("taken") + 1)
        name_workshop(workshop, jobs, because=because)
    visit.save(update_fields=["workshop", "workshop_day", "workshop_why"])


def name_workshop(workshop: Workshop, jobs: Sequence[Job], *, because: Facts) -> None:
    """Write the workshop on the jobs, and tell where the vehicle goes."""
    mine = [job for job in jobs if has_workshop(job) and job.status in states.ACTIVE]
    Job.objects.filter(pk__in=[job.pk for job in mine]).update(workshop=workshop)
    for job in mine:
        job.workshop = workshop
        tell(
            job.tenant_id,
            OrderWorkshopNamed(subject=order_ref(job.order_id), order_id=job.order_id, workshop=workshop.name),
            because=because[job.pk],
        )


def leave_bay(visit: Visit) -> list[Bay]:
    """Take the workshop off a visit that will not come; called inside a command with the visit locked.

    Returns its bay, which the command gives back with `give_back` once it has locked everything else.
    """
    if visit.workshop_id is None or visit.workshop_day is None:
        return []
    bay = (visit.workshop_id, visit.workshop_day)
    visit.workshop, visit.workshop_day = None, None
    visit.save(update_fields=["workshop", "workshop_day"])
    return [bay]


def give_back(bays: Sequence[Bay]) -> None:
    """Write the bays as free again, in the order of their keys: workshop days are the last that a command locks."""
    for (workshop_id, day), number in sorted(Counter(bays).items()):
        left = Greatest(F("taken") - number, 0)
        WorkshopDay.objects.filter(workshop_id=workshop_id, day=day).update(taken=left)


def refusals(visit: Visit) -> set[UUID]:
    """The workshops that have refused this visit."""
    return {UUID(entry["workshop"]) for entry in visit.workshop_why.get("refused", [])}


@command
def change_workshop(*, visit_id: UUID, workshop_id: UUID | None, reason: str, actor: Actor, now: datetime) -> Visit:
    """Name another workshop until the vehicle is received, or (workshop_id None) let the next one be chosen after a refusal.

    Raises TransitionError once it is received, ValidationError when the workshop has no bay that day or none fits.
    """
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.kind in states.WITH_WORKSHOP.split() and job.status not in states.JOB.ended]
    facts = {job.pk: move(job, "change_workshop", actor=actor, now=now, note=reason, reason=reason) for job in mine}
    if visit.workshop_id is not None and workshop_id is None:
        refused = [*visit.workshop_why.get("refused", []), {"workshop": str(visit.workshop_id), "reason": reason}]
        visit.workshop_why = {**visit.workshop_why, "refused": refused}
    lock_bays({day for day in (visit.workshop_day, local_day(visit.window_start)) if day is not None})
    give_back(leave_bay(visit))
    if workshop_id is None:
        ensure_workshops(visits={visit.pk: visit}, jobs={visit.pk: mine}, because=facts)
    else:
        book_by_hand(visit, mine, workshop_id, actor, because=facts)
    if visit.workshop_id is None:
        raise ValidationError({"workshop": _("No workshop fits on that day; choose another day or another workshop.")})
    assign_waiting(visit, mine, actor=actor, now=now)
    return visit


def book_by_hand(visit: Visit, jobs: Sequence[Job], workshop_id: UUID, actor: Actor, *, because: Facts) -> None:
    """A dispatcher's choice: any workshop with a bay that day."""
    workshops, free = lock_bays({local_day(visit.window_start)})
    row = free.get((workshop_id, local_day(visit.window_start)))
    if row is None or row.taken >= row.bays:
        raise ValidationError({"workshop": _("This workshop has no bay free on that day.")})
    choice = WorkshopChoice(workshop_id=str(workshop_id), considered=())
    book(visit, jobs, choice, workshops, free, because=because)
    visit.workshop_why = {**visit.workshop_why, "by_hand": actor.name}
    visit.save(update_fields=["workshop_why"])


def assign_waiting(visit: Visit, jobs: Sequence[Job], *, actor: Actor, now: datetime) -> None:
    """Jobs that had an agent but no workshop can be assigned now."""
    for job in jobs:
        if job.status in {states.ACKNOWLEDGED, states.ARRIVED} and job.agent_id is not None:
            move(job, "assign", actor=actor, now=now, agent_id=job.agent_id, workshop_id=visit.workshop_id)
            job.save(update_fields=["status", "status_since"])
