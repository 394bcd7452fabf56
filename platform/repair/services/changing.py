"""J2, J19, J19b, J23, J24, J26: what changes, stops or ends an order on its way."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dispatch.clocks import cancel_clocks, stop_clocks
from dispatch.models import LegKind
from dispatch.services.legs import amend_legs, cancel_legs
from events.commands import Recorded, command, tell
from events.machine import TransitionError
from repair import states
from repair.events import OrderAmended
from repair.ids import order_ref
from repair.locking import JobNotFound, lock_job, lock_jobs, lock_order, lock_visit
from repair.models import Estimate, FeeKind, Job, LineDecision, Visit
from repair.requests import UNSET, Amendment
from repair.services.choosing import Bay, give_back
from repair.services.fees import note_fees, require_ours, stage_of
from repair.services.visit_ends import (
    change_windows,
    end_visits_if_over,
    free_bay_of_another_day,
    plan_pickup,
)
from repair.services.working import tell_decision
from repair.telling import move, move_many, record_step
from tenants.actors import Actor, Party, system_actor

FIRST_YEAR, LAST_YEAR = 2000, 2100
VISIT_FIELDS = frozenset(
    {"window_start", "window_end", "site_code", "address", "lat", "lng", "contact", "phone", "plate", "return_by"}
)
SHARED_FIELDS = VISIT_FIELDS - {"plate", "return_by"}  # where and when the vehicle is fetched, and who gives it
NOT_COLLECTED = frozenset({*states.BEFORE_CUSTODY.split(), states.PICKUP_FAILED})
LEG_FIELDS = {"window_start": "window_start", "window_end": "window_end", "address": "from_address", "lat": "from_lat",
              "lng": "from_lng", "contact": "contact", "phone": "phone", "plate": "label"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one order in a bulk request; `message` says why not."""

    order_id: UUID
    is_done: bool
    message: str = ""


@command
def cancel_orders(
    *,
    tenant_id: UUID,
    order_ids: Sequence[UUID],
    reason: str,
    actor: Actor,
    now: datetime,
    is_rollback: bool = False,
    is_free: bool = False,
) -> list[Outcome]:
    """J19: cancel each order that is not in custody yet; a result per order, in the order asked. The fee is the rate card's;
    there is none on a rollback, nor (`is_free`, said by a dispatcher) when it is at our own wish.
    """
    require_ours(actor, is_free=is_free)
    keys = dict(Job.objects.filter(tenant_id=tenant_id, order_id__in=list(order_ids)).values_list("order_id", "pk"))
    jobs = {job.order_id: job for job in lock_jobs(job_ids=keys.values(), tenant_id=tenant_id)} if keys else {}
    stages = {order_id: stage_of(job.status) for order_id, job in jobs.items()}
    outcomes = [cancel_one(order_id, jobs.get(order_id), reason, is_rollback, actor, now) for order_id in order_ids]
    done = [jobs[o.order_id] for o in outcomes if o.is_done]
    if not is_rollback:
        due = [(job, stages[job.order_id]) for job in done]
        note_fees(due, FeeKind.CANCELLATION, is_free=is_free, actor=actor, now=now)
    clear_away(done, reason, now)
    return outcomes


def cancel_one(order_id: UUID, job: Job | None, reason: str, is_rollback: bool, actor: Actor, now: datetime) -> Outcome:
    """Cancel one locked job, or say why not."""
    if job is None:
        return Outcome(order_id=order_id, is_done=False, message=_("There is no such order."))
    try:
        move(job, "cancel", actor=actor, now=now, note=reason, reason=reason, detail={"is_rollback": is_rollback})
    except TransitionError as error:
        return Outcome(order_id=order_id, is_done=False, message=error.message)
    job.ended_reason = reason[:300]
    job.save(update_fields=["status", "status_since", "ended_reason"])
    return Outcome(order_id=order_id, is_done=True)


def clear_away(jobs: Sequence[Job], reason: str, now: datetime) -> None:
    """What ended before custody leaves no leg, clock or bay behind; a visit ends with its last job."""
    cancel_clocks(subject_ids=[job.pk for job in jobs], now=now)
    visits = {v.pk: v for v in Visit.objects.filter(pk__in={job.visit_id for job in jobs if job.visit_id})}
    end_visits_if_over([visits[key] for key in sorted(visits)], now=now)
    over = [visit.pk for visit in visits.values() if visit.ended_at is not None]
    purposes = [*over, *(job.pk for job in jobs if job.visit_id is None)]
    if purposes:
        cancel_legs(purpose_ids=purposes, reason=reason[:200], actor=system_actor("cancel"), now=now)


