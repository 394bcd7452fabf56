"""The board whole: its filters, what a poll hears, the map, the drawer, the cover of the areas, many sent twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from dispatch.clocks import start_clocks
from dispatch.models import Agent, Area, Leave, Leg
from dispatch.requests import ClockStart
from dispatch.rooms import Place, Served, _places, _serves, register_room
from dispatch.services.assigning import Seen, reassign_leg, solve
from dispatch.services.offers import accept_offer, open_offers
from events.commands import command
from events.ids import public_id
from events.models import Fact
from tenants.actors import Actor, StaffRole
from tests.dispatch.conftest import HOME, NOW, SHOP, SITE, Desk, as_agent, at
from tests.dispatch.test_desk_pages import address, agent_ref, console, labels, queries, ref, sign_in

__all__ = ["console"]


def read_map(client: Client, query: str = "") -> dict[str, Any]:
    """The map's data with its rows as objects."""
    found: dict[str, Any] = client.get(address("map") + query).json()
    for name in ("legs", "agents"):
        table = found[name]
        found[name] = [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
    return found


# --- the list ---------------------------------------------------------------------------------------


def test_the_board_is_narrowed_by_agent_and_window(desk: Desk) -> None:
    agent = desk.agent("陈一", shift=(at(0, day=23), at(23, day=24)))
    soon = {"window_start": NOW + timedelta(hours=1), "window_end": NOW + timedelta(hours=3)}
    desk.assigned(label="沪A00001", **soon)
    desk.leg(label="沪A00002", window_start=NOW - timedelta(hours=1), window_end=NOW + timedelta(hours=1))
    desk.leg(label="沪A00003", window_start=NOW - timedelta(hours=3), window_end=NOW - timedelta(hours=1))
    desk.leg(label="沪A00004")
    client = sign_in(StaffRole.DISPATCHER)
    assert labels(client, f"?agent={agent_ref(agent)}") == ["沪A00001"]
    assert sorted(labels(client, "?agent=none")) == ["沪A00002", "沪A00003", "沪A00004"]
    found = {window: labels(client, f"?window={window}") for window in ("now", "2h", "4h", "later", "over")}
    assert found == {
        "now": ["沪A00002"], "2h": ["沪A00001"], "4h": ["沪A00001"], "later": ["沪A00004"], "over": ["沪A00003"],
    }  # fmt: skip
    other = desk.agent("陈二")  # has nothing: the list is empty, and not the whole
    assert labels(client, f"?agent={agent_ref(other)}") == []


def test_a_poll_hears_nothing_until_something_has_changed(desk: Desk) -> None:
    desk.agent()
    leg = desk.assigned()
    client = sign_in(StaffRole.DISPATCHER)
    seen = {"HX-Request": "true", "HX-Target": "board-live", "X-Seen": client.get(address("board")).context["mark"]}
    assert client.get(address("board"), headers=seen).status_code == 204
    open_offers(leg_ids=[leg.pk], actor=desk.system, now=NOW)
    answer = client.get(address("board"), headers=seen)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'id="board-live"' in page and 'id="cover-live"' in page and "<html" not in page


@pytest.mark.parametrize("name", ["board", "map"])
def test_ten_legs_cost_the_queries_of_three_hundred(desk: Desk, name: str) -> None:
    client = sign_in(StaffRole.DISPATCHER)
    for number in range(20):
        desk.agent(f"陈{number}")
    counts = []
    for total in (10, 300):
        while Leg.objects.count() < total:
            desk.leg(label=f"沪A{Leg.objects.count():05}", tenant=(desk.acme, desk.pacific)[Leg.objects.count() % 2])
        solve(now=NOW)
        client.get(address(name))
        counts.append(queries(client, address(name)))
    assert counts[0] == counts[1] < 20, counts


# --- the map ----------------------------------------------------------------------------------------


def test_the_map_has_the_legs_of_the_list_and_where_everybody_is(desk: Desk) -> None:
    agent, _idle = desk.agent("陈一"), desk.agent("陈二", lat=31.30)
    leg = desk.assigned(label="沪A00001")
    back: dict[str, Any] = {
        "kind": "return",
        "from_lat": SHOP[0],
        "from_lng": SHOP[1],
        "to_lat": 31.1,
        "to_lng": 121.5,
        "to_address": "园区2号",
    }
    desk.leg(label="沪A00002", **back)
    client = sign_in(StaffRole.DISPATCHER)
    found = read_map(client)
    assert {item["label"]: (item["lat"], item["lng"], item["agent"]) for item in found["legs"]} == {
        "沪A00001": (*SITE, agent_ref(agent)),
        "沪A00002": (*SHOP, ""),
    }
    assert [(item["name"], item["state"], item["where"]) for item in found["agents"]] == [("陈一", "off", "base")]
    sites = {(item["lat"], item["lng"]): item["name"] for item in found["places"] if item["kind"] == "site"}
    assert sites == {SITE: "科苑路1号", (31.1, 121.5): "园区2号"}
    assert [(area["name"], area["radius"]) for area in found["areas"] if area["code"] == "T-EAST"] == [("东区", 12_000)]
    assert [item["label"] for item in read_map(client, "?group=waiting")["legs"]] == ["沪A00002"]
    assert leg.agent == agent


def test_an_agent_stands_where_his_last_leg_ended_or_began(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = desk.agent("陈一")
    leg = desk.assigned()
    monkeypatch.setattr(clock, "now", lambda tenant=None: at(11))
    client = sign_in(StaffRole.DISPATCHER)

    def place() -> tuple[Any, ...]:
        (item,) = read_map(client)["agents"]
        return item["lat"], item["lng"], item["where"]

    assert place() == (*HOME, "base")
    Leg.objects.filter(pk=leg.pk).update(status="arrived", status_since=at(10, 30))
    assert place() == (*SITE, "seen")
    Leg.objects.filter(pk=leg.pk).update(status="done", status_since=at(10, 50))
    assert place() == (*SHOP, "seen")
    monkeypatch.setattr(clock, "now", lambda tenant=None: at(9, day=26))
    assert read_map(client)["agents"] == []  # off shift, and without a leg
    assert agent.legs.count() == 1


def test_rooms_above_say_what_they_keep_and_whom_a_leg_serves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_places, "test", list)
    monkeypatch.setitem(_serves, "test", lambda purpose_id: [])
    leg = desk.leg()
    shop = Place(kind="workshop", name="东郊车间", lat=31.2, lng=121.6)
    job = Served(id=leg.purpose_id, label="BL-1", url="/jobs/1/")
    register_room(
        key="test", places=lambda: [shop], serves=lambda purpose_id: [job] if purpose_id == leg.purpose_id else []
    )
    run_clock(leg=leg, actor=desk.system, now=NOW)
    client = sign_in(StaffRole.DISPATCHER)
    assert "东郊车间" in {item["name"] for item in read_map(client)["places"] if item["kind"] == "workshop"}
    shown = client.get(address("drawer", ref(leg)))
    assert [item["clock"].kind for item in shown.context["clocks"]] == ["dispatch"]
    assert '<a href="/jobs/1/">BL-1</a>' in shown.content.decode()


@command
def run_clock(*, leg: Leg, actor: Actor, now: datetime) -> None:
    """The dispatch clock of what the leg serves."""
    started = ClockStart(kind="dispatch", subject_id=leg.purpose_id, subject="job_x", started_at=NOW)
    start_clocks(tenant_id=leg.tenant_id, clocks=[started], now=now)


@pytest.mark.parametrize("tiles", ["", "https://{s}.tiles.example/{z}/{x}/{y}.png"])
def test_the_tiles_are_those_of_the_settings(desk: Desk, tiles: str, settings: Any) -> None:
    settings.MAP_TILES_URL, settings.MAP_TILES_ATTRIBUTION = tiles, "© <a href='https://example'>Example</a>"
    page = sign_in(StaffRole.DISPATCHER).get(address("board")).content.decode()
    assert f'data-tiles="{tiles}"' in page
    assert 'data-attribution="© &lt;a href=&#x27;https://example&#x27;&gt;Example&lt;/a&gt;"' in page


# --- who covers the areas ---------------------------------------------------------------------------


def test_an_area_below_two_raises_an_alert_with_the_unfit_and_why(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda tenant=None: at(9))
    Area.objects.exclude(pk=desk.area.pk).delete()
    desk.agent("陈一", load=4)
    untrained, away = desk.agent("未训", trained_until=None), desk.agent("休假")
    desk.agent("明天", shift=(at(8, day=25), at(18, day=25)))
    Leave.objects.create(agent=away, starts_at=at(0), ends_at=at(24))
    for _number in range(5):
        desk.leg(received_at=at(9))
    client = sign_in(StaffRole.DISPATCHER)
    shown = client.get(address("board"))
    (item,) = shown.context["cover"]
    assert (item.fit, item.free, item.open, item.capacity, item.waiting) == (1, 1, 5, 4, 5)
    assert (item.is_short, item.is_full, item.tone) == (True, True, "bad")
    assert {unfit.agent.name: [reason.value for reason in unfit.reasons] for unfit in item.unfit} == {
        "未训": ["training"],
        "休假": ["leave"],
    }
    page = shown.content.decode()
    assert "1 area has fewer than two fit agents on shift" in page and "Is on leave then" in page
    assert address("agent", agent_ref(untrained)) in page
    desk.agent("陈二")
    shown = client.get(address("board"))
    assert shown.context["short"] == [] and "fewer than two fit agents" not in shown.content.decode()


# --- the drawer -------------------------------------------------------------------------------------


def send(client: Client, leg: Leg, **data: str) -> dict[str, Any]:
    answer = client.post(address("drawer", ref(leg)), data)
    assert answer.status_code == 200
    return {name: answer.context.get(name) for name in ("done", "refused")}


def test_the_drawer_says_why_and_names_another_by_button_and_by_name(desk: Desk) -> None:
    near, far, third = desk.agent("近江"), desk.agent("远山", lat=31.26), desk.agent("第三", lat=31.27)
    leg = desk.assigned()
    client = sign_in(StaffRole.DISPATCHER)
    shown = client.get(address("drawer", ref(leg)))
    assert [item["name"] for item in shown.context["candidates"]] == ["远山", "第三"]
    assert "Free, but not needed" in shown.content.decode()
    assert send(client, leg, agent=agent_ref(far), seen=agent_ref(near))["done"] == "远山 has it now."
    assert send(client, leg, name=" 第三 ", seen=agent_ref(far))["done"] == "第三 has it now."
    assert desk.fresh(leg).agent == third
    assert send(client, leg, name="近", seen=agent_ref(third))["done"] == "近江 has it now."


def test_the_drawer_says_why_not(desk: Desk) -> None:
    first = desk.agent("陈一")
    desk.agent("陈二"), desk.agent("张三"), desk.agent("张三")
    unfit = desk.agent("未训", trained_until=None)
    leg = desk.assigned()
    holder = desk.fresh(leg).agent
    assert holder is not None
    client, seen = sign_in(StaffRole.DISPATCHER), agent_ref(holder)
    assert "The training is not valid then" in send(client, leg, agent=agent_ref(unfit), seen=seen)["refused"]
    assert "No agent is called “甲乙”" in send(client, leg, name="甲乙", seen=seen)["refused"]
    assert "No agent is called “”" in send(client, leg, name="", seen=seen)["refused"]
    assert "More than one agent" in send(client, leg, name="张三", seen=seen)["refused"]
    assert "More than one agent" in send(client, leg, name="陈", seen=seen)["refused"]
    assert "meanwhile" in send(client, leg, agent=agent_ref(first), seen="")["refused"]
    assert send(client, leg, action="take_back", seen=seen, reason=" ")["refused"] == "Say why."
    assert client.post(address("drawer", ref(leg)), {"action": "burn"}).status_code == 404
    assert desk.fresh(leg).agent == holder


def test_the_drawer_takes_back_offers_windows_and_gives_to_the_planner(desk: Desk) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    client = sign_in(StaffRole.DISPATCHER)
    assert send(client, leg, action="take_back", seen=agent_ref(agent), reason="客户改期")["done"]
    assert (desk.fresh(leg).status, desk.fresh(leg).unassigned_reason) == ("unassigned", "客户改期")
    assert send(client, leg, action="windows", seen="")["done"] == "3 other windows are offered."
    assert send(client, leg, action="windows", seen="")["done"] == "3 other windows are offered."
    told = [fact.data["windows"] for fact in Fact.objects.filter(type="leg.unassigned", subject=ref(leg))]
    assert [len(windows) for windows in told] == [0, 3]  # the same windows are told once
    assert send(client, leg, action="look_again")["done"]
    assert not desk.fresh(leg).is_by_hand


def test_customer_service_reads_the_drawer_alone(desk: Desk) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    client = sign_in(StaffRole.CUSTOMER_SERVICE)
    page = client.get(address("drawer", ref(leg))).content.decode()
    assert "Why this agent" in page and "<form" not in page
    assert client.post(address("drawer", ref(leg)), {"agent": agent_ref(agent)}).status_code == 403
    assert sign_in(StaffRole.FINANCE).get(address("drawer", ref(leg))).status_code == 403
    assert client.get(address("drawer", public_id("leg", desk.acme.pk))).status_code == 404


def test_the_drawer_costs_the_same_however_many_agents_there_are(desk: Desk) -> None:
    client = sign_in(StaffRole.DISPATCHER)
    desk.agent()
    leg = desk.assigned()
    few = queries(client, address("drawer", ref(leg)))
    for number in range(30):
        desk.agent(f"b{number}")
    assert queries(client, address("drawer", ref(leg))) == few < 25


# --- many, and sent twice ---------------------------------------------------------------------------


def test_the_best_sent_twice_is_named_once(desk: Desk) -> None:
    nearest = desk.agent("近江")
    desk.agent("远山", lat=31.26)
    leg = desk.leg()
    client = sign_in(StaffRole.DISPATCHER)
    form = {"action": "best", "pick": [f"{ref(leg)}/"]}
    first, second = (client.post(address("many"), form) for _time in range(2))
    assert (first.context["done"], second.context["done"], second.context["repeated"]) == (1, 0, 1)
    assert "You have decided this already: 近江 has it now." in second.content.decode()
    assert desk.fresh(leg).agent == nearest
    assert leg.assignments.count() == 1


def test_taking_back_and_naming_go_by_what_was_seen(desk: Desk) -> None:
    first, second = desk.agent("陈一"), desk.agent("陈二", lat=31.26)
    leg = desk.assigned()
    client = sign_in(StaffRole.DISPATCHER)
    reassign_leg(leg_id=leg.pk, agent_id=second.pk, reason="", actor=desk.dispatcher, now=NOW, seen=Seen(first.pk))
    for action in ("best", "take_back"):
        answer = client.post(address("many"), {"action": action, "pick": [f"{ref(leg)}/{agent_ref(first)}"]})
        assert (answer.context["done"], answer.context["refused"]) == (0, 1)
        assert "调度 has named 陈二 meanwhile" in answer.content.decode()
    assert desk.fresh(leg).agent == second
    back: dict[str, Any] = {"action": "take_back", "pick": [f"{ref(leg)}/{agent_ref(second)}"]}
    assert client.post(address("many"), back).context["done"] == 1
    assert client.post(address("many"), back).context["repeated"] == 1
    assert client.post(address("many"), {"action": "best", "pick": [f"{ref(leg)}/agt_x"]}).status_code == 404


def test_a_repeat_is_told_even_after_the_agent_has_answered(desk: Desk) -> None:
    agent = desk.agent("陈一")
    leg = desk.leg()
    client = sign_in(StaffRole.DISPATCHER)
    form = {"action": "best", "pick": [f"{ref(leg)}/"]}
    client.post(address("many"), form)
    open_offers(leg_ids=[leg.pk], actor=desk.system, now=NOW)
    accept_offer(leg_id=leg.pk, actor=as_agent(agent), now=NOW)
    assert client.post(address("many"), form).context["repeated"] == 1
    assert desk.fresh(leg).status == "accepted"


def test_the_boxes_carry_who_was_seen(desk: Desk) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    waiting = desk.leg()
    page = sign_in(StaffRole.DISPATCHER).get(address("board")).content.decode()
    assert f'value="{ref(leg)}/{agent_ref(agent)}"' in page and f'value="{ref(waiting)}/"' in page


@pytest.mark.parametrize("fits", [True, False])
def test_a_leg_is_judged_once_when_it_is_handed_over(desk: Desk, fits: bool) -> None:
    desk.agent("陈一")
    chosen: Agent = desk.agent("陈二", is_active=fits)
    leg = desk.leg()
    client = sign_in(StaffRole.DISPATCHER)
    with CaptureQueriesContext(connection) as seen:
        answer = client.post(address("hand", ref(leg)), {"agent": agent_ref(chosen), "seen": ""})
    assert (answer.status_code, "refusal" in answer.context) == (200, not fits)
    assert sum('FROM "dispatch_shift"' in query["sql"] for query in seen) == 1
    assert settings.OPERATOR_HOST in answer.wsgi_request.get_host()
