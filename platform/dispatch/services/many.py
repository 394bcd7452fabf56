"""One thing done to many legs, each in a command of its own: what fails holds nothing else up, and says why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from dispatch.checking import TRIED, verdicts_for
from dispatch.errors import AgentUnfit, DispatchError, NobodyFits
from dispatch.locking import lock_agents, lock_leg
from dispatch.models import Leg
from dispatch.services.assigning import offer_windows, reassign_leg, unassign_leg
from dispatch.states import LEG, PLANNED, UNASSIGNED
from events.commands import command
from events.machine import TransitionError
from tenants.actors import Actor

MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one leg."""

    leg_id: UUID
    is_done: bool
    message: str


@command
def name_best(*, leg_id: UUID, actor: Actor, now: datetime) -> Leg:
    """Name the nearest agent who can go and does not have the leg already. Raises NobodyFits, TransitionError."""
    leg = lock_leg(leg_id)
    event = "assign" if leg.status in (PLANNED, UNASSIGNED) else "reassign"
    LEG.check(leg, event, actor=actor, evidence={"agent": True})
    verdicts = verdicts_for(leg, now=now, at_hand=True)
    able = [UUID(verdict.agent_id) for verdict in verdicts if not verdict.reasons]
    others = [agent_id for agent_id in able if agent_id != leg.agent_id][:TRIED]
    lock_agents(others)  # all at once, in the order of their ids
    for agent_id in others:
        try:
            return reassign_leg(leg_id=leg_id, agent_id=agent_id, reason="", actor=actor, now=now)
        except AgentUnfit:
            continue
    raise NobodyFits


def act_on_legs(*, action: str, leg_ids: Sequence[UUID], actor: Actor, now: datetime) -> list[Outcome]:
    """`best`, `take_back` or `windows` for each leg in turn. Raises KeyError for another action."""
    act = ACTIONS[action]
    return [try_one(act, leg_id, actor=actor, now=now) for leg_id in leg_ids[:MOST]]


def try_one(act: Callable[..., str], leg_id: UUID, *, actor: Actor, now: datetime) -> Outcome:
    """One leg, done or refused with the reason."""
    try:
        message = act(leg_id=leg_id, actor=actor, now=now)
    except (DispatchError, TransitionError) as error:
        return Outcome(leg_id=leg_id, is_done=False, message=error.message)
    return Outcome(leg_id=leg_id, is_done=True, message=message)


def best_in_words(**of: Any) -> str:
    """Who was named."""
    leg = name_best(**of)
    return _("%(agent)s has it now.") % {"agent": leg.agent.name if leg.agent else "–"}


def back_in_words(**of: Any) -> str:
    """That nobody has it."""
    unassign_leg(reason="many", **of)
    return _("It waits for you.")


def windows_in_words(**of: Any) -> str:
    """How many windows were found."""
    found = offer_windows(**of)
    return (
        _("%(count)d other windows are offered.") % {"count": len(found)} if found else _("No other window has room.")
    )


ACTIONS: Final[dict[str, Callable[..., str]]] = {
    "best": best_in_words,
    "take_back": back_in_words,
    "windows": windows_in_words,
}
