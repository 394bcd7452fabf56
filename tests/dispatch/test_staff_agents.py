"""Agents are taken on, changed, let in to sign in and trained; what shuts a gate takes their legs, seen before."""

from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from dispatch.errors import LegsAtStake
from dispatch.models import Agent, Area, Assignment, Training, TrainingTopic
from dispatch.planning import GateReason
from dispatch.services.assigning import solve
from dispatch.services.staffing import agents, shifts, training
from events.models import Fact
from tenants.actors import StaffRole
from tenants.people.models import Invitation, StaffMembership
from tenants.people.seed import ensure_staff, ensure_user
from tenants.people.services.invitations import invitation_token, invite, open_account
from tests.dispatch.conftest import NOW, Desk, at, staff
from tests.dispatch.staff_world import LEAD, Facts, draft, draft_of


def test_an_agent_is_taken_on_and_can_be_named_once_trained_and_on_the_roster(desk: Desk, facts: Facts) -> None:
    agent = agents.save_agent(agent_id=None, draft=draft(desk), actor=LEAD, now=NOW)
    leg = desk.leg()
    solve(now=NOW)
    assert desk.fresh(leg).agent is None
    topic = TrainingTopic.objects.get(code="risk")
    training.record_training(agent_ids=[agent.pk], topic_id=topic.pk, taken_on=NOW.date(), actor=LEAD, now=NOW)
    shifts.add_shifts(agent_id=agent.pk, days=[date(2026, 11, 24)], starts=time(8), ends=time(18), actor=LEAD, now=NOW)
    solve(now=NOW)
    assert desk.fresh(leg).agent == agent
    made = facts("agent.changed")[0]
    assert made["before"] == {} and made["after"]["licence"] == "C1" and made["after"]["areas"] == ["T-EAST"]


