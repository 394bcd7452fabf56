"""The portal in a real browser: a file goes in, its faults are seen, a clean one is submitted and followed."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from playwright.sync_api import Browser, Page, TimeoutError, expect, sync_playwright  # noqa: A004

from config.celery import app
from fleet.models import Order
from repair import states as jobs
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.seed import ensure_membership, ensure_user
from tests.fleet.conftest import DATA, seed_book, seed_desk
from tests.fleet.world import estimated, moved, tell

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip
PASSWORD = "a long enough password"


class QuietHandler(WSGIRequestHandler):
    """Serves without writing a line a request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Nothing."""


class ClosingServer(ThreadedWSGIServer):
    """Gives its connection back after each request, so that the database can be dropped."""

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


@pytest.fixture
def address(own_db: str, settings: Any) -> Iterator[str]:
    """acme's portal, served by threads of this process; tasks run where they are called."""
    tenant = Tenant.objects.get(slug="acme")
    seed_desk()
    seed_book(tenant)
    user = ensure_user(email="wang@acme.example", name="王娟平", password=PASSWORD)
    ensure_membership(user=user, tenant=tenant, roles=["fleet_manager"])
    connections.close_all()
    app.conf.task_always_eager = True
    settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    server = ClosingServer(("127.0.0.1", 0), QuietHandler)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(WSGIHandler()))
    settings.SITE_PORT = str(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://acme.{django_settings.BASE_DOMAIN}:{server.server_address[1]}"
    app.conf.task_always_eager = False
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


@pytest.fixture
def browser(address: str) -> Iterator[Browser]:
    """A Chromium; without one the tests that need it are left out, with this line as the reason.

    Playwright keeps an event loop in this thread: Django refuses queries there unless it is told otherwise, and sees other
    connections than before. So it starts after the database is ready and stops before that is dropped.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.skip("browser tests left out: no Chromium on this machine (set CHROMIUM to its path)")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        connections.close_all()
        chromium.close()


@pytest.fixture
def sign_in(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A signed-in page; at the end there must have been no complaint in its console."""
    complaints: list[str] = []
    contexts = []

    def enter(*, theme: Any = "light", language: str = "en", width: int = 1440) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        contexts.append(context)
        domain = f".{django_settings.BASE_DOMAIN}"
        context.add_cookies([{"name": "django_language", "value": language, "domain": domain, "path": "/"}])
        page = context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/")
        page.fill("input[name=login]", "wang@acme.example")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{address}/")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert complaints == []


def upload(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/batches/new/")
    page.set_input_files("input[type=file]", DATA / name)
    page.click("main button[type=submit]")
    try:
        page.wait_for_selector("#rows", timeout=90_000)  # a shared machine may be slow
    except TimeoutError as error:
        raise AssertionError(f"{page.url} shows: {page.inner_text('main')[:2000]}") from error


def accessible(page: Page) -> None:
    """No fault that axe knows."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]}).response["violations"]
    assert [(item["id"], [node["html"][:120] for node in item["nodes"]][:3]) for item in found] == []


def test_a_file_goes_in_and_its_orders_are_followed(address: str, sign_in: Callable[..., Page]) -> None:
    page = sign_in()
    expect(page.get_by_text("No orders yet")).to_be_visible()
    upload(page, address, "orders-dirty.csv")
    expect(page.get_by_text("vin_check_digit").first).to_be_visible()
    accessible(page)
    upload(page, address, "orders-gbk.csv")
    page.get_by_role("button", name="Submit 60 orders").click()
    expect(page.get_by_text("60 orders are placed.")).to_be_visible()
    page.goto(f"{address}/orders/")
    accessible(page)
    page.locator("tbody tr td.ui-key a").first.click()
    expect(page.get_by_text("Order placed")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Cancel order").click()
    page.locator("#ui-modal textarea").fill("卖掉了")
    page.locator("#ui-modal button[type=submit]").click()
    expect(page.get_by_text("The order was cancelled.").first).to_be_visible()


@pytest.mark.parametrize(("theme", "language", "width"), [("dark", "zh-hans", 1440), ("light", "zh-hans", 390)])
def test_pages_are_readable_in_the_dark_in_chinese_and_on_a_phone(
    address: str, sign_in: Callable[..., Page], theme: str, language: str, width: int
) -> None:
    page = sign_in(theme=theme, language=language, width=width)
    upload(page, address, "orders-gbk.csv")
    page.locator(".ui-page-actions button.btn-primary").click()
    page.wait_for_selector(".ui-alert.ui-tone-good")
    tenant = Tenant.objects.get(slug="acme")
    with tenant_context(tenant):
        order = Order.objects.order_by("pk")[0]
    tell(tenant, moved(order.pk, jobs.AWAITING_APPROVAL), estimated(order.pk, 12_000, 3_400))
    connections.close_all()
    for path in (
        "/",
        "/orders/",
        "/approvals/",
        "/batches/",
        "/vehicles/",
        "/sites/",
        "/settings/",
        order.get_absolute_url(),
    ):
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        if theme == "dark":
            accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, path
