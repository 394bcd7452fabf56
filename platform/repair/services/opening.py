"""J1 and J3: lines become jobs, grouped into visits, with their clocks and legs; the receipt goes back at once.

Written for ten thousand lines: one query or COPY a table, no object a row where a tuple does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from dispatch.clocks import start_clocks
from dispatch.requests import ClockStart, LegSpec
from dispatch.services.legs import plan_legs
from events.commands import Recorded, command, record, tell_each
from events.copying import copy_rows
from events.ids import new_id
from partners.desk.models import TenantTerms
from repair import states
from repair.events import ORDER_MOVES, JobMoved, JobOpened, OrderPlaced
from repair.ids import job_ref, order_ref
from repair.locking import lock_visit
from repair.models import Job, JobKind
from repair.requests import JobLine, OpenedLine
from repair.services.choosing import local_day
from repair.services.following import join_named_visit
from repair.services.registering import RegisteredVehicles, register_vehicles
from repair.services.visiting import VisitPlan, place_in_visits
from repair.states import JOB
from tenants.actors import Actor, system_actor

RESPOND_WITHIN = timedelta(minutes=30)  # the expected time of the receipt; the operator's promise P5
JOB_FIELDS = (
    "id", "number", "tenant", "order_id", "external_ref", "batch_id", "channel", "kind", "status", "status_since",
    "received_at", "visit", "vehicle", "vin", "plate", "model", "vehicle_class", "description", "site_code", "address",
    "lat", "lng", "contact", "phone", "window_start", "window_end", "return_by", "cost_center", "po_number",
    "courtesy_car", "key_with", "notes", "suggestions", "pre_approved_up_to_fen", "technician", "rework_count",
    "is_reworked_for_refusal", "failed_pickups", "call_attempts", "held_cause", "held_reason", "declined_reason",
    "ended_reason", "comeback_of",
)  # fmt: skip
NO_VISIT = frozenset({JobKind.VIOLATION.value, JobKind.PARTS.value})


@dataclass(frozen=True, slots=True)
class NewJob:
    """A line on its way to a job: its keys and its number."""

    line: JobLine
    job_id: UUID
    order_id: UUID
    number: str
    visit: VisitPlan | None


@command
def open_jobs(
    *,
    tenant_id: UUID,
    lines: Sequence[JobLine],
    channel: str,
    batch_id: UUID | None,
    actor: Actor,
    now: datetime,
    comeback_of: UUID | None = None,
) -> list[OpenedLine]:
    """Open a job for each line whose reference has no live one yet; the answer is in the order of `lines`.

    The same reference again returns the order that stands. Raises TransitionError when the actor may not order or the
    tenant is on credit hold (comebacks excepted): then nothing is opened.
    """
    lock_intake(tenant_id)
    standing = find_standing(tenant_id, [line.external_ref for line in lines])
    fresh = list({line.external_ref: line for line in lines if line.external_ref not in standing}.values())
    require_permission(tenant_id, {line.service for line in fresh}, actor, is_comeback=comeback_of is not None)
    vehicles = register_vehicles(tenant_id=tenant_id, lines=fresh, now=now)
    visits = place_in_visits(
        tenant_id=tenant_id, lines=[line for line in fresh if line.service not in NO_VISIT], vehicles=vehicles, now=now
    )
    jobs = number_jobs(fresh, visits, now)
    copy_rows(Job, JOB_FIELDS, [job_row(job, tenant_id, vehicles, channel, batch_id, now, comeback_of) for job in jobs])
    facts = record_openings(jobs, tenant_id, channel, batch_id, comeback_of)
    tell_placed(jobs, facts, tenant_id, vehicles, channel, batch_id, now, comeback_of)
    acknowledge(jobs, tenant_id)
    start_clocks(tenant_id=tenant_id, clocks=opening_clocks(jobs, now), now=now)
    plan_legs(tenant_id=tenant_id, legs=opening_legs(jobs, visits, now), actor=system_actor("intake"), now=now)
    join_standing_visits(jobs, facts, now)
    opened = {
        job.line.external_ref: OpenedLine(
            external_ref=job.line.external_ref, order_id=job.order_id, number=job.number, is_new=True
        )
        for job in jobs
    }
    return [opened.get(line.external_ref) or standing[line.external_ref] for line in lines]


def lock_intake(tenant_id: UUID) -> None:
    """One opening a tenant at a time: two submits of one file make one set of jobs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(tenant_id)])


