"""Offers: when they open, how long they last, who may answer, and how they pass on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dispatch.errors import OfferClosed
from dispatch.models import Agent, Leg, Offer, Shift
from dispatch.services.assigning import reassign_leg, solve
from dispatch.services.offers import accept_offer, decline_offer, expire_offers, open_due_offers, open_offers
from events.machine import TransitionError
from tenants.actors import StaffRole
from tests.dispatch.conftest import NOW, Desk, as_agent, at, staff

Facts = Callable[..., list[dict[str, Any]]]
MORNING = at(8)  # the shift's start on the day of the window


def offered(desk: Desk, now: Any = MORNING, **changes: Any) -> Leg:
    """A leg whose window opens within four hours: its offer is open at once."""
    leg = desk.assigned(now=now, **changes)
    assert leg.status == "offered"
    return leg


def the_offer(leg: Leg) -> Offer:
    return Offer.objects.get(leg=leg, answer="")


@pytest.mark.parametrize(
    ("window", "now", "opens_at", "lasts"),
    [
        (at(12), at(8), at(8), timedelta(seconds=90)),  # exactly four hours
        (at(12, 1), at(8), at(8), timedelta(minutes=15)),  # farther, and the shift has begun
        (at(12), at(7, 59), at(8), timedelta(minutes=15)),  # farther, before the shift
        (at(12), at(9, day=23), at(8), timedelta(minutes=15)),  # the day before
        (at(9), at(7), at(7), timedelta(seconds=90)),  # near, before the shift: at once
    ],
)
def test_offers_within_four_hours_open_at_once_others_at_the_shift(
    desk: Desk, window: Any, now: Any, opens_at: Any, lasts: timedelta
) -> None:
    desk.agent()
    leg = desk.assigned(now=now, window_start=window, window_end=window + timedelta(hours=2))
    offer = the_offer(leg)
    assert (offer.opens_at, offer.expires_at - offer.opens_at) == (opens_at, lasts)
    assert leg.status == ("offered" if opens_at == now else "assigned")


def test_a_waiting_offer_is_held_out_when_its_hour_comes_and_lasts_its_whole_time(desk: Desk) -> None:
    desk.agent()
    leg = desk.assigned(window_start=at(14), window_end=at(16))
    assert open_due_offers(actor=desk.system, now=at(7, 59)) == 0
    assert open_due_offers(actor=desk.system, now=at(8, 5)) == 1
    assert desk.fresh(leg).status == "offered"
    offer = the_offer(leg)
    assert (offer.opens_at, offer.expires_at) == (at(8, 5), at(8, 20))
    assert open_due_offers(actor=desk.system, now=at(8, 6)) == 0


def test_the_agent_accepts_once(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    leg = offered(desk)
    accept_offer(leg_id=leg.pk, actor=as_agent(agent), now=MORNING + timedelta(seconds=89))
    assert desk.fresh(leg).status == "accepted"
    assert Offer.objects.get(leg=leg).answer == "accepted"
    moved = facts("leg.moved", leg_id=leg.pk)
    assert [(fact["event"], fact["before"], fact["after"]) for fact in moved] == [
        ("offer", "assigned", "offered"),
        ("accept", "offered", "accepted"),
    ]
    with pytest.raises(TransitionError) as refusal:
        accept_offer(leg_id=leg.pk, actor=as_agent(agent), now=MORNING)
    assert refusal.value.code == "illegal_state"


def test_nobody_else_answers_for_the_agent(desk: Desk) -> None:
    desk.agent("one")
    leg = offered(desk)
    stranger = desk.agent("other", lat=31.4, lng=121.9)
    for actor in (as_agent(stranger), desk.dispatcher, desk.system, staff(StaffRole.LEAD)):
        with pytest.raises(TransitionError) as refusal:
            accept_offer(leg_id=leg.pk, actor=actor, now=MORNING)
        assert refusal.value.code == "not_permitted"
        with pytest.raises(TransitionError):
            decline_offer(leg_id=leg.pk, reason="no", actor=actor, now=MORNING)
    assert desk.fresh(leg).status == "offered"


def test_an_offer_past_its_time_cannot_be_accepted(desk: Desk) -> None:
    agent = desk.agent()
    leg = offered(desk)
    with pytest.raises(OfferClosed):
        accept_offer(leg_id=leg.pk, actor=as_agent(agent), now=MORNING + timedelta(seconds=90))
    assert desk.fresh(leg).status == "offered"


@pytest.mark.parametrize("how", ["decline", "expire"])
def test_the_next_best_agent_gets_what_the_first_lets_go(desk: Desk, facts: Facts, how: str) -> None:
    near, middle = desk.agent("near"), desk.agent("middle", lat=31.23, lng=121.65)
    desk.agent("far", lat=31.28, lng=121.70)
    leg = offered(desk)
    assert leg.agent == near
    later = MORNING + timedelta(seconds=90)
    if how == "decline":
        decline_offer(leg_id=leg.pk, reason="车坏了", actor=as_agent(near), now=later)
    else:
        assert expire_offers(actor=desk.system, now=later - timedelta(seconds=1)) == 0
        assert expire_offers(actor=desk.system, now=later) == 1
    kept = desk.fresh(leg)
    assert (kept.status, kept.agent, kept.refused_by) == ("offered", middle, [near.pk])
    assert the_offer(leg).agent == middle
    assert [(item.agent, item.ended_reason) for item in kept.assignments.order_by("assigned_at")] == [
        (near, "pass_on"),
        (middle, ""),
    ]
    told = facts("leg.moved", "leg.assigned", leg_id=leg.pk)[2:]
    assert [fact.get("event", fact["type"]) for fact in told] == [how, "leg.assigned", "offer"]
    assert (told[0]["before"], told[0]["after"], told[0]["agent_id"]) == ("offered", "assigned", str(near.pk))
    assert told[0]["reason"] == ("车坏了" if how == "decline" else "offer_expired")


def test_nobody_left_means_unassigned_with_windows_and_an_alert(desk: Desk, facts: Facts) -> None:
    agents = [desk.agent("one"), desk.agent("two", lat=31.25)]
    leg = offered(desk)
    for place, agent in enumerate(agents):
        decline_offer(leg_id=leg.pk, reason="busy", actor=as_agent(agent), now=MORNING + timedelta(seconds=place))
    kept = desk.fresh(leg)
    assert (kept.status, kept.agent, kept.busy, kept.unassigned_reason) == ("unassigned", None, None, "nobody_left")
    assert sorted(kept.refused_by) == sorted(agent.pk for agent in agents)
    assert facts("leg.alerted", leg_id=leg.pk)[0]["reason"] == "nobody_left"
    assert facts("leg.unassigned", leg_id=leg.pk)[0]["windows"] == []  # both have declined this very leg
    assert facts("leg.moved", leg_id=leg.pk)[-1]["after"] == "unassigned"
    solve(now=MORNING + timedelta(minutes=1))
    assert desk.fresh(leg).status == "unassigned"
    third = desk.agent("three")
    solve(now=MORNING + timedelta(minutes=2))
    assert desk.fresh(leg).agent == third


def test_no_capacity_offers_other_windows(desk: Desk, facts: Facts) -> None:
    agent = desk.agent(load=1)
    first = desk.assigned()
    second = desk.assigned()
    assert (first.agent, second.agent) == (agent, None)
    Shift.objects.create(agent=agent, starts_at=at(8, day=25), ends_at=at(18, day=25))
    third = desk.assigned()
    assert (third.status, third.unassigned_reason) == ("unassigned", "load")
    windows = facts("leg.unassigned", leg_id=third.pk)[0]["windows"]
    assert len(windows) == 3 == len(third.other_windows)
    assert [start for start, _end in windows] == [f"2026-11-{hour}:00:00Z" for hour in ("24T23", "25T00", "25T01")]
    assert facts("leg.alerted", leg_id=third.pk)


def test_a_dispatcher_may_hold_an_offer_out_early(desk: Desk) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    assert open_offers(leg_ids=[leg.pk], actor=desk.dispatcher, now=NOW) == 1
    accept_offer(leg_id=leg.pk, actor=as_agent(agent), now=NOW + timedelta(minutes=14))
    assert desk.fresh(leg).status == "accepted"


def test_taking_a_leg_from_its_agent_withdraws_his_offer(desk: Desk) -> None:
    desk.agent("near")
    leg = offered(desk)
    other = desk.agent("other", lat=31.23)
    reassign_leg(leg_id=leg.pk, agent_id=other.pk, reason="knows the site", actor=desk.dispatcher, now=MORNING)
    assert [(offer.agent.name, offer.answer) for offer in Offer.objects.filter(leg=leg).order_by("id")] == [
        ("near", "withdrawn"),
        ("other", ""),
    ]
    assert Agent.objects.get(name="near").legs.count() == 0
