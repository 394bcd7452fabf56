"""The day of each agent: the planned drive and handling times beside each other, and what waits for that day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from dispatch.models import OCCUPIED, Agent, Leg, Shift
from dispatch.selectors import WAITING, open_legs
from events.ids import public_id

FIRST_HOUR, LAST_HOUR = 6, 22
SHOWN_WAITING = 300
HOURS = tuple(range(FIRST_HOUR, LAST_HOUR + 1, 2))


@dataclass(slots=True, kw_only=True)
class Lane:
    """An agent with his shifts and legs, as bars in hundredths of the day that is shown."""

    agent: Agent
    ref: str
    shifts: list[dict[str, Any]] = field(default_factory=list)
    bars: list[dict[str, Any]] = field(default_factory=list)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The hours that the lanes show."""
    zone = timezone.get_current_timezone()
    start = datetime.combine(day, time(FIRST_HOUR), zone)
    return start, start + timedelta(hours=LAST_HOUR - FIRST_HOUR)


def place(start: datetime, end: datetime, bounds: tuple[datetime, datetime]) -> dict[str, str]:
    """Where a bar begins and how long it is, as CSS takes it."""
    whole = (bounds[1] - bounds[0]).total_seconds()
    left = min(max((start - bounds[0]).total_seconds() / whole, 0), 0.99)
    right = min(max((end - bounds[0]).total_seconds() / whole, left + 0.01), 1)
    return {"left": f"{left * 100:.2f}%", "width": f"{(right - left) * 100:.2f}%"}


def lanes_of(legs: QuerySet[Leg], *, day: date, area: str) -> list[Lane]:
    """Whoever has a shift or a leg on the day, in three queries."""
    bounds = day_bounds(day)
    named = list(legs.filter(status__in=OCCUPIED, busy__overlap=bounds).order_by("busy", "pk"))
    shifts: dict[UUID, list[Shift]] = defaultdict(list)
    for shift in Shift.objects.filter(starts_at__lt=bounds[1], ends_at__gt=bounds[0]).order_by("starts_at"):
        shifts[shift.agent_id].append(shift)
    wanted = Q(pk__in={leg.agent_id for leg in named} | (set() if area == "none" else set(shifts)))
    agents = Agent.objects.filter(wanted, is_active=True)
    if area and area != "none":
        agents = agents.filter(Q(areas__code=area) | Q(pk__in={leg.agent_id for leg in named})).distinct()
    by_agent: dict[UUID | None, list[Leg]] = defaultdict(list)
    for leg in named:
        by_agent[leg.agent_id].append(leg)
    return [
        Lane(
            agent=agent,
            ref=public_id("agt", agent.pk),
            shifts=[place(shift.starts_at, shift.ends_at, bounds) for shift in shifts[agent.pk]],
            bars=bars_of(by_agent[agent.pk], bounds),
        )
        for agent in agents.order_by("name", "pk")
    ]


def bars_of(legs: Iterable[Leg], bounds: tuple[datetime, datetime]) -> list[dict[str, Any]]:
    """The planned times of one agent's legs."""
    return [{"leg": leg, **place(leg.busy.lower, leg.busy.upper, bounds)} for leg in legs if leg.busy]


def waiting_on(legs: QuerySet[Any], *, day: date) -> list[Any]:
    """What nobody has, of that day or before: the most urgent first."""
    _start, end = day_bounds(day)
    return list(legs.filter(status__in=WAITING, window_start__lt=end).order_by("due_at", "pk")[:SHOWN_WAITING])


def legs_to_show() -> QuerySet[Leg]:
    """Open legs with all that a bar says."""
    return open_legs().select_related("tenant", "agent")
