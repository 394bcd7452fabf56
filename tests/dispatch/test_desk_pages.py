"""The pages at the console: who may see them, what they show, how many queries they cost, what their buttons do."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config import clock
from dispatch.models import Agent, Area, Leg
from dispatch.services.assigning import solve
from dispatch.services.offers import open_offers
from events.ids import public_id
from tenants.actors import StaffRole
from tenants.people.models import StaffMembership, User
from tenants.people.seed import ensure_membership, ensure_staff
from tests.dispatch.conftest import NOW, Desk, at


@pytest.fixture(autouse=True)
def console(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day of the tests."""
    monkeypatch.setattr(clock, "now", lambda tenant=None: NOW)


def sign_in(*roles: StaffRole, user: User | None = None) -> Client:
    """A browser of somebody with these roles at the console."""
    person = user or User.objects.create_user(email=f"{'-'.join(roles) or 'none'}@baylink.example", name="王调度")
    if roles:
        ensure_staff(user=person, roles=roles)
    client = Client(headers={"host": settings.OPERATOR_HOST})
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def address(name: str, *args: str) -> str:
    return reverse(f"dispatch:{name}", urlconf=settings.OPERATOR_URLCONF, args=args)


def ref(leg: Leg) -> str:
    return public_id("leg", leg.pk)


def agent_ref(agent: Agent) -> str:
    return public_id("agt", agent.pk)


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


PAGES = ("board", "map", "clocks", "agents")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [None, *StaffRole])
def test_the_board_is_for_those_who_watch_it(desk: Desk, name: str, role: StaffRole | None) -> None:
    allowed = role in (StaffRole.DISPATCHER, StaffRole.LEAD, StaffRole.CUSTOMER_SERVICE)
    client = sign_in(*([role] if role else []))
    assert client.get(address(name)).status_code == (200 if allowed else 403)


def test_a_stranger_and_a_tenants_member_are_refused(desk: Desk) -> None:
    stranger = Client(headers={"host": settings.OPERATOR_HOST})
    member = User.objects.create_user(email="m@acme.example", name="m")
    ensure_membership(user=member, tenant=desk.acme, roles=["admin"])
    leg = desk.assigned()
    for client in (stranger, sign_in(user=member)):
        for name in PAGES:
            assert client.get(address(name)).status_code in (302, 403)
        assert client.get(address("leg", ref(leg))).status_code in (302, 403)
        assert client.post(address("take_back", ref(leg)), {"reason": "x"}).status_code in (302, 403)
    assert desk.fresh(leg).status == "unassigned"
    assert not StaffMembership.objects.exists()


def test_customer_service_watches_and_does_not_decide(desk: Desk) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    client = sign_in(StaffRole.CUSTOMER_SERVICE)
    page = client.get(address("leg", ref(leg))).content.decode()
    assert address("choose", ref(leg)) not in page
    assert client.get(address("choose", ref(leg))).status_code == 403
    for name in ("choose", "take_back", "look_again", "offer_windows", "offer_now"):
        answer = client.post(address(name, ref(leg)), {"reason": "x", "agent": agent_ref(agent)})
        assert answer.status_code == 403
    assert desk.fresh(leg).status == "assigned"


@pytest.mark.parametrize("name", ["board", "map", "agents", "clocks"])
def test_a_page_costs_the_same_queries_at_any_size(desk: Desk, name: str) -> None:
    client = sign_in(StaffRole.DISPATCHER)
    counts = []
    for total in (1, 3, 100):
        while Agent.objects.count() < total:
            desk.agent(f"a{Agent.objects.count()}")
        while Leg.objects.count() < total:
            number = Leg.objects.count()
            desk.leg(label=f"沪A{number:05}", tenant=(desk.acme, desk.pacific)[number % 2])
        solve(now=NOW)
        client.get(address(name))
        counts.append(queries(client, address(name)))
    assert counts[0] == counts[1] == counts[2], counts


