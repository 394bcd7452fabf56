"""Licence rules by their days, areas, and who may change any of it."""

from collections.abc import Callable
from datetime import date, time
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from dispatch.errors import LegsAtStake
from dispatch.models import Agent, Area, Leave, LicenceRule, Shift, TrainingTopic
from dispatch.planning import GateReason
from dispatch.services.assigning import solve
from dispatch.services.staffing import agents, areas, leaves, licences, shifts, training
from dispatch.states import LEAVE_REQUEST
from events.machine import TransitionError
from events.models import Fact
from tenants.actors import Actor, StaffRole
from tests.dispatch.conftest import NOW, Desk, at, staff
from tests.dispatch.staff_world import LEAD, Facts, area_draft, ask, draft, draft_of


def rule(desk: Desk, licences_: list[str], day: date, **more: Any) -> LicenceRule:
    return licences.set_licence_rule(
        vehicle_class="small_car", licences=licences_, valid_from=day, note="", actor=LEAD, now=NOW, **more
    )


def test_a_new_version_holds_from_its_day_and_the_old_one_stays(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    before, after = desk.assigned(), desk.assigned(window_start=at(15), window_end=at(16))
    late = desk.leg(window_start=at(10, day=26), window_end=at(12, day=26), label="later")
    Shift.objects.create(agent=agent, starts_at=at(8, day=26), ends_at=at(18, day=26))
    solve(now=NOW)
    with pytest.raises(LegsAtStake) as asked:
        rule(desk, ["B1"], date(2026, 11, 25), confirmed=())
    assert [(item.leg.pk, item.reasons) for item in asked.value.legs] == [(late.pk, (GateReason.LICENCE,))]
    rule(desk, ["A2", "B1"], date(2026, 11, 25), confirmed=[late.pk])
    assert desk.fresh(late).unassigned_reason == "licence"
    assert desk.fresh(before).agent == desk.fresh(after).agent == agent
    rows = LicenceRule.objects.filter(vehicle_class="small_car").order_by("valid_from")
    assert list(rows.values_list("licences", "valid_from", "valid_until")) == [
        (["C1", "A2"], date(2020, 1, 1), date(2026, 11, 24)), (["A2", "B1"], date(2026, 11, 25), None)
    ]  # fmt: skip
    assert facts("licence_rule.set")[0]["valid_from"] == "2026-11-25"


def test_a_version_between_two_and_one_that_is_withdrawn(desk: Desk) -> None:
    rule(desk, ["A1"], date(2026, 12, 10))
    rule(desk, ["B1"], date(2026, 12, 1))
    rows = LicenceRule.objects.filter(vehicle_class="small_car").order_by("valid_from")
    spans = lambda: list(rows.values_list("valid_from", "valid_until"))  # noqa: E731
    assert spans() == [
        (date(2020, 1, 1), date(2026, 11, 30)), (date(2026, 12, 1), date(2026, 12, 9)), (date(2026, 12, 10), None)
    ]  # fmt: skip
    licences.withdraw_licence_rule(rule_id=rows[1].pk, actor=LEAD, now=NOW)
    assert spans() == [(date(2020, 1, 1), date(2026, 12, 9)), (date(2026, 12, 10), None)]
    licences.withdraw_licence_rule(rule_id=rows[1].pk, actor=LEAD, now=NOW)
    assert spans() == [(date(2020, 1, 1), None)]
    with pytest.raises(ValidationError, match="holds already"):
        licences.withdraw_licence_rule(rule_id=rows[0].pk, actor=LEAD, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"vehicle_class": "ship"}, "vehicle_class"), ({"licences": []}, "licences"), ({"licences": ["Z1"]}, "licences"),
     ({"valid_from": date(2026, 11, 22)}, "valid_from")],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_by_field(desk: Desk, changes: dict[str, Any], field: str) -> None:
    values: dict[str, Any] = {
        "vehicle_class": "coach",
        "licences": ["A1"],
        "valid_from": date(2026, 11, 23),
        "note": "",
    }
    with pytest.raises(ValidationError) as refused:
        licences.set_licence_rule(**values | changes, actor=LEAD, now=NOW)
    assert list(refused.value.error_dict) == [field] and LicenceRule.objects.count() == 2


def test_two_versions_of_one_day_cannot_be(desk: Desk) -> None:
    rule(desk, ["A1"], date(2026, 12, 1))
    with pytest.raises(ValidationError, match="Another version begins"):
        rule(desk, ["B1"], date(2026, 12, 1))
    with pytest.raises(IntegrityError, match="one_licence_rule_a_class_and_day"), transaction.atomic():
        LicenceRule.objects.create(vehicle_class="small_car", licences=["C1"], valid_from=date(2026, 12, 5))


