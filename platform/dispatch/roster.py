"""A week of an area's agents: who works when, who is away, and how many fit agents that makes, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from dispatch.models import OCCUPIED, Agent, Area, Leave, Leg, Shift
from dispatch.outlook import DayCover, read_outlook
from dispatch.planning.tables import ZONE
from dispatch.states import DONE, FAILED
from dispatch.texts import minutes
from events.ids import public_id

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
MOST_WEEKS: Final = 520  # from now, either way: what a calendar can show


@dataclass(frozen=True, slots=True)
class Cell:
    """One agent on one day: the shifts that begin then, and the leave that meets it."""

    day: date
    shifts: Sequence[Any]
    leaves: Sequence[Leave]
    is_over: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One agent's week."""

    agent: Agent
    cells: Sequence[Cell]
    hours: float

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("agt", self.agent.pk)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday."""

    monday: date

    @property
    def days(self) -> list[date]:
        """Monday to Sunday."""
        return [self.monday + number * DAY for number in range(7)]

    @property
    def key(self) -> str:
        """As addresses have it: 2026-W48."""
        year, week, _day = self.monday.isocalendar()
        return f"{year}-W{week:02d}"

    @property
    def before(self) -> "Week":
        """The one before."""
        return Week(self.monday - WEEK)

    @property
    def after(self) -> "Week":
        """The one after."""
        return Week(self.monday + WEEK)

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + 6 * DAY


def week_of(text: str, *, now: datetime) -> Week:
    """The week of an address; this one for what is none, or too far away."""
    today = timezone.localdate(now, ZONE)
    this = today - today.weekday() * DAY
    year, _sep, number = text.partition("-W")
    try:
        monday = date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        return Week(this)
    return Week(monday if abs((monday - this) // WEEK) <= MOST_WEEKS else this)


def agents_of(area: Area | None) -> QuerySet[Agent]:
    """Active agents of an area, or all, by name."""
    agents = Agent.objects.filter(is_active=True)
    return (agents if area is None else agents.filter(areas=area)).order_by("name", "pk")


def lines_of(agents: Sequence[Agent], week: Week, *, now: datetime) -> list[Line]:
    """The week of these agents, in two queries."""
    begin = datetime.combine(week.monday, time(), ZONE)
    keys = [agent.pk for agent in agents]
    shifts: dict[tuple[UUID, date], list[Any]] = defaultdict(list)
    for shift in Shift.objects.filter(agent__in=keys, starts_at__gte=begin, starts_at__lt=begin + WEEK).order_by(
        "starts_at"
    ):
        shifts[shift.agent_id, timezone.localdate(shift.starts_at, ZONE)].append(shift)
    leaves: dict[UUID, list[Leave]] = defaultdict(list)
    for leave in Leave.objects.filter(agent__in=keys, starts_at__lt=begin + WEEK, ends_at__gt=begin).order_by(
        "starts_at"
    ):
        leaves[leave.agent_id].append(leave)
    return [line_of(agent, week, shifts, leaves[agent.pk], now) for agent in agents]


def line_of(
    agent: Agent, week: Week, shifts: dict[tuple[UUID, date], list[Any]], leaves: Sequence[Leave], now: datetime
) -> Line:
    """One agent's row."""
    cells, seconds = [], 0.0
    for day in week.days:
        start = datetime.combine(day, time(), ZONE)
        own = shifts.get((agent.pk, day), [])
        seconds += sum((shift.ends_at - shift.starts_at).total_seconds() for shift in own)
        away = [leave for leave in leaves if leave.starts_at < start + DAY and leave.ends_at > start]
        for shift in own:
            shift.ref = public_id("shf", shift.pk)
            shift.is_over = shift.ends_at <= now
        cells.append(Cell(day, own, away, start + DAY <= now))
    return Line(agent, cells, seconds / 3600)


def cover_of(area: Area, week: Week) -> list[DayCover]:
    """How the week covers an area."""
    outlook = read_outlook(first=week.monday, days=7)
    return [outlook.day(area, day) for day in week.days]


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What an agent does on a day: his legs, how many his shift holds, and the drive with them."""

    day: date
    legs: int
    holds: int
    drive: str
    is_away: bool
    is_today: bool


def load_of(agent: Agent, *, now: datetime) -> list[DayLoad]:
    """This week of one agent, in three queries: legs that are or were his by the day on which they begin."""
    week, today = week_of("", now=now), timezone.localdate(now, ZONE)
    begin = datetime.combine(week.monday, time(), ZONE)
    legs = Leg.objects.filter(
        agent=agent,
        status__in=[*OCCUPIED, DONE, FAILED],
        busy__startswith__gte=begin,
        busy__startswith__lt=begin + WEEK,
    )
    of_day: dict[date, list[Leg]] = defaultdict(list)
    for leg in legs:
        assert leg.busy is not None
        of_day[timezone.localdate(leg.busy.lower, ZONE)].append(leg)
    cells = lines_of([agent], week, now=now)[0].cells
    return [
        DayLoad(
            day=cell.day,
            legs=len(of_day[cell.day]),
            holds=agent.load * len(cell.shifts),
            drive=minutes(sum(leg.drive_s or 0 for leg in of_day[cell.day])) if of_day[cell.day] else "",
            is_away=bool(cell.leaves),
            is_today=cell.day == today,
        )
        for cell in cells
    ]