def test_a_legs_page_costs_the_same_queries_however_many_agents_there_are(desk: Desk) -> None:
    client = sign_in(StaffRole.DISPATCHER)
    desk.agent()
    leg = desk.assigned()
    few = queries(client, address("leg", ref(leg))), queries(client, address("choose", ref(leg)))
    for number in range(30):
        desk.agent(f"b{number}")
    other = desk.assigned()
    assert (queries(client, address("leg", ref(other))), queries(client, address("choose", ref(other)))) == few


def test_the_board_shows_every_tenants_open_legs_and_their_groups(desk: Desk) -> None:
    desk.agent()
    desk.assigned(label="沪A00001")
    desk.assigned(label="沪A00002", tenant=desk.pacific, vehicle_class="coach")
    desk.leg(label="沪A00003", received_at=NOW - timedelta(hours=1))
    client = sign_in(StaffRole.DISPATCHER)
    assert labels(client, "") == ["沪A00003", "沪A00002", "沪A00001"]
    assert labels(client, "?group=named") == ["沪A00001"]
    assert labels(client, "?group=waiting") == ["沪A00003", "沪A00002"]
    assert labels(client, "?group=late") == ["沪A00003"]
    assert labels(client, "?group=moving") == []
    assert labels(client, f"?tenant={desk.pacific.slug}") == ["沪A00002"]
    assert labels(client, "?q=00001") == ["沪A00001"]
    assert labels(client, "?area=none") == []
    page = client.get(address("board")).content.decode()
    assert desk.acme.name in page and desk.pacific.name in page and "The vehicle class is unknown" in page


def labels(client: Client, query: str) -> list[str]:
    table = client.get(address("board") + query).context["table"]
    return [row.record.label for row in table.page.object_list]


def test_the_board_refreshes_its_living_part_alone(desk: Desk) -> None:
    client = sign_in(StaffRole.DISPATCHER)
    part = client.get(address("board"), headers={"HX-Request": "true", "HX-Target": "board-live"}).content.decode()
    assert part.lstrip().startswith('<div id="board-live"')
    assert "<html" not in part and "data-ui-live" in part


def test_the_board_has_pages(desk: Desk) -> None:
    for number in range(55):
        desk.leg(label=f"沪A{number:05}")
    client = sign_in(StaffRole.DISPATCHER)
    assert (len(labels(client, "")), len(labels(client, "?page=2"))) == (50, 5)


def test_a_legs_page_says_why_this_agent_and_nobody_else(desk: Desk) -> None:
    desk.agent("近")
    desk.agent("远", lat=31.26)
    desk.agent("未训", trained_until=None)
    leg = desk.assigned()
    page = sign_in(StaffRole.DISPATCHER).get(address("leg", ref(leg))).content.decode()
    for words in ("近", "远", "Free, but not needed", "The training is not valid then", "未训", "Agent named"):
        assert words in page


def test_unknown_legs_and_agents_are_404(desk: Desk) -> None:
    client = sign_in(StaffRole.DISPATCHER)
    gone = public_id("leg", desk.acme.pk)
    for path in (address("leg", "x"), address("leg", gone), address("agent", "agt_x"), address("choose", gone)):
        assert client.get(path).status_code == 404


def test_a_dispatcher_names_another_agent(desk: Desk) -> None:
    desk.agent("near")
    other = desk.agent("other", lat=31.26)
    unfit = desk.agent("unfit", licence="C2")
    leg = desk.assigned()
    client = sign_in(StaffRole.DISPATCHER)
    page = client.get(address("choose", ref(leg))).content.decode()
    assert "has it" in page and "Holds no licence for this vehicle class" in page
    answer = client.post(address("choose", ref(leg)), {"agent": agent_ref(unfit)}, follow=True)
    assert "cannot take this leg" in answer.content.decode()
    assert desk.fresh(leg).agent.name == "near"  # type: ignore[union-attr]
    client.post(address("choose", ref(leg)), {"agent": agent_ref(other), "reason": "熟悉场地"})
    kept = desk.fresh(leg)
    assert kept.agent == other
    assert "熟悉场地" in client.get(address("leg", ref(leg))).content.decode()
    assert client.post(address("choose", ref(leg)), {"agent": "nonsense"}).status_code == 404
    stale = {"agent": agent_ref(desk.agent("third", lat=31.27)), "seen": agent_ref(unfit)}
    lead = sign_in(StaffRole.LEAD)
    assert "meanwhile" in lead.post(address("choose", ref(leg)), stale, follow=True).content.decode()
    assert desk.fresh(leg).agent == other  # who chose meanwhile is not overruled unseen
    assert f'name="seen" value="{agent_ref(other)}"' in client.get(address("choose", ref(leg))).content.decode()


