"""Shifts and leave: what must not overlap cannot, and what they do to legs that are named already."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dispatch.errors import LegsAtStake, ShiftMoved
from dispatch.models import Agent, Leave, LeaveRequest, Shift
from dispatch.planning import GateReason
from dispatch.services.assigning import solve
from dispatch.services.staffing import leaves, shifts
from dispatch.services.staffing.shifts import SeenShift
from events.machine import TransitionError
from tests.dispatch.conftest import NOW, Desk, as_agent, at
from tests.dispatch.staff_world import LEAD, Facts, ask


def test_shifts_of_one_agent_never_overlap_in_the_service_and_in_the_database(desk: Desk) -> None:
    agent, other = desk.agent(), desk.agent("乙")
    days = [date(2026, 11, 23), date(2026, 11, 24)]
    with pytest.raises(ValidationError, match="has a shift then already"):
        shifts.add_shifts(agent_id=agent.pk, days=days, starts=time(17), ends=time(23), actor=LEAD, now=NOW)
    assert agent.shifts.count() == 1
    shifts.add_shifts(
        agent_id=agent.pk, days=days, starts=time(18), ends=time(23), actor=LEAD, now=NOW
    )  # one after the other
    for model, values in ((Shift, {}), (Leave, {"reason": "x"})):
        model.objects.filter(agent=other).delete()
        model.objects.create(agent=other, starts_at=at(8), ends_at=at(12), **values)
        model.objects.create(agent=other, starts_at=at(12), ends_at=at(13), **values)
        with pytest.raises(IntegrityError, match="never_overlap"), transaction.atomic():
            model.objects.create(agent=other, starts_at=at(11), ends_at=at(14), **values)


def test_a_night_shift_runs_into_the_next_day(desk: Desk) -> None:
    agent = desk.agent()
    (row,) = shifts.add_shifts(
        agent_id=agent.pk, days=[date(2026, 11, 24)], starts=time(20), ends=time(6), actor=LEAD, now=NOW
    )
    assert (row.starts_at, row.ends_at) == (at(20), at(30))


@pytest.mark.parametrize(
    ("starts", "ends", "days", "field"),
    [(time(8), time(7), [date(2026, 11, 24)], "ends_at"), (time(1), time(2), [date(2026, 11, 23)], "starts_at"),
     (time(8), time(12), [], "days")],
)  # fmt: skip
def test_a_shift_that_nobody_can_work_is_refused(
    desk: Desk, starts: time, ends: time, days: list[date], field: str
) -> None:
    agent = desk.agent()
    with pytest.raises(ValidationError) as refused:
        shifts.add_shifts(agent_id=agent.pk, days=days, starts=starts, ends=ends, actor=LEAD, now=NOW)
    assert list(refused.value.error_dict) == [field] and agent.shifts.count() == 1


def move(agent: Agent, start: Any, end: Any, *, to: Agent | None = None, **more: Any) -> Shift:
    return shifts.change_shift(
        shift_id=agent.shifts.get().pk,
        agent_id=(to or agent).pk,
        starts_at=start,
        ends_at=end,
        actor=LEAD,
        now=NOW,
        **more,
    )


def test_a_moved_shift_frees_what_it_does_not_cover(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    move(agent, at(7), at(17), confirmed=())  # the leg's time still lies in it
    assert desk.fresh(leg).agent == agent
    with pytest.raises(LegsAtStake) as asked:
        move(agent, at(13), at(20), confirmed=())
    assert asked.value.legs[0].reasons == (GateReason.SHIFT,)
    assert agent.shifts.get().starts_at == at(7)
    move(agent, at(13), at(20), confirmed=[leg.pk])
    assert desk.fresh(leg).unassigned_reason == "shift"
    assert [fact["before"] for fact in facts("shift.changed")] == [
        ["2026-11-24T00:00:00Z", "2026-11-24T10:00:00Z"], ["2026-11-23T23:00:00Z", "2026-11-24T09:00:00Z"]
    ]  # fmt: skip


def test_a_shift_goes_to_another_agent_and_the_legs_with_the_plan(desk: Desk, facts: Facts) -> None:
    agent, other = desk.agent(), desk.agent("乙")
    other.shifts.all().delete()
    leg = desk.assigned()
    move(agent, at(8), at(18), to=other, confirmed=[leg.pk])
    assert other.shifts.get().starts_at == at(8) and not agent.shifts.exists()
    assert facts("shift.changed")[0]["before_agent_id"] == str(agent.pk)
    solve(now=NOW)
    assert desk.fresh(leg).agent == other


def test_two_leads_at_one_shift_the_second_is_told(desk: Desk) -> None:
    agent = desk.agent()
    seen = SeenShift(agent.pk, at(8), at(18))
    move(agent, at(9), at(18), seen=seen)
    with pytest.raises(ShiftMoved):
        move(agent, at(7), at(15), seen=seen)
    with pytest.raises(ShiftMoved):
        shifts.remove_shift(shift_id=agent.shifts.get().pk, seen=seen, actor=LEAD, now=NOW)
    assert agent.shifts.get().starts_at == at(9)


def test_a_shift_that_is_taken_off_frees_its_legs_and_one_that_is_over_stays(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    key = agent.shifts.get().pk
    with pytest.raises(LegsAtStake):
        shifts.remove_shift(shift_id=key, confirmed=(), actor=LEAD, now=NOW)
    shifts.remove_shift(shift_id=key, confirmed=[leg.pk], actor=LEAD, now=NOW)
    assert not agent.shifts.exists() and desk.fresh(leg).unassigned_reason == "shift"
    assert facts("shift.changed")[0]["after"] is None
    over = Shift.objects.create(agent=agent, starts_at=at(0, day=20), ends_at=at(8, day=20))
    with pytest.raises(ValidationError, match="is over"):
        shifts.remove_shift(shift_id=over.pk, actor=LEAD, now=NOW)


def test_a_week_is_worked_as_the_one_before_but_for_what_is_in_the_way(desk: Desk) -> None:
    agent, away, gone = desk.agent(), desk.agent("休"), desk.agent("离", is_active=False)
    shifts.add_shifts(agent_id=agent.pk, days=[date(2026, 11, 25)], starts=time(20), ends=time(6), actor=LEAD, now=NOW)
    Shift.objects.create(agent=agent, starts_at=at(180), ends_at=at(188))  # in the way of the 24th's
    Leave.objects.create(agent=away, starts_at=at(168), ends_at=at(192), reason="x")
    keys = [agent.pk, away.pk, gone.pk]
    copy = lambda: shifts.copy_week(  # noqa: E731
        agent_ids=keys, source=date(2026, 11, 23), target=date(2026, 11, 30), actor=LEAD, now=NOW
    )
    assert (copy().added, copy().added) == (1, 0)
    assert sorted(agent.shifts.values_list("starts_at", "ends_at")) == [
        (at(8), at(18)), (at(20, day=25), at(30, day=25)), (at(180), at(188)),
        (at(212), at(222)),
    ]  # fmt: skip
    assert (away.shifts.count(), gone.shifts.count()) == (1, 1)
    with pytest.raises(ValidationError):
        shifts.copy_week(agent_ids=keys, source=date(2026, 11, 23), target=date(2026, 11, 23), actor=LEAD, now=NOW)


# --- leave ------------------------------------------------------------------------------------------------------------


def grant(agent: Agent, start: Any, end: Any, **more: Any) -> Leave:
    return leaves.grant_leave(
        agent_id=agent.pk, starts_at=start, ends_at=end, reason="探亲", actor=LEAD, now=NOW, **more
    )


def test_leave_takes_the_legs_of_its_time_alone(desk: Desk) -> None:
    agent = desk.agent()
    morning = desk.assigned()
    evening = desk.assigned(window_start=at(15), window_end=at(16), label="沪A99999")
    with pytest.raises(LegsAtStake) as asked:
        grant(agent, at(9), at(13), confirmed=())
    assert [(item.leg.pk, item.reasons) for item in asked.value.legs] == [(morning.pk, (GateReason.LEAVE,))]
    grant(agent, at(9), at(13), confirmed=[morning.pk])
    assert desk.fresh(morning).unassigned_reason == "leave" and desk.fresh(evening).agent == agent
    with pytest.raises(ValidationError, match="has leave then already"):
        grant(agent, at(12), at(14))


def test_a_leg_that_was_named_meanwhile_is_shown_before_it_is_taken(desk: Desk) -> None:
    agent = desk.agent()
    seen = desk.assigned()
    other = desk.assigned(window_start=at(15), window_end=at(16), label="沪A99999")
    with pytest.raises(LegsAtStake) as asked:
        grant(agent, at(0), at(24), confirmed=[seen.pk])
    assert [item.leg.pk for item in asked.value.legs] == [seen.pk, other.pk]
    assert not Leave.objects.exists()


def test_a_leave_ends_now_or_is_taken_back(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    running, later = grant(agent, at(8, day=23), at(24, day=23)), grant(agent, at(8, day=28), at(24, day=28))
    for leave in (running, later):
        leaves.end_leave(leave_id=leave.pk, actor=LEAD, now=NOW)
    assert list(Leave.objects.values_list("pk", "ends_at")) == [(running.pk, NOW)]
    assert [fact["event"] for fact in facts("leave.changed")] == ["granted", "granted", "ended", "ended"]
    with pytest.raises(ValidationError, match="is over"):
        leaves.end_leave(leave_id=running.pk, actor=LEAD, now=NOW + timedelta(minutes=1))


def test_an_agent_asks_and_a_yes_is_a_leave(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    request = ask(agent)
    assert (request.status, Leave.objects.count()) == ("requested", 0)
    answer: dict[str, Any] = {"request_id": request.pk, "is_approved": True, "answer": "", "actor": LEAD, "now": NOW}
    with pytest.raises(LegsAtStake):
        leaves.decide_leave(**answer, confirmed=())
    request.refresh_from_db()
    assert request.status == "requested"
    request = leaves.decide_leave(**answer, confirmed=[leg.pk])
    assert (request.status, request.decided_by, request.leave) == ("approved", "陈主管", Leave.objects.get())
    assert desk.fresh(leg).unassigned_reason == "leave"
    assert [(fact["event"], fact["after"]) for fact in facts("leave_request.moved")] == [
        ("ask", "requested"), ("approve", "approved")
    ]  # fmt: skip


def test_a_no_says_why(desk: Desk) -> None:
    request = ask(desk.agent())
    answer: dict[str, Any] = {"request_id": request.pk, "is_approved": False, "actor": LEAD, "now": NOW}
    with pytest.raises(TransitionError, match="Say why"):
        leaves.decide_leave(**answer, answer=" ")
    assert leaves.decide_leave(**answer, answer="当日人手不足").status == "refused"
    with pytest.raises(TransitionError):
        leaves.decide_leave(**{**answer, "is_approved": True}, answer="")
    assert not Leave.objects.exists()


def test_an_agent_takes_his_own_request_back_and_no_other(desk: Desk) -> None:
    agent, other = desk.agent(), desk.agent("乙")
    request = ask(agent)
    with pytest.raises(LeaveRequest.DoesNotExist):
        leaves.withdraw_leave(request_id=request.pk, actor=as_agent(other), now=NOW)
    with pytest.raises(ValidationError, match="asked for this time already"):
        ask(agent, at(12), at(30))
    assert leaves.withdraw_leave(request_id=request.pk, actor=as_agent(agent), now=NOW).status == "withdrawn"
    ask(agent)


@pytest.mark.parametrize(
    ("start", "end", "reason", "field"),
    [(at(9), at(9), "x", "ends_on"), (at(8, day=22), at(9, day=22), "x", "ends_on"), (at(8), at(9), " ", "reason"),
     (at(8), at(8) + timedelta(days=400), "x", "ends_on")],
)  # fmt: skip
def test_leave_that_cannot_be_is_refused_by_field(desk: Desk, start: Any, end: Any, reason: str, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ask(desk.agent(), start, end, reason)
    assert list(refused.value.error_dict) == [field]
