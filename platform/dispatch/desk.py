"""The desk as the planner sees it: agents as cards, legs as tasks, licence rules, and the area of a place."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import F, Q
from psycopg.types.range import Range

from dispatch import planning
from dispatch.models import OCCUPIED, Agent, Area, Leave, Leg, LicenceRule, Shift
from dispatch.planning import AgentCard, Booking, LegTask
from dispatch.planning.model import Interval
from dispatch.states import ARRIVED, DONE, FAILED, UNDER_WAY

SPAN_BEFORE = timedelta(hours=24)
"""A shift that began so long before a window may still hold it."""
SPAN_AFTER = timedelta(days=4)
"""How far after a window others are looked for."""
_BOOKED = ("agent_id", "status", "status_since", "busy", "planned_at", "from_lat", "from_lng", "to_lat", "to_lng")


def locate(*, points: Sequence[tuple[float, float]]) -> list[UUID | None]:
    """The area of each place: of those that reach it the one with the nearest centre; None where nobody serves."""
    areas = list(Area.objects.order_by("pk"))
    if not areas or not points:
        return [None] * len(points)
    distinct = list(dict.fromkeys(points))
    metres = planning.metres_matrix(origins=distinct, destinations=[(area.lat, area.lng) for area in areas])
    metres[metres > np.array([area.radius_m for area in areas])] = np.inf
    nearest = metres.argmin(axis=1).tolist()
    found = {
        point: areas[column].pk if np.isfinite(metres[row, column]) else None
        for row, (point, column) in enumerate(zip(distinct, nearest, strict=True))
    }
    return [found[point] for point in points]


def task_of(leg: Leg, *, forgive: bool = False) -> LegTask:
    """A leg for the planner; with `forgive` nobody's refusal counts."""
    return LegTask(
        id=str(leg.pk),
        kind=planning.LegKind(leg.kind),
        mode=planning.LegMode(leg.mode),
        window_start=leg.window_start,
        window_end=leg.window_end,
        origin=(leg.from_lat, leg.from_lng),
        destination=end_of(leg),
        vehicle_class=leg.vehicle_class or None,
        area=str(leg.area_id) if leg.area_id else None,
        tenant=str(leg.tenant_id),
        refused_by=frozenset() if forgive else frozenset(str(agent_id) for agent_id in leg.refused_by),
    )


def end_of(leg: Leg) -> tuple[float, float]:
    """Where a leg ends: an errand without a destination where it begins."""
    if leg.to_lat is None or leg.to_lng is None:
        return leg.from_lat, leg.from_lng
    return leg.to_lat, leg.to_lng


def read_rules() -> tuple[planning.LicenceRule, ...]:
    """Which licences drive which class, from when to when (the last day of a rule is in force)."""
    return tuple(
        planning.LicenceRule(
            vehicle_class=rule.vehicle_class,
            licences=frozenset(rule.licences),
            from_on=rule.valid_from,
            until_on=rule.valid_until + timedelta(days=1) if rule.valid_until else None,
        )
        for rule in LicenceRule.objects.all()
    )


def read_cards(
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    agent_ids: Collection[UUID] | None = None,
    without: Collection[UUID] = (),
) -> dict[UUID, AgentCard]:
    """The agents (all, or these) with what they do between `since` and `until`; legs of `without` do not bind them.

    A fixed number of queries, however many agents there are.
    """
    mine = Q() if agent_ids is None else Q(agent_id__in=list(agent_ids))
    agents = Agent.objects.all() if agent_ids is None else Agent.objects.filter(pk__in=list(agent_ids))
    areas: dict[UUID, list[str]] = defaultdict(list)
    for agent_id, area_id in Agent.areas.through.objects.filter(mine).values_list("agent_id", "area_id"):
        areas[agent_id].append(str(area_id))
    meeting = mine & Q(starts_at__lt=until + SPAN_AFTER, ends_at__gt=since - SPAN_BEFORE)
    shifts = intervals(Shift.objects.filter(meeting).values_list("agent_id", "starts_at", "ends_at"))
    leaves = intervals(Leave.objects.filter(meeting).values_list("agent_id", "starts_at", "ends_at"))
    booked = read_bookings(mine, since=since, until=until, now=now, without=without)
    return {
        agent.pk: AgentCard(
            id=str(agent.pk),
            name=agent.name,
            position=(agent.lat, agent.lng),
            areas=frozenset(areas[agent.pk]),
            licence=agent.licence,
            licence_expires_on=agent.licence_expires_on,
            probation_until=agent.probation_until,
            in_trade_since=agent.in_trade_since,
            trained_until=agent.trained_until,
            shifts=shifts.get(agent.pk, ()),
            leaves=leaves.get(agent.pk, ()),
            load=agent.load,
            booked=booked.get(agent.pk, ()),
            fit=agent.is_active,
        )
        for agent in agents
    }


def intervals(rows: Iterable[tuple[UUID, datetime, datetime]]) -> dict[UUID, tuple[Interval, ...]]:
    """From and until by agent, in time order."""
    found: dict[UUID, list[Interval]] = defaultdict(list)
    for agent_id, start, end in rows:
        found[agent_id].append((start, end))
    return {agent_id: tuple(sorted(stretches)) for agent_id, stretches in found.items()}


def read_bookings(
    mine: Q, *, since: datetime, until: datetime, now: datetime, without: Collection[UUID]
) -> dict[UUID, tuple[Booking, ...]]:
    """What agents have promised, and what they have done (a shift's load counts both)."""
    span = Range(since - SPAN_BEFORE, until + SPAN_AFTER, "[)")
    legs = Leg.objects.filter(mine, status__in=[*OCCUPIED, DONE, FAILED], busy__overlap=span).exclude(
        pk__in=list(without)
    )
    found: dict[UUID, list[Booking]] = defaultdict(list)
    for row in legs.order_by(F("busy").asc()).values_list(*_BOOKED):
        booking = booking_of(row, now)
        if booking is not None:
            found[row[0]].append(booking)
    return {agent_id: tuple(bookings) for agent_id, bookings in found.items()}


def booking_of(row: tuple[Any, ...], now: datetime) -> Booking | None:
    """A leg's hold on its agent's time. One under way holds him until it ends; one that ended early frees him."""
    _agent, status, status_since, busy, planned_at, from_lat, from_lng, to_lat, to_lng = row
    start, end = busy.lower, busy.upper
    if status in (DONE, FAILED):
        end = status_since
        if end <= start:  # over before it was to begin
            return None
    elif status in (UNDER_WAY, ARRIVED):
        end = max(end, now)
    origin = (from_lat, from_lng)
    destination = origin if to_lat is None else (to_lat, to_lng)
    return Booking(start, end, destination, origin, planned_at)
