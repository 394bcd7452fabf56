"""The doors of dispatch: who may see the board, and whose leg is whose. What is not allowed here is refused."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dispatch.models import Agent, Leg
from dispatch.states import LEG
from tenants.actors import Actor, StaffRole

WATCHERS = (StaffRole.DISPATCHER, StaffRole.LEAD, StaffRole.CUSTOMER_SERVICE)
DECIDERS = (StaffRole.DISPATCHER, StaffRole.LEAD)
STAFFERS = (StaffRole.LEAD,)


def may_watch(actor: Actor) -> bool:
    """Whether `actor` may see the board of all tenants."""
    return actor.is_staff_in(*WATCHERS)


def may_decide(actor: Actor) -> bool:
    """Whether `actor` may name agents by hand."""
    return actor.is_staff_in(*DECIDERS)


def may_staff(actor: Actor) -> bool:
    """Whether `actor` may change agents, their shifts and leave, areas and licence rules."""
    return actor.is_staff_in(*STAFFERS)


def require_staffer(actor: Actor) -> None:
    """Raise PermissionDenied for anybody but a lead."""
    if not may_staff(actor):
        raise PermissionDenied(_("Only a lead changes who works when."))


def require_watcher(actor: Actor) -> None:
    """Raise PermissionDenied for anybody but those who watch the board."""
    if not may_watch(actor):
        raise PermissionDenied


def require_decider(actor: Actor) -> None:
    """Raise PermissionDenied for anybody but a dispatcher or a lead."""
    if not may_decide(actor):
        raise PermissionDenied


def agent_of(actor: Actor) -> Agent | None:
    """The agent that `actor` is, or None."""
    if actor.kind != "user" or not actor.is_staff_in(StaffRole.AGENT):
        return None
    return Agent.objects.filter(user_id=actor.id).first()


def require_agent(actor: Actor) -> Agent:
    """The agent that `actor` is. Raises PermissionDenied."""
    agent = agent_of(actor)
    if agent is None:
        raise PermissionDenied
    return agent


def legs_for(actor: Actor) -> QuerySet[Leg]:
    """The legs that `actor` may see: all of them for watchers, an agent's own for an agent, else none."""
    if may_watch(actor):
        return Leg.objects.all()
    agent = agent_of(actor)
    return Leg.objects.none() if agent is None else Leg.objects.filter(agent=agent)


def require_own_leg(leg: Leg, event: str, *, actor: Actor) -> None:
    """Raise TransitionError when the leg is another agent's."""
    if actor.kind == "user" and leg.agent is not None and leg.agent.user_id == as_key(actor.id):
        return
    raise LEG.refusal(leg, event, actor, "not_permitted", _("This leg is another agent's."))


def as_key(text: str) -> UUID | None:
    """A user's key from an actor's id."""
    try:
        return UUID(text)
    except ValueError:
        return None
