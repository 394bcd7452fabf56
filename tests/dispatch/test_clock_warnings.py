"""Limits in versions, warnings at half and at four fifths, a beat that sleeps, midnight and summer time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from dispatch.clocks import find_breaches, sweep_clocks
from dispatch.clocks.rules import limit_of
from dispatch.models import Clock, ClockRule, ClockWarning
from tenants.models import Tenant
from tests.dispatch.clocks_world import HOUR, MINUTE, Clocks, fresh
from tests.dispatch.conftest import NOW

Facts = Callable[..., list[dict[str, Any]]]
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def clocks(db: None) -> Clocks:
    return Clocks(Tenant.objects.get(slug="acme"))


def shares(clock: Clock) -> list[tuple[int, datetime, datetime]]:
    """Its warnings: share, when it was reached, when somebody was warned."""
    return list(clock.warnings.order_by("share").values_list("share", "reached_at", "warned_at"))


def test_each_warning_is_written_once(clocks: Clocks, facts: Facts) -> None:
    clock = clocks.start("dispatch")
    found = [
        (swept.warned, swept.breached)
        for minutes in (1, 5, 6, 7, 8, 9, 9, 10, 11, 12)
        for swept in [sweep_clocks(now=NOW + minutes * MINUTE)]
    ]
    assert found == [(0, 0), (0, 0), (1, 0), (0, 0), (0, 0), (1, 0), (0, 0), (0, 0), (0, 1), (0, 0)]
    assert shares(clock) == [
        (50, NOW + 5 * MINUTE, NOW + 6 * MINUTE),
        (80, NOW + 8 * MINUTE, NOW + 9 * MINUTE),
    ]
    assert [(fact["share"], fact["clock_id"]) for fact in facts("clock.warned")] == [
        (50, str(clock.pk)),
        (80, str(clock.pk)),
    ]
    with pytest.raises(IntegrityError, match="one_warning_a_share"), transaction.atomic():
        ClockWarning.objects.create(clock=clock, share=80, reached_at=NOW, warned_at=NOW)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ClockWarning.objects.update(share=50)


def test_a_beat_that_slept_makes_up_no_warning_that_nobody_got(clocks: Clocks) -> None:
    clock, met = clocks.start("dispatch"), clocks.start("dispatch")
    assert sweep_clocks(now=NOW + 9 * MINUTE).warned == 2
    assert [share for share, *_times in shares(clock)] == [80]
    clocks.stop(met, at=NOW + 10 * MINUTE)
    later = clocks.start("dispatch", at=NOW + 5 * MINUTE)
    assert sweep_clocks(now=NOW + 3 * HOUR).breached == 2
    assert shares(later) == []
    assert (fresh(met).breached_at, fresh(later).breached_at) == (None, NOW + 3 * HOUR)


def test_a_pause_moves_the_warnings_too(clocks: Clocks) -> None:
    clock = clocks.start("dispatch")
    clocks.pause(clock, "customer_time", at=NOW + 4 * MINUTE)
    assert sweep_clocks(now=NOW + HOUR).seen == 0
    clocks.resume(clock, "customer_time", at=NOW + 64 * MINUTE)
    assert sweep_clocks(now=NOW + 65 * MINUTE).warned == 0
    assert sweep_clocks(now=NOW + 66 * MINUTE).warned == 1
    assert shares(clock) == [(50, NOW + 65 * MINUTE, NOW + 66 * MINUTE)]


def test_a_promise_of_its_own_hour_is_warned_of_by_its_own_length(clocks: Clocks) -> None:
    back = clocks.start("return", due_at=NOW + 10 * HOUR)
    broken = clocks.start("return", due_at=NOW - HOUR)
    assert sweep_clocks(now=NOW + 6 * HOUR).warned == 1
    assert shares(back) == [(50, NOW + 5 * HOUR, NOW + 6 * HOUR)]
    assert (fresh(broken).breached_at, shares(broken)) == (NOW + 6 * HOUR, [])


def test_a_clock_keeps_the_limit_that_it_started_with(clocks: Clocks) -> None:
    before = clocks.start("dispatch")
    tomorrow = NOW + 24 * HOUR
    ClockRule.objects.create(
        kind="dispatch", limit_s=300, warn_at=[60], desk="dispatch", valid_from=tomorrow, made_at=NOW, made_by="陈志远"
    )
    assert [limit_of("dispatch", at=moment) for moment in (NOW, tomorrow - MINUTE, tomorrow)] == [
        10 * MINUTE,
        10 * MINUTE,
        5 * MINUTE,
    ]
    old, new = clocks.start("dispatch", at=tomorrow - MINUTE), clocks.start("dispatch", at=tomorrow)
    assert (old.due_at, new.due_at) == (tomorrow + 9 * MINUTE, tomorrow + 5 * MINUTE)
    assert (before.rule_id, old.rule_id == new.rule_id) == (old.rule_id, False)
    sweep_clocks(now=tomorrow + 4 * MINUTE)
    assert [share for share, *_times in shares(new)] == [60]
    last = ClockRule.objects.create(
        kind="dispatch", limit_s=240, valid_from=tomorrow, made_at=NOW + HOUR, made_by="陈志远"
    )
    assert clocks.start("dispatch", at=tomorrow + HOUR).rule_id == last.pk
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ClockRule.objects.update(limit_s=9_999)
    with pytest.raises(IntegrityError, match="clock_rule_is_not_dated_back"), transaction.atomic():
        ClockRule.objects.create(kind="dispatch", limit_s=1, valid_from=NOW - MINUTE, made_at=NOW)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (datetime(2027, 3, 27, 14, 0, tzinfo=BERLIN), datetime(2027, 3, 28, 15, 0, tzinfo=BERLIN)),  # an hour is lost
        (datetime(2026, 10, 24, 14, 0, tzinfo=BERLIN), datetime(2026, 10, 25, 13, 0, tzinfo=BERLIN)),  # one comes twice
        (datetime(2026, 12, 31, 23, 58, tzinfo=BERLIN), datetime(2027, 1, 1, 23, 58, tzinfo=BERLIN)),  # over midnight
    ],
)
def test_a_day_has_twenty_four_hours_wherever_the_clocks_go(clocks: Clocks, start: datetime, due: datetime) -> None:
    clock = clocks.start("progress", at=start)
    assert clock.due_at == due
    assert find_breaches(now=due) == 0
    assert find_breaches(now=due + timedelta(seconds=1)) == 1


def test_ten_minutes_over_midnight_are_ten_minutes(clocks: Clocks) -> None:
    eve = datetime(2026, 11, 23, 23, 55, tzinfo=ZoneInfo("Asia/Shanghai"))
    clock = clocks.start("dispatch", at=eve)
    assert clock.due_at == eve + 10 * MINUTE
    assert [sweep_clocks(now=eve + n * MINUTE).warned for n in (4, 6, 9)] == [0, 1, 1]


def test_a_sweep_goes_tenant_by_tenant_and_in_pieces(
    clocks: Clocks, pacific: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dispatch.clocks import sweeping

    monkeypatch.setattr(sweeping, "CLOCKS_A_COMMAND", 2)
    for _number in range(5):
        clocks.start("dispatch")
        clocks.start("dispatch", tenant=pacific)
    swept = sweep_clocks(now=NOW + HOUR)
    assert (swept.breached, swept.warned) == (10, 0)
    assert Clock.objects.filter(breached_at=NOW + HOUR).count() == 10
