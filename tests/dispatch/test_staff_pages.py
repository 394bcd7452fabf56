"""The pages of staffing: who may see them, what they show and cost, what their forms do; agents see their own alone."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from dispatch.models import Agent, Area, CoverAlert, Leave, LeaveRequest, LicenceRule, Shift, Training, TrainingTopic
from dispatch.services.assigning import solve
from dispatch.services.staffing.watching import watch_cover
from events.ids import public_id
from events.models import Fact
from tenants.actors import StaffRole, system_actor
from tenants.people.models import Invitation, User
from tests.dispatch.conftest import HOME, NOW, Desk, at
from tests.dispatch.staff_world import ask
from tests.dispatch.test_desk_pages import address, agent_ref, queries, sign_in

READ = ("agents", "roster", "leaves", "papers", "cover", "cover_alerts", "areas", "licences")
WRITE = ("agent_new", "roster_copy", "leave_new", "train", "area_new", "licence_new")
WATCHERS = (StaffRole.DISPATCHER, StaffRole.LEAD, StaffRole.CUSTOMER_SERVICE)


@pytest.fixture(autouse=True)
def console(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day of the tests."""
    monkeypatch.setattr(clock, "now", lambda tenant=None: NOW)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def of_agent(desk: Desk, agent: Agent) -> list[str]:
    """Every address that is about one agent."""
    shift = public_id("shf", agent.shifts.all()[0].pk)
    leave = Leave.objects.create(agent=agent, starts_at=at(8, day=28), ends_at=at(9, day=28), reason="探亲")
    row = Training.objects.create(
        agent=agent, topic=TrainingTopic.objects.get(code="risk"), taken_on=NOW.date(), valid_until=date(2026, 12, 23)
    )
    request = ask(agent)
    return [
        *(address(name, agent_ref(agent)) for name in ("agent_edit", "agent_invite", "shift_add")),
        *(address(name, shift) for name in ("shift", "shift_remove")),
        address("leave_end", public_id("lve", leave.pk)),
        address("strike", public_id("trn", row.pk)),
        *(address("leave_answer", public_id("lvr", request.pk), word) for word in ("yes", "no")),
        address("area", public_id("are", desk.area.pk)),
        address("licence_withdraw", public_id("lic", LicenceRule.objects.all()[0].pk)),
    ]


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [None, *StaffRole])
def test_watchers_read_and_a_lead_alone_changes(desk: Desk, role: StaffRole | None) -> None:
    agent = desk.agent()
    client = sign_in(*([role] if role else []))
    addresses = [*(address(name) for name in WRITE), *of_agent(desk, agent)]
    Agent.objects.update(user=None)  # he can be invited
    before = Fact.objects.count()
    for name in READ:
        assert client.get(address(name)).status_code == (200 if role in WATCHERS else 403), name
    for path in (address("cover_day", desk.area.code, "2026-11-24"), address("agent_history", agent_ref(agent))):
        assert client.get(path).status_code == (200 if role in WATCHERS else 403), path
    for path in addresses:
        assert client.get(path).status_code == (200 if role == StaffRole.LEAD else 403), path
        if role != StaffRole.LEAD:
            assert client.post(path, {"reason": "x", "answer": "x"}).status_code == 403, path
    assert Fact.objects.count() == before


def test_a_watcher_is_offered_nothing_that_he_may_not(desk: Desk) -> None:
    agent = desk.agent()
    changes = [address(name) for name in WRITE] + of_agent(desk, agent)
    pages = [*(address(name) for name in READ), address("agent", agent_ref(agent))]
    watcher, lead = sign_in(StaffRole.DISPATCHER), sign_in(StaffRole.LEAD)
    seen = "".join(text(watcher, path) for path in pages)
    full = "".join(text(lead, path) for path in pages)
    offered = [path for path in changes if f'"{path}' in full]
    assert len(offered) >= 12 and not [path for path in offered if f'"{path}' in seen]


@pytest.mark.parametrize("role", [None, *StaffRole])
def test_an_agents_own_page_is_for_agents(desk: Desk, role: StaffRole | None) -> None:
    client = sign_in(*([role] if role else []))
    for name in ("mine", "leave_ask"):
        assert client.get(address(name)).status_code == 403  # nobody's, for this one drives for nobody
    assert client.post(address("leave_ask"), {}).status_code == 403


