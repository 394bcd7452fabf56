"""A dispatcher's morning with three hundred open legs: list, map and drawer, by hand and by key, one leg and many."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from config import clock
from dispatch.checking import judge_leg
from dispatch.models import Agent, Leg
from dispatch.services.assigning import solve, unassign_leg
from dispatch.states import PLANNED, UNASSIGNED
from events.ids import public_id
from tests.e2e.conftest import Visitor, aside
from tests.e2e.test_every_page import place_orders
from tests.world import PASSWORD, staff

DISPATCHER = "dispatcher@baylink.example"
ORDERS, TAKEN_BACK = 300, 12
DRAWER = "#ui-drawer"
SUM = "signs => signs.reduce((sum, sign) => sum + Number(sign.textContent || 1), 0)"
"""How many legs the bubbles of the map stand for."""
IN_SIGHT = """lane => document.querySelector(lane).getBoundingClientRect().bottom < 400
    || window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 1"""
"""A lane has come up, away from the edge; or there is no more page."""


def busy_morning() -> None:
    """Three hundred orders, their agents named; some were taken back and are late by now."""
    place_orders(0, ORDERS)
    while Leg.objects.filter(status=PLANNED).exists():
        solve(now=clock.now())
    named = Leg.objects.filter(status="assigned", vehicle_class="small_car", window_start__gt=clock.now())
    for leg in named.order_by("window_start", "pk")[:TAKEN_BACK]:
        unassign_leg(leg_id=leg.pk, reason="客户改期", actor=staff(DISPATCHER), now=clock.now())
    late = Leg.objects.filter(status=UNASSIGNED, is_by_hand=True)
    late.update(received_at=clock.now() - timedelta(minutes=40))


@pytest.fixture
def dispatcher(visit: Callable[..., Visitor]) -> Visitor:
    """At the board."""
    aside(busy_morning)
    person = visit()
    enter(person)
    return person


def enter(person: Visitor) -> None:
    """Sign in, and open the board."""
    person.sign_in(DISPATCHER, PASSWORD)
    person.page.get_by_role("button", name=re.compile("^(Sign in|登录)$"), exact=True).click()
    person.page.wait_for_url(lambda url: "/accounts/login" not in url)
    person.page.goto(person.url("/dispatch/", slug="ops"))


def test_a_dispatchers_morning(dispatcher: Visitor, visit: Callable[..., Visitor]) -> None:
    page = dispatcher.page
    expect(page.locator(".dp-bubble").first).to_be_visible()
    dispatcher.look()
    narrow_to_late(page)
    look_at_the_map(dispatcher)
    open_and_name_by_key(dispatcher)
    offer_other_windows(page)
    name_many(dispatcher)
    on_a_phone(visit)


def narrow_to_late(page: Page) -> None:
    """By a tab, then by an agent and a search; all of it stands in the address."""
    page.get_by_role("link", name=re.compile("^Late")).click()
    page.wait_for_url(re.compile("group=late"))
    expect(page.locator("tr[data-leg]")).to_have_count(TAKEN_BACK)
    page.get_by_label("Agent", exact=True).select_option("none")
    page.wait_for_url(re.compile("group=late.*agent=none"))
    page.get_by_label("Search legs").fill("沪")
    page.wait_for_url(re.compile("q=%E6%B2%AA.*group=late|group=late.*q=%E6%B2%AA"))
    page.reload()
    expect(page.get_by_label("Search legs")).to_have_value("沪")
    expect(page.locator("tr[data-leg]")).to_have_count(TAKEN_BACK)
    expect(page.locator(".ui-tab.active")).to_contain_text("Late")


def look_at_the_map(person: Visitor) -> None:
    """The map alone, which is remembered; a leg chosen on it opens at the side and is the current row of the list."""
    page = person.page
    page.get_by_role("button", name="Map", exact=True).click()
    page.reload()
    expect(page.locator(".dp-bubble").first).to_be_visible()
    expect(page.locator("#board-live")).to_be_hidden()
    page.wait_for_function(f"({SUM})([...document.querySelectorAll('.dp-bubble')]) === {TAKEN_BACK}")
    person.look()
    page.get_by_role("button", name="Both", exact=True).click()
    expect(page.locator("tr[data-leg]").first).to_be_visible()
    for _press in range(8):  # into the crowd, until a leg or the list of those in one place is under the hand
        page.wait_for_timeout(400)
        if page.locator(".dp-pick").count():
            page.locator(".dp-pick").first.click()
        if page.locator(f"{DRAWER}.show").count():
            break
        page.locator(".dp-bubble").first.click()
    expect(page.locator(f"{DRAWER}.show [data-dp-drawer]")).to_be_visible()
    chosen = page.locator("[data-dp-drawer]").get_attribute("data-dp-drawer")
    page.keyboard.press("Escape")
    expect(page.locator(f"{DRAWER}.show")).to_have_count(0)
    expect(page.locator(".ui-row-current")).to_have_attribute("data-leg", str(chosen))
    expect(page.locator(f"#open-{chosen}")).to_be_focused()


def open_and_name_by_key(person: Visitor) -> None:
    """j, Enter, a, a name, Enter, Escape: no hand on the mouse."""
    page = person.page
    page.goto(person.url("/dispatch/?group=late", slug="ops"))
    page.keyboard.press("j")
    ref = page.locator(".ui-row-current").get_attribute("data-leg")
    expect(page.locator(".dp-ring")).to_have_count(1)  # the map shows which one it is
    page.keyboard.press("Enter")
    drawer = page.locator(f"{DRAWER}.show")
    expect(drawer.locator(f'[data-dp-drawer="{ref}"]')).to_be_visible()
    expect(drawer).to_contain_text("客户改期")
    person.look()
    page.keyboard.press("Escape")
    expect(page.locator(f"#open-{ref}")).to_be_focused()

    page.keyboard.press("a")
    expect(page.locator("#dp-name")).to_be_focused()
    name = drawer.locator(".dp-candidates button").first.inner_text()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(drawer.get_by_role("status")).to_contain_text("has it now.")
    expect(drawer.get_by_role("status")).to_be_focused()
    person.look()
    page.keyboard.press("Escape")
    expect(page.locator(f'tr[data-leg="{ref}"]')).to_have_count(0)  # it is late no longer
    assert aside(lambda: Leg.objects.get(pk=leg_key(ref)).agent.name) == name  # type: ignore[union-attr]


def offer_other_windows(page: Page) -> None:
    """At the side, for a leg that nobody has."""
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Offer other windows").locator("visible=true").last.click()
    said = page.locator(DRAWER).get_by_role("status")
    expect(said).to_contain_text(re.compile("windows? (is|are) offered"))
    expect(said).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(f"{DRAWER}.show")).to_have_count(0)


def name_many(person: Visitor) -> None:
    """Three by key, at once; the same form sent again names nobody anew."""
    page = person.page
    page.goto(person.url("/dispatch/?group=late", slug="ops"))
    for _row in range(3):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.get_by_role("button", name="Name the best agent").click()
    expect(page.locator("#results")).to_be_visible()
    expect(page.get_by_text("3 done, 0 refused")).to_be_visible()
    person.look()
    page.reload()
    expect(page.get_by_text("0 done, 0 refused · 3 had been done")).to_be_visible()
    expect(page.locator("#results")).to_contain_text("You have decided this already")


def test_a_leg_is_dragged_to_a_lane_out_of_sight(dispatcher: Visitor) -> None:
    """The page goes on under the hand until the lane has come into the window."""
    person, page = dispatcher, dispatcher.page
    leg, agent, name, day = aside(somebody_far_down)
    page.set_viewport_size({"width": 1440, "height": 500})
    page.goto(person.url(f"/dispatch/day/?day={day}", slug="ops"))
    source, lane = page.locator(f"#leg-{leg}"), page.locator(f'.dp-lane[data-agent="{agent}"]')
    source.scroll_into_view_if_needed()
    box, far = source.bounding_box(), lane.bounding_box()
    assert box and far and far["y"] > 500
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(600, 300, steps=4)
    page.mouse.move(600, 480, steps=4)
    page.mouse.move(604, 484, steps=2)  # over the same lane: only then the browser tells that something is held over it
    page.wait_for_function(IN_SIGHT, arg=f'.dp-lane[data-agent="{agent}"]')
    page.mouse.move(600, 380)  # away from the edge: the page stands still
    for _try in range(10):  # lanes are laid out as they come into the window, so the place is looked up until it stays
        page.wait_for_timeout(150)
        where = lane.bounding_box()
        assert where
        page.mouse.move(600, where["y"] + where["height"] / 2, steps=2)
        page.wait_for_timeout(150)
        if lane.bounding_box() == where and "dp-over" in str(lane.get_attribute("class")):
            break
    page.mouse.up()
    expect(page.locator("[data-dp-done]")).to_contain_text("has it now.")
    assert aside(lambda: Leg.objects.get(pk=leg_key(leg)).agent.name) == name  # type: ignore[union-attr]
    page.set_viewport_size({"width": 1440, "height": 900})
    person.look()


def somebody_far_down() -> tuple[str, str, str, str]:
    """A leg that waits, whoever of those who can go has the lowest lane, and the day."""
    leg = Leg.objects.filter(status=UNASSIGNED, is_by_hand=True).order_by("window_start", "pk")[0]
    able = [UUID(verdict.agent_id) for verdict in judge_leg(leg, now=clock.now()).able()]
    agent = Agent.objects.filter(pk__in=able).order_by("name", "pk").last()
    assert agent is not None
    return leg.ref, public_id("agt", agent.pk), agent.name, f"{leg.window_start + timedelta(hours=8):%Y-%m-%d}"


def leg_key(ref: str | None) -> UUID:
    """The key behind a leg's public id."""
    return next(leg.pk for leg in Leg.objects.all() if leg.ref == ref)


def on_a_phone(visit: Callable[..., Visitor]) -> None:
    """The list first; the map above it when it is asked for, in Chinese."""
    person = visit(width=390)
    person.page.context.add_cookies(
        [{"name": "django_language", "value": "zh-hans", "domain": f".{settings.BASE_DOMAIN}", "path": "/"}]
    )
    enter(person)
    page = person.page
    expect(page.locator(".dp-map")).to_be_hidden()
    person.look()
    page.get_by_role("button", name="并排").click()
    expect(page.locator(".dp-bubble").first).to_be_visible()
    person.look()
    page.locator("tr[data-leg] .ui-key a").first.click()
    expect(page.locator(f"{DRAWER}.show [data-dp-drawer]")).to_be_visible()
    person.look()
