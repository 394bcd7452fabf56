"""The assignment problem as values: legs to drive, agents with their shifts, and the licence rules between them."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dispatch.planning.geo import Coordinates

HANDLING_S = 900
"""Seconds of hand-over at each end of a leg, unless the leg says otherwise."""

_LICENCE_CODE = re.compile(r"[A-Z]\d?")
Interval = tuple[datetime, datetime]
"""From (included) until (excluded), aware."""


class PlanningInputError(ValueError):
    """The problem is not well put; `code` is stable, the message names the object."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LegKind(StrEnum):
    """What a leg is for; an errand carries papers and drives no vehicle of a customer."""

    PICKUP = "pickup"
    RETURN = "return"
    ERRAND = "errand"


class LegMode(StrEnum):
    """Whether the agent drives the vehicle or a partner tows it."""

    DRIVE = "drive"
    TOW = "tow"


@dataclass(frozen=True, slots=True)
class LegTask:
    """One leg that wants an agent. Raises PlanningInputError for a naive or reversed window.

    `area` None means that the place lies in no area anybody serves. `refused_by` are the agents who declined this
    leg or let its offer expire. `handling_s` is spent at the origin and again at the destination.
    """

    id: str
    kind: LegKind
    mode: LegMode
    window_start: datetime
    window_end: datetime
    origin: Coordinates
    destination: Coordinates
    vehicle_class: str | None
    area: str | None
    tenant: str
    handling_s: int = HANDLING_S
    refused_by: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.window_start.tzinfo is None or self.window_end.tzinfo is None:
            raise PlanningInputError("naive_window", f"leg {self.id}: a window needs its zone")
        if self.window_end < self.window_start or self.handling_s < 0:
            raise PlanningInputError("reversed_window", f"leg {self.id}: the window ends before it starts")

    @property
    def needs_licence(self) -> bool:
        """Whether the agent himself drives the customer's vehicle: not when it is towed, not on an errand."""
        return self.mode == LegMode.DRIVE and self.kind != LegKind.ERRAND


@dataclass(frozen=True, slots=True)
class Booking:
    """Time an agent has already promised: from departure to the end of the hand-over, and where that leaves him.

    With `origin` and `arrive_at` (planned arrival there) known, a leg put before this one must also leave time for
    the drive from its own end to that origin.
    """

    start: datetime
    end: datetime
    destination: Coordinates
    origin: Coordinates | None = None
    arrive_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgentCard:
    """What the gates ask about one agent.

    `position` is where each shift starts, and the rest of it after a leave. `licence` holds the classes as printed
    (`C1`, `A1A2`, `A2,D`). `probation_until` is the last day of the driving probation, `licence_expires_on` and
    `trained_until` the last days of validity. `load` is the number of legs of one shift. `fit` False takes him out
    of every plan.
    """

    id: str
    name: str
    position: Coordinates
    areas: frozenset[str]
    licence: str
    licence_expires_on: date
    probation_until: date | None
    in_trade_since: date
    trained_until: date | None
    shifts: tuple[Interval, ...]
    leaves: tuple[Interval, ...] = ()
    load: int = 5
    booked: tuple[Booking, ...] = ()
    fit: bool = True


@dataclass(frozen=True, slots=True)
class LicenceRule:
    """Which licences may drive a vehicle class from `from_on` (included) to `until_on` (excluded; None = open).

    Of several rules in force the one that began last counts. No inclusion is guessed: `licences` lists every class.
    """

    vehicle_class: str
    licences: frozenset[str]
    from_on: date
    until_on: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the rule is in force on `day`."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


def licence_codes(licence: str) -> frozenset[str]:
    """The classes of a licence as printed: `A1A2` is A1 and A2."""
    return frozenset(_LICENCE_CODE.findall(licence.upper()))
