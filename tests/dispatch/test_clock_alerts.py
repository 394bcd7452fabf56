"""Area alerts and clocks: by rule alone they stand still or are excused, and the database asks for the cover."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from dispatch.clocks import apply_alerts, find_breaches
from dispatch.models import AreaAlert, Clock, ClockExcuse, ClockPause, PauseRule
from tenants.models import Tenant
from tests.dispatch.clocks_world import HOUR, MINUTE, WEST, Clocks, end_alert, fresh, stretches
from tests.dispatch.conftest import NOW

Facts = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def clocks(db: None) -> Clocks:
    return Clocks(Tenant.objects.get(slug="acme"))


def test_an_alert_lets_stand_still_what_its_rule_says_in_its_areas(
    clocks: Clocks, pacific: Tenant, facts: Facts
) -> None:
    east = clocks.start("contact", at=NOW)
    theirs = clocks.start("contact", at=NOW, tenant=pacific)
    west = clocks.start("contact", at=NOW, places=(WEST,))
    both = clocks.start("contact", at=NOW, places=(WEST, (31.2, 121.61)))
    nowhere = clocks.start("contact", at=NOW, places=())
    progress = clocks.start("progress", at=NOW)
    alert = clocks.alert(starts=NOW + 10 * MINUTE, ends=NOW + 5 * HOUR)
    assert apply_alerts(now=NOW + 10 * MINUTE) == 3
    assert apply_alerts(now=NOW + 11 * MINUTE) == 0
    for clock in (east, theirs, both):
        assert stretches(clock) == [("weather", NOW + 10 * MINUTE, None)]
        assert clock.pauses.get().alert == alert
    assert [stretches(clock) for clock in (west, nowhere, progress)] == [[], [], []]
    assert {fact["alert"] for fact in facts("clock.paused")} == {alert.ref}
    end_alert(alert, at=NOW + 2 * HOUR)
    assert apply_alerts(now=NOW + 3 * HOUR) == 3
    assert [fresh(clock).due_at for clock in (east, theirs, both, west)] == [
        *[NOW + 30 * MINUTE + 110 * MINUTE] * 3,
        NOW + 30 * MINUTE,
    ]


def test_what_starts_under_an_alert_stands_still_from_its_start(clocks: Clocks) -> None:
    alert = clocks.alert(starts=NOW, ends=NOW + HOUR)
    contact = clocks.start("contact", at=NOW + 5 * MINUTE)
    assert (contact.paused_at, contact.pauses.get().alert) == (NOW + 5 * MINUTE, alert)
    assert find_breaches(now=NOW + 85 * MINUTE) == 0  # the alert ended by itself at its hour, though nobody said so
    assert find_breaches(now=NOW + 91 * MINUTE) == 0
    apply_alerts(now=NOW + 91 * MINUTE)
    assert find_breaches(now=NOW + 91 * MINUTE) == 1
    assert stretches(contact) == [("weather", NOW + 5 * MINUTE, NOW + HOUR)]
    assert not ClockExcuse.objects.exists()


def test_an_alert_that_is_put_off_holds_longer(clocks: Clocks) -> None:
    contact = clocks.start("contact", at=NOW)
    alert = clocks.alert(starts=NOW, ends=NOW + HOUR)
    apply_alerts(now=NOW)
    AreaAlert.objects.filter(pk=alert.pk).update(ends_at=NOW + 3 * HOUR)
    assert apply_alerts(now=NOW + 2 * HOUR) == 0
    assert clocks.stop(contact, at=NOW + 4 * HOUR).breached_at == NOW + 4 * HOUR
    assert fresh(contact).due_at == NOW + 3 * HOUR + 30 * MINUTE


@pytest.mark.parametrize("is_awake", [True, False])
def test_a_verdict_under_an_alert_needs_no_beat(clocks: Clocks, is_awake: bool) -> None:
    """Announced, begun and over while the beat slept: whoever stops the clock finds the same as if it had not."""
    contact = clocks.start("contact", at=NOW)
    clocks.alert(starts=NOW + 20 * MINUTE, ends=NOW + 2 * HOUR, opened=NOW - HOUR)
    if is_awake:
        for minutes in range(0, 129, 7):
            apply_alerts(now=NOW + minutes * MINUTE)
            find_breaches(now=NOW + minutes * MINUTE)
    contact = clocks.stop(contact, at=NOW + 2 * HOUR + 9 * MINUTE)
    assert (contact.breached_at, contact.due_at) == (None, NOW + 2 * HOUR + 10 * MINUTE)
    assert stretches(contact) == [("weather", NOW + 20 * MINUTE, NOW + 2 * HOUR)]


def breached(clocks: Clocks, kind: str = "contact", **changes: Any) -> Clock:
    """A clock that ran out at NOW + 30 min and was found a minute later."""
    clock = clocks.start(kind, at=NOW, due_at=NOW + 30 * MINUTE, **changes)
    find_breaches(now=NOW + 31 * MINUTE)
    return fresh(clock)


def test_a_breach_in_an_alert_that_was_opened_late_is_excused_once(clocks: Clocks, facts: Facts) -> None:
    late, west, progress = breached(clocks), breached(clocks, places=(WEST,)), breached(clocks, "progress")
    alert = clocks.alert(starts=NOW + 25 * MINUTE, ends=NOW + 5 * HOUR, opened=NOW + 40 * MINUTE)
    before = Clock.objects.values().get(pk=late.pk)
    assert [apply_alerts(now=NOW + 40 * MINUTE), apply_alerts(now=NOW + 41 * MINUTE)] == [1, 0]
    excuse = ClockExcuse.objects.get()
    assert (excuse.clock, excuse.alert, excuse.excused_at) == (late, alert, NOW + 40 * MINUTE)
    assert Clock.objects.values().get(pk=late.pk) == before
    assert [(fact["alert"], fact["clock_id"]) for fact in facts("clock.excused")] == [(alert.ref, str(late.pk))]
    assert {west.pk, progress.pk}.isdisjoint(ClockExcuse.objects.values_list("clock_id", flat=True))


def test_what_ran_out_before_the_alert_was_known_is_breached_and_excused_and_the_rest_stands_from_then_on(
    clocks: Clocks,
) -> None:
    out = clocks.start("contact", at=NOW, due_at=NOW + 30 * MINUTE)  # no beat has looked
    going = clocks.start("contact", at=NOW, due_at=NOW + 45 * MINUTE)
    clocks.alert(starts=NOW + 25 * MINUTE, ends=NOW + 5 * HOUR, opened=NOW + 40 * MINUTE)
    apply_alerts(now=NOW + 40 * MINUTE)
    assert find_breaches(now=NOW + 50 * MINUTE) == 1
    assert (fresh(out).breached_at, ClockExcuse.objects.get().clock_id) == (NOW + 50 * MINUTE, out.pk)
    assert stretches(going) == [("weather", NOW + 40 * MINUTE, None)]


@pytest.mark.parametrize(
    "change",
    [
        {"starts": NOW + 31 * MINUTE, "ends": NOW + HOUR},
        {"starts": NOW, "ends": NOW + 29 * MINUTE},
        {"starts": NOW, "ends": NOW + HOUR, "kind": "tow"},
        {"starts": NOW, "ends": NOW + HOUR, "status": "withdrawn"},
        {"starts": NOW, "ends": NOW + HOUR, "areas": "west"},
        {"starts": NOW, "ends": NOW + HOUR, "status": "over", "ended_at": NOW + 20 * MINUTE},
    ],
)
def test_no_hand_excuses_what_no_alert_covers(clocks: Clocks, change: dict[str, Any]) -> None:
    late = breached(clocks)
    if change.pop("areas", ""):
        change["areas"] = (clocks.west,)
    alert = clocks.alert(opened=NOW, **change)
    apply_alerts(now=NOW + 40 * MINUTE)
    with pytest.raises(IntegrityError, match="does not cover this breach"), transaction.atomic():
        ClockExcuse.objects.create(clock=late, alert=alert, excused_at=NOW + 50 * MINUTE)
    assert not ClockExcuse.objects.exists()


def test_no_hand_excuses_without_an_alert_or_what_was_met_or_takes_an_excuse_back(clocks: Clocks) -> None:
    met = clocks.stop(clocks.start("contact"), at=NOW + MINUTE)
    alert = clocks.alert(starts=NOW, ends=NOW + HOUR)
    with pytest.raises(IntegrityError, match="does not cover"), transaction.atomic():
        ClockExcuse.objects.create(clock=met, alert=alert, excused_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockExcuse.objects.create(clock=met, excused_at=NOW)
    clocks.alert(starts=NOW + 2 * HOUR, ends=NOW + 3 * HOUR)
    for change in ({"excused_at": NOW}, {"alert": alert}):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            ClockExcuse.objects.update(**change)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ClockExcuse.objects.all()._raw_delete("default")


def test_a_rule_made_afterwards_excuses_nothing(clocks: Clocks) -> None:
    """It would be a way to excuse by hand: the rule must have been in force when the clock ran out."""
    late = breached(clocks, "progress")
    alert = clocks.alert(starts=NOW, ends=NOW + HOUR)
    PauseRule.objects.create(
        cause="weather", kind="progress", valid_from=NOW + 31 * MINUTE, made_at=NOW + 31 * MINUTE, made_by="陈志远"
    )
    assert apply_alerts(now=NOW + 40 * MINUTE) == 0
    with pytest.raises(IntegrityError, match="does not cover"), transaction.atomic():
        ClockExcuse.objects.create(clock=late, alert=alert, excused_at=NOW + HOUR)
    assert clocks.start("progress", at=NOW + 35 * MINUTE).paused_at == NOW + 35 * MINUTE


def test_a_rule_can_be_taken_back_from_a_date(clocks: Clocks) -> None:
    PauseRule.objects.create(
        cause="weather", kind="contact", pauses=False, valid_from=NOW + MINUTE, made_at=NOW, made_by="陈志远"
    )
    before = clocks.start("contact", at=NOW)
    clocks.alert(starts=NOW, ends=NOW + HOUR)
    after = clocks.start("contact", at=NOW + 2 * MINUTE)
    apply_alerts(now=NOW + 3 * MINUTE)
    assert (fresh(before).paused_at, fresh(after).paused_at) == (NOW, None)


def test_no_hand_pauses_under_an_alert_that_does_not_cover(clocks: Clocks) -> None:
    alert = clocks.alert(starts=NOW, ends=NOW + HOUR)
    west, progress = clocks.start("contact", places=(WEST,)), clocks.start("progress")
    for clock, began in ((west, NOW), (progress, NOW), (clocks.start("contact", at=NOW + 2 * HOUR), NOW + 2 * HOUR)):
        with pytest.raises(IntegrityError, match="does not cover this clock"), transaction.atomic():
            ClockPause.objects.create(clock=clock, reason="weather", alert=alert, began_at=began)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "road"}, {"starts_at": NOW - HOUR}, {"ends_at": NOW + MINUTE}, {"text_en": "Sun"}, {"opened_by": "谁"},
        {"evidence_url": "https://elsewhere.example"}, {"area_ids": [uuid4()]},
    ],
)  # fmt: skip
def test_what_an_alert_said_stays(clocks: Clocks, change: dict[str, Any]) -> None:
    clocks.alert(starts=NOW, ends=NOW + HOUR)
    with pytest.raises(IntegrityError, match="what an alert said stays"), transaction.atomic():
        AreaAlert.objects.update(**change)


def test_an_alert_that_is_over_is_never_changed_and_none_is_deleted(clocks: Clocks) -> None:
    alert = clocks.alert(starts=NOW, ends=NOW + HOUR)
    end_alert(alert, at=NOW + MINUTE)
    with pytest.raises(IntegrityError, match="what an alert said stays"), transaction.atomic():
        AreaAlert.objects.update(ends_at=NOW + 9 * HOUR)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AreaAlert.objects.all().delete()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"starts": NOW - 25 * HOUR, "opened": NOW}, "alert_is_hardly_dated_back"),
        ({"evidence_url": ""}, "alert_has_evidence"),
        ({"ends": NOW}, "alert_ends_after_it_starts"),
        ({"kind": "mood"}, "alert_kind_is_known"),
        ({"status": "over"}, "alert_that_is_over_has_an_end"),
    ],
)
def test_an_alert_has_evidence_and_is_hardly_dated_back(clocks: Clocks, change: dict[str, Any], rule: str) -> None:
    values: dict[str, datetime] = {"starts": NOW, "ends": NOW + HOUR}
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        clocks.alert(**{**values, **change})