def find_standing(tenant_id: UUID, refs: Sequence[str]) -> dict[str, OpenedLine]:
    """The live jobs that have these references already."""
    rows = (
        Job.objects.filter(tenant_id=tenant_id, external_ref__in=list(refs))
        .exclude(status__in=[states.CANCELLED, states.DECLINED_SCOPE])
        .values_list("external_ref", "order_id", "number")
    )
    return {
        ref: OpenedLine(external_ref=ref, order_id=order, number=number, is_new=False) for ref, order, number in rows
    }


def require_permission(tenant_id: UUID, kinds: set[str], actor: Actor, *, is_comeback: bool) -> None:
    """J1's guard, once for each kind of service."""
    on_hold = TenantTerms.objects.filter(tenant_id=tenant_id, is_on_credit_hold=True).exists()
    for kind in sorted(kinds):
        JOB.begin("open", kind=kind, actor=actor, is_on_credit_hold=on_hold, is_comeback=is_comeback)


def number_jobs(lines: Sequence[JobLine], visits: dict[str, VisitPlan], now: datetime) -> list[NewJob]:
    """Keys and unique service numbers, in the order of the lines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('repair_job_number') FROM generate_series(1, %s)", [len(lines)])
        counters = [counter for (counter,) in cursor.fetchall()]
    prefix = f"BL{local_day(now):%y%m}-"  # the month as the operator's people read it
    return [
        NewJob(line, new_id(), new_id(), f"{prefix}{counter:06d}", visits.get(line.external_ref))
        for line, counter in zip(lines, counters, strict=True)
    ]


def job_row(
    job: NewJob,
    tenant_id: UUID,
    vehicles: RegisteredVehicles,
    channel: str,
    batch_id: UUID | None,
    now: datetime,
    comeback_of: UUID | None,
) -> tuple[Any, ...]:
    """The job's columns, in the order of JOB_FIELDS."""
    line, known = job.line, vehicles[job.line.vin]
    return (
        job.job_id, job.number, tenant_id, job.order_id, line.external_ref, batch_id, channel, line.service,
        states.ACKNOWLEDGED, now, now, job.visit.id if job.visit else None, known.vehicle_id, line.vin, known.plate,
        known.model, known.vehicle_class, line.description, line.site_code, line.address, line.lat, line.lng,
        line.contact, line.phone, line.window_start, line.window_end, line.return_by, line.cost_center, line.po_number,
        line.courtesy_car, line.key_with, line.notes, list(line.suggestions), line.pre_approved_up_to_fen, "", 0,
        False, 0, 0, "", "", "{}", "", comeback_of,
    )  # fmt: skip


def record_openings(
    jobs: Sequence[NewJob], tenant_id: UUID, channel: str, batch_id: UUID | None, comeback_of: UUID | None
) -> list[Recorded]:
    """One `job.opened` fact a job."""
    return [
        record(
            JobOpened(
                subject=job_ref(job.job_id),
                job_id=job.job_id,
                tenant_id=tenant_id,
                order_id=job.order_id,
                number=job.number,
                kind=job.line.service,
                channel=channel,
                external_ref=job.line.external_ref,
                vin=job.line.vin,
                visit_id=job.visit.id if job.visit else None,
                batch_id=batch_id,
                comeback_of=comeback_of,
            )
        )
        for job in jobs
    ]


def tell_placed(
    jobs: Sequence[NewJob], facts: Sequence[Recorded], tenant_id: UUID, vehicles: RegisteredVehicles,
    channel: str, batch_id: UUID | None, now: datetime, comeback_of: UUID | None,
) -> None:  # fmt: skip
    """`order.placed`: from it the book's order is projected."""
    respond_by = now + RESPOND_WITHIN
    first = Job.objects.filter(pk=comeback_of, tenant_id=tenant_id) if comeback_of is not None else Job.objects.none()
    comeback_order = first.values_list("order_id", flat=True).first()  # the tenant knows its orders, not our jobs
    tell_each(
        tenant_id,
        (
            (
                OrderPlaced(
                    subject=order_ref(job.order_id), order_id=job.order_id, number=job.number,
                    external_ref=job.line.external_ref, batch_id=batch_id, channel=channel, service=job.line.service,
                    description=job.line.description, vehicle_id=vehicles[job.line.vin].vehicle_id, vin=job.line.vin,
                    plate=vehicles[job.line.vin].plate, model=vehicles[job.line.vin].model, site_code=job.line.site_code,
                    address=job.line.address, lat=job.line.lat, lng=job.line.lng, contact=job.line.contact,
                    phone=job.line.phone, window_start=job.line.window_start, window_end=job.line.window_end,
                    return_by=job.line.return_by, cost_center=job.line.cost_center, po_number=job.line.po_number,
                    courtesy_car=job.line.courtesy_car, key_with=job.line.key_with, notes=job.line.notes,
                    pre_approved_up_to_fen=job.line.pre_approved_up_to_fen, respond_by=respond_by, comeback_of=comeback_order,
                ),
                fact,
            )
            for job, fact in zip(jobs, facts, strict=True)
        ),
    )  # fmt: skip


