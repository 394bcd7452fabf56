"""What the shell shows, and that it counts in the actor's own tenant alone."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory

from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people import demo, navigation
from tenants.people.context import shell
from tenants.people.models import User
from tenants.people.navigation import build_nav, register_nav, register_search
from tenants.people.seed import ensure_membership, ensure_staff
from tenants.postgresql.base import WallError

Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty navigation; what a url map registers when it is first read is registered before."""
    for name in ("tests.people.tenant_urls", "config.urls_root", "config.urls_tenant", "config.urls_console"):
        import_module(name)
    monkeypatch.setattr(navigation, "_items", {})
    monkeypatch.setattr(navigation, "_searches", {})
    monkeypatch.setattr(demo, "_offers", [])


def where(_actor: Actor) -> int:
    """1 in acme's schema, 2 in pacific's, 3 in the core."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return {"t_acme": 1, "t_pacific": 2, "public": 3}[cursor.fetchone()[0]]


def ask(actor: Actor, path: str = "/orders/", area: str = "portal") -> HttpRequest:
    """A request as the middleware leaves it."""
    request = RequestFactory().get(path)
    for name, value in (("actor", actor), ("area", area), ("tenant", actor.tenant)):
        setattr(request, name, value)
    request.urlconf = "tests.people.tenant_urls"
    return request


def member(tenant: Tenant, *roles: str) -> Actor:
    return Actor(
        kind="user", id="1", name="周敏", tenant=tenant, roles=frozenset(roles), memberships=(("acme", "ACME"),)
    )


@pytest.mark.django_db
def test_entries_stand_in_order_for_whom_they_are_and_the_nearest_is_active(acme: Tenant) -> None:
    register_nav(area="portal", key="b", label="Members", url_name="members", order=20, roles={"fleet_manager"})
    register_nav(area="portal", key="a", label="Orders", url_name="test_orders", order=10, icon="truck")
    register_nav(area="portal", key="home", label="Home", url_name="portal_home", order=1)
    register_nav(area="portal", key="later", label="Later", url_name="no_such_page")
    register_nav(area="console", key="board", label="Board", url_name="test_orders")
    viewer = build_nav(ask(member(acme, "viewer"), "/orders/7/"))
    assert [(entry["key"], entry["active"]) for entry in viewer] == [("home", False), ("a", True)]
    assert (viewer[1]["url"], viewer[1]["icon"], viewer[1]["count"]) == ("/orders/", "truck", 0)
    for role in ("fleet_manager", "admin"):
        assert [entry["key"] for entry in build_nav(ask(member(acme, role)))] == ["home", "a", "b"]
    assert [entry["key"] for entry in build_nav(ask(member(acme, "viewer"), "/")) if entry["active"]] == ["home"]


@pytest.mark.django_db
def test_strangers_see_no_entries(acme: Tenant) -> None:
    register_nav(area="portal", key="a", label="Orders", url_name="test_orders", count=where)
    register_nav(area="console", key="b", label="Board", url_name="test_orders", count=where)
    nobody = Actor(kind="nobody", id="", name="", tenant=acme)
    assert build_nav(ask(nobody)) == []
    assert build_nav(ask(nobody, area="console")) == []
    assert build_nav(ask(member(acme, "admin"), area="account")) == []


@pytest.mark.django_db
def test_a_portals_figure_is_counted_in_its_own_tenant_wherever_the_page_is_rendered(
    acme: Tenant, pacific: Tenant
) -> None:
    register_nav(area="portal", key="a", label="Orders", url_name="test_orders", count=where)
    request = ask(member(acme, "viewer"))
    assert build_nav(request)[0]["count"] == 1
    assert where(member(acme)) == 3
    with tenant_context(acme):
        assert build_nav(request)[0]["count"] == 1
    with tenant_context(pacific), pytest.raises(WallError):
        build_nav(request)


@pytest.mark.django_db
def test_a_consoles_figure_is_counted_in_the_core(acme: Tenant) -> None:
    register_nav(area="console", key="a", label="Board", url_name="test_orders", count=where, roles={"dispatcher"})
    for role in ("dispatcher", "lead"):
        actor = Actor(kind="user", id="1", name="x", staff_roles=frozenset({role}))
        assert build_nav(ask(actor, area="console"))[0]["count"] == 3
        with tenant_context(acme), pytest.raises(WallError):
            build_nav(ask(actor, area="console"))
    agent = Actor(kind="user", id="1", name="x", staff_roles=frozenset({"agent"}))
    assert build_nav(ask(agent, area="console")) == []


def test_an_area_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="none of portal, console"):
        register_nav(area="garage", key="a", label="A", url_name="a")


@pytest.mark.django_db
def test_the_page_shows_the_person_its_tenant_and_the_other_places(
    zhou: User, pacific: Tenant, browser: Browser
) -> None:
    register_nav(area="portal", key="a", label="Orders", url_name="test_orders", count=where)
    register_search(area="portal", url_name="test_orders")
    ensure_membership(user=zhou, tenant=pacific, roles=["viewer"])
    ensure_staff(user=zhou, roles=["agent"])
    page = browser("acme", zhou).get("/orders/")
    context = page.context
    assert (context["actor_name"], context["tenant_name"], context["brand_area"]) == ("周敏", "ACME 物流", "portal")
    assert [(place["slug"], place["active"]) for place in context["memberships"]] == [
        ("acme", True),
        ("pacific", False),
        ("", False),
    ]
    text = page.content.decode()
    for shown in ("http://pacific.baylink.localhost:8000/", "http://ops.baylink.localhost:8000/", 'action="/orders/"'):
        assert shown in text
    assert '<span class="ui-nav-count">1</span>' in text


@pytest.mark.django_db
def test_a_page_costs_the_same_few_queries_with_one_place_or_three(
    zhou: User, pacific: Tenant, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    client = browser("acme", zhou)
    client.get("/orders/")
    with django_assert_max_num_queries(10) as one:
        client.get("/orders/")
    ensure_membership(user=zhou, tenant=pacific, roles=["viewer"])
    with django_assert_max_num_queries(10) as two:
        client.get("/orders/")
    assert len(one) == len(two)


def test_it_stands_before_anybody_was_read() -> None:
    context = shell(RequestFactory().get("/"))
    assert (context["actor_name"], context["brand_area"], context["nav"](), context["search_url"]()) == (
        "",
        "account",
        [],
        "",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("is_demo", [True, False])
def test_a_demo_alone_offers_its_sign_ins(is_demo: bool, browser: Browser, settings: Any) -> None:
    settings.DEMO = is_demo
    demo.offer_sign_ins(lambda: [("zhou@acme.example", "admin", "acme")], password="not secret at all")
    for path in ("/accounts/login/", "/accounts/password/reset/"):
        page = browser().get(path).content.decode()
        is_offered = is_demo and path == "/accounts/login/"
        assert ("zhou@acme.example" in page, "not secret at all" in page) == (is_offered, is_offered)
