"""The fleet manager's first morning in a real browser: sign in, upload, submit, follow an order, sign out."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from config import clock
from config.simulation import stages
from config.simulation.cast import Cast
from dispatch.models import Leg
from dispatch.services import offers
from fleet.models import Order
from repair.models import Job
from tenants.actors import StaffRole
from tenants.context import tenant_context
from tests.e2e.conftest import Visitor, aside
from tests.world import DATA, PASSWORD, as_csv, sample_rows, tenant_of

MANAGER = "manager@acme.example"


def test_a_batch_from_the_sign_in_to_the_timeline(visit: Callable[..., Visitor]) -> None:
    person = visit()
    page = person.page
    person.sign_in(MANAGER, PASSWORD)
    person.look()
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(person.url(slug="acme"))
    person.look()

    page.get_by_role("button", name="Language").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    person.look()

    page.goto(person.url("/batches/new/", slug="acme"))
    page.set_input_files("input[type=file]", DATA / "orders-gbk.csv")
    person.look()
    page.locator("form[data-ui-upload] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/batches/bat_\w+/"))
    expect(
        page.get_by_role("button", name="提交 60 张委托单")
    ).to_be_visible()  # the worker has checked the file meanwhile
    person.look()
    page.get_by_role("button", name="提交 60 张委托单").click()
    expect(page.get_by_text("已下达 60 张委托单")).to_be_visible()
    person.look()

    number = aside(number_with_an_agent)
    page.get_by_role("link", name=number).click()
    page.wait_for_url(re.compile(r"/orders/ord_\w+/"))
    timeline = page.locator(".ui-timeline")
    expect(timeline).to_contain_text("委托单已受理")
    expect(timeline).to_contain_text("已派专员")  # the planner has run in the worker
    person.look()
    told = timeline.locator("li").count()
    aside(lambda: step_of_the_agent(number))
    page.reload()
    expect(timeline.locator("li").nth(told + 1)).to_be_attached()
    expect(timeline).to_contain_text("专员已联系上联系人")

    page.locator(".ui-user").click()
    page.get_by_role("link", name="退出登录").click()
    page.get_by_role("button", name="登出").click()
    page.wait_for_url(re.compile("/accounts/login/"))
    page.goto(person.url(slug="acme"))
    page.wait_for_url(re.compile("/accounts/login/"))


def number_with_an_agent() -> str:
    """The first order that the worker's planner has named an agent for."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with tenant_context(tenant_of("acme")):
            found = Order.objects.exclude(agent_name="").order_by("number").values_list("number", flat=True).first()
        if found:
            return str(found)
        time.sleep(0.2)
    pytest.fail("No agent was named.")


def step_of_the_agent(number: str) -> None:
    """The order's agent takes the offer and calls the contact, as the simulation plays it."""
    job = Job.objects.get(number=number)
    leg = Leg.objects.get(purpose_id=job.visit_id or job.pk)
    cast = Cast()
    offers.open_offers(leg_ids=[leg.pk], actor=cast.staff(StaffRole.DISPATCHER), now=clock.now())
    leg.refresh_from_db()
    offers.accept_offer(leg_id=leg.pk, actor=stages.agent_of(leg, cast), now=clock.now())
    stages.call_customer(leg, cast, clock.now())


def test_a_file_is_dropped_on_a_phone(visit: Callable[..., Visitor]) -> None:
    person = visit(width=390)
    page = person.page
    person.sign_in(MANAGER, PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(person.url(slug="acme"))
    person.look()
    page.goto(person.url("/batches/new/", slug="acme"))
    content = list(as_csv(sample_rows()[:3]))
    handed = page.evaluate_handle(
        """bytes => { const held = new DataTransfer();
        held.items.add(new File([new Uint8Array(bytes)], "orders.csv", {type: "text/csv"})); return held; }""",
        content,
    )
    page.dispatch_event(".ui-drop-zone", "drop", {"dataTransfer": handed})
    expect(page.locator("[data-ui-files]")).to_contain_text("orders.csv")
    page.get_by_role("button", name="Upload and check").click()
    page.wait_for_url(re.compile(r"/batches/bat_\w+/"))
    page.get_by_role("button", name="Submit 3 orders").click()
    expect(page.get_by_text("3 orders are placed.")).to_be_visible()
    person.look()
    page.goto(person.url("/orders/", slug="acme"))
    person.look()
