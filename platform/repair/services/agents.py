"""What an agent may touch, and how a leg ends when somebody else than its agent signs for the vehicle."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from dispatch.access import as_key
from dispatch.models import Leg
from dispatch.services import driving
from repair import states
from repair.models import Job
from tenants.actors import Actor, Party, StaffRole


def require_own_agent(jobs: Sequence[Job], event: str, *, actor: Actor) -> None:
    """Raise TransitionError when an agent acts on a vehicle that neither he owns nor one of his legs moves."""
    if not jobs or Party.AGT not in actor.parties or actor.parties & {Party.DSP, Party.WS}:
        return
    user_id = as_key(actor.id)
    if user_id is not None and any(job.agent is not None and job.agent.user_id == user_id for job in jobs):
        return
    purposes = {job.visit_id or job.pk for job in jobs}
    own = Leg.objects.filter(purpose_id__in=purposes, agent__user_id=str(user_id)).exclude(status="cancelled")
    if user_id is not None and own.exists():
        return
    raise states.JOB.refusal(jobs[0], event, actor, "not_permitted", _("This job is another agent's."))


def driver_of(leg: Leg, actor: Actor) -> Actor:
    """Who ends the leg: its agent. When the workshop or a dispatcher signs instead, it is done in his name, and the fact
    says who signed.
    """
    agent = leg.agent
    assert agent is not None
    if agent.user_id is not None and actor.id == str(agent.user_id):
        return actor
    return Actor(
        kind="user",
        id=str(agent.user_id),
        name=agent.name,
        staff_roles=frozenset({StaffRole.AGENT.value}),
        on_behalf_of=actor.name,
        reason=actor.reason,
        request_id=actor.request_id,
    )


def finish_legs(legs: Sequence[Leg], *, actor: Actor, now: datetime) -> None:
    """The trips are over; their agents are free again."""
    for leg in legs:
        driving.finish(leg_id=leg.pk, actor=driver_of(leg, actor), now=now)


def fail_legs(legs: Sequence[Leg], *, reason: str, actor: Actor, now: datetime) -> None:
    """The trips came to nothing."""
    for leg in legs:
        driving.fail(leg_id=leg.pk, reason=reason, actor=driver_of(leg, actor), now=now)


def arrived_legs(purpose_id: UUID, kind: str) -> list[Leg]:
    """The legs of a visit (or errand) whose agent stands there."""
    return list(Leg.objects.select_related("agent").filter(purpose_id=purpose_id, kind=kind, status="arrived"))
