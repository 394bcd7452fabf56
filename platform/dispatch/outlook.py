"""How many fit agents each area will have, hour by hour: today and the days after, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from dispatch.coverage import FLOOR_CLASS
from dispatch.fitness import Rules, papers_shut, read_rules
from dispatch.models import Agent, Area, Leave, Shift
from dispatch.planning import GateReason
from dispatch.planning.model import Interval
from dispatch.planning.tables import ZONE
from events.ids import public_id

DAYS: Final = 15
"""Today and the 14 days after."""
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
Spans = Mapping[UUID, Sequence[Interval]]


@dataclass(frozen=True, slots=True)
class HourCover:
    """An hour in which an area is to be staffed, and how many fit agents work through the whole of it."""

    starts_at: datetime
    ends_at: datetime
    fit: int


@dataclass(frozen=True, slots=True)
class DayCover:
    """One area on one day."""

    area: Area
    day: date
    hours: Sequence[HourCover]

    @property
    def fewest(self) -> int:
        """In its weakest hour."""
        return min(hour.fit for hour in self.hours)

    @property
    def short_hours(self) -> int:
        """Hours with fewer than the least."""
        return sum(hour.fit < self.area.agents_least for hour in self.hours)

    @property
    def tone(self) -> str:
        """Below the least is bad, below what is wanted a warning."""
        return tone_of(self.area, self.fewest)

    @property
    def bars(self) -> list[tuple[HourCover, str]]:
        """The hours with their tones."""
        return [(hour, tone_of(self.area, hour.fit)) for hour in self.hours]


def tone_of(area: Area, fit: int) -> str:
    """Of so many fit agents."""
    if fit < area.agents_least:
        return "bad"
    return "good" if fit >= area.agents_wanted else "warn"


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An agent who has a shift on a day in an area, and what keeps him from driving then."""

    agent: Agent
    shifts: Sequence[Interval]
    reasons: Sequence[GateReason]

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("agt", self.agent.pk)

    @property
    def why(self) -> str:
        """The reasons in the reader's words."""
        return " · ".join(reason.text for reason in self.reasons)


@dataclass(slots=True)
class Outlook:
    """Agents with shifts and leaves between two days, and the rules: what every answer is worked out from."""

    agents: Mapping[UUID, Agent]
    of_area: Mapping[UUID, Sequence[UUID]]
    shifts: Spans
    leaves: Spans
    rules: Rules
    _fit: dict[tuple[UUID, date], list[Interval]] = field(default_factory=dict)

    def day(self, area: Area, day: date) -> DayCover:
        """How an area is covered on a day."""
        serving = self.of_area.get(area.pk, ())
        hours = []
        for start, end in hours_of(area, day):
            fit = sum(
                any(begins <= start and end <= ends for begins, ends in self.fit_hours(agent_id, day))
                for agent_id in serving
            )
            hours.append(HourCover(start, end, fit))
        return DayCover(area, day, hours)

    def fit_hours(self, agent_id: UUID, day: date) -> list[Interval]:
        """When an agent works and may drive, of what meets a day; worked out once."""
        known = self._fit.get((agent_id, day))
        if known is None:
            reasons = self.reasons(agent_id, day)
            spans = (
                [] if reasons else without(of_day(self.shifts.get(agent_id, ()), day), self.leaves.get(agent_id, ()))
            )
            known = self._fit[agent_id, day] = spans
        return known

    def reasons(self, agent_id: UUID, day: date) -> list[GateReason]:
        """What his papers shut on a day."""
        floor = self.rules.on(FLOOR_CLASS, day) or frozenset()
        return papers_shut(self.agents[agent_id], day=day, floor=floor)

    def on_duty(self, area: Area, day: date) -> list[OnDuty]:
        """Whoever has a shift that day, the fit first."""
        found = []
        for agent_id in self.of_area.get(area.pk, ()):
            shifts = of_day(self.shifts.get(agent_id, ()), day)
            if not shifts:
                continue
            reasons = self.reasons(agent_id, day)
            if any(start < end_of(shifts) and end > shifts[0][0] for start, end in self.leaves.get(agent_id, ())):
                reasons.append(GateReason.LEAVE)
            found.append(OnDuty(self.agents[agent_id], shifts, reasons))
        return sorted(found, key=lambda item: (bool(item.reasons), item.agent.name, item.agent.pk))


def end_of(shifts: Sequence[Interval]) -> datetime:
    """When the last of them ends."""
    return max(end for _start, end in shifts)


def of_day(spans: Iterable[Interval], day: date) -> list[Interval]:
    """Those that meet a local day, in order."""
    start = datetime.combine(day, time(), ZONE)
    return sorted(span for span in spans if span[0] < start + DAY and span[1] > start)


def without(spans: Sequence[Interval], leaves: Sequence[Interval]) -> list[Interval]:
    """What is left of shifts when the leaves are cut out."""
    left = list(spans)
    for start, end in leaves:
        cut = []
        for begins, ends in left:
            if end <= begins or ends <= start:
                cut.append((begins, ends))
                continue
            cut += [(begins, start)] if begins < start else []
            cut += [(end, ends)] if end < ends else []
        left = cut
    return left


def hours_of(area: Area, day: date) -> list[Interval]:
    """The hours in which the area is to be staffed; the last may be shorter."""
    start = datetime.combine(day, area.staffed_from, ZONE)
    until = datetime.combine(day, area.staffed_until, ZONE)
    found = []
    while start < until:
        end = min(start + HOUR, until)
        found.append((start, end))
        start = end
    return found


def read_outlook(*, first: date, days: int) -> Outlook:
    """What is known of the days from `first` on, in five queries."""
    begin = datetime.combine(first, time(), ZONE)
    span = {"starts_at__lt": begin + days * DAY, "ends_at__gt": begin}
    agents = {agent.pk: agent for agent in Agent.objects.filter(is_active=True)}
    of_area: dict[UUID, list[UUID]] = defaultdict(list)
    for agent_id, area_id in Agent.areas.through.objects.order_by("pk").values_list("agent_id", "area_id"):
        if agent_id in agents:
            of_area[area_id].append(agent_id)
    return Outlook(
        agents=agents,
        of_area=of_area,
        shifts=spans_of(Shift.objects.filter(**span).values_list("agent_id", "starts_at", "ends_at")),
        leaves=spans_of(Leave.objects.filter(**span).values_list("agent_id", "starts_at", "ends_at")),
        rules=read_rules(),
    )


def spans_of(rows: Iterable[tuple[UUID, datetime, datetime]]) -> Spans:
    """By agent."""
    found: dict[UUID, list[Interval]] = defaultdict(list)
    for agent_id, start, end in rows:
        found[agent_id].append((start, end))
    return found
