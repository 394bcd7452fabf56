"""What rating must know of jobs, read for all of them at once. With `expected`, also what is still to come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from dispatch.models import Leg, LegKind, LegMode
from dispatch.planning import metres_between
from events.models import Fact
from partners.desk.rating import Fee as FeeFact
from partners.desk.rating import JobFacts, LaidOut, Service, Trip, Work
from repair import states
from repair.models import Disbursement, EstimateLine, Fee, FeeKind, Job, JobRating, LineDecision, Payer, Visit

LOCAL = ZoneInfo(settings.TIME_ZONE)
NOT_COMING = (states.CANCELLED, states.DECLINED_SCOPE)
BEFORE = frozenset({*states.BEFORE_CUSTODY.split(), states.PICKUP_FAILED})
STATION_DONE = frozenset({states.PASSED, states.FAILED})
OVER = frozenset({*NOT_COMING, states.HANDED_OVER, states.CLOSED})


@dataclass(frozen=True, slots=True)
class Read:
    """What was read for some jobs."""

    legs: Mapping[UUID, list[Leg]]  # by purpose, in the order in which they were made
    bearers: Mapping[UUID, UUID]  # visit: the job that bears its trips
    to_workshop: frozenset[UUID]  # visits whose vehicle goes to a workshop, and not to a station alone
    arrivals: Mapping[UUID, datetime]  # leg: when its agent was there
    lines: Mapping[UUID, list[EstimateLine]]
    fees: Mapping[UUID, list[Fee]]
    paid: Mapping[UUID, list[Disbursement]]


def read_facts(jobs: Iterable[Job], pins: Mapping[UUID, JobRating], *, expected: bool = False) -> dict[UUID, JobFacts]:
    """The facts of each job; a fixed number of queries."""
    found = list(jobs)
    read = read_rows(found)
    return {job.pk: facts_of(job, pins[job.pk], read, expected=expected) for job in found}


def read_rows(jobs: Sequence[Job]) -> Read:
    """Everything, by its owner."""
    keys = [job.pk for job in jobs]
    visits = {job.visit_id for job in jobs if job.visit_id is not None}
    legs = group(Leg.objects.filter(purpose_id__in=visits).order_by("pk"), "purpose_id")
    lines = EstimateLine.objects.filter(estimate__job__in=keys, decision=LineDecision.APPROVED)
    lines = lines.exclude(estimate__decision="expired").select_related("estimate").order_by("estimate__version", "no")
    return Read(
        legs=legs,
        **read_visits(visits),
        arrivals=read_arrivals(leg for mine in legs.values() for leg in mine),
        lines=group(lines, "estimate.job_id"),
        fees=group(Fee.objects.filter(job__in=keys).order_by("pk"), "job_id"),
        paid=group(Disbursement.objects.filter(job__in=keys, struck_at__isnull=True).order_by("pk"), "job_id"),
    )


def group(rows: Iterable[Any], path: str) -> dict[UUID, list[Any]]:
    """Rows by the key that `path` names."""
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        key: Any = row
        for name in path.split("."):
            key = getattr(key, name)
        found.setdefault(key, []).append(row)
    return found


def read_visits(visits: Iterable[UUID]) -> dict[str, Any]:
    """The oldest job of each visit that was not called off, which bears the trips once for all; and where they lead."""
    jobs = Job.objects.filter(visit__in=list(visits)).exclude(status__in=NOT_COMING).order_by("-pk")
    rows: list[Any] = list(jobs.values_list("visit_id", "pk", "kind"))
    return {
        "bearers": {visit: job for visit, job, _kind in rows},
        "to_workshop": frozenset(visit for visit, _job, kind in rows if kind in states.WITH_WORKSHOP.split()),
    }


def read_arrivals(legs: Iterable[Leg]) -> dict[UUID, datetime]:
    """When the agent was there, from the facts."""
    refs = {leg.ref: leg.pk for leg in legs if leg.status in {"arrived", "done"}}
    if not refs:
        return {}
    rows = Fact.objects.filter(subject__in=refs, type="leg.moved", data__event="arrive").order_by("id")
    return {refs[subject]: at for subject, at in rows.values_list("subject", "occurred_at")}


# --- one job ------------------------------------------------------------------------------------------------------------


def facts_of(job: Job, pin: JobRating, read: Read, *, expected: bool) -> JobFacts:
    """What rating asks of one job."""
    fees = read.fees.get(job.pk, [])
    stopped = any(fee.kind == FeeKind.STOP for fee in fees)  # waived or not: only what was begun is billed
    lines = [line for line in read.lines.get(job.pk, []) if line.work_begun_at is not None or not stopped]
    bears = job.visit_id is not None and read.bearers.get(job.visit_id) == job.pk
    return JobFacts(
        service=job.kind,
        area=pin.area,
        vehicle_class=pin.vehicle_class,
        trips=tuple(trips_of(job, read, expected=expected)) if bears else (),
        work=tuple(as_work(line) for line in lines),
        services=tuple(services_of(job, expected=expected)),
        fees=tuple(FeeFact(kind=fee.kind, stage=fee.stage) for fee in fees if fee.waived_at is None),
        laid_out=tuple(as_laid_out(paid) for paid in read.paid.get(job.pk, [])),
    )


def as_work(line: EstimateLine) -> Work:
    """An approved line."""
    return Work(
        ref=f"{line.estimate.version}.{line.no}", kind=line.kind, operation=line.operation, text=line.text,
        quantity=line.quantity, unit_price_fen=line.unit_price_fen, asked_fen=line.amount_fen, approved_fen=line.approved_fen,
        payer=Payer.CUSTOMER,
    )  # fmt: skip


def as_laid_out(paid: Disbursement) -> LaidOut:
    """Money laid out."""
    return LaidOut(
        ref=str(paid.pk), kind=paid.kind, amount_fen=paid.amount_fen, is_in_customers_name=paid.is_in_customers_name,
        text=paid.note,
    )  # fmt: skip


def services_of(job: Job, *, expected: bool) -> list[Service]:
    """The agency of an inspection once the vehicle was tested, of a violation once it is settled."""
    is_due = job.served_at is not None or (expected and job.status not in OVER)
    return [Service(name=job.kind)] if job.kind in {Job.Kind.INSPECTION, Job.Kind.VIOLATION} and is_due else []


def trips_of(job: Job, read: Read, *, expected: bool) -> list[Trip]:
    """The way there and the way back: driven, or (with `expected`) as it is planned."""
    visit = job.visit
    assert visit is not None
    legs = read.legs.get(visit.pk, [])
    found = []
    custody = getattr(visit, "custody", None)
    there = last_of(legs, LegKind.PICKUP, {"arrived", "done"})
    if custody is not None and there is not None:
        found.append(driven(there, read, metres=metres_there(visit, read), until=custody.during.lower))
    elif expected and custody is None and job.status not in OVER:
        found.append(planned(visit, last_of(legs, LegKind.PICKUP, None), LegKind.PICKUP, read))
    back = last_of(legs, LegKind.RETURN, {"done"})
    if back is not None:
        # what the customer signs for says what the way back costs: nothing is added for waiting at his door
        found.append(driven(back, read, metres=metres_of(back), until=None))
    elif expected and job.status not in OVER:
        found.append(planned(visit, last_of(legs, LegKind.RETURN, None), LegKind.RETURN, read))
    return found


def last_of(legs: Sequence[Leg], kind: str, statuses: set[str] | None) -> Leg | None:
    """The newest leg of a kind in one of these states (None: in any but those that were called off or failed)."""
    fitting = [
        leg
        for leg in legs
        if leg.kind == kind and (leg.status in statuses if statuses else leg.status not in {"cancelled", "failed"})
    ]
    return fitting[-1] if fitting else None


def driven(leg: Leg, read: Read, *, metres: int, until: datetime | None) -> Trip:
    """A leg that was driven, with the minutes that its agent stood at the door."""
    arrived = read.arrivals.get(leg.pk)
    waited = int((until - arrived).total_seconds() // 60) if until is not None and arrived is not None else 0
    return trip_of(leg.ref, leg.kind, leg, metres, waited_min=max(0, waited))


def trip_of(ref: str, way: str, leg: Leg, metres: int, *, waited_min: int = 0) -> Trip:
    """The night is judged by the hour that was asked for."""
    at = leg.window_start.astimezone(LOCAL).time()
    return Trip(ref=ref, way=way, metres=metres, at=at, is_towed=leg.mode == LegMode.TOW, waited_min=waited_min)


def metres_there(visit: Visit, read: Read) -> int:
    """As the crow flies to the workshop; nothing while there is none, and to a station, which may be any."""
    if visit.workshop is None or visit.pk not in read.to_workshop:
        return 0
    return between((visit.lat, visit.lng), (visit.workshop.lat, visit.workshop.lng))


def metres_of(leg: Leg) -> int:
    """As the crow flies, of a trip whose end is known."""
    if leg.to_lat is None or leg.to_lng is None:
        return 0
    return between((leg.from_lat, leg.from_lng), (leg.to_lat, leg.to_lng))


def between(one: tuple[float, float], other: tuple[float, float]) -> int:
    """Whole metres between two places."""
    return round(float(metres_between(origins=[one], destinations=[other])[0]))


def planned(visit: Visit, leg: Leg | None, way: str, read: Read) -> Trip:
    """A trip that is still to come, as far as its way is known."""
    there = metres_there(visit, read)
    if way == LegKind.RETURN and leg is not None:
        return trip_of(leg.ref, way, leg, metres_of(leg))
    if leg is not None:
        return trip_of(leg.ref, way, leg, there)
    if way == LegKind.RETURN and there and visit.return_lat is not None and visit.return_lng is not None:
        assert visit.workshop is not None
        there = between((visit.workshop.lat, visit.workshop.lng), (visit.return_lat, visit.return_lng))
    start = visit.return_by if way == LegKind.RETURN and visit.return_by is not None else visit.window_start
    return Trip(ref=f"planned-{way}", way=way, metres=there, at=start.astimezone(LOCAL).time())
