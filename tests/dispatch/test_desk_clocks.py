"""Clocks: started, stopped, paused, breached once, and never edited."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from dispatch.clocks import (
    UnknownClock,
    cancel_clocks,
    find_breaches,
    pause_clocks,
    resume_clocks,
    start_clocks,
    stop_clocks,
    sweep_clocks,
)
from dispatch.clocks.reading import stood_still
from dispatch.clocks.rules import clock_rules
from dispatch.models import Clock
from dispatch.requests import ClockStart
from tenants.actors import system_actor
from tenants.models import Tenant
from tenants.postgresql.base import WallError
from tests.dispatch.conftest import NOW, within

Facts = Callable[..., list[dict[str, Any]]]
SYSTEM = system_actor("test")
MINUTE = timedelta(minutes=1)


def run(function: Callable[..., Any], *, at: datetime, **kwargs: Any) -> Any:
    return within(work=lambda: function(now=at, **kwargs), actor=SYSTEM, now=at)


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.get(slug="acme")


def start(tenant: Tenant, *kinds: str, count: int = 1, **changes: Any) -> Sequence[UUID]:
    """Clocks of these kinds for new subjects."""
    subjects = [uuid4() for _number in range(count)]
    clocks = [
        ClockStart(kind=kind, subject_id=key, subject="job_X", started_at=NOW, **changes)
        for key in subjects
        for kind in kinds
    ]
    assert run(start_clocks, at=NOW, tenant_id=tenant.pk, clocks=clocks) == len(clocks)
    return subjects


def test_the_rules_are_those_of_the_promise(db: None) -> None:
    limits = {kind: rule.limit_s for kind, rule in clock_rules(at=NOW).items()}
    assert limits == {
        "respond": 300, "dispatch": 600, "contact": 1_800, "response": 1_800, "progress": 86_400, "return": 0,
        "callback": 86_400, "problem": 259_200, "approval": None, "consent": None, "insurer": None, "parts": None,
    }  # fmt: skip


def test_a_clock_runs_out_at_its_limit_or_at_its_own_hour_or_never(tenant: Tenant) -> None:
    start(tenant, "dispatch", "parts")
    start(tenant, "return", due_at=NOW + timedelta(days=2))
    assert dict(Clock.objects.values_list("kind", "due_at")) == {
        "dispatch": NOW + 10 * MINUTE,
        "parts": None,
        "return": NOW + timedelta(days=2),
    }


def test_an_unknown_kind_and_a_clock_outside_a_command_are_refused(tenant: Tenant) -> None:
    with pytest.raises(UnknownClock):
        start(tenant, "coffee")
    with pytest.raises(WallError):
        stop_clocks(kind="dispatch", subject_ids=[uuid4()], now=NOW)


def test_stopped_in_time_is_met(tenant: Tenant, facts: Facts) -> None:
    met, other = start(tenant, "dispatch", "progress", count=2)
    assert run(stop_clocks, at=NOW + 10 * MINUTE, kind="dispatch", subject_ids=[met]) == 1
    assert find_breaches(now=NOW + 11 * MINUTE) == 1
    clocks = {(clock.subject_id, clock.kind): clock for clock in Clock.objects.all()}
    assert clocks[met, "dispatch"].stopped_at == NOW + 10 * MINUTE
    assert clocks[met, "dispatch"].breached_at is None
    assert clocks[other, "dispatch"].breached_at == NOW + 11 * MINUTE
    assert clocks[met, "progress"].stopped_at is None
    assert [fact["subject_id"] for fact in facts("clock.breached")] == [str(other)]


def test_stopped_too_late_is_breached_even_when_nobody_had_looked(tenant: Tenant, facts: Facts) -> None:
    (late,) = start(tenant, "dispatch")
    at = NOW + 10 * MINUTE + timedelta(seconds=1)
    assert run(stop_clocks, at=at, kind="dispatch", subject_ids=[late]) == 1
    clock = Clock.objects.get()
    assert (clock.breached_at, clock.stopped_at) == (at, at)
    assert [(fact["clock"], fact["subject"]) for fact in facts("clock.breached")] == [("dispatch", "job_X")]


def test_started_and_stopped_in_one_moment(tenant: Tenant, facts: Facts) -> None:
    start(tenant, "respond", stopped_at=NOW)
    start(tenant, "respond", stopped_at=NOW + 6 * MINUTE)
    assert list(Clock.objects.order_by("id").values_list("breached_at", flat=True)) == [None, NOW + 6 * MINUTE]
    assert len(facts("clock.breached")) == 1


def test_a_breach_is_found_once(tenant: Tenant, facts: Facts) -> None:
    (late,) = start(tenant, "dispatch")
    assert find_breaches(now=NOW + 20 * MINUTE) == 1
    assert find_breaches(now=NOW + 21 * MINUTE) == 0
    run(stop_clocks, at=NOW + 30 * MINUTE, kind="dispatch", subject_ids=[late])
    clock = Clock.objects.get()
    assert (clock.breached_at, clock.stopped_at) == (NOW + 20 * MINUTE, NOW + 30 * MINUTE)
    assert len(facts("clock.breached")) == 1


def test_a_pause_moves_the_end(tenant: Tenant) -> None:
    (paused,) = start(tenant, "callback", "problem")
    hour = timedelta(hours=1)
    args = {"subject_ids": [paused], "reason": "customer_time"}
    assert run(pause_clocks, at=NOW + hour, **args) == 1
    assert run(pause_clocks, at=NOW + 2 * hour, **args) == 0
    assert find_breaches(now=NOW + 30 * hour) == 0
    assert run(resume_clocks, at=NOW + 31 * hour, **args) == 1
    clock = Clock.objects.get(kind="callback")
    assert (clock.due_at, stood_still(clock), clock.paused_at) == (NOW + 54 * hour, 30 * hour, None)
    assert Clock.objects.get(kind="problem").due_at == NOW + 72 * hour
    assert find_breaches(now=NOW + 54 * hour) == 0
    assert find_breaches(now=NOW + 54 * hour + MINUTE) == 1


def test_a_pause_after_the_end_takes_no_breach_back(tenant: Tenant, facts: Facts) -> None:
    (late,) = start(tenant, "dispatch")
    args = {"reason": "customer_time", "subject_ids": [late]}
    assert run(pause_clocks, at=NOW + 11 * MINUTE, **args) == 0
    assert run(resume_clocks, at=NOW + 60 * MINUTE, **args) == 0
    clock = Clock.objects.get()
    assert (clock.breached_at, clock.due_at, clock.paused_at) == (NOW + 11 * MINUTE, NOW + 10 * MINUTE, None)
    assert not clock.pauses.exists()
    assert len(facts("clock.breached")) == 1


def test_cancelled_clocks_have_no_verdict(tenant: Tenant, facts: Facts) -> None:
    gone, kept = start(tenant, "dispatch", "return", count=2)
    assert run(cancel_clocks, at=NOW, subject_ids=[gone]) == 2
    assert find_breaches(now=NOW + 60 * MINUTE) == 2
    assert {fact["subject_id"] for fact in facts("clock.breached")} == {str(kept)}


@pytest.mark.parametrize(
    "change",
    [
        {"breached_at": None},
        {"breached_at": NOW + 90 * MINUTE},
        {"due_at": NOW + 90 * MINUTE},
        {"started_at": NOW - MINUTE},
        {"kind": "parts"},
        {"paused_at": NOW + 5 * MINUTE},
        {"next_at": NOW + 90 * MINUTE},
        {"warned": 0},
        {"length": 90 * MINUTE},
    ],
)
def test_a_breach_is_never_edited(tenant: Tenant, change: dict[str, Any]) -> None:
    start(tenant, "dispatch")
    sweep_clocks(now=NOW + 9 * MINUTE)
    find_breaches(now=NOW + 20 * MINUTE)
    before = Clock.objects.values().get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.update(**change)
    assert Clock.objects.values().get() == before


@pytest.mark.parametrize("ended", ["stopped_at", "cancelled_at"])
@pytest.mark.parametrize(
    "change",
    [{"stopped_at": None}, {"cancelled_at": None}, {"breached_at": NOW}, {"paused_at": NOW}, {"warned": 50}],
)
def test_an_ended_clock_is_never_edited(tenant: Tenant, ended: str, change: dict[str, Any]) -> None:
    start(tenant, "dispatch")
    Clock.objects.update(**{ended: NOW + MINUTE, "next_at": None})
    before = Clock.objects.values().get()
    if {**before, **change} == before:  # it says what stands there already
        Clock.objects.update(**change)
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.update(**change)
    assert Clock.objects.values().get() == before


def test_clocks_cannot_be_deleted(tenant: Tenant) -> None:
    start(tenant, "dispatch")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Clock.objects.all().delete()
    assert Clock.objects.count() == 1
