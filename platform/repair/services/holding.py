"""J20: a job on hold. Nothing moves but its end, nobody sets out for a vehicle that is held, and the cause decides by its
rules (`PauseRule`) which clocks stand still.
"""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dispatch.clocks import pause_clocks, resume_clocks, stop_clocks
from dispatch.models import ENDED, Leg
from dispatch.requests import LegSpec
from dispatch.services.legs import cancel_legs, plan_legs
from events.commands import Recorded, command, tell
from repair import states
from repair.events import OrderAgentNamed
from repair.ids import order_ref
from repair.locking import lock_job
from repair.models import HoldCause, Job
from repair.services.choosing import give_back
from repair.services.visit_ends import change_windows, next_window, plan_pickup
from repair.telling import move, note_order
from tenants.actors import Actor, system_actor

ON_THE_WAY = frozenset({states.ACKNOWLEDGED, states.ARRIVED, *states.NAMED.split()})


@command
def hold_job(*, job_id: UUID, cause: str, reason: str, actor: Actor, now: datetime) -> Job:
    """J20: an overlay; while it lies on the job nothing moves but its end. Raises TransitionError, ValidationError."""
    if cause not in HoldCause.values:
        raise ValidationError({"cause": _("Say for whose sake the job is held.")})
    job = lock_job(job_id=job_id)
    move(job, "hold", actor=actor, now=now, note=reason, reason=reason, detail={"cause": cause})
    job.held_since, job.held_cause, job.held_reason = now, cause, reason[:200]
    job.save(update_fields=["held_since", "held_cause", "held_reason"])
    pause_clocks(subject_ids=[job.pk], reason=cause, now=now)
    note_order(job, topic="hold", text=reason)
    recall_agent(job, now)
    return job


def recall_agent(job: Job, now: datetime) -> None:
    """Nobody sets out for a vehicle that is held; if another job of it is not, its agent comes all the same."""
    beside = Job.objects.filter(visit=job.visit_id, held_since__isnull=True) if job.visit_id else Job.objects.none()
    if job.status not in ON_THE_WAY or beside.exclude(pk=job.pk).filter(status__in=states.ACTIVE).exists():
        return
    cancel_legs(purpose_ids=[job.visit_id or job.pk], reason="on_hold", actor=system_actor("hold"), now=now)
    mine = Job.objects.select_for_update(of=("self",)).filter(visit=job.visit_id) if job.visit_id else [job]
    for each in [job if found.pk == job.pk else found for found in mine]:
        if each.status not in states.NAMED.split():
            continue
        fact = move(each, "unassign", actor=system_actor("hold"), now=now, note=job.held_reason)
        each.agent = None
        each.save(update_fields=["status", "status_since", "agent"])
        stop_clocks(kind="contact", subject_ids=[each.pk], now=now)
        tell(each.tenant_id, nobody_named(each), because=fact)


def nobody_named(job: Job) -> OrderAgentNamed:
    """The agent's name is taken back."""
    return OrderAgentNamed(
        subject=order_ref(job.order_id), order_id=job.order_id, leg="", agent_name="", agent_phone="", planned_at=None
    )


@command
def release_job(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """J20: back to what it was; the clocks that stood still run on, and their end has moved by as long."""
    job = lock_job(job_id=job_id)
    fact = move(job, "release", actor=actor, now=now)
    resume_clocks(subject_ids=[job.pk], reason=job.held_cause, now=now)
    job.held_since, job.held_cause, job.held_reason = None, "", ""
    job.save(update_fields=["held_since", "held_cause", "held_reason"])
    note_order(job, topic="release", text="")
    send_again(job, fact, now)
    return job


def send_again(job: Job, fact: Recorded, now: datetime) -> None:
    """A pickup (or errand) that the hold had called off is planned again."""
    is_waiting = job.visit is not None and job.visit.waits_for_id is not None
    is_due = job.status == states.ACKNOWLEDGED or (job.status == states.ARRIVED and job.visit is not None)
    if (
        is_waiting
        or not is_due
        or Leg.objects.filter(purpose_id=job.visit_id or job.pk).exclude(status__in=ENDED).exists()
    ):
        return
    if job.visit is not None:
        window = next_window(job.visit.window_start, job.visit.window_end, now)
        bays = change_windows(job.visit, [job], window, because={job.pk: fact})
        plan_pickup(job.visit, [job], now)
        give_back(bays)
    elif job.kind == Job.Kind.VIOLATION:
        plan_errand(job, now)


def plan_errand(job: Job, now: datetime) -> None:
    """A violation's way to the office, in its window or the next."""
    start, end = next_window(job.window_start, job.window_end, now)
    spec = LegSpec(
        purpose_id=job.pk, kind="errand", label=job.plate or job.number, window_start=start, window_end=end, received_at=now,
        from_address=job.address, from_lat=job.lat, from_lng=job.lng, contact=job.contact, phone=job.phone, mode="tow",
    )  # fmt: skip
    plan_legs(tenant_id=job.tenant_id, legs=[spec], actor=system_actor("release"), now=now)
