"""A solve's proposal: what waits, who there is, the planner's plan, and its reasons; made outside any transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from dispatch import planning
from dispatch.checking import REJECTED_KEPT, cards_for, why_of_solve
from dispatch.desk import locate, read_rules, task_of
from dispatch.models import Leg
from dispatch.naming import Why
from dispatch.planning import DriveTimes, Explanation, GateReason, LegTask, Plan
from dispatch.planning.tables import ZONE
from dispatch.roads import drive_times, drive_times_at_hand
from dispatch.states import PLANNED, UNASSIGNED
from dispatch.telling import Windows

WINDOWS_OFFERED = 3
WINDOWS_SOUGHT = 200
HORIZON = timedelta(days=3)
APART = timedelta(hours=1)
DAY_FROM, DAY_TO = time(7), time(22)
HOPELESS = frozenset({GateReason.AREA, GateReason.UNKNOWN_CLASS, GateReason.LICENCE})
"""Reasons that no other window mends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The planner names an agent; `task` is the leg as it saw it."""

    tenant_id: UUID
    leg_id: UUID
    agent_id: UUID
    task: LegTask
    why: Why = field(default_factory=Why)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """The planner found nobody; `windows` have room."""

    tenant_id: UUID
    leg_id: UUID
    task: LegTask
    reason: str
    windows: Windows


class Proposal:
    """A plan over the legs that waited; reasons are worked out when they are asked for."""

    def __init__(self, *, legs: Sequence[Leg], plan: Plan, now: datetime) -> None:
        self.plan = plan
        self.now = now
        self.legs = {str(leg.pk): leg for leg in legs}
        self._windows: dict[tuple[object, ...], Windows] = {}

    @property
    def choices(self) -> list[Choice]:
        """Who drives what, in the order of thought: slot, round, then tenant by tenant."""
        named = [item for item in self.plan.legs if item.agent_id is not None]
        named.sort(key=lambda item: (item.slot_starts_at, item.round, item.tenant))
        return [
            Choice(
                tenant_id=UUID(item.tenant),
                leg_id=UUID(item.leg_id),
                agent_id=UUID(item.agent_id),
                task=task_of(self.legs[item.leg_id]),
            )
            for item in named
        ]

    def why(self, leg_id: UUID) -> Why:
        """Why the planner named whom it named."""
        return why_of_solve(self.plan.explain(str(leg_id), listed=REJECTED_KEPT))

    def given_up(self) -> list[GivenUp]:
        """The planned legs that nobody can take, tenant by tenant; those that had nobody before stay as they are."""
        ids = [item.leg_id for item in self.plan.legs if item.agent_id is None]
        legs = sorted((self.legs[leg_id] for leg_id in ids), key=lambda leg: leg.tenant_id)
        return [self._give_up(leg) for leg in legs if leg.status == PLANNED]

    def _give_up(self, leg: Leg) -> GivenUp:
        reason = reason_for(self.plan.explain(str(leg.pk), listed=REJECTED_KEPT), leg, now=self.now)
        windows = () if reason in HOPELESS else self._other_windows(leg)
        return GivenUp(tenant_id=leg.tenant_id, leg_id=leg.pk, task=task_of(leg), reason=reason, windows=windows)

    def _other_windows(self, leg: Leg) -> Windows:
        """Worked out once for legs that ask the same."""
        key = (leg.window_start, leg.window_end, leg.from_lat, leg.from_lng, leg.vehicle_class, leg.mode, leg.kind)
        if key not in self._windows:
            self._windows[key] = windows_for(self.plan, leg)
        return self._windows[key]


def propose(*, now: datetime, limit: int | None = None) -> Proposal | None:
    """Plan what waits; None when nothing does."""
    legs = list(waiting_legs(now=now)[:limit])
    if not legs:
        return None
    refresh_areas(legs)
    return Proposal(legs=legs, plan=plan_for(legs, now=now), now=now)


def waiting_legs(*, now: datetime) -> QuerySet[Leg]:
    """What the planner names agents for: planned legs, and unassigned ones whose window is not over."""
    again = Q(status=UNASSIGNED, is_by_hand=False, window_end__gt=now)
    return Leg.objects.filter(Q(status=PLANNED) | again).order_by("window_start", "pk")


def refresh_areas(legs: Sequence[Leg]) -> None:
    """Areas may have been redrawn since a leg was planned."""
    found = locate(points=[(leg.from_lat, leg.from_lng) for leg in legs])
    moved = [leg for leg, area_id in zip(legs, found, strict=True) if leg.area_id != area_id]
    for leg, area_id in zip(legs, found, strict=True):
        leg.area_id = area_id
    if moved:
        Leg.objects.bulk_update(moved, ["area"], batch_size=1_000)


def plan_for(legs: Sequence[Leg], *, now: datetime, roads: DriveTimes | None = None) -> Plan:
    """The planner's answer for these legs with all agents as they stand."""
    return planning.plan(
        legs=[task_of(leg) for leg in legs],
        agents=list(cards_for(legs, now=now).values()),
        rules=read_rules(),
        drive_times=roads or drive_times(),
        now=now,
    )


def windows_for(plan: Plan, leg: Leg) -> Windows:
    """The next windows of the same length with room, an hour apart; by day, unless the leg's own is not."""
    offered = plan.offer_windows(str(leg.pk), limit=WINDOWS_SOUGHT, horizon=HORIZON)
    at_any_hour = not is_by_day(leg.window_start, leg.window_end)
    kept: list[tuple[datetime, datetime]] = []
    for window in offered:
        far = not kept or window.start - kept[-1][0] >= APART
        if far and (at_any_hour or is_by_day(window.start, window.end)):
            kept.append((window.start, window.end))
    return tuple(kept[:WINDOWS_OFFERED])


def is_by_day(start: datetime, end: datetime) -> bool:
    """Whether a window lies within one day's hours that people keep."""
    first, last = timezone.localtime(start, ZONE), timezone.localtime(end, ZONE)
    return first.date() == last.date() and first.time() >= DAY_FROM and last.time() <= DAY_TO


def reason_for(explanation: Explanation, leg: Leg, *, now: datetime) -> str:
    """Why nobody takes a leg: the one gate that shuts everybody out, else no capacity."""
    if leg.area_id is None:
        return GateReason.AREA
    if leg.window_end <= now:
        return "window_closed"
    serving = [reasons for reasons in explanation.rejected.values() if GateReason.AREA not in reasons]
    shared = set.intersection(*map(set, serving)) if serving and not explanation.candidates_in_all else set()
    return next((reason.value for reason in GateReason if reason in shared), "no_capacity")


def find_windows(leg: Leg, *, now: datetime) -> Windows:
    """Other windows for one leg, as things stand."""
    return windows_for(plan_for([leg], now=now, roads=drive_times_at_hand()), leg)
