"""Who covers each area now, who is on shift but unfit and why, and how much waits: a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, DateField, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from dispatch.fitness import papers_shut
from dispatch.models import OCCUPIED, Agent, Area, Leave, Leg, LicenceRule, Shift
from dispatch.planning import GateReason, licence_codes
from dispatch.planning.tables import ZONE, a_year_after
from dispatch.selectors import count_by_area
from events.ids import public_id
from tenants.postgresql.compiled import compile_once

FLOOR_CLASS: Final = "small_car"
"""An agent who may not drive even this is fit for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """An agent who is on shift and may not drive, with every shut gate."""

    agent: Any
    reasons: Sequence[GateReason]

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("agt", self.agent.pk)

    @property
    def why(self) -> str:
        """The reasons in the reader's words."""
        return " · ".join(reason.text for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCover:
    """An area: agents who are fit and on shift, those of them who are free, the unfit, and its legs.

    `open` are the legs whose window opens before the day is over; `capacity` is what the fit agents' shifts hold, each
    agent counted in every area that he serves.
    """

    area: Any
    fit: int
    free: int
    waiting: int
    open: int
    capacity: int
    unfit: Sequence[Unfit]

    @property
    def is_short(self) -> bool:
        """Fewer fit agents on shift than the operator promises."""
        return bool(self.fit < self.area.agents_least)

    @property
    def is_full(self) -> bool:
        """More legs than the shifts hold."""
        return self.open > self.capacity

    @property
    def shown(self) -> tuple[Any, ...]:
        """All that a page says of it."""
        area = (self.area.code, self.area.name, self.area.agents_wanted, self.area.agents_least)
        unfit = tuple((item.ref, item.agent.name, tuple(item.reasons)) for item in self.unfit)
        return *area, self.fit, self.free, self.waiting, self.open, self.capacity, unfit

    @property
    def tone(self) -> str:
        """Short of the promise is bad, fewer than wanted or too many legs a warning."""
        if self.is_short:
            return "bad"
        return "good" if self.fit >= self.area.agents_wanted and not self.is_full else "warn"


def cover_areas(
    *,
    now: datetime,
    by_area: Mapping[UUID | None, Mapping[str, Any]] | None = None,
    area_id: UUID | None = None,
) -> list[AreaCover]:
    """Every area (or one) with what covers it now, in three queries; with the legs of `count_by_area`, or a fourth."""
    floor = floor_licences(timezone.localdate(now, ZONE))
    shut: dict[UUID, list[GateReason]] = {}
    of_area: dict[UUID, list[Any]] = defaultdict(list)
    for agent in read_on_shift(now=now):
        shut[agent.pk] = why_unfit(agent, now=now, floor=floor)
        for served in agent.area_ids:
            of_area[served].append(agent)
    legs = count_by_area(now=now) if by_area is None else by_area
    found = []
    for area in read_areas():
        if area_id is not None and area.pk != area_id:
            continue
        fit = [agent for agent in of_area[area.pk] if not shut[agent.pk]]
        counts = legs.get(area.pk, {})
        found.append(
            AreaCover(
                area=area,
                fit=len(fit),
                free=sum(not agent.is_busy for agent in fit),
                waiting=counts.get("waiting", 0),
                open=counts.get("today", 0),
                capacity=sum(agent.load for agent in fit),
                unfit=[Unfit(agent=agent, reasons=shut[agent.pk]) for agent in of_area[area.pk] if shut[agent.pk]],
            )
        )
    return found


@compile_once()
def read_areas() -> QuerySet[Area, Any]:
    """What `AreaCover` and its readers say of an area."""
    return Area.objects.order_by("name").values_list(
        "pk", "code", "name", "lat", "lng", "radius_m", "agents_wanted", "agents_least", "staffed_from", "staffed_until"
    )


@compile_once(now=DateTimeField())
def read_on_shift(now: Any) -> Any:
    """Whoever is on shift, with the keys of his areas and all that `why_unfit` asks."""
    areas = ArraySubquery(Agent.areas.through.objects.filter(agent=OuterRef("pk")).values("area_id"))
    return on_shift_now(now=now).annotate(area_ids=areas).values_list(
        "pk", "name", "load", "is_active", "licence", "licence_expires_on", "probation_until", "in_trade_since",
        "trained_until", "is_on_leave", "is_busy", "area_ids",
    )  # fmt: skip


def on_shift_now(*, now: datetime) -> QuerySet[Any]:
    """Agents whose shift runs, fit or not, with what `why_unfit` and the map ask of the hours."""
    shift = Shift.objects.filter(agent=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)
    return with_hours(Agent.objects.filter(Exists(shift)), now=now).order_by("name", "pk")


def with_hours(agents: QuerySet[Agent], *, now: datetime) -> QuerySet[Agent]:
    """With whether they are on leave, and whether a leg holds them, now."""
    return agents.annotate(
        is_on_leave=Exists(Leave.objects.filter(agent=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)),
        is_busy=Exists(Leg.objects.filter(agent=OuterRef("pk"), status__in=OCCUPIED, busy__contains=now)),
    )


def agents_on_duty(*, now: datetime) -> QuerySet[Agent]:
    """Agents on shift now who pass every lasting gate but area and the class beyond the floor."""
    today = timezone.localdate(now)
    leave = Leave.objects.filter(agent=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)
    shift = Shift.objects.filter(agent=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)
    return Agent.objects.filter(
        Q(probation_until=None) | Q(probation_until__lt=today),
        Exists(shift),
        ~Exists(leave),
        is_active=True,
        licence__in=licences_of_floor(today),
        licence_expires_on__gte=today,
        in_trade_since__lte=a_year_before(today),
        trained_until__gte=today,
    )


def a_year_before(day: Any) -> Any:
    """Who began on this day or earlier has a full year on `day`."""
    earlier = day - timedelta(days=366)
    while a_year_after(earlier + timedelta(days=1)) <= day:
        earlier += timedelta(days=1)
    return earlier


def licences_of_floor(day: Any) -> list[str]:
    """The licences as printed on the agents' cards that may drive the floor class on a day."""
    floor = floor_licences(day)
    printed = Agent.objects.order_by().values_list("licence", flat=True).distinct()
    return [licence for licence in printed if licence_codes(licence) & floor]


def floor_licences(day: Any) -> frozenset[str]:
    """The classes that may drive the floor class on a day."""
    return frozenset(licence for rule in read_floor(day=day) for licence in rule.licences)


@compile_once(day=DateField())
def read_floor(day: Any) -> QuerySet[LicenceRule, Any]:
    """The rule of the floor class that holds on a day, if there is one."""
    rules = LicenceRule.objects.filter(vehicle_class=FLOOR_CLASS, valid_from__lte=day)
    open_ended = rules.filter(Q(valid_until=None) | Q(valid_until__gte=day))
    return open_ended.order_by("-valid_from").values_list("licences")[:1]


def annotate_agents(agents: QuerySet[Agent], *, now: datetime) -> QuerySet[Agent]:
    """With what `why_unfit` asks of the hours: shift and leave now, the next shift, and the legs that are theirs."""
    shifts = Shift.objects.filter(agent=OuterRef("pk"))
    now_on = shifts.filter(starts_at__lte=now, ends_at__gt=now)
    legs = Leg.objects.filter(agent=OuterRef("pk"), status__in=OCCUPIED).order_by().values("agent")
    return (
        with_hours(agents, now=now)
        .annotate(
            shift_ends_at=Subquery(now_on.values("ends_at")[:1]),
            next_shift_at=Subquery(shifts.filter(starts_at__gt=now).order_by("starts_at").values("starts_at")[:1]),
            open_legs=Subquery(legs.annotate(count=Count("pk")).values("count")),
        )
        .prefetch_related("areas")
    )


def why_unfit(agent: Any, *, now: datetime, floor: frozenset[str]) -> list[GateReason]:
    """The gates that are shut for an annotated agent now, whatever the leg."""
    shut = papers_shut(agent, day=timezone.localdate(now), floor=floor)
    return [*shut, GateReason.LEAVE] if agent.is_on_leave else shut
