"""Pauses are rows: each has a cause and a rule, they may lie over each other, and the end moves by their union."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from dispatch.clocks import find_breaches, pause_clocks, sweep_clocks
from dispatch.clocks.reading import stood_still
from dispatch.models import Clock, ClockPause, PauseRule
from tenants.models import Tenant
from tests.dispatch.clocks_world import HOUR, MINUTE, Clocks, fresh, run, stretches
from tests.dispatch.conftest import NOW

Facts = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def clocks(db: None) -> Clocks:
    return Clocks(Tenant.objects.get(slug="acme"))


def test_what_a_cause_lets_stand_still_the_rules_say(clocks: Clocks) -> None:
    callback = clocks.start("callback")
    progress = clocks.start("progress", subject_id=callback.subject_id)
    clocks.pause(callback, "customer_time", at=NOW + HOUR)
    assert stretches(callback) == [("customer_time", NOW + HOUR, None)]
    assert stretches(progress) == []
    assert clocks.pause(progress, "ours", at=NOW + HOUR).paused_at is None


def test_missing_evidence_stops_a_problem_for_a_day_at_most_in_all(clocks: Clocks) -> None:
    problem = clocks.start("problem")
    assert problem.due_at == NOW + 72 * HOUR
    clocks.pause(problem, "customer_evidence", at=NOW + HOUR)
    problem = clocks.resume(problem, "customer_evidence", at=NOW + 11 * HOUR)
    assert (problem.due_at, problem.paused_at) == (NOW + 82 * HOUR, None)
    clocks.pause(problem, "customer_evidence", at=NOW + 20 * HOUR)
    assert sweep_clocks(now=NOW + 33 * HOUR).seen == 0
    assert sweep_clocks(now=NOW + 50 * HOUR).breached == 0  # the beat slept: the pause ended when its day was used up
    problem = fresh(problem)
    assert stretches(problem) == [
        ("customer_evidence", NOW + HOUR, NOW + 11 * HOUR),
        ("customer_evidence", NOW + 20 * HOUR, NOW + 34 * HOUR),
    ]
    assert (problem.due_at, stood_still(problem)) == (NOW + 96 * HOUR, 24 * HOUR)
    assert clocks.pause(problem, "customer_evidence", at=NOW + 51 * HOUR).paused_at is None
    assert find_breaches(now=NOW + 96 * HOUR) == 0
    assert find_breaches(now=NOW + 96 * HOUR + MINUTE) == 1


def test_a_pause_that_its_rule_ended_counts_no_longer_whoever_comes_first(clocks: Clocks) -> None:
    """No beat was needed: the stop itself finds that the pause had ended, and that the time was then used up."""
    problem = clocks.start("problem")
    clocks.pause(problem, "customer_evidence", at=NOW + HOUR)
    problem = clocks.stop(problem, at=NOW + 97 * HOUR)
    assert (problem.due_at, problem.breached_at) == (NOW + 96 * HOUR, NOW + 97 * HOUR)


def test_two_causes_over_each_other_count_once(clocks: Clocks, facts: Facts) -> None:
    back = clocks.start("return", due_at=NOW + 48 * HOUR)
    clocks.pause(back, "customer_time", at=NOW + HOUR)
    parts = clocks.start("parts", subject_id=back.subject_id, at=NOW + 3 * HOUR)
    back = clocks.resume(back, "customer_time", at=NOW + 5 * HOUR)
    assert (back.paused_at, back.due_at) == (NOW + HOUR, NOW + 48 * HOUR)
    parts = clocks.stop(parts, at=NOW + 9 * HOUR)
    back = fresh(back)
    assert (parts.due_at, parts.stopped_at) == (None, NOW + 9 * HOUR)
    assert (back.paused_at, back.due_at) == (None, NOW + 56 * HOUR)
    assert stretches(back) == [
        ("customer_time", NOW + HOUR, NOW + 5 * HOUR),
        ("parts", NOW + 3 * HOUR, NOW + 9 * HOUR),
    ]
    assert [(fact["clock"], fact["reason"]) for fact in facts("clock.paused")] == [
        ("return", "customer_time"),
        ("return", "parts"),
    ]
    (resumed,) = facts("clock.resumed")
    assert (resumed["clock"], resumed["reason"], resumed["subject_id"]) == ("return", "parts", str(back.subject_id))


def test_a_clock_that_is_stopped_while_it_stands_ran_on_for_that_moment(clocks: Clocks) -> None:
    contact = clocks.start("contact")
    clocks.pause(contact, "customer_time", at=NOW + 29 * MINUTE)
    contact = clocks.stop(contact, at=NOW + 5 * HOUR)
    assert (contact.stopped_at, contact.breached_at, contact.paused_at) == (NOW + 5 * HOUR, None, None)
    assert contact.due_at == NOW + 5 * HOUR + MINUTE
    assert stretches(contact) == [("customer_time", NOW + 29 * MINUTE, NOW + 5 * HOUR)]
    cancelled = clocks.start("contact")
    clocks.pause(cancelled, "customer_time", at=NOW + MINUTE)
    assert clocks.cancel(cancelled, at=NOW + HOUR).cancelled_at == NOW + HOUR
    assert stretches(cancelled) == [("customer_time", NOW + MINUTE, NOW + HOUR)]


def test_a_day_of_evidence_over_the_end_of_summer_time_is_a_day(clocks: Clocks) -> None:
    eve = datetime(2026, 10, 24, 20, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    problem = clocks.start("problem", at=eve)
    clocks.pause(problem, "customer_evidence", at=eve)
    assert problem.pauses.get().until_at == datetime(2026, 10, 25, 19, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_servers_clock_that_lags_makes_no_pause_run_backwards(clocks: Clocks) -> None:
    contact = clocks.start("contact")
    clocks.pause(contact, "customer_time", at=NOW + 10 * MINUTE)
    contact = clocks.resume(contact, "customer_time", at=NOW + 10 * MINUTE - timedelta(seconds=1))
    assert (contact.due_at, contact.paused_at) == (NOW + 30 * MINUTE, None)


def test_the_length_of_a_pause_is_exact(clocks: Clocks) -> None:
    contact = clocks.start("contact")
    stood = timedelta(days=200, hours=7, microseconds=123_457)
    clocks.pause(contact, "customer_time", at=NOW + MINUTE)
    contact = clocks.resume(contact, "customer_time", at=NOW + MINUTE + stood)
    assert contact.due_at == NOW + 30 * MINUTE + stood


def test_a_cause_without_a_rule_and_an_ended_clock_take_no_pause(clocks: Clocks) -> None:
    contact, ended, late = clocks.start("contact"), clocks.start("contact"), clocks.start("contact")
    clocks.stop(ended, at=NOW + MINUTE)
    find_breaches(now=NOW + HOUR)
    assert fresh(late).breached_at == NOW + HOUR
    for clock, reason, rule in (
        (contact, "ours", "pause_needs_a_running_clock"),  # it is late by now
        (ended, "customer_time", "pause_needs_a_running_clock"),
        (late, "customer_time", "pause_needs_a_running_clock"),
        (clocks.start("contact"), "ours", "pause_needs_a_rule"),
        (clocks.start("progress"), "customer_time", "pause_needs_a_rule"),
    ):
        with pytest.raises(IntegrityError, match="clock") as caught, transaction.atomic():
            ClockPause.objects.create(clock=clock, reason=reason, began_at=NOW + MINUTE)
        assert caught.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [{"paused_at": None}, {"paused_at": NOW}, {"paused_at": NOW + 2 * HOUR}, {"due_at": NOW + 90 * HOUR}],
)
def test_a_clock_stands_and_moves_by_its_pauses_alone(clocks: Clocks, change: dict[str, Any]) -> None:
    standing, going = clocks.start("callback"), clocks.start("callback")
    clocks.pause(standing, "customer_time", at=NOW + HOUR)
    for clock in (standing, going):
        if change == {"paused_at": None} and clock is going:
            continue
        with pytest.raises(IntegrityError, match="by its pauses alone"), transaction.atomic():
            Clock.objects.filter(pk=clock.pk).update(**change)


def test_a_pause_is_only_ended_and_only_once(clocks: Clocks) -> None:
    problem = clocks.start("problem")
    clocks.pause(problem, "customer_evidence", at=NOW + HOUR)
    pause = ClockPause.objects.get()
    for change in ({"began_at": NOW}, {"until_at": None}, {"reason": "ours"}):
        with pytest.raises(IntegrityError, match="only ended"), transaction.atomic():
            ClockPause.objects.filter(pk=pause.pk).update(**change)
    with pytest.raises(IntegrityError, match="pause_is_no_longer_than_its_rule"), transaction.atomic():
        ClockPause.objects.filter(pk=pause.pk).update(ended_at=NOW + 26 * HOUR)
    clocks.resume(problem, "customer_evidence", at=NOW + 2 * HOUR)
    with pytest.raises(IntegrityError, match="only ended"), transaction.atomic():
        ClockPause.objects.filter(pk=pause.pk).update(ended_at=NOW + 3 * HOUR)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ClockPause.objects.all().delete()


def test_a_verdict_needs_its_hour(clocks: Clocks) -> None:
    contact = clocks.start("contact")
    with pytest.raises(IntegrityError, match="breached after its end"), transaction.atomic():
        Clock.objects.filter(pk=contact.pk).update(breached_at=NOW + MINUTE, next_at=None)
    with pytest.raises(IntegrityError, match="stopped late is breached"), transaction.atomic():
        Clock.objects.filter(pk=contact.pk).update(stopped_at=NOW + HOUR, next_at=None)


def test_a_rule_of_today_pauses_nothing_of_yesterday(clocks: Clocks) -> None:
    contact = clocks.start("contact")
    PauseRule.objects.create(
        cause="ours", kind="contact", valid_from=NOW + 10 * MINUTE, made_at=NOW + 10 * MINUTE, made_by="陈志远"
    )
    assert clocks.pause(contact, "ours", at=NOW + 5 * MINUTE).paused_at is None
    assert clocks.pause(contact, "ours", at=NOW + 10 * MINUTE).paused_at == NOW + 10 * MINUTE
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        PauseRule.objects.update(valid_from=NOW)


def test_many_pauses_cost_no_more_questions(clocks: Clocks, django_assert_num_queries: Any) -> None:
    def held(count: int) -> list[Any]:
        return [clocks.start("callback").subject_id for _number in range(count)]

    for subjects in (held(1), held(9)):
        with django_assert_num_queries(7):
            assert run(pause_clocks, at=NOW + HOUR, subject_ids=subjects, reason="customer_time") == len(subjects)
