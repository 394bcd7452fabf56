"""P16: the outlook of the next days, the alert of an area with too few agents, and what runs out soon."""

from datetime import date, datetime, time
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dispatch.fitness import classes_for, expiring
from dispatch.models import Agent, Area, CoverAlert, Leave, Shift
from dispatch.outlook import read_outlook
from dispatch.planning import GateReason
from dispatch.roster import load_of, week_of
from dispatch.services.staffing.watching import note_cover, watch_cover
from dispatch.tasks import keep_cover
from events.models import Fact
from tenants.actors import system_actor
from tests.dispatch.conftest import NOW, Desk, at
from tests.dispatch.staff_world import Facts
from tests.fleet.test_batch_races import together

COVER = system_actor("cover")
SPOILT: list[tuple[GateReason, dict[str, Any]]] = [
    (GateReason.UNFIT, {"is_active": False}),
    (GateReason.LICENCE, {"licence": "C2"}),
    (GateReason.LICENCE_EXPIRED, {"licence_expires_on": date(2026, 11, 23)}),
    (GateReason.PROBATION, {"probation_until": date(2026, 11, 24)}),
    (GateReason.TRADE_YEAR, {"in_trade_since": date(2025, 11, 25)}),
    (GateReason.TRAINING, {"trained_until": date(2026, 11, 23)}),
]


def fit_by_hour(desk: Desk, day: date = date(2026, 11, 24)) -> list[int]:
    outlook = read_outlook(first=day, days=1)
    return [hour.fit for hour in outlook.day(Area.objects.get(pk=desk.area.pk), day).hours]


def watch(now: datetime) -> int:
    return watch_cover(actor=COVER, now=now)


# --- outlook ----------------------------------------------------------------------------------------------------------


def test_an_hour_counts_who_works_through_the_whole_of_it(desk: Desk) -> None:
    desk.agent(shift=(at(7, 30), at(17, 30)))
    desk.agent("乙", shift=(at(11), at(21)))
    assert fit_by_hour(desk) == [1, 1, 1, 2, 2, 2, 2, 2, 2, 1, 1, 1]
    Area.objects.update(staffed_from=time(7, 30), staffed_until=time(9))
    assert fit_by_hour(desk) == [1, 1]  # the last is half an hour


