"""The agent's own steps with a leg: contact, set out, arrive, finish, or find that it cannot be done."""

from datetime import datetime
from uuid import UUID

from dispatch.access import require_own_leg
from dispatch.locking import lock_leg
from dispatch.models import Leg
from dispatch.states import LEG
from dispatch.telling import tell_moved
from events.commands import command
from tenants.actors import Actor


@command
def contact(*, leg_id: UUID, actor: Actor, now: datetime) -> Leg:
    """The agent has spoken with the person on site. Raises TransitionError."""
    return drive(leg_id, "contact", actor=actor, now=now)


@command
def set_out(*, leg_id: UUID, actor: Actor, now: datetime) -> Leg:
    """The agent is on his way. Raises TransitionError."""
    return drive(leg_id, "set_out", actor=actor, now=now)


@command
def arrive(*, leg_id: UUID, actor: Actor, now: datetime) -> Leg:
    """The agent is there. Raises TransitionError."""
    return drive(leg_id, "arrive", actor=actor, now=now)


@command
def finish(*, leg_id: UUID, actor: Actor, now: datetime) -> Leg:
    """The leg is done, and the agent free. Raises TransitionError."""
    return drive(leg_id, "finish", actor=actor, now=now)


@command
def fail(*, leg_id: UUID, reason: str, actor: Actor, now: datetime) -> Leg:
    """It could not be done: nobody there, refused, unsafe. Raises TransitionError without a reason."""
    return drive(leg_id, "fail", reason=reason, actor=actor, now=now)


def drive(leg_id: UUID, event: str, *, actor: Actor, now: datetime, reason: str = "") -> Leg:
    """Lock, check whose leg it is, move, record."""
    leg = lock_leg(leg_id)
    require_own_leg(leg, event, actor=actor)
    before = leg.status
    LEG.transition(leg, event, actor=actor, now=now, reason=reason)
    leg.save(update_fields=["status", "status_since"])
    tell_moved(leg, event, before=before, reason=reason)
    return leg