def test_an_agent_sees_and_touches_his_own_alone(desk: Desk) -> None:
    mine, other = desk.agent("我"), desk.agent("旁人", licence="A2")
    Shift.objects.create(agent=other, starts_at=at(19), ends_at=at(23))
    foreign = ask(other, reason="旁人的事")
    own = ask(mine, reason="我的事")
    client = sign_in(StaffRole.AGENT, user=mine.user)
    page = text(client, address("mine"))
    assert "我的事" in page and "旁人" not in page and "19:00" not in page
    assert client.get(address("leave_withdraw", public_id("lvr", foreign.pk))).status_code == 404
    assert client.post(address("leave_withdraw", public_id("lvr", foreign.pk))).status_code == 404
    for name in ("agent", "agent_history", "agent_edit"):
        for agent in (mine, other):
            assert client.get(address(name, agent_ref(agent))).status_code == 403
    assert client.post(address("leave_withdraw", public_id("lvr", own.pk))).status_code == 302
    assert set(LeaveRequest.objects.values_list("status", "agent__name")) == {
        ("withdrawn", "我"),
        ("requested", "旁人"),
    }


# --- what they show and cost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READ)
def test_a_page_of_staffing_costs_the_same_at_any_size(desk: Desk, name: str) -> None:
    client = sign_in(StaffRole.LEAD)
    counts = []
    for total in (1, 3, 12):
        while Agent.objects.count() < total:
            number = Agent.objects.count()
            agent = desk.agent(f"a{number:02}", trained_until=date(2026, 11, 30))
            Leave.objects.create(agent=agent, starts_at=at(8, day=25), ends_at=at(9, day=25), reason="x")
            ask(agent)
        client.get(address(name))
        counts.append(queries(client, address(name)))
    assert counts[0] == counts[1] == counts[2], counts