def test_leave_is_cut_out_of_a_shift(desk: Desk) -> None:
    agent = desk.agent(shift=(at(8), at(20)))
    Leave.objects.create(agent=agent, starts_at=at(10, 30), ends_at=at(12), reason="x")
    assert fit_by_hour(desk) == [1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(("reason", "changes"), SPOILT)
def test_every_gate_of_papers_counts_on_the_day(desk: Desk, reason: GateReason, changes: dict[str, Any]) -> None:
    agent = desk.agent(shift=(at(8), at(20)))
    assert fit_by_hour(desk) == [1] * 12
    Agent.objects.filter(pk=agent.pk).update(**changes)
    assert fit_by_hour(desk) == [0] * 12
    day = date(2026, 11, 24)
    people = read_outlook(first=day, days=1).on_duty(desk.area, day)
    assert [list(item.reasons) for item in people] == ([] if reason == GateReason.UNFIT else [[reason]])


def test_a_licence_rule_counts_from_its_day(desk: Desk) -> None:
    agent = desk.agent(shift=(at(8), at(20)))
    Shift.objects.create(agent=agent, starts_at=at(8, day=25), ends_at=at(20, day=25))
    from dispatch.services.staffing.licences import set_licence_rule
    from tests.dispatch.staff_world import LEAD

    set_licence_rule(
        vehicle_class="small_car", licences=["B1"], valid_from=date(2026, 11, 25), note="", actor=LEAD, now=NOW
    )
    assert (fit_by_hour(desk), fit_by_hour(desk, date(2026, 11, 25))) == ([1] * 12, [0] * 12)


def test_the_weakest_hour_decides(desk: Desk) -> None:
    Area.objects.update(agents_least=1, agents_wanted=2)
    area, day = Area.objects.get(), date(2026, 11, 24)
    read = lambda: read_outlook(first=day, days=1).day(area, day)  # noqa: E731
    assert (read().fewest, read().short_hours, read().tone) == (0, 12, "bad")
    desk.agent(shift=(at(8), at(20)))
    assert (read().fewest, read().short_hours, read().tone) == (1, 0, "warn")
    desk.agent("乙", shift=(at(8), at(20)))
    assert (read().fewest, read().tone) == (2, "good")


def test_the_outlook_costs_the_same_for_any_number_of_agents(desk: Desk) -> None:
    counts = []
    for total in (1, 3, 30):
        while Agent.objects.count() < total:
            desk.agent(f"a{Agent.objects.count()}")
        with CaptureQueriesContext(connection) as seen:
            outlook = read_outlook(first=date(2026, 11, 24), days=15)
            outlook.day(desk.area, date(2026, 11, 24))
        counts.append(len(seen))
    assert counts == [5, 5, 5]


# --- alerts -----------------------------------------------------------------------------------------------------------


def test_an_area_below_its_least_raises_one_alert_until_it_has_enough(desk: Desk, facts: Facts) -> None:
    first, second = desk.agent(), desk.agent("乙")
    unfit = desk.agent("丙", trained_until=date(2026, 11, 20))
    assert watch(at(9)) == 0 and not CoverAlert.objects.exists()
    Leave.objects.create(agent=second, starts_at=at(10), ends_at=at(15), reason="x")
    assert (watch(at(10)), watch(at(10, 1))) == (1, 0)
    alert = CoverAlert.objects.get()
    assert (alert.area, alert.opened_at, alert.closed_at, alert.fit, alert.least) == (desk.area, at(10), None, 1, 2)
    assert {item["name"]: item["reasons"] for item in alert.unfit} == {
        second.name: ["leave"],
        unfit.name: ["training"],
    }
    Leave.objects.create(agent=first, starts_at=at(12), ends_at=at(14), reason="x")
    assert watch(at(12)) == 0
    assert CoverAlert.objects.get().fewest == 0
    assert watch(at(15)) == 1
    alert = CoverAlert.objects.get()
    assert (alert.closed_at, alert.fit, alert.fewest) == (at(15), 1, 0)
    told = facts("cover.short", "cover.restored")
    assert [(fact["type"], fact["fit"]) for fact in told] == [("cover.short", 1), ("cover.restored", 2)]
    assert told[1]["is_off_hours"] is False


def test_outside_of_its_hours_an_area_is_promised_nobody(desk: Desk, facts: Facts) -> None:
    assert watch(at(7, 59)) == 0
    assert watch(at(8)) == 1
    assert watch(at(19, 59)) == 0
    assert watch(at(20)) == 1
    assert facts("cover.restored")[0]["is_off_hours"] is True
    assert (watch(at(23)), CoverAlert.objects.get().closed_at) == (0, at(20))
    assert watch(at(8, day=25)) == 1
    assert CoverAlert.objects.count() == 2


def test_how_many_are_the_least_is_the_areas_own(desk: Desk) -> None:
    desk.agent()
    Area.objects.update(agents_least=1)
    assert watch(at(10)) == 0
    Area.objects.update(agents_least=3, agents_wanted=4)
    assert watch(at(10)) == 1


def test_the_beat_watches(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from config import clock

    monkeypatch.setattr(clock, "now", lambda tenant=None: at(10))
    assert (keep_cover(), keep_cover()) == (1, 0)


def test_two_beats_at_once_make_one_alert(own_db: str) -> None:
    desk = Desk()
    together(*[lambda: watch(at(10))] * 2)
    assert CoverAlert.objects.filter(area=desk.area).count() == 1
    assert Fact.objects.filter(type="cover.short").count() == 1
    for number in range(2):
        desk.agent(f"a{number}")
    together(*[lambda: watch(at(11))] * 2)
    assert CoverAlert.objects.get().closed_at == at(11)
    assert Fact.objects.filter(type="cover.restored").count() == 1


@pytest.mark.parametrize(
    ("values", "name"),
    [({"opened_at": at(1)}, "is never changed"), ({"fit": 0}, "is never changed"),
     ({"closed_at": at(9)}, "cover_alert_closes_after_it_opens")],
)  # fmt: skip
def test_an_alert_keeps_what_it_was_opened_for(desk: Desk, values: dict[str, Any], name: str) -> None:
    desk.agent()
    watch(at(10))
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CoverAlert.objects.update(**values)


def test_an_ended_alert_is_never_changed_and_none_is_doubled(desk: Desk) -> None:
    watch(at(10))
    with pytest.raises(IntegrityError, match="one_open_cover_alert_an_area"), transaction.atomic():
        CoverAlert.objects.create(area=desk.area, opened_at=at(11), least=2, fit=0, fewest=0)
    for number in range(2):
        desk.agent(f"a{number}")
    assert note_cover(area_id=desk.area.pk, actor=COVER, now=at(11)) is True
    assert note_cover(area_id=desk.area.pk, actor=COVER, now=at(12)) is False
    for values in ({"closed_at": None}, {"closed_at": at(12)}, {"fewest": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CoverAlert.objects.update(**values)


# --- papers -----------------------------------------------------------------------------------------------------------


def test_what_ends_within_14_days_is_listed_the_most_urgent_first(desk: Desk) -> None:
    desk.agent("甲", licence_expires_on=date(2026, 12, 7), trained_until=date(2026, 11, 20))
    desk.agent("乙", licence_expires_on=date(2026, 12, 8), trained_until=None)
    desk.agent("丙", licence_expires_on=date(2026, 1, 1), is_active=False)
    found = [(item.agent.name, str(item.what), item.days, item.tone) for item in expiring(now=NOW)]
    assert found == [("甲", "Training", -3, "bad"), ("乙", "Training", -1, "bad"), ("甲", "Licence", 14, "warn")]


def test_which_vehicles_an_agent_may_drive_and_why_not(desk: Desk) -> None:
    said = lambda agent: {str(item.name): item.reason for item in classes_for(agent, now=NOW)}  # noqa: E731
    unknown, lacks = GateReason.UNKNOWN_CLASS.text, GateReason.LICENCE.text
    assert said(desk.agent()) == {
        "Small car": "", "Light van": unknown, "Light truck": unknown, "Tractor unit": lacks, "Coach": unknown,
    }  # fmt: skip
    assert said(desk.agent(licence="A2"))["Tractor unit"] == ""
    assert said(desk.agent(probation_until=date(2026, 11, 23)))["Small car"] == GateReason.PROBATION.text
    assert said(desk.agent(licence_expires_on=date(2026, 11, 22)))["Small car"] == GateReason.LICENCE_EXPIRED.text


# --- a week -----------------------------------------------------------------------------------------------------------


def test_the_load_of_a_week(desk: Desk) -> None:
    agent = desk.agent()
    for hour in (10, 14):
        desk.assigned(window_start=at(hour), window_end=at(hour + 1), label=str(hour))
    days = load_of(agent, now=NOW)
    assert [(day.legs, day.holds) for day in days] == [(0, 0), (2, 6), *[(0, 0)] * 5]
    assert days[1].drive and not days[0].drive and days[0].is_today


@pytest.mark.parametrize("text", ["", "x", "2026-W99", "1-W01", "9999-W52", "2026W48", "-W1", "2026-W4８"])
def test_a_week_that_is_none_is_this_one(text: str) -> None:
    assert week_of(text, now=NOW).monday == date(2026, 11, 23)


def test_a_week_is_found_by_its_key() -> None:
    week = week_of("2026-W53", now=NOW)
    assert (week.monday, week.key, week.after.key, week.before.key) == (
        date(2026, 12, 28),
        "2026-W53",
        "2027-W01",
        "2026-W52",
    )