def test_an_area_is_drawn_and_moved_and_waiting_legs_find_it(desk: Desk, facts: Facts) -> None:
    leg = desk.leg(from_lat=31.0, from_lng=121.0)
    assert leg.area is None
    area = areas.save_area(area_id=None, draft=area_draft(), actor=LEAD, now=NOW)
    agent = desk.agent(lat=31.0, lng=121.0)
    agent.areas.add(area)
    solve(now=NOW)
    assert (desk.fresh(leg).area, desk.fresh(leg).agent) == (area, agent)
    areas.save_area(area_id=area.pk, draft=area_draft(radius_m=5_000), actor=LEAD, now=NOW)
    assert facts("area.changed")[1]["after"] == {"radius_m": 5_000}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"code": "x y"}, "code"), ({"code": "T-EAST"}, "code"), ({"name": ""}, "name"), ({"lat": 99.0}, "lat"),
     ({"radius_m": 0}, "radius_m"), ({"agents_least": 0}, "agents_least"), ({"agents_wanted": 1}, "agents_wanted"),
     ({"staffed_until": time(8)}, "staffed_until")],
)  # fmt: skip
def test_an_area_that_cannot_be_is_refused_by_field(desk: Desk, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        areas.save_area(area_id=None, draft=area_draft(**changes), actor=LEAD, now=NOW)
    assert list(refused.value.error_dict) == [field] and Area.objects.count() == 1


# --- who may ----------------------------------------------------------------------------------------------------------


def every_write(desk: Desk, agent: Agent, request: Any, leave: Leave, actor: Actor) -> list[Callable[[], Any]]:
    """All that a lead may do."""
    who: dict[str, Any] = {"actor": actor, "now": NOW}
    shift, topic, day = agent.shifts.get(), TrainingTopic.objects.get(code="risk"), date(2026, 11, 27)
    return [
        lambda: agents.save_agent(agent_id=None, draft=draft(desk), **who),
        lambda: agents.save_agent(agent_id=agent.pk, draft=draft_of(agent, load=1), **who),
        lambda: agents.invite_agent(agent_id=agent.pk, email="a@b.example", **who),
        lambda: training.record_training(agent_ids=[agent.pk], topic_id=topic.pk, taken_on=NOW.date(), **who),
        lambda: training.strike_training(training_id=uuid4(), reason="x", **who),
        lambda: shifts.add_shifts(agent_id=agent.pk, days=[day], starts=time(8), ends=time(9), **who),
        lambda: shifts.change_shift(shift_id=shift.pk, agent_id=agent.pk, starts_at=at(9), ends_at=at(10), **who),
        lambda: shifts.remove_shift(shift_id=shift.pk, **who),
        lambda: shifts.copy_week(agent_ids=[], source=date(2026, 11, 23), target=date(2026, 11, 30), **who),
        lambda: leaves.grant_leave(agent_id=agent.pk, starts_at=at(8), ends_at=at(9), reason="x", **who),
        lambda: leaves.end_leave(leave_id=leave.pk, **who),
        lambda: leaves.decide_leave(request_id=request.pk, is_approved=True, answer="", **who),
        lambda: licences.set_licence_rule(vehicle_class="coach", licences=["A1"], valid_from=day, note="", **who),
        lambda: licences.withdraw_licence_rule(rule_id=uuid4(), **who),
        lambda: areas.save_area(area_id=None, draft=area_draft(), **who),
    ]


def test_nobody_but_a_lead_changes_anything(desk: Desk) -> None:
    agent = desk.agent()
    leave = Leave.objects.create(agent=agent, starts_at=at(8, day=28), ends_at=at(9, day=28), reason="x")
    request = ask(agent)
    before = Fact.objects.count()
    others = [staff(role, user_id=agent.user_id) for role in StaffRole if role != StaffRole.LEAD]
    for actor in [*others, desk.system]:
        for call in every_write(desk, agent, request, leave, actor):
            with pytest.raises(PermissionDenied):
                call()
    with pytest.raises(PermissionDenied):
        leaves.ask_leave(starts_at=at(8), ends_at=at(9), reason="x", actor=LEAD, now=NOW)
    assert Fact.objects.count() == before and Agent.objects.count() == 1


@pytest.mark.parametrize(
    ("event", "legal"),
    [("approve", {("requested", "dispatcher"), ("requested", "lead")}), ("withdraw", {("requested", "agent")}),
     ("refuse", {("requested", "dispatcher"), ("requested", "lead")})],
)  # fmt: skip
def test_the_table_of_a_leave_request(event: str, legal: set[tuple[str, str]]) -> None:
    found = set()
    for state in sorted(LEAVE_REQUEST.states):
        for role in StaffRole:
            try:
                LEAVE_REQUEST.check(SimpleNamespace(status=state), event, actor=staff(role), evidence={"reason": "x"})
                found.add((state, role.value))
            except TransitionError:
                continue
    assert found == legal