def test_the_fact_of_a_change_has_what_changed(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    agents.save_agent(agent_id=agent.pk, draft=draft_of(agent, load=3, phone="13800000000"), actor=LEAD, now=NOW)
    agents.save_agent(agent_id=agent.pk, draft=draft_of(agent, load=3, phone="13800000000"), actor=LEAD, now=NOW)
    (fact,) = facts("agent.changed")
    assert fact["before"] == {"load": 6, "phone": "19900000001"} and fact["after"] == {
        "load": 3,
        "phone": "13800000000",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": " "}, "name"), ({"phone": "x"}, "phone"), ({"licence": "Z9"}, "licence"), ({"licence": "C"}, "licence"),
     ({"in_trade_since": date(2026, 11, 24)}, "in_trade_since"), ({"lat": 91.0}, "lat"), ({"lng": -181.0}, "lng"),
     ({"load": 0}, "load"), ({"area_ids": []}, "areas"), ({"area_ids": [uuid4()]}, "areas")],
)  # fmt: skip
def test_what_no_agent_can_be_is_said_by_field(desk: Desk, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        agents.save_agent(agent_id=None, draft=draft(desk, **changes), actor=LEAD, now=NOW)
    assert list(refused.value.error_dict) == [field]
    assert not Agent.objects.exists() and not Fact.objects.exists()


GATES: list[tuple[GateReason, dict[str, Any]]] = [
    (GateReason.UNFIT, {"is_active": False}),
    (GateReason.LICENCE, {"licence": "C2"}),
    (GateReason.LICENCE_EXPIRED, {"licence_expires_on": date(2026, 11, 23)}),
    (GateReason.PROBATION, {"probation_until": date(2026, 11, 24)}),
    (GateReason.TRADE_YEAR, {"in_trade_since": date(2025, 11, 25)}),
]


@pytest.mark.parametrize(("reason", "changes"), GATES)
def test_a_change_that_shuts_a_gate_takes_the_legs_and_they_are_planned_anew(
    desk: Desk, facts: Facts, reason: GateReason, changes: dict[str, Any]
) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    other = desk.agent("另一位")
    with pytest.raises(LegsAtStake) as asked:
        agents.save_agent(agent_id=agent.pk, draft=draft_of(agent, **changes), confirmed=(), actor=LEAD, now=NOW)
    assert [(item.leg.pk, item.reasons) for item in asked.value.legs] == [(leg.pk, (reason,))]
    assert desk.fresh(leg).agent == agent and not facts("agent.changed")
    assert draft_of(Agent.objects.get(pk=agent.pk)) == draft_of(agent)

    agents.save_agent(agent_id=agent.pk, draft=draft_of(agent, **changes), confirmed=[leg.pk], actor=LEAD, now=NOW)
    freed = desk.fresh(leg)
    assert (freed.status, freed.unassigned_reason, freed.agent, freed.is_by_hand) == (
        "unassigned",
        reason.value,
        None,
        False,
    )
    (told,) = facts("leg.unassigned")
    assert told["reason"] == reason.value
    naming = Assignment.objects.get(leg=leg)
    assert (naming.ended_at, naming.ended_reason) == (NOW, reason.value)
    solve(now=NOW)
    assert desk.fresh(leg).agent == other


def test_who_serves_another_area_now_loses_the_legs_of_this_one(desk: Desk) -> None:
    agent, elsewhere = (
        desk.agent(),
        Area.objects.create(code="T-WEST", name="西区", lat=31.2, lng=121.2, radius_m=9_000),
    )
    leg = desk.assigned()
    found = draft_of(agent, area_ids=[elsewhere.pk])
    agents.save_agent(agent_id=agent.pk, draft=found, confirmed=None, actor=LEAD, now=NOW)
    assert desk.fresh(leg).unassigned_reason == "area"


def test_who_has_set_out_goes_on(desk: Desk) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    type(leg).objects.filter(pk=leg.pk).update(status="under_way")
    agents.save_agent(agent_id=agent.pk, draft=draft_of(agent, is_active=False), confirmed=(), actor=LEAD, now=at(10))
    assert desk.fresh(leg).agent == agent


def test_a_leg_of_another_agent_is_not_at_stake(desk: Desk) -> None:
    agent, other = desk.agent(lat=31.25), desk.agent("另一位")
    leg = desk.assigned()
    assert desk.fresh(leg).agent == other
    agents.save_agent(agent_id=agent.pk, draft=draft_of(agent, is_active=False), confirmed=(), actor=LEAD, now=NOW)
    assert desk.fresh(leg).agent == other


# --- signing in -------------------------------------------------------------------------------------------------------


def test_whoever_accepts_the_invitation_is_the_agent(desk: Desk, facts: Facts) -> None:
    agent = agents.save_agent(agent_id=None, draft=draft(desk), actor=LEAD, now=NOW)
    invitation = agents.invite_agent(agent_id=agent.pk, email="New@baylink.example", actor=LEAD, now=NOW)
    assert invitation is not None and invitation.roles == ["agent"] and invitation.tenant is None
    person = staff(StaffRole.AGENT, user_id=uuid4())
    user, _used = open_account(
        token=invitation_token(invitation), name="新人", password="long and secret", actor=person, now=NOW
    )
    agent = Agent.objects.get(pk=agent.pk)
    assert (agent.user, agent.invitation) == (user, None)
    assert StaffMembership.objects.get(user=user).roles == ["agent"]
    assert facts("agent.linked") == [
        {"type": "agent.linked", "subject": facts("agent.changed")[0]["subject"], "agent_id": str(agent.pk),
         "user_id": str(user.pk)}
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="can sign in already"):
        agents.invite_agent(agent_id=agent.pk, email="x@baylink.example", actor=LEAD, now=NOW)


def test_an_agent_among_the_staff_is_linked_at_once_and_any_other_member_refused(desk: Desk) -> None:
    agent = agents.save_agent(agent_id=None, draft=draft(desk), actor=LEAD, now=NOW)
    clerk, driver = (ensure_user(email=f"{name}@baylink.example", name=name) for name in ("clerk", "driver"))
    ensure_staff(user=clerk, roles=["finance"])
    ensure_staff(user=driver, roles=["agent"])
    with pytest.raises(ValidationError, match="member already"):
        agents.invite_agent(agent_id=agent.pk, email=clerk.email, actor=LEAD, now=NOW)
    assert agents.invite_agent(agent_id=agent.pk, email="DRIVER@baylink.example", actor=LEAD, now=NOW) is None
    assert Agent.objects.get(pk=agent.pk).user == driver and not Invitation.objects.exists()


def test_an_invitation_of_somebody_else_makes_nobody_an_agent(desk: Desk, facts: Facts) -> None:
    agents.save_agent(agent_id=None, draft=draft(desk), actor=LEAD, now=NOW)
    other = invite(tenant=None, email="clerk@baylink.example", roles=["finance"], actor=LEAD, now=NOW)
    person = staff(StaffRole.AGENT, user_id=uuid4())
    open_account(token=invitation_token(other), name="c", password="long and secret", actor=person, now=NOW)
    assert not Agent.objects.filter(user__isnull=False).exists() and not facts("agent.linked")


# --- training ---------------------------------------------------------------------------------------------------------


def test_a_training_holds_as_long_as_its_topic_says(desk: Desk, facts: Facts) -> None:
    first, second = desk.agent(trained_until=date(2026, 11, 20)), desk.agent("乙", trained_until=date(2027, 3, 1))
    topic = TrainingTopic.objects.get(code="courtesy")
    assert topic.valid_days == 31
    rows = training.record_training(
        agent_ids=[first.pk, second.pk], topic_id=topic.pk, taken_on=date(2026, 11, 23), actor=LEAD, now=NOW
    )
    assert {row.valid_until for row in rows} == {date(2026, 12, 24)}
    until = dict(Agent.objects.values_list("pk", "trained_until"))
    assert until == {first.pk: date(2026, 12, 24), second.pk: date(2027, 3, 1)}  # never less than he has
    assert [fact["trained_until"] for fact in facts("agent.trained")] == [
        str(until[row.agent_id]) for row in rows
    ]  # fmt: skip
    again = training.record_training(
        agent_ids=[first.pk], topic_id=topic.pk, taken_on=date(2026, 11, 23), actor=LEAD, now=NOW
    )
    assert (again, Training.objects.count()) == ([], 2)


def test_an_expired_training_blocks_and_a_new_one_opens_the_gate(desk: Desk) -> None:
    agent = desk.agent(trained_until=date(2026, 11, 23))
    leg = desk.assigned()
    assert desk.fresh(leg).unassigned_reason == "training"
    topic = TrainingTopic.objects.get(code="emergencies")
    training.record_training(agent_ids=[agent.pk], topic_id=topic.pk, taken_on=date(2026, 11, 23), actor=LEAD, now=NOW)
    solve(now=NOW)
    assert desk.fresh(leg).agent == agent


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"taken_on": date(2026, 11, 24)}, "taken_on"), ({"valid_until": date(2026, 11, 22)}, "valid_until"),
     ({"agent_ids": []}, "agents"), ({"topic_id": uuid4()}, "topic")],
)  # fmt: skip
def test_a_training_that_cannot_be_is_refused_by_field(desk: Desk, changes: dict[str, Any], field: str) -> None:
    values: dict[str, Any] = {
        "agent_ids": [desk.agent().pk], "topic_id": TrainingTopic.objects.get(code="risk").pk, "taken_on": date(2026, 11, 23),
    }  # fmt: skip
    with pytest.raises(ValidationError) as refused:
        training.record_training(**values | changes, actor=LEAD, now=NOW)
    assert list(refused.value.error_dict) == [field] and not Training.objects.exists()


