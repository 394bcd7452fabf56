"""The agents' day and what is done to many legs at once: who may, what it answers, how many queries it costs."""

import pytest
from django.test import Client

from dispatch.errors import LegMoved
from dispatch.models import Leg
from dispatch.services.assigning import Seen, reassign_leg, solve
from dispatch.services.many import act_on_legs
from tenants.actors import StaffRole
from tests.dispatch.conftest import NOW, Desk, at, staff
from tests.dispatch.test_desk_pages import address, agent_ref, console, queries, ref, sign_in

__all__ = ["console"]
DAY = "?day=2026-11-24"
OTHERS = [role for role in StaffRole if role not in (StaffRole.DISPATCHER, StaffRole.LEAD)]


def hand(client: Client, leg: Leg, agent: str, seen: str) -> tuple[int, str]:
    answer = client.post(address("hand", ref(leg)), {"agent": agent, "seen": seen})
    return answer.status_code, answer.content.decode()


def test_the_day_shows_lanes_and_what_waits(desk: Desk) -> None:
    agent, _idle = desk.agent("陈一"), desk.agent("陈二")
    desk.agent("远", shift=(at(8, day=26), at(18, day=26)))
    leg = desk.leg(label="沪A00001")
    reassign_leg(leg_id=leg.pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)
    waiting = desk.leg(label="沪A00002", tenant=desk.pacific)
    page = sign_in(StaffRole.DISPATCHER).get(address("day") + DAY)
    assert [(lane.agent.name, [bar["leg"].label for bar in lane.bars]) for lane in page.context["lanes"]] == [
        ("陈一", ["沪A00001"]),
        ("陈二", []),
    ]
    assert [item["leg"].pk for item in page.context["waiting"]] == [waiting.pk]
    assert page.context["lanes"][0].shifts == [{"left": "12.50%", "width": "62.50%"}]


@pytest.mark.parametrize("role", [None, *StaffRole])
def test_the_day_is_for_those_who_watch(desk: Desk, role: StaffRole | None) -> None:
    allowed = role in (StaffRole.DISPATCHER, StaffRole.LEAD, StaffRole.CUSTOMER_SERVICE)
    client = sign_in(*([role] if role else []))
    assert client.get(address("day")).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("role", OTHERS)
def test_only_those_who_decide_hand_legs_over(desk: Desk, role: StaffRole) -> None:
    agent, leg = desk.agent(), desk.leg()
    client = sign_in(role)
    assert hand(client, leg, agent_ref(agent), "")[0] in (403, 404)
    assert client.post(address("many"), {"action": "best", "pick": [ref(leg)]}).status_code == 403
    assert desk.fresh(leg).status == "planned"


def test_the_queries_do_not_grow(desk: Desk) -> None:
    agent = desk.agent()
    client = sign_in(StaffRole.DISPATCHER)
    first = desk.leg(window_start=at(9), window_end=at(10))
    reassign_leg(leg_id=first.pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)
    desk.leg()
    few = queries(client, address("day") + DAY)
    for _place in range(3):
        desk.agent()
        desk.leg(tenant=desk.pacific)
    solve(now=NOW)
    for _place in range(3):
        desk.leg()
    assert queries(client, address("day") + DAY) == few <= 15


def test_a_leg_is_handed_over_and_back_again(desk: Desk) -> None:
    first, second = desk.agent("陈一"), desk.agent("陈二")
    leg, client = desk.leg(), sign_in(StaffRole.DISPATCHER)
    status, text = hand(client, leg, agent_ref(first), "")
    assert (status, desk.fresh(leg).agent) == (200, first)
    assert 'data-dp-hand=""' in text  # the way back: nobody
    hand(client, leg, agent_ref(second), agent_ref(first))
    assert desk.fresh(leg).agent == second
    hand(client, leg, "", agent_ref(second))
    assert (desk.fresh(leg).status, desk.fresh(leg).is_by_hand) == ("unassigned", True)


