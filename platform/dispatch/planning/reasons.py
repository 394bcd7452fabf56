"""Why an agent does not take a leg: stable codes, the order they are named in, and their texts."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class GateReason(StrEnum):
    """A gate that is shut; the order here is the order in which several are told."""

    UNFIT = "unfit"
    REFUSED = "refused"
    AREA = "area"
    UNKNOWN_CLASS = "unknown_class"
    LICENCE = "licence"
    LICENCE_EXPIRED = "licence_expired"
    PROBATION = "probation"
    TRADE_YEAR = "trade_year"
    TRAINING = "training"
    SHIFT = "shift"
    LEAVE = "leave"
    LOAD = "load"
    OVERLAP = "overlap"
    CANNOT_REACH = "cannot_reach"

    @property
    def text(self) -> str:
        """The reason in the reader's language."""
        return str(_TEXTS[self])

    @property
    def bit(self) -> int:
        """The reason's place in a mask of reasons."""
        return _BITS[self]


_TEXTS = {
    GateReason.UNFIT: _("Is not on duty as an agent"),
    GateReason.REFUSED: _("Declined this leg, or let its offer expire"),
    GateReason.AREA: _("Does not serve this area"),
    GateReason.UNKNOWN_CLASS: _("The vehicle class is unknown or has no licence rule"),
    GateReason.LICENCE: _("Holds no licence for this vehicle class"),
    GateReason.LICENCE_EXPIRED: _("The driving licence has expired by then"),
    GateReason.PROBATION: _("Is still in the driving probation then"),
    GateReason.TRADE_YEAR: _("Has less than a year in the trade by then"),
    GateReason.TRAINING: _("The training is not valid then"),
    GateReason.SHIFT: _("Has no shift that covers the planned time"),
    GateReason.LEAVE: _("Is on leave then"),
    GateReason.LOAD: _("Has all the legs that one shift may hold"),
    GateReason.OVERLAP: _("Has another leg at that time"),
    GateReason.CANNOT_REACH: _("Cannot be there before the window closes"),
}
ORDER = tuple(GateReason)
_BITS = {reason: 1 << place for place, reason in enumerate(ORDER)}
_UNPACKED: dict[int, tuple[GateReason, ...]] = {0: ()}


def reasons_of(mask: int) -> tuple[GateReason, ...]:
    """The reasons of a mask in their order; an empty tuple is a passed gate."""
    found = _UNPACKED.get(mask)
    if found is None:
        found = _UNPACKED[mask] = tuple(reason for reason in ORDER if mask & reason.bit)
    return found
