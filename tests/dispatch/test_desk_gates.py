"""Every gate, asked by the real service: refused with its reason, and nothing changed."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from dispatch.errors import AgentUnfit
from dispatch.models import Agent, Leave, Leg, LicenceRule, Shift
from dispatch.planning import GateReason
from dispatch.services.assigning import reassign_leg, solve
from dispatch.services.offers import decline_offer, open_offers
from tests.dispatch.conftest import NOW, Desk, as_agent, at

Spoil = Callable[[Desk, Agent, Leg], Any]


def change(**changes: Any) -> Spoil:
    return lambda _desk, agent, _leg: Agent.objects.filter(pk=agent.pk).update(**changes)


def change_leg(**changes: Any) -> Spoil:
    return lambda _desk, _agent, leg: Leg.objects.filter(pk=leg.pk).update(**changes)


def give_leave(_desk: Desk, agent: Agent, _leg: Leg) -> None:
    Leave.objects.create(agent=agent, starts_at=at(9), ends_at=at(13))


def book(desk: Desk, agent: Agent, _leg: Leg) -> None:
    """Another leg fills his morning."""
    other = desk.leg(window_start=at(10), window_end=at(10, 15), to_lat=31.10, to_lng=121.45)
    reassign_leg(leg_id=other.pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)


def fill_load(desk: Desk, agent: Agent, _leg: Leg) -> None:
    """One leg in the afternoon is all that his shift may hold."""
    Agent.objects.filter(pk=agent.pk).update(load=1)
    other = desk.leg(window_start=at(15), window_end=at(16))
    reassign_leg(leg_id=other.pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)


def move_shift(_desk: Desk, agent: Agent, _leg: Leg) -> None:
    Shift.objects.filter(agent=agent).update(starts_at=at(13), ends_at=at(20))


def start_late(_desk: Desk, agent: Agent, _leg: Leg) -> None:
    """He is on duty just before the window closes, and far away."""
    Shift.objects.filter(agent=agent).update(starts_at=at(11, 50), ends_at=at(20))
    Agent.objects.filter(pk=agent.pk).update(lat=31.40, lng=121.30)


SPOILT: list[tuple[GateReason, Spoil]] = [
    (GateReason.UNFIT, change(is_active=False)),
    (GateReason.AREA, lambda _desk, agent, _leg: agent.areas.clear()),
    (GateReason.UNKNOWN_CLASS, change_leg(vehicle_class="")),
    (GateReason.LICENCE, change_leg(vehicle_class="tractor")),
    (GateReason.LICENCE, change(licence="C2")),
    (GateReason.LICENCE_EXPIRED, change(licence_expires_on=date(2026, 11, 23))),
    (GateReason.PROBATION, change(probation_until=date(2026, 11, 24))),
    (GateReason.TRADE_YEAR, change(in_trade_since=date(2025, 11, 25))),
    (GateReason.TRAINING, change(trained_until=date(2026, 11, 23))),
    (GateReason.TRAINING, change(trained_until=None)),
    (GateReason.SHIFT, move_shift),
    (GateReason.LEAVE, give_leave),
    (GateReason.LOAD, fill_load),
    (GateReason.OVERLAP, book),
    (GateReason.CANNOT_REACH, start_late),
]


@pytest.mark.parametrize(
    ("reason", "spoil"), SPOILT, ids=[f"{reason}-{n}" for n, (reason, _spoil) in enumerate(SPOILT)]
)
def test_a_shut_gate_refuses_a_dispatcher_and_the_planner(desk: Desk, reason: GateReason, spoil: Spoil) -> None:
    agent, leg = desk.agent(), desk.leg()
    if reason is not GateReason.OVERLAP:
        spoil(desk, agent, leg)
    else:
        Leg.objects.filter(pk=leg.pk).update(window_start=at(10, 20), window_end=at(10, 40))
        spoil(desk, agent, leg)
    with pytest.raises(AgentUnfit) as refusal:
        reassign_leg(leg_id=leg.pk, agent_id=agent.pk, reason="mine", actor=desk.dispatcher, now=NOW, force=True)
    assert refusal.value.reasons == (reason,)
    assert reason.text in refusal.value.message and agent.name in refusal.value.message
    kept = desk.fresh(leg)
    assert (kept.status, kept.agent, kept.assignments.count(), kept.offers.count()) == ("planned", None, 0, 0)
    solve(now=NOW)
    kept = desk.fresh(leg)
    assert (kept.status, kept.agent) == ("unassigned", None)


def test_the_last_days_of_validity_still_count(desk: Desk) -> None:
    agent = desk.agent(
        licence_expires_on=date(2026, 11, 24),
        trained_until=date(2026, 11, 24),
        probation_until=date(2026, 11, 23),
        in_trade_since=date(2025, 11, 24),
    )
    assert desk.assigned().agent == agent


def test_a_window_that_runs_over_midnight_asks_the_next_day_too(desk: Desk) -> None:
    ends_today = desk.agent("today", shift=(at(20), at(30)), licence_expires_on=date(2026, 11, 24))
    leg = desk.assigned(window_start=at(23), window_end=at(25))
    assert (leg.status, leg.unassigned_reason) == ("unassigned", "licence_expired")
    ends_tomorrow = desk.agent("tomorrow", shift=(at(20), at(30)), licence_expires_on=date(2026, 11, 25))
    solve(now=NOW)
    leg = desk.fresh(leg)
    assert leg.agent == ends_tomorrow != ends_today
    assert leg.busy.lower < leg.planned_at == at(23) < leg.busy.upper


def test_the_licence_table_counts_from_its_days(desk: Desk) -> None:
    agent = desk.agent(licence="B2")
    LicenceRule.objects.filter(vehicle_class="small_car").update(valid_until=date(2026, 11, 23))
    LicenceRule.objects.create(vehicle_class="small_car", licences=["B2"], valid_from=date(2026, 11, 24))
    assert desk.assigned().agent == agent
    day_before = desk.leg(window_start=at(10, day=23), window_end=at(12, day=23))
    Shift.objects.create(agent=agent, starts_at=at(8, day=23), ends_at=at(18, day=23))
    with pytest.raises(AgentUnfit) as refusal:
        reassign_leg(
            leg_id=day_before.pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW - timedelta(hours=1)
        )
    assert refusal.value.reasons == (GateReason.LICENCE,)


def test_no_licence_is_asked_for_a_tow_or_an_errand(desk: Desk) -> None:
    agent = desk.agent(licence="C2")
    for changes in ({"mode": "tow"}, {"kind": "errand", "to_lat": None, "to_lng": None}):
        leg = desk.leg(vehicle_class="tractor", window_start=at(13), window_end=at(17), **changes)
        reassign_leg(leg_id=leg.pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)
        assert desk.fresh(leg).agent == agent


def test_force_passes_over_a_refusal_and_over_nothing_else(desk: Desk) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    open_offers(leg_ids=[leg.pk], actor=desk.system, now=NOW)
    decline_offer(leg_id=leg.pk, reason="too far", actor=as_agent(agent), now=NOW)
    with pytest.raises(AgentUnfit) as refusal:
        reassign_leg(leg_id=leg.pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)
    assert refusal.value.reasons == (GateReason.REFUSED,)
    reassign_leg(leg_id=leg.pk, agent_id=agent.pk, reason="we spoke", actor=desk.dispatcher, now=NOW, force=True)
    kept = desk.fresh(leg)
    assert (kept.status, kept.agent) == ("assigned", agent)
    assert kept.assignments.get(ended_at=None).rejected["note"] == "we spoke"
