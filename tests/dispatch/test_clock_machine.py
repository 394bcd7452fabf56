"""Clocks at random beside a plain model of them: whatever comes in whatever order, and whenever the beat sleeps, they agree.

The model knows intervals alone. A clock's end is where its running time reaches the limit; what stood still is the union of
its pauses; a pause under an alert is the part of the alert that was known. Nothing in it remembers what the engine wrote.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from dispatch.clocks import apply_alerts, sweep_clocks
from dispatch.models import AreaAlert, Clock
from tenants.models import Tenant
from tests.dispatch.clocks_world import EAST, HOUR, MINUTE, WEST, Clocks, end_alert, fresh
from tests.dispatch.conftest import NOW

CALM = settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
FAR = datetime.max.replace(tzinfo=NOW.tzinfo)
LIMITS = {"dispatch": 10 * MINUTE, "contact": 30 * MINUTE, "callback": 24 * HOUR, "problem": 72 * HOUR}
CAUSES = ("customer_time", "customer_evidence")
PAUSED = {
    "customer_time": {"dispatch", "contact", "callback"},
    "customer_evidence": {"dispatch", "contact", "problem"},
    "weather": {"dispatch", "contact"},
}
MOST = {("customer_evidence", "problem"): 24 * HOUR}
PLACES = {"east": (EAST,), "west": (WEST,), "both": (EAST, WEST), "none": ()}
PICK = st.integers(0, 99)


@dataclass
class Alert:
    """What the model knows of an alert."""

    row: AreaAlert
    side: str
    opened: datetime
    starts: datetime
    ends: datetime

    def covers(self, clock: "Plain") -> bool:
        return clock.kind in PAUSED["weather"] and (clock.place in (self.side, "both"))


@dataclass
class Plain:
    """A clock in the model: when it began, what lay on it, and how it ended."""

    row: Clock
    kind: str
    place: str
    started: datetime
    pauses: list[list[Any]] = field(default_factory=list)  # cause, from, until
    ended: datetime | None = None
    is_met: bool = False
    shares: dict[int, datetime] = field(default_factory=dict)
    warned: int = 0

    def intervals(self, alerts: list[Alert], at: datetime) -> list[tuple[datetime, datetime]]:
        """When it stood still, as far as that is known at a time: merged, in order."""
        found: list[tuple[datetime, datetime]] = []
        for cause in CAUSES:
            left = MOST.get((cause, self.kind), FAR - NOW)
            for _cause, begun, until in (pause for pause in self.pauses if pause[0] == cause):
                end = until or FAR
                end = begun + left if end - begun > left else end
                left -= end - begun
                found.append((begun, end))
        for alert in alerts:
            begun = max(alert.opened, alert.starts, self.started)
            if alert.covers(self) and begun <= at and begun < alert.ends:
                found.append((begun, alert.ends))
        return merge([(begun, min(end, self.ended or FAR)) for begun, end in found])

    def due(self, alerts: list[Alert], at: datetime) -> datetime:
        """When its time is used up; FAR while nobody can say."""
        due = self.started + LIMITS[self.kind]
        for begun, end in self.intervals(alerts, at):
            if begun > due:
                break
            if end == FAR:
                return FAR
            due += end - begun
        return due

    def stands(self, alerts: list[Alert], at: datetime) -> bool:
        """Whether it stands still at a time and had not run out before."""
        return any(begun <= at < end for begun, end in self.intervals(alerts, at)) and not self.is_late(alerts, at)

    def is_late(self, alerts: list[Alert], at: datetime) -> bool:
        return self.due(alerts, at) < at

    def share(self, alerts: list[Alert], at: datetime) -> int:
        """The highest share that is used up."""
        left = self.due(alerts, at) - at
        used = 1 - left / LIMITS[self.kind]
        return max((share for share in (50, 80) if used > share / 100), default=0)


def merge(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans that touch are one."""
    merged: list[tuple[datetime, datetime]] = []
    for begun, end in sorted(span for span in spans if span[1] > span[0]):
        if merged and begun <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begun, end))
    return merged


