"""J4 to J7: the jobs of a visit follow the leg that fetches the vehicle; one that joined late is brought up to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from dispatch.clocks import stop_clocks
from dispatch.models import OCCUPIED, Leg, LegKind
from events.commands import Recorded, tell
from events.machine import TransitionError
from repair import states
from repair.events import OrderAgentNamed
from repair.ids import order_ref
from repair.models import Job, Visit
from repair.services.choosing import Facts, ensure_workshops
from repair.services.timing import run_clocks
from repair.telling import move_many
from tenants.actors import Actor, system_actor

STEPS = {"accept": (states.ASSIGNED,), "contact": (states.ASSIGNED, states.ACCEPTED),
         "arrive": (states.ASSIGNED, states.ACCEPTED, states.CONTACTED)}  # fmt: skip
EVENT_FROM = {states.ASSIGNED: "accept", states.ACCEPTED: "contact", states.CONTACTED: "arrive"}
WAITING = frozenset({states.ACKNOWLEDGED, states.ARRIVED})


def assign_jobs(jobs: Sequence[Job], visit: Visit | None, *, agent_id: UUID, actor: Actor, now: datetime) -> None:
    """J4: an agent and (for what needs one) a workshop are named; a job without its workshop waits for a dispatcher."""
    workshop_id = visit.workshop_id if visit else None
    named = [job for job in jobs if job.status in states.ACTIVE]
    Job.objects.filter(pk__in=[job.pk for job in named]).update(agent_id=agent_id, workshop_id=workshop_id)
    for job in named:
        job.agent_id, job.workshop_id = agent_id, workshop_id
    evidence: Mapping[str, Any] = {"agent_id": agent_id, "workshop_id": workshop_id}
    waiting = [job for job in named if job.status in WAITING and is_placed(job, visit)]
    moving = [job for job in named if job.status in states.NAMED.split()]
    move_many(waiting, "assign", actor=actor, now=now, **evidence)
    move_many(moving, "reassign", actor=actor, now=now, **evidence)
    stop_clocks(kind="contact", subject_ids=[job.pk for job in moving], now=now)


def is_placed(job: Job, visit: Visit | None) -> bool:
    """Whether a workshop is named for what needs one."""
    needs_one = job.kind in states.WITH_WORKSHOP.split()
    return not needs_one or (visit is not None and visit.workshop_id is not None)


def require_place(jobs: Sequence[Job], visit: Visit | None) -> None:
    """Raise TransitionError while a job of the visit waits for a workshop: who fetches its vehicle has nowhere to take it.

    Once he is under way the window can no longer be moved to a day with a free bay.
    """
    waiting = [job for job in jobs if job.status in WAITING and not is_placed(job, visit)]
    if waiting:
        raise TransitionError(
            code="guard", machine="leg", event="set_out", state="contacted", legal=(),
            message=_("No workshop is named for this vehicle yet. Ask your dispatcher before you set out."),
        )  # fmt: skip


def tell_agent(job: Job, leg: Any, *, because: Recorded) -> None:
    """Who comes, and when; `leg` has kind, agent_name, agent_phone and planned_at."""
    event = OrderAgentNamed(
        subject=order_ref(job.order_id), order_id=job.order_id, leg=leg.kind, agent_name=leg.agent_name,
        agent_phone=leg.agent_phone, planned_at=leg.planned_at,
    )  # fmt: skip
    tell(job.tenant_id, event, because=because)


def follow(event: str, jobs: Sequence[Job], *, actor: Actor, now: datetime) -> None:
    """One step of the pickup or errand leg; who joined late takes the steps before it too. A violation has no pickup."""
    for source in STEPS.get(event, ()):
        step = EVENT_FROM[source]
        mine = [
            job for job in jobs if job.status == source and not (step == "arrive" and job.kind == Job.Kind.VIOLATION)
        ]
        move_many(mine, step, actor=actor, now=now)
        run_contact_clock(step, mine, now)


def run_contact_clock(event: str, jobs: Sequence[Job], now: datetime) -> None:
    """Started by accepted, stopped by contacted; whoever wants somebody at once has his first contact too."""
    if event == "contact":
        for kind in ("contact", "response"):
            stop_clocks(kind=kind, subject_ids=[job.pk for job in jobs], now=now)
    elif event == "accept":
        run_clocks("contact", jobs, now=now)


def join_named_visit(visit: Visit, jobs: Sequence[Job], *, because: Facts, now: datetime) -> None:
    """Jobs that joined a visit whose agent is named already get him at once; called inside a command, visit locked.

    What he has done so far (accepted, called) they follow with his next step.
    """
    leg = (
        Leg.objects.select_related("agent")
        .filter(purpose_id=visit.pk, kind=LegKind.PICKUP, status__in=OCCUPIED)
        .first()
    )
    if leg is None or leg.agent is None:
        return
    ensure_workshops(visits={visit.pk: visit}, jobs={visit.pk: jobs}, because=because)
    assign_jobs(jobs, visit, agent_id=leg.agent.pk, actor=system_actor("visits"), now=now)
    stop_clocks(kind="dispatch", subject_ids=[job.pk for job in jobs], now=now)
    for job in jobs:
        tell_agent(job, NamedAgent(leg), because=because[job.pk])


class NamedAgent:
    """A leg's agent as `tell_agent` reads him."""

    def __init__(self, leg: Leg) -> None:
        assert leg.agent is not None
        self.kind, self.planned_at = leg.kind, leg.planned_at
        self.agent_name, self.agent_phone = leg.agent.name, leg.agent.phone