@command
def decline_scope(
    *, job_id: UUID, reason: Mapping[str, str], alternative: Mapping[str, str], actor: Actor, now: datetime
) -> Job:
    """J2: a dispatcher finds that it is out of scope; reason and alternative in both languages."""
    job = lock_job(job_id=job_id)
    note = f"{reason.get('zh', '')} {alternative.get('zh', '')} / {reason.get('en', '')} {alternative.get('en', '')}"
    move(
        job,
        "decline_scope",
        actor=actor,
        now=now,
        note=note.strip(),
        reason=dict(reason),
        alternative=dict(alternative),
    )
    job.declined_reason = {"reason": dict(reason), "alternative": dict(alternative)}
    job.save(update_fields=["status", "status_since", "declined_reason"])
    clear_away([job], "declined_scope", now)
    return job


@command
def amend_order(*, tenant_id: UUID, order_id: UUID, amendment: Amendment, actor: Actor, now: datetime) -> Job:
    """J26: before custody; legs are planned again, the first clock is kept.

    Raises JobNotFound, TransitionError, ValidationError by field.
    """
    job = lock_order(tenant_id=tenant_id, order_id=order_id)
    changes = {
        key: value for key, value in asdict(amendment).items() if value is not UNSET and getattr(job, key) != value
    }
    states.JOB.check(job, "amend", actor=actor, evidence={})
    if not changes:
        return job
    check_window(job, changes, now)
    write_amendment(job, changes)
    follow_amendment(job, changes, actor, now)
    return job


def write_amendment(job: Job, changes: Mapping[str, Any]) -> None:
    """Change one locked job, record it, and tell its tenant."""
    before = {key: getattr(job, key) for key in changes}
    for key, value in changes.items():
        setattr(job, key, value)
    job.save(update_fields=list(changes))
    fact = record_step(job, row="J26", event="amend", detail={"fields": sorted(changes)})
    event = OrderAmended(
        subject=order_ref(job.order_id), order_id=job.order_id, before=plain(before), after=plain(changes)
    )
    tell(job.tenant_id, event, because=fact)


def check_window(job: Job, changes: Mapping[str, Any], now: datetime) -> None:
    """A window that ends after it begins, not in the past and not beyond what any plan can hold; a return after it."""
    check_years(changes)
    start, end = changes.get("window_start", job.window_start), changes.get("window_end", job.window_end)
    if end <= start:
        raise ValidationError({"window_end": _("The window must end after it begins.")})
    if ("window_start" in changes or "window_end" in changes) and end <= now:
        raise ValidationError({"window_end": _("This window has closed already.")})
    if changes.get("return_by") is not None and changes["return_by"] <= start:
        raise ValidationError({"return_by": _("The vehicle cannot be back before it is fetched.")})


def check_years(changes: Mapping[str, Any]) -> None:
    """A time that no calendar of ours can show would stop the plan of every tenant, and break each page that shows it."""
    for name, value in changes.items():
        if isinstance(value, datetime) and not FIRST_YEAR <= value.year < LAST_YEAR:
            raise ValidationError({name: _("Give a time between the years 2000 and 2099.")})


