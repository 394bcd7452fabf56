"""One thing done to many legs, each in a command of its own: what fails holds nothing else up, and says why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from dispatch.errors import LegMoved
from dispatch.services.assigning import Seen, name_best, offer_windows, unassign_leg
from tenants.actors import Actor
from tenants.refusals import Refused

MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one leg."""

    leg_id: UUID
    is_done: bool
    message: str
    is_repeated: bool = False  # the same person had done it already: nothing was done again


def act_on_legs(
    *, action: str, picked: Sequence[tuple[UUID, Seen | None]], actor: Actor, now: datetime
) -> list[Outcome]:
    """`best`, `take_back` or `windows` for each leg in turn, as it was seen. Raises KeyError for another action."""
    act = ACTIONS[action]
    return [try_one(act, leg_id, seen, actor=actor, now=now) for leg_id, seen in picked[:MOST]]


def try_one(act: Callable[..., str], leg_id: UUID, seen: Seen | None, *, actor: Actor, now: datetime) -> Outcome:
    """One leg, done or refused with the reason."""
    try:
        message = act(leg_id=leg_id, seen=seen, actor=actor, now=now)
    except LegMoved as error:
        return Outcome(leg_id=leg_id, is_done=False, message=error.message, is_repeated=error.is_self)
    except Refused as error:
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