def test_the_page_of_an_agent_costs_the_same_however_many_legs_he_had(desk: Desk) -> None:
    agent = desk.agent(load=30)
    client = sign_in(StaffRole.LEAD)
    counts = []
    for hours in ((9,), (11, 13, 15)):
        for hour in hours:
            tenant = (desk.acme, desk.pacific)[hour % 4 // 2]
            desk.assigned(label=f"沪A{hour:05}", tenant=tenant, window_start=at(hour), window_end=at(hour, 30))
        for path in (address("agent", agent_ref(agent)), address("agent_history", agent_ref(agent)), address("mine")):
            who = client if "mine" not in path else sign_in(StaffRole.AGENT, user=agent.user)
            who.get(path)
            counts.append(queries(who, path))
    assert counts[:3] == counts[3:], counts


def test_the_agents_page_says_why_he_is_unfit_what_he_drives_and_what_he_had(desk: Desk) -> None:
    agent = desk.agent(licence="A2", trained_until=date(2026, 11, 23))
    leg = desk.assigned(window_start=at(16, day=23), window_end=at(17, day=23))
    Shift.objects.create(agent=agent, starts_at=at(8, day=23), ends_at=at(20, day=23))
    solve(now=NOW)
    assert desk.fresh(leg).agent == agent
    Agent.objects.update(trained_until=date(2026, 11, 22))
    page = text(sign_in(StaffRole.LEAD), address("agent", agent_ref(agent)))
    for words in ("The training is not valid then", "Tractor unit", "1/6", leg.label, "ACME"):
        assert words in page, words
    history = text(sign_in(StaffRole.DISPATCHER), address("agent_history", agent_ref(agent)))
    assert leg.label in history and desk.acme.name in history


def test_the_roster_shows_shifts_leave_and_how_many_fit_that_makes(desk: Desk) -> None:
    agent = desk.agent("安师傅", shift=(at(8), at(20)))
    Leave.objects.create(agent=agent, starts_at=at(0, day=26), ends_at=at(24, day=26), reason="探亲")
    Area.objects.create(code="T-WEST", name="西区", lat=31.2, lng=121.2, radius_m=9_000)
    client = sign_in(StaffRole.LEAD)
    page = text(client, address("roster") + "?week=2026-W48&area=T-EAST")
    assert "08:00</time>–" in page and "安师傅" in page and page.count('class="ds-leave"') == 1
    assert page.count("ds-fit ui-tone-bad") == 7
    assert "Nobody serves this area" in text(client, address("roster") + "?area=T-WEST")
    assert "安师傅" in text(client, address("roster") + "?area=all&week=x")
    assert "安师傅" not in text(client, address("roster") + "?area=T-WEST&week=2026-W49")


def test_the_monitor_shows_each_area_and_day_and_the_alert(desk: Desk) -> None:
    desk.agent("安师傅", trained_until=date(2026, 11, 1))
    watch_cover(actor=system_actor("cover"), now=at(10, day=23))
    client = sign_in(StaffRole.DISPATCHER)
    page = text(client, address("cover"))
    assert page.count("ds-fit ui-tone-bad") == 15 and "Too few fit agents on shift now" in page
    day = text(client, address("cover_day", "T-EAST", "2026-11-24"))
    assert "安师傅" in day and "The training is not valid then" in day and day.count("<meter") == 12
    history = text(client, address("cover_alerts") + "?area=T-EAST&is_open=yes&day=2026-11-23")
    assert "0 / 2" in history and "goes on" in history
    assert "No area has had too few agents" in text(client, address("cover_alerts") + "?is_open=no")
    for bad in ("2026-02-30", "x", "1999-01-01"):
        assert client.get(address("cover_day", "T-EAST", bad)).status_code == 404
    assert client.get(address("cover_day", "NONE", "2026-11-24")).status_code == 404


def test_an_open_alert_stands_on_the_home_of_the_lead(desk: Desk) -> None:
    client = sign_in(StaffRole.LEAD)
    assert "Areas with too few agents" in text(client, "/")
    watch_cover(actor=system_actor("cover"), now=at(10, day=23))
    assert f'href="{address("cover")}" class="ui-stat ui-tone-bad"' in text(client, "/")


# --- what their forms do ----------------------------------------------------------------------------------------------

AGENT: dict[str, Any] = {
    "name": "新人", "phone": "19900000009", "licence": "c1", "licence_expires_on": "2028-01-01", "in_trade_since": "2020-01-01",
    "lat": str(HOME[0]), "lng": str(HOME[1]), "load": "5", "is_active": "on", "home": "张江",
}  # fmt: skip


def test_a_lead_takes_an_agent_on_and_invites_him(desk: Desk) -> None:
    client = sign_in(StaffRole.LEAD)
    form = {**AGENT, "areas": [str(desk.area.pk)]}
    wrong = client.post(address("agent_new"), {**form, "licence": "Z", "areas": []})
    assert wrong.status_code == 422 and not Agent.objects.exists()
    assert client.post(address("agent_new"), form).status_code == 302
    agent = Agent.objects.get()
    assert (agent.licence, agent.home, list(agent.areas.all())) == ("C1", "张江", [desk.area])
    page = text(client, address("agent", agent_ref(agent)))
    assert "Cannot sign in yet" in page
    assert client.post(address("agent_invite", agent_ref(agent)), {"email": "new@baylink.example"}).status_code == 302
    assert Invitation.objects.get().email == "new@baylink.example"
    assert "Invited to sign in" in text(client, address("agent", agent_ref(agent)))


def test_the_legs_at_stake_are_shown_before_they_are_taken(desk: Desk) -> None:
    agent = desk.agent("安师傅")
    leg = desk.assigned()
    client = sign_in(StaffRole.LEAD)
    form = {**AGENT, "areas": [str(desk.area.pk)], "licence": "C2", "name": "安师傅"}
    shown = client.post(address("agent_edit", agent_ref(agent)), form)
    page = shown.content.decode()
    assert shown.status_code == 409 and desk.fresh(leg).agent == agent
    assert "1 leg loses its agent and is planned anew:" in page and "Holds no licence for this vehicle class" in page
    assert f'name="confirmed" value="{leg.ref}"' in page and leg.label in page and desk.acme.name in page
    done = client.post(address("agent_edit", agent_ref(agent)), {**form, "confirmed": [leg.ref, "leg_x"]})
    assert done.status_code == 302
    assert (desk.fresh(leg).status, desk.fresh(leg).unassigned_reason) == ("unassigned", "licence")


def test_shifts_are_planned_moved_and_taken_off_on_the_roster(desk: Desk) -> None:
    agent = desk.agent()
    agent.shifts.all().delete()
    client = sign_in(StaffRole.LEAD)
    place = "?week=2026-W48&area=T-EAST"
    add = address("shift_add", agent_ref(agent)) + place
    assert "Choose a shift, or give its hours." in client.post(add, {"days": ["2026-11-24"]}).content.decode()
    from dispatch.models import ShiftPattern

    night = ShiftPattern.objects.get(code="night")
    answer = client.post(add, {"pattern": str(night.pk), "days": ["2026-11-24", "2026-11-25"]})
    assert (answer.status_code, answer.headers["Location"]) == (302, address("roster") + place)
    assert list(agent.shifts.order_by("starts_at").values_list("starts_at", "ends_at")) == [
        (at(20), at(30)), (at(20, day=25), at(30, day=25))
    ]  # fmt: skip
    first = public_id("shf", agent.shifts.order_by("starts_at")[0].pk)
    page = text(client, address("shift", first) + place)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    form = {"agent": str(agent.pk), "day": "2026-11-24", "starts": "08:00", "ends": "18:00", "seen": seen}
    assert client.post(address("shift", first) + place, form).status_code == 302
    stale = client.post(address("shift", first) + place, {**form, "starts": "09:00"})
    assert stale.status_code == 422 and "Somebody has changed this shift meanwhile." in stale.content.decode()
    assert client.post(address("shift_remove", first) + place, {"seen": seen}).status_code == 422
    assert client.post(address("shift_remove", first) + place).status_code == 302
    assert agent.shifts.count() == 1


def test_a_week_is_copied_for_the_area(desk: Desk) -> None:
    agent, elsewhere = desk.agent(), desk.agent("外")
    elsewhere.areas.clear()
    client = sign_in(StaffRole.LEAD)
    path = address("roster_copy") + "?week=2026-W49&area=T-EAST"
    assert "Copy an earlier week into 2026-W49" in text(client, path)
    answer = client.post(path, {"source": "2026-W48"}, follow=True)
    assert "1 shift is planned." in answer.content.decode()
    assert (agent.shifts.count(), elsewhere.shifts.count()) == (2, 1)
    assert client.post(path, {"source": "2026-W01"}).status_code == 422


def test_a_training_is_held_for_those_who_are_picked(desk: Desk) -> None:
    first, second = (
        desk.agent("甲", trained_until=date(2026, 11, 25)),
        desk.agent("乙", trained_until=date(2026, 11, 26)),
    )
    client = sign_in(StaffRole.LEAD)
    page = text(client, address("papers"))
    assert f'value="{agent_ref(first)}"' in page and "2 days" in page
    form = text(client, address("train") + f"?agent={agent_ref(second)}&agent=agt_x")
    assert form.count(" checked") == 1
    topic = TrainingTopic.objects.get(code="courtesy")
    sent = {"topic": str(topic.pk), "taken_on": "2026-11-23", "agents": [str(first.pk), str(second.pk)]}
    assert client.post(address("train"), {**sent, "taken_on": "2026-11-24"}).status_code == 422
    assert client.post(address("train"), sent).status_code == 302
    assert set(Agent.objects.values_list("trained_until", flat=True)) == {date(2026, 12, 24)}
    row = Training.objects.filter(agent=first).get()
    assert client.post(address("strike", public_id("trn", row.pk)), {"reason": "录错"}).status_code == 302
    assert client.get(address("strike", public_id("trn", row.pk))).status_code == 404
    assert "录错" in text(client, address("agent", agent_ref(first)))


def test_leave_is_asked_for_and_answered(desk: Desk) -> None:
    agent = desk.agent("安师傅")
    leg = desk.assigned()
    own, client = sign_in(StaffRole.AGENT, user=agent.user), sign_in(StaffRole.LEAD)
    form = {"starts_on": "2026-11-24", "ends_on": "2026-11-24", "reason": "孩子开学"}
    assert own.post(address("leave_ask"), {**form, "ends_on": "2026-11-20"}).status_code == 422
    assert own.post(address("leave_ask"), form).status_code == 302
    request = LeaveRequest.objects.get()
    assert (request.starts_at, request.ends_at) == (at(0), at(24))
    assert "Waits for an answer" in text(own, address("mine"))
    ref = public_id("lvr", request.pk)
    assert "孩子开学" in text(client, address("leaves"))
    assert client.post(address("leave_answer", ref, "no"), {"answer": ""}).status_code == 422
    assert client.get(address("leave_answer", ref, "perhaps")).status_code == 404
    assert client.post(address("leave_answer", ref, "yes"), {}).status_code == 409
    assert client.post(address("leave_answer", ref, "yes"), {"confirmed": [leg.ref]}).status_code == 302
    assert desk.fresh(leg).unassigned_reason == "leave"
    assert "Given" in text(own, address("mine"))
    again = client.post(address("leave_answer", ref, "yes"), {})
    assert again.status_code == 422 and Leave.objects.count() == 1
    leave = public_id("lve", Leave.objects.get().pk)
    assert client.post(address("leave_end", leave)).status_code == 302
    assert client.get(address("leave_end", leave)).status_code == 404


def test_a_lead_gives_leave_by_the_hour(desk: Desk) -> None:
    agent = desk.agent()
    client = sign_in(StaffRole.LEAD)
    form = {
        "agent": str(agent.pk), "starts_on": "2026-11-24", "starts_hour": "13:00", "ends_on": "2026-11-24",
        "ends_hour": "15:30", "reason": "复查",
    }  # fmt: skip
    assert client.post(address("leave_new"), form).status_code == 302
    assert Leave.objects.values_list("starts_at", "ends_at").get() == (at(13), at(15, 30))
    assert client.post(address("leave_new"), form).status_code == 422


def test_a_rule_gets_a_new_version_and_it_is_withdrawn(desk: Desk) -> None:
    client = sign_in(StaffRole.LEAD)
    form = {"vehicle_class": "tractor", "licences": ["A1", "A2"], "valid_from": "2026-12-01", "note": "新规"}
    assert client.post(address("licence_new"), {**form, "valid_from": "2026-11-01"}).status_code == 422
    assert client.post(address("licence_new"), form).status_code == 302
    page = text(client, address("licences"))
    assert "A1, A2" in page and "will hold" in page and "2026-11-30" in page and "新规" in page
    row = LicenceRule.objects.get(valid_from=date(2026, 12, 1))
    assert client.post(address("licence_withdraw", public_id("lic", row.pk))).status_code == 302
    assert LicenceRule.objects.get(vehicle_class="tractor").valid_until is None


def test_an_area_is_drawn_and_changed(desk: Desk) -> None:
    client = sign_in(StaffRole.LEAD)
    form = {
        "code": "T-NEW", "name": "新区", "lat": "31.0", "lng": "121.0", "radius_m": "8000", "agents_least": "2",
        "agents_wanted": "3", "staffed_from": "08:00", "staffed_until": "20:00",
    }  # fmt: skip
    assert client.post(address("area_new"), {**form, "agents_wanted": "1"}).status_code == 422
    assert client.post(address("area_new"), form).status_code == 302
    area = public_id("are", Area.objects.get(code="T-NEW").pk)
    assert client.post(address("area", area), {**form, "name": "新新区"}).status_code == 302
    page = text(client, address("areas"))
    assert "新新区" in page and '"radius_m": 8000' in page
    for path in (address("area", "are_x"), address("shift", "shf_x"), address("agent_edit", "agt_x")):
        assert client.get(path).status_code == 404


def test_the_pages_are_complete_in_chinese(desk: Desk) -> None:
    agent = desk.agent("安师傅", trained_until=date(2026, 11, 20))
    watch_cover(actor=system_actor("cover"), now=at(10, day=23))
    client = sign_in(StaffRole.LEAD)
    client.cookies["django_language"] = "zh-hans"
    for path, words in (
        (address("roster"), "班表"), (address("cover"), "当前在班合格人数不足"), (address("papers"), "已到期"),
        (address("licences"), "驾照规则"), (address("agent", agent_ref(agent)), "可驾驶的车辆"),
        (address("leave_new"), "安排请假"),
    ):  # fmt: skip
        assert words in text(client, path)


def test_empty_pages_say_what_to_do(desk: Desk) -> None:
    Area.objects.all().delete()
    client = sign_in(StaffRole.LEAD)
    for name, words in (
        ("roster", "Nobody serves this area"), ("cover", "No area is drawn"), ("areas", "No area is drawn"),
        ("papers", "Nothing runs out soon"), ("leaves", "Nobody is away"), ("cover_alerts", "No area has had too few agents"),
    ):  # fmt: skip
        assert words in text(client, address(name)), name
    assert not CoverAlert.objects.exists() and User.objects.count() == 1
    with CaptureQueriesContext(connection) as seen:
        client.get(address("cover"))
    assert len(seen) < 25
