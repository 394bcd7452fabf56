"""The vehicle side of inspections (I), violations (V) and parts (P)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.clocks import stop_clocks
from dispatch.models import Leg, LegKind
from dispatch.requests import LegSpec
from dispatch.services import driving
from dispatch.services.legs import cancel_legs, plan_legs
from events.commands import Recorded, command
from repair.events import PhotoTold
from repair.locking import lock_job
from repair.models import Job, Visit
from repair.requests import JobLine
from repair.services.agents import arrived_legs, driver_of, finish_legs, require_own_agent
from repair.services.choosing import ensure_workshop_for_failed, give_back
from repair.services.following import join_named_visit
from repair.services.opening import lock_intake
from repair.services.registering import find_known
from repair.services.returning import close_delivery
from repair.services.timing import run_clocks
from repair.services.visit_ends import change_windows, next_window
from repair.services.visiting import lock_open, place_in_visits
from repair.telling import move, tell_photos
from tenants.actors import Actor, system_actor


def step(
    job_id: UUID,
    event: str,
    *,
    actor: Actor,
    now: datetime,
    tenant_id: UUID | None = None,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> Job:
    """One step of one job."""
    job = lock_job(job_id=job_id, tenant_id=tenant_id)
    take(job, event, actor=actor, now=now, reason=reason, **(evidence or {}))
    return job


def take(job: Job, event: str, *, actor: Actor, now: datetime, reason: str = "", **evidence: Any) -> Recorded:
    """The step of a locked job; returns its fact."""
    require_own_agent([job], event, actor=actor)
    fact = move(job, event, actor=actor, now=now, note=reason, reason=reason, **evidence)
    job.save(update_fields=["status", "status_since"])
    return fact


def serve(job: Job, now: datetime) -> Job:
    """What the service is paid for has been done; a second time at the station is part of the first."""
    if job.served_at is None:
        job.served_at = now
        job.save(update_fields=["served_at"])
    return job


# --- inspection ----------------------------------------------------------------------------------------------------------
@command
def start_pre_check(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """I1: before the station: fines, cover, papers."""
    return step(job_id, "start_pre_check", actor=actor, now=now)


@command
def go_to_station(*, job_id: UUID, findings: Mapping[str, bool], actor: Actor, now: datetime) -> Job:
    """I2: `findings` answers fines_cleared, cover_valid, licence_on_board. At the station the pickup leg ends."""
    job = step(job_id, "go_to_station", actor=actor, now=now, evidence=findings)
    if job.visit_id is not None:
        finish_legs(arrived_legs(job.visit_id, LegKind.PICKUP), actor=actor, now=now)
    return job


@command
def pass_station(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """I3 and I5: passed, and ready to go back."""
    serve(step(job_id, "pass_station", actor=actor, now=now), now)
    return step(job_id, "conclude_inspection", actor=actor, now=now)


@command
def fail_station(*, job_id: UUID, reason: str, actor: Actor, now: datetime) -> Job:
    """I4: the station found faults; the customer decides."""
    return serve(step(job_id, "fail_station", actor=actor, now=now, reason=reason), now)


@command
def decide_failed_inspection(
    *, tenant_id: UUID, order_id: UUID, is_repaired: bool, reason: str, actor: Actor, now: datetime
) -> Job:
    """I6 or I7: repair what failed and go again, or take the vehicle back as it is."""
    key = Job.objects.filter(tenant_id=tenant_id, order_id=order_id).values_list("pk", flat=True).get()
    event = "consent_to_repair" if is_repaired else "return_failed_vehicle"
    job = lock_job(job_id=key, tenant_id=tenant_id)
    fact = take(job, event, actor=actor, now=now, reason=reason)
    if is_repaired and job.visit is not None:
        ensure_workshop_for_failed(job.visit, job, because=fact, now=now)
    return job


# --- violation -----------------------------------------------------------------------------------------------------------
@command
def take_documents(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """V1: the agent has the papers; no vehicle is taken. His leg has reached the door by then."""
    job = step(job_id, "take_documents", actor=actor, now=now)
    for leg in Leg.objects.select_related("agent").filter(purpose_id=job.pk, status__in=["contacted", "under_way"]):
        driver = driver_of(leg, actor)
        if leg.status == "contacted":
            driving.set_out(leg_id=leg.pk, actor=driver, now=now)
        driving.arrive(leg_id=leg.pk, actor=driver, now=now)
    return job


@command
def reach_office(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """V2."""
    return step(job_id, "reach_office", actor=actor, now=now)


@command
def settle_violation(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """V3: the fine is paid at the office."""
    return serve(step(job_id, "settle_violation", actor=actor, now=now), now)


@command
def refuse_at_office(*, job_id: UUID, reason: str, actor: Actor, now: datetime) -> Job:
    """V4: the office does not take it, and why."""
    return step(job_id, "refuse_at_office", actor=actor, now=now, reason=reason)


@command
def deliver_papers(*, job_id: UUID, receipt: str, actor: Actor, now: datetime, shown: Sequence[PhotoTold] = ()) -> Job:
    """V5 and P3: the papers (or the parts) are in the customer's hands."""
    job = lock_job(job_id=job_id)
    event = "deliver_parts" if job.kind == Job.Kind.PARTS else "deliver_papers"
    require_own_agent([job], event, actor=actor)
    note = "" if shown else receipt
    move(job, event, actor=actor, now=now, note=note, report=receipt or None, detail={"receipt": receipt})
    tell_photos(job, kind="return", photos=shown)
    job.save(update_fields=["status", "status_since"])
    finish_legs(arrived_legs(job.pk, LegKind.ERRAND), actor=actor, now=now)
    cancel_legs(purpose_ids=[job.pk], reason="delivered", actor=system_actor("errand"), now=now)  # one never driven
    close_delivery([job], now)
    return job