class ClockMachine(RuleBasedStateMachine):
    """Each example lives in days of its own, so that no alert of another reaches it."""

    seen: ClassVar[Counter[str]] = Counter()
    examples: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).examples += 1
        self.now = NOW + timedelta(days=60 * self.examples)
        self.clocks = Clocks(Tenant.objects.get(slug="acme"), *areas())
        self.plain: list[Plain] = []
        self.alerts: list[Alert] = []

    def go_on(self, minutes: int) -> datetime:
        self.now += minutes * MINUTE
        return self.now

    @property
    def running(self) -> list[Plain]:
        return [clock for clock in self.plain if clock.ended is None]

    @rule(kind=st.sampled_from(sorted(LIMITS)), place=st.sampled_from(sorted(PLACES)), minutes=st.integers(0, 5))
    def start(self, kind: str, place: str, minutes: int) -> None:
        at = self.go_on(minutes)
        row = self.clocks.start(kind, at=at, places=PLACES[place])
        self.plain.append(Plain(row=row, kind=kind, place=place, started=at))

    @precondition(lambda self: self.running)
    @rule(pick=PICK, cause=st.sampled_from(CAUSES), minutes=st.sampled_from([0, 1, 7, 60, 600]))
    def pause(self, pick: int, cause: str, minutes: int) -> None:
        at = self.go_on(minutes)
        clock = self.running[pick % len(self.running)]
        self.clocks.pause(clock.row, cause, at=at)
        is_open = any(pause[0] == cause and (pause[2] or FAR) > at for pause in self.effective(clock))
        is_used_up = self.used(clock, cause, at) >= MOST.get((cause, clock.kind), FAR - NOW)
        if clock.kind in PAUSED[cause] and not clock.is_late(self.alerts, at) and not is_open and not is_used_up:
            self.end_pause(clock, cause, at)
            clock.pauses.append([cause, at, None])
            self.seen["paused"] += 1

    def effective(self, clock: Plain) -> list[list[Any]]:
        """Its pauses with the ends that the rule's most sets."""
        found = []
        for cause in CAUSES:
            left = MOST.get((cause, clock.kind), FAR - NOW)
            for _cause, begun, until in (pause for pause in clock.pauses if pause[0] == cause):
                end = until or FAR
                end = begun + left if end - begun > left else end
                left -= end - begun
                found.append([cause, begun, None if end == FAR else end])
        return found

    def used(self, clock: Plain, cause: str, at: datetime) -> timedelta:
        spans = [(pause[1], min(pause[2] or at, at)) for pause in self.effective(clock) if pause[0] == cause]
        return sum((end - begun for begun, end in spans), timedelta())

    def end_pause(self, clock: Plain, cause: str, at: datetime) -> None:
        for pause, actual in zip(
            [p for c in CAUSES for p in clock.pauses if p[0] == c], self.effective(clock), strict=True
        ):
            if pause[0] == cause and pause[2] is None:
                pause[2] = min(actual[2] or at, at)

    @precondition(lambda self: self.running)
    @rule(pick=PICK, cause=st.sampled_from(CAUSES), minutes=st.sampled_from([0, 1, 7, 60, 1500]))
    def resume(self, pick: int, cause: str, minutes: int) -> None:
        at = self.go_on(minutes)
        clock = self.running[pick % len(self.running)]
        self.clocks.resume(clock.row, cause, at=at)
        self.end_pause(clock, cause, at)

    @precondition(lambda self: self.running)
    @rule(pick=PICK, minutes=st.sampled_from([0, 1, 5, 9, 25, 600]), is_met=st.booleans())
    def end(self, pick: int, minutes: int, is_met: bool) -> None:
        at = self.go_on(minutes)
        clock = self.running[pick % len(self.running)]
        end = self.clocks.stop if is_met else self.clocks.cancel
        end(clock.row, at=at)
        clock.ended, clock.is_met = at, is_met
        for cause in CAUSES:
            self.end_pause(clock, cause, at)

    @rule(
        side=st.sampled_from(["east", "west"]),
        back=st.integers(-90, 45),
        length=st.integers(1, 300),
        minutes=st.integers(0, 20),
    )
    def alert(self, side: str, back: int, length: int, minutes: int) -> None:
        at = self.go_on(minutes)
        starts = at - back * MINUTE
        ends = max(starts, at) + length * MINUTE
        area = getattr(self.clocks, side)
        row = self.clocks.alert(starts=starts, ends=ends, opened=at, areas=(area,))
        self.alerts.append(Alert(row=row, side=side, opened=at, starts=starts, ends=ends))
        apply_alerts(now=at)

    @precondition(lambda self: any(alert.starts <= self.now < alert.ends for alert in self.alerts))
    @rule(pick=PICK, minutes=st.integers(0, 3))
    def close(self, pick: int, minutes: int) -> None:
        at = self.go_on(minutes)
        holding = [alert for alert in self.alerts if max(alert.starts, alert.opened) <= at < alert.ends]
        if holding:
            alert = holding[pick % len(holding)]
            end_alert(alert.row, at=at)
            alert.ends = at

    @rule(minutes=st.sampled_from([0, 1, 4, 10, 120, 2000]), with_alerts=st.booleans())
    def beat(self, minutes: int, with_alerts: bool) -> None:
        self.look(self.go_on(minutes), with_alerts=with_alerts)

    def look(self, at: datetime, *, with_alerts: bool) -> None:
        """What the beat does, and what the model says of warnings."""
        if with_alerts:
            apply_alerts(now=at)
        sweep_clocks(now=at)
        for clock in self.running:
            share = (
                0 if clock.is_late(self.alerts, at) or clock.stands(self.alerts, at) else clock.share(self.alerts, at)
            )
            if share > clock.warned:
                clock.warned = share
                clock.shares[share] = at

    def teardown(self) -> None:
        self.look(self.go_on(1), with_alerts=True)
        at = self.now
        for clock in self.plain:
            self.compare(clock, at)
        for clock in self.running:
            self.clocks.cancel(clock.row, at=at)

    def compare(self, clock: Plain, now: datetime) -> None:
        """The row says what the model says."""
        row, at = fresh(clock.row), clock.ended or now
        due, is_late = clock.due(self.alerts, at), clock.is_late(self.alerts, at)
        stands = clock.ended is None and clock.stands(self.alerts, at)
        assert (row.breached_at is not None) == is_late
        assert (row.paused_at is not None) == stands
        assert (row.stopped_at, row.cancelled_at) == ((at, None) if clock.is_met else (None, clock.ended))
        assert dict(row.warnings.values_list("share", "warned_at")) == clock.shares
        if not stands:
            assert row.due_at == due
        excusing = {
            alert.row.pk
            for alert in self.alerts
            if is_late and alert.covers(clock) and alert.starts <= due <= alert.ends
        }
        excuse = getattr(row, "excuse", None)
        assert (excuse is not None) == bool(excusing)
        assert excuse is None or excuse.alert_id in excusing
        named = set(row.pauses.exclude(alert=None).values_list("alert_id", flat=True))
        assert named <= {alert.row.pk for alert in self.alerts if alert.covers(clock)}
        self.seen[("late" if is_late else "in time") + (" excused" if excusing else "")] += 1
        self.seen["stood under an alert"] += bool(named)


def areas() -> tuple[Any, Any]:
    """The same two areas in every example."""
    from dispatch.models import Area

    found = {area.code: area for area in Area.objects.filter(code__in=["T-E", "T-W"])}
    if not found:
        made = Clocks(Tenant.objects.get(slug="acme"))
        return made.east, made.west
    return found["T-E"], found["T-W"]


@pytest.mark.django_db
def test_clocks_at_random_agree_with_a_plain_model() -> None:
    ClockMachine.seen.clear()
    run_state_machine_as_test(ClockMachine, settings=CALM)
    assert ClockMachine.seen.keys() >= {"late", "in time", "paused", "stood under an alert"}