def test_a_dispatcher_takes_back_offers_windows_and_gives_to_the_planner(desk: Desk) -> None:
    desk.agent()
    leg = desk.assigned()
    client = sign_in(StaffRole.DISPATCHER)
    assert client.get(address("take_back", ref(leg))).status_code == 200
    assert client.post(address("take_back", ref(leg)), {"reason": ""}).status_code == 422
    client.post(address("take_back", ref(leg)), {"reason": "客户改期"})
    kept = desk.fresh(leg)
    assert (kept.status, kept.is_by_hand, kept.unassigned_reason) == ("unassigned", True, "客户改期")
    client.post(address("offer_windows", ref(leg)))
    assert len(desk.fresh(leg).other_windows) == 3
    assert "Offered instead" in client.get(address("leg", ref(leg))).content.decode()
    client.post(address("look_again", ref(leg)))
    solve(now=NOW)
    assert desk.fresh(leg).status == "assigned"
    client.post(address("offer_now", ref(leg)))
    assert desk.fresh(leg).status == "offered"


def test_the_agents_page_says_who_is_fit_and_why_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda tenant=None: at(9))
    fit = desk.agent("可派")
    bad = desk.agent("不可派", licence_expires_on=datetime(2026, 11, 1).date(), trained_until=None)
    client = sign_in(StaffRole.DISPATCHER)
    page = client.get(address("agents")).content.decode()
    assert "The driving licence has expired by then" in page and "The training is not valid then" in page

    def names(query: str) -> list[Agent]:
        return [row.record for row in client.get(address("agents") + query).context["table"].page.object_list]

    assert (names("?duty=yes"), names("?duty=no")) == ([fit], [bad])
    cover = client.get(address("agents")).context["cover"]
    assert [(item.fit, item.free, item.tone) for item in cover if item.area.pk == desk.area.pk] == [(1, 1, "bad")]
    assert client.get(address("agent", agent_ref(bad))).status_code == 200


def test_an_agent_declines_his_own_offer_alone_and_is_back_at_his_day(desk: Desk) -> None:
    agent, other = desk.agent("me"), desk.agent("other", lat=31.26)
    leg, foreign = desk.assigned(), desk.assigned()
    assert (leg.agent, foreign.agent) == (agent, other)
    open_offers(leg_ids=[leg.pk, foreign.pk], actor=desk.system, now=NOW)
    client = sign_in(StaffRole.AGENT, user=agent.user)
    assert client.post(address("decline", ref(foreign)), {"reason": "太远"}).status_code == 404
    assert client.post(address("decline", ref(leg)), {"reason": ""}).status_code == 422
    assert (desk.fresh(leg).status, desk.fresh(foreign).status) == ("offered", "offered")
    answer = client.post(address("decline", ref(leg)), {"reason": "太远"})
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        reverse("repair:day", urlconf="config.urls_console"),
    )
    assert desk.fresh(leg).agent != agent
    assert sign_in(StaffRole.DISPATCHER).get(address("decline", ref(foreign))).status_code == 403


def test_an_area_without_agents_stands_out(desk: Desk) -> None:
    Area.objects.create(code="T-W", name="西区", lat=31.2, lng=121.0, radius_m=100)
    cover = sign_in(StaffRole.DISPATCHER).get(address("board")).context["cover"]
    assert [(item.fit, item.tone) for item in cover if item.area.code == "T-W"] == [(0, "bad")]