# --- parts ---------------------------------------------------------------------------------------------------------------
@command
def order_parts(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """P1: ordered from a supplier; the wait is measured."""
    job = step(job_id, "order_parts", actor=actor, now=now)
    run_clocks("parts", [job], now=now)
    return job


@command
def receive_parts(*, job_id: UUID, is_fitted: bool, actor: Actor, now: datetime) -> Job:
    """P2: here; to be fitted, the vehicle is fetched like any other."""
    if is_fitted:
        lock_visits_of(job_id)
    job = lock_job(job_id=job_id)
    fact = take(job, "parts_arrived", actor=actor, now=now)
    stop_clocks(kind="parts", subject_ids=[job.pk], now=now)
    if is_fitted:
        fetch_for_fitting(job, fact, now)
    return job


def lock_visits_of(job_id: UUID) -> None:
    """Before the job's row, as whoever opens jobs does: the intake, so that no other visit for this vehicle comes up
    meanwhile, then those that are open. A job that is not there is told by whoever locks it next.
    """
    found = Job.objects.filter(pk=job_id).values_list("tenant_id", "vin").first()
    if found is not None:
        lock_intake(found[0])
        lock_open(found[0], {found[1]})


def fetch_for_fitting(job: Job, fact: Recorded, now: datetime) -> None:
    """A visit and its pickup leg, in the window that was asked for or the next of the same length."""
    start, end = next_window(job.window_start, job.window_end, now)
    line = JobLine(
        external_ref=job.external_ref, vin=job.vin, service=job.kind, description=job.description, address=job.address,
        lat=job.lat, lng=job.lng, contact=job.contact, phone=job.phone, window_start=start, window_end=end,
        site_code=job.site_code, return_by=job.return_by,
    )  # fmt: skip
    known = find_known(job.tenant_id, [job.vin])
    plan = place_in_visits(tenant_id=job.tenant_id, lines=[line], vehicles=known, now=now)[job.external_ref]
    visit = Visit.objects.select_for_update().get(pk=plan.id)
    job.visit = visit
    job.save(update_fields=["visit"])
    bays = change_windows(visit, [job], (plan.window_start, plan.window_end), because={job.pk: fact})
    run_clocks("dispatch", [job], now=now)
    if plan.is_new and plan.waits_for is None:
        legs: list[LegSpec] = [plan.pickup_leg(now)]
        plan_legs(tenant_id=job.tenant_id, legs=legs, actor=system_actor("parts"), now=now)
    elif not plan.is_new:
        join_named_visit(visit, [job], because={job.pk: fact}, now=now)
    give_back(bays)
