"""What dispatch refuses, each with a stable code and a message for the person who asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch.planning import GateReason, Verdict
from tenants.refusals import Refused

if TYPE_CHECKING:
    from dispatch.services.staffing.freeing import AtStake


class DispatchError(Refused):
    """The base."""

    code = "dispatch"


class AgentUnfit(DispatchError):
    """The agent does not pass the gates; `reasons` names the shut ones, `others` who could go, the nearest first."""

    code = "agent_unfit"

    def __init__(self, *, name: str, reasons: Sequence[GateReason], others: Sequence[Verdict] = ()) -> None:
        self.reasons = tuple(reasons)
        self.others = tuple(others)
        texts = "; ".join(reason.text for reason in reasons)
        super().__init__(_("%(agent)s cannot take this leg: %(reasons)s.") % {"agent": name, "reasons": texts})


class LegMoved(DispatchError):
    """Somebody decided about the leg since the page was drawn; `is_self`: the same person, who sent it twice."""

    code = "leg_moved"

    def __init__(self, *, who: str, agent: str, is_self: bool = False) -> None:
        self.is_self = is_self
        if is_self and agent:
            text = _("You have decided this already: %(agent)s has it now.")
        elif is_self:
            text = _("You have decided this already: nobody has it now.")
        elif agent:
            text = _("%(who)s has named %(agent)s meanwhile. Look again before you decide.")
        else:
            text = _("%(who)s has changed this leg meanwhile: nobody has it now. Look again before you decide.")
        super().__init__(text % {"who": who, "agent": agent})


class NobodyFits(DispatchError):
    """No other agent passes the gates in the leg's window."""

    code = "nobody_fits"

    def __init__(self) -> None:
        super().__init__(_("Nobody else can go in this window."))


class NoSuchAgent(DispatchError):
    """Nobody, or more than one agent, goes by a name."""

    code = "no_such_agent"


class OfferClosed(DispatchError):
    """There is no open offer to answer, or its time is over."""

    code = "offer_closed"


class BadChange(DispatchError):
    """A leg has no such value to amend, or the windows are the wrong way round."""

    code = "bad_change"


class LegsAtStake(DispatchError):
    """The change would take legs from agents, and whoever makes it has not seen which: `legs` lists them."""

    code = "legs_at_stake"

    def __init__(self, legs: "Sequence[AtStake]") -> None:
        self.legs = tuple(legs)
        words = ngettext(
            "%(count)d leg would lose its agent. Look at it before you decide.",
            "%(count)d legs would lose their agents. Look at them before you decide.",
            len(legs),
        )
        super().__init__(words % {"count": len(legs)})


class ShiftMoved(DispatchError):
    """Somebody changed the shift since the page was drawn."""

    code = "shift_moved"

    def __init__(self) -> None:
        super().__init__(_("Somebody has changed this shift meanwhile. Look at the roster again."))