def acknowledge(jobs: Sequence[NewJob], tenant_id: UUID) -> None:
    """J3, by the system and at once: the receipt is the answer to the request itself."""
    step = JOB.find(event="acknowledge", state=states.NEW, kind="")
    assert step is not None
    kind = ORDER_MOVES[states.ACKNOWLEDGED]
    moved = [
        record(
            JobMoved(
                subject=job_ref(job.job_id), job_id=job.job_id, tenant_id=tenant_id, order_id=job.order_id,
                row=step.row, event=step.event, before=states.NEW, after=states.ACKNOWLEDGED,
            )
        )
        for job in jobs
    ]  # fmt: skip
    tell_each(
        tenant_id,
        (
            (kind(subject=order_ref(job.order_id), order_id=job.order_id, status=states.ACKNOWLEDGED), fact)
            for job, fact in zip(jobs, moved, strict=True)
        ),
    )


def opening_clocks(jobs: Sequence[NewJob], now: datetime) -> list[ClockStart]:
    """`respond` is met by the receipt; `dispatch` runs, unless the vehicle must first come back from another visit; `response`
    runs beside it for who wants somebody at once.
    """
    respond = [
        ClockStart(
            kind="respond",
            subject_id=job.job_id,
            subject=job_ref(job.job_id),
            started_at=now,
            stopped_at=now,
            places=((job.line.lat, job.line.lng),),
        )
        for job in jobs
    ]
    waiting = [
        ClockStart(
            kind=kind,
            subject_id=job.job_id,
            subject=job_ref(job.job_id),
            started_at=now,
            places=((job.line.lat, job.line.lng),),
        )
        for job in jobs
        if needs_agent_now(job)
        for kind in (("dispatch", "response") if is_unscheduled(job, now) else ("dispatch",))
    ]
    return respond + waiting


def is_unscheduled(job: NewJob, now: datetime) -> bool:
    """Whether the customer wants somebody at once: the window is open, or opens before the first contact is due."""
    return job.line.window_start <= now + RESPOND_WITHIN


def join_standing_visits(jobs: Sequence[NewJob], facts: Sequence[Recorded], now: datetime) -> None:
    """A line for a vehicle whose pickup is on its way already goes with it."""
    because = {job.job_id: fact for job, fact in zip(jobs, facts, strict=True)}
    joined: dict[UUID, list[UUID]] = {}
    for job in jobs:
        if job.visit is not None and not job.visit.is_new and job.visit.waits_for is None:
            joined.setdefault(job.visit.id, []).append(job.job_id)
    for visit_id, job_ids in sorted(joined.items()):
        visit, mine = lock_visit(visit_id=visit_id)
        join_named_visit(visit, [job for job in mine if job.pk in job_ids], because=because, now=now)


def needs_agent_now(job: NewJob) -> bool:
    """Parts are ordered first; a vehicle in another visit is waited for."""
    if job.line.service == JobKind.PARTS:
        return False
    return job.visit is None or job.visit.waits_for is None


def opening_legs(jobs: Sequence[NewJob], visits: dict[str, VisitPlan], now: datetime) -> list[LegSpec]:
    """A pickup leg a new visit, an errand a violation."""
    fresh = {plan.id: plan for plan in visits.values() if plan.is_new and plan.waits_for is None}
    pickups = [plan.pickup_leg(now) for plan in fresh.values()]
    errands = [
        LegSpec(
            purpose_id=job.job_id, kind="errand", label=job.line.plate or job.number, window_start=job.line.window_start,
            window_end=job.line.window_end, received_at=now, from_address=job.line.address, from_lat=job.line.lat,
            from_lng=job.line.lng, contact=job.line.contact, phone=job.line.phone, mode="tow",
        )
        for job in jobs
        if job.line.service == JobKind.VIOLATION
    ]  # fmt: skip
    return pickups + errands