def test_a_struck_training_counts_no_longer_and_its_legs_go(desk: Desk) -> None:
    agent = desk.agent(trained_until=None)
    topic = TrainingTopic.objects.get(code="risk")
    (row,) = training.record_training(
        agent_ids=[agent.pk], topic_id=topic.pk, taken_on=date(2026, 11, 23), actor=LEAD, now=NOW
    )
    leg = desk.assigned()
    assert desk.fresh(leg).agent == agent
    with pytest.raises(ValidationError):
        training.strike_training(training_id=row.pk, reason=" ", actor=LEAD, now=NOW)
    with pytest.raises(LegsAtStake):
        training.strike_training(training_id=row.pk, reason="录错人", confirmed=(), actor=LEAD, now=NOW)
    training.strike_training(training_id=row.pk, reason="录错人", confirmed=[leg.pk], actor=LEAD, now=NOW)
    assert Agent.objects.get(pk=agent.pk).trained_until is None
    assert (Training.objects.get().struck_reason, desk.fresh(leg).unassigned_reason) == ("录错人", "training")
    assert len(training.record_training(
        agent_ids=[agent.pk], topic_id=topic.pk, taken_on=date(2026, 11, 23), actor=LEAD, now=NOW
    )) == 1  # fmt: skip
    with pytest.raises(Training.DoesNotExist):
        training.strike_training(training_id=row.pk, reason="x", actor=LEAD, now=NOW)