def follow_amendment(job: Job, changes: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """The visit, its other jobs and its legs follow: a vehicle is fetched at one place and in one window."""
    bays: list[Bay] = []
    mine = {key: value for key, value in changes.items() if key in VISIT_FIELDS}
    if job.visit_id is not None and mine:
        visit = Visit.objects.get(pk=job.visit_id)
        for key, value in mine.items():
            setattr(visit, key, value)
        visit.save(update_fields=list(mine))
        bays = free_bay_of_another_day(visit)
        amend_beside(job, {key: value for key, value in mine.items() if key in SHARED_FIELDS})
    moved = {LEG_FIELDS[key]: value for key, value in changes.items() if key in LEG_FIELDS}
    if moved:
        kind = LegKind.ERRAND if job.visit_id is None else LegKind.PICKUP
        amend_legs(purpose_id=job.visit_id or job.pk, kind=kind, changes=moved, actor=actor, now=now)
    give_back(bays)


def amend_beside(job: Job, changes: Mapping[str, Any]) -> None:
    """The visit's other jobs that are not collected yet go with it; their lock comes after the visit's, which is held."""
    beside = Job.objects.select_for_update(of=("self",)).filter(visit=job.visit_id, status__in=NOT_COLLECTED)
    for other in beside.exclude(pk=job.pk).order_by("pk"):
        changed = {key: value for key, value in changes.items() if getattr(other, key) != value}
        if changed:
            write_amendment(other, changed)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON carries them."""
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}


@command
def reschedule_order(
    *, job_id: UUID, window: tuple[datetime, datetime], actor: Actor, now: datetime, tenant_id: UUID | None = None
) -> Job:
    """J24: a new window after a failed pickup, for every job of the visit; after the second failure the tenant says when.

    Raises JobNotFound, TransitionError, ValidationError.
    """
    asked = Job.objects.filter(pk=job_id, **({} if tenant_id is None else {"tenant_id": tenant_id})).first()
    if asked is None or asked.visit_id is None:
        raise JobNotFound
    visit, jobs = lock_visit(visit_id=asked.visit_id)
    job = next(each for each in jobs if each.pk == job_id)
    check_window(job, {"window_start": window[0], "window_end": window[1]}, now)
    failed = [each for each in jobs if each.status == states.PICKUP_FAILED] or [job]
    is_customers_word = not actor.parties.isdisjoint({Party.TEN, Party.INT})
    facts = move_many(failed, "reschedule", actor=actor, now=now, is_customers_word=is_customers_word)
    bays = change_windows(visit, failed, window, because=facts)
    cancel_legs(purpose_ids=[visit.pk], reason="reschedule", actor=system_actor("reschedule"), now=now)
    plan_pickup(visit, failed, now)
    give_back(bays)
    return next(each for each in failed if each.pk == job_id)


@command
def reschedule_for_tenant(
    *, tenant_id: UUID, order_id: UUID, window: tuple[datetime, datetime], actor: Actor, now: datetime
) -> Job:
    """J24 for who knows the order and not its job. Raises JobNotFound, TransitionError, ValidationError by field."""
    job = lock_order(tenant_id=tenant_id, order_id=order_id)
    return reschedule_order(job_id=job.pk, window=window, actor=actor, now=now, tenant_id=tenant_id)


@command
def stop_job(
    *, job_id: UUID, reason: str, actor: Actor, now: datetime, tenant_id: UUID | None = None, is_free: bool = False
) -> Job:
    """J19b: no further work; approved lines begun are billed with the card's fee (none, `is_free`, at our own wish), and the
    vehicle is made ready to go back.
    """
    require_ours(actor, is_free=is_free)
    job = lock_job(job_id=job_id, tenant_id=tenant_id)
    is_answer = job.status == states.CONSENT_REQUIRED and Party.DSP not in actor.parties
    event = "stop_at_consent" if is_answer else "stop"
    fact = move(job, event, actor=actor, now=now, note=reason, reason=reason)
    job.ended_reason = reason[:300]
    job.save(update_fields=["status", "status_since", "ended_reason"])
    for kind in ("approval", "consent", "parts"):
        stop_clocks(kind=kind, subject_ids=[job.pk], now=now)
    withdraw_estimate(job, reason, fact, now)
    note_fees([(job, "")], FeeKind.STOP, is_free=is_free, actor=actor, now=now)
    return job


def withdraw_estimate(job: Job, reason: str, fact: Recorded, now: datetime) -> None:
    """What still waited for an answer needs none: its lines stay visible as declined."""
    estimate = Estimate.objects.select_for_update().filter(job=job, decision="").order_by("-version").first()
    if estimate is None:
        return
    estimate.lines.update(decision=LineDecision.DECLINED)
    estimate.decision, estimate.decided_at, estimate.reason = "withdrawn", now, reason
    estimate.save(update_fields=["decision", "decided_at", "reason"])
    tell_decision(job, estimate, reason, because=fact)


@command
def wrap_up(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """J19b: stopped work is put together, and the vehicle can go back."""
    return simple(job_id, "wrap_up", actor=actor, now=now)


@command
def return_unrepaired(*, job_id: UUID, actor: Actor, now: datetime, is_free: bool = False) -> Job:
    """J23: the estimate was rejected; back as it came, for the card's diagnosis and transport fee (`is_free`: no diagnosis)."""
    require_ours(actor, is_free=is_free)
    job = simple(job_id, "return_unrepaired", actor=actor, now=now)
    note_fees([(job, "")], FeeKind.DIAGNOSIS, is_free=is_free, actor=actor, now=now)
    return job


def simple(job_id: UUID, event: str, *, actor: Actor, now: datetime, **evidence: Any) -> Job:
    """A step that needs no more than its guard."""
    job = lock_job(job_id=job_id)
    move(job, event, actor=actor, now=now, note=str(evidence.get("reason", "")), **evidence)
    job.save(update_fields=["status", "status_since"])
    return job
