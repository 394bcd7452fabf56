"""Orders in a real browser: an estimate decided on a phone by a mail's link, and pages that renew themselves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from django.db import connections
from playwright.sync_api import Page, expect

from fleet.models import OrderEstimate
from repair import states as jobs
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk
from tests.fleet.test_orders import estimate, open_order
from tests.fleet.world import moved, place, ref, tell
from tests.portal.test_browser import accessible, address, browser, sign_in

__all__ = ["address", "browser", "sign_in"]


def aside(act: Callable[[], Any]) -> Any:
    """Do something with the database while a browser is open: in a thread of its own, for the browser's loop holds this one."""

    def work() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def acme() -> Tenant:
    return Tenant.objects.get(slug="acme")


def wait_with_estimate() -> str:
    """A real order whose estimate of two lines waits; its public id."""
    desk = Desk(acme(), datetime.now(UTC))
    order = open_order(desk)
    estimate(desk, order, 300_000, 50_000)
    return order.ref


def decided() -> list[tuple[str, int, str]]:
    with tenant_context(acme()):
        lines = OrderEstimate.objects.get().lines.order_by("no")
        return list(lines.values_list("decision", "approved_fen", "reason"))


def test_an_estimate_is_decided_on_a_phone_by_the_mails_link(address: str, sign_in: Callable[..., Page]) -> None:
    order = aside(wait_with_estimate)
    page = sign_in(width=390)
    page.goto(f"{address}/orders/{order}/estimates/1/")
    expect(page.get_by_text("You approve ¥3,500.00")).to_be_visible()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[name=line-2]").select_option("decline")
    page.locator("[name=reason-2]").fill("not needed")
    page.locator("[name=amount-1]").fill("2800.5")
    page.locator("[name=reason-1]").fill("market price")
    expect(page.get_by_text("You approve ¥2,800.50")).to_be_visible()
    page.get_by_role("button", name="Approve as above").click()
    expect(page.get_by_text("Your decision was sent to the workshop.").first).to_be_visible()
    accessible(page)
    assert aside(decided) == [("approved", 280_050, "market price"), ("declined", 0, "not needed")]


def test_an_open_page_shows_news_by_itself_and_leaves_alone_what_is_being_typed(
    address: str, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(width=390)
    (placed,) = aside(lambda: place(acme()))
    key, path = placed.order_id, f"{address}/orders/{ref(placed.order_id)}/"
    page.goto(f"{address}/orders/?all=1")
    page.evaluate("window.sameDocument = true")
    aside(lambda: tell(acme(), moved(key, jobs.IN_REPAIR)))
    expect(page.locator("tbody [data-status=in_repair]")).to_be_visible(timeout=15_000)
    page.locator("tbody input[name=pick]").check()
    aside(lambda: tell(acme(), moved(key, jobs.QC)))
    expect(page.locator("[data-ui-news]")).to_be_visible(timeout=15_000)
    expect(page.locator("tbody input[name=pick]")).to_be_checked()
    assert page.evaluate("window.sameDocument") is True
    page.goto(path)
    page.evaluate("window.sameDocument = true")
    aside(lambda: tell(acme(), moved(key, jobs.READY)))
    expect(page.locator("#order-state [data-status=ready]")).to_be_visible(timeout=15_000)
    expect(page.locator("#order").get_by_text("Vehicle ready")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True
    accessible(page)


def test_what_is_exported_and_kept_is_what_was_just_narrowed(address: str, sign_in: Callable[..., Page]) -> None:
    aside(lambda: place(acme(), 2))
    page = sign_in()
    page.goto(f"{address}/orders/?all=1")
    page.locator("main [data-ui-search]").fill("r-2")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#orders-actions a[href*='export.csv']")).to_have_attribute("href", "/orders/export.csv?q=r-2")
    page.get_by_role("button", name="Save this view").click()
    page.locator("#ui-modal [name=name]").fill("Second")
    page.locator("#ui-modal button[type=submit]").click()
    expect(page.locator(".ui-tab.active")).to_have_text("Second")
    accessible(page)
