"""Legs, agents and rules for the planning tests: an agent who passes every gate, and legs to try him on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.planning import (
    AgentCard,
    Coordinates,
    GreatCircleDriveTimes,
    LegKind,
    LegMode,
    LegTask,
    LicenceRule,
    Verdict,
    judge,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOME: Coordinates = (31.2077, 121.6047)
SITE: Coordinates = (31.1947, 121.3150)
SHOP: Coordinates = (31.2617, 121.6172)
ROADS = GreatCircleDriveTimes()
RULES = (
    LicenceRule("small_car", frozenset({"C1", "B1", "B2", "A1", "A2", "A3"}), date(2020, 1, 1)),
    LicenceRule("tractor", frozenset({"A2"}), date(2020, 1, 1)),
)


def at(hour: int, minute: int = 0, *, day: int = 25) -> datetime:
    """A time in Shanghai in November 2026; hours over 23 run into the next day."""
    return datetime(2026, 11, day, tzinfo=SHANGHAI) + timedelta(hours=hour, minutes=minute)


NOW = at(9, day=23)

_AGENT = AgentCard(
    id="ann",
    name="安",
    position=HOME,
    areas=frozenset({"east"}),
    licence="C1",
    licence_expires_on=date(2027, 12, 31),
    probation_until=None,
    in_trade_since=date(2020, 1, 1),
    trained_until=date(2027, 12, 31),
    shifts=((at(8), at(18)),),
)
_LEG = LegTask(
    id="leg",
    kind=LegKind.PICKUP,
    mode=LegMode.DRIVE,
    window_start=at(10),
    window_end=at(12),
    origin=SITE,
    destination=SHOP,
    vehicle_class="small_car",
    area="east",
    tenant="acme",
)


def agent(**changes: Any) -> AgentCard:
    """An agent for whom every gate of `leg()` is open, with changes."""
    return replace(_AGENT, **changes)


def leg(**changes: Any) -> LegTask:
    """A pickup of a small car on 25 November 10:00 to 12:00, with changes."""
    return replace(_LEG, **changes)


def verdict_on(who: AgentCard, what: LegTask, **changes: Any) -> Verdict:
    """Judge one pair with the rules, roads and hour of these tests."""
    question: Mapping[str, Any] = {"rules": RULES, "drive_times": ROADS, "now": NOW, **changes}
    return judge(leg=what, agent=who, **question)