def test_a_refusal_says_why_and_who_else_could_go(desk: Desk) -> None:
    unfit, able = desk.agent("陈一", is_active=False), desk.agent("陈二")
    leg = desk.leg()
    status, text = hand(sign_in(StaffRole.DISPATCHER), leg, agent_ref(unfit), "")
    assert status == 200 and "data-dp-refused" in text  # an answer, not an error of the page
    assert f'data-dp-hand="{agent_ref(able)}"' in text and "陈一 cannot take this leg" in text
    assert desk.fresh(leg).status == "planned"


def test_the_second_dispatcher_is_told_what_the_first_did(desk: Desk) -> None:
    first, second = desk.agent("陈一"), desk.agent("陈二")
    leg = desk.leg()
    reassign_leg(leg_id=leg.pk, agent_id=first.pk, reason="", actor=staff(name="李调度"), now=NOW, seen=Seen(None))
    status, text = hand(sign_in(StaffRole.DISPATCHER), leg, agent_ref(second), "")
    assert status == 200 and "data-dp-refused" in text and "李调度 has named 陈一 meanwhile" in text
    assert desk.fresh(leg).agent == first
    with pytest.raises(LegMoved):
        reassign_leg(leg_id=leg.pk, agent_id=second.pk, reason="", actor=desk.dispatcher, now=NOW, seen=Seen(None))


def test_an_agent_or_leg_who_is_not_there(desk: Desk) -> None:
    leg, client = desk.leg(), sign_in(StaffRole.DISPATCHER)
    assert hand(client, leg, "agt_nonsense", "")[0] == 404
    assert client.post(address("hand", "leg_nonsense"), {"agent": ""}).status_code == 404
    assert client.post(address("many"), {"action": "burn", "pick": [ref(leg)]}).status_code == 404
    assert client.post(address("many"), {"action": "best", "pick": ["nonsense"]}).status_code == 404


def test_many_at_once_with_a_result_for_each(desk: Desk) -> None:
    desk.agent()
    free, late = desk.leg(), desk.leg(tenant=desk.pacific, window_start=at(10), window_end=at(12))
    done = Leg.objects.get(pk=desk.leg(window_start=at(14), window_end=at(15)).pk)
    Leg.objects.filter(pk=done.pk).update(status="cancelled")
    client = sign_in(StaffRole.DISPATCHER)
    page = client.post(address("many"), {"action": "best", "pick": [ref(free), ref(late), ref(done)]})
    results = {row["leg"].pk: row["outcome"].is_done for row in page.context["rows"]}
    assert results == {free.pk: True, late.pk: desk.fresh(late).status == "assigned", done.pk: False}
    assert desk.fresh(free).status == "assigned"
    client.post(address("many"), {"action": "take_back", "pick": [ref(free)]})
    assert desk.fresh(free).status == "unassigned"
    assert client.post(address("many"), {"action": "windows", "pick": [ref(free)]}).context["done"] == 1


def test_the_best_is_another_than_who_has_it(desk: Desk) -> None:
    first = desk.agent("陈一")
    leg = desk.assigned()
    outcomes = act_on_legs(action="best", picked=[(leg.pk, None)], actor=desk.dispatcher, now=NOW)
    assert [item.is_done for item in outcomes] == [False]
    second = desk.agent("陈二")
    outcomes = act_on_legs(action="best", picked=[(leg.pk, None)], actor=desk.dispatcher, now=NOW)
    assert [item.is_done for item in outcomes] == [True]
    assert (desk.fresh(leg).agent, first.legs.count()) == (second, 0)


def test_who_did_it_is_told_in_words(desk: Desk) -> None:
    desk.agent()
    leg = desk.assigned()
    client = sign_in(StaffRole.DISPATCHER)
    page = client.get(address("leg", ref(leg)))
    assert page.context["why"]["named_by"] == "Dispatch"
    assert {item["who"] for item in page.context["timeline"]} <= {"Dispatch", "Service desk", "test"}
