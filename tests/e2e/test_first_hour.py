"""A fleet manager's first hour: the invitation, the vehicles, a batch and its fault, an estimate, and the return watched."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from config import clock
from config.simulation import running
from config.simulation.running import Simulation
from fleet.models import Order
from repair import states
from tenants.context import tenant_context
from tenants.people import services
from tests.e2e.conftest import Visitor, aside
from tests.world import DATA, as_csv, member, sample_rows, tenant_of

EMAIL, PASSWORD = "zhao@acme.example", "morning-shift-2026"


def test_a_fleet_managers_first_hour(visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch) -> None:
    person = visit()
    page = person.page
    page.goto(f"{person.url()}{aside(invited)}")
    join(page)
    page.wait_for_url(person.url(slug="acme"))
    person.look()

    bring_vehicles(person)
    mend_and_submit(person)

    monkeypatch.delitem(running.JOB_STEPS, states.AWAITING_APPROVAL)  # this approver is at the page
    aside(lambda: Simulation(speed=0, progress=lambda _line: None).run(rounds=20))
    number = aside(waiting_number)
    page.goto(person.url("/approvals/", slug="acme"))
    person.look()
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name="Approve as above").click()
    expect(page.get_by_text("Your decision was sent to the workshop.")).to_be_visible()

    timeline = page.locator(".ui-timeline")
    expect(timeline).not_to_contain_text("Order closed")
    aside(lambda: Simulation(speed=0, progress=lambda _line: None).run(rounds=30))
    expect(timeline).to_contain_text("Order closed", timeout=40_000)  # nobody has loaded the page again
    person.look()


def invited() -> str:
    """The path of the link in the mail."""
    invitation = services.invite(
        tenant=tenant_of("acme"),
        email=EMAIL,
        roles=["fleet_manager"],
        actor=member("manager@acme.example"),
        now=clock.now(),
    )
    found = re.search(r"/invitations/[\w-]+/", services.invitation_link(invitation))
    assert found
    return found[0].removeprefix("/")


def join(page: Page) -> None:
    """A name, a password twice, and in."""
    page.fill("[name=name]", "赵敏")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=password_again]", PASSWORD)
    page.get_by_role("button", name=re.compile("Open the account and join")).click()


def bring_vehicles(person: Visitor) -> None:
    """800 of them in one file."""
    page = person.page
    page.goto(person.url("/vehicles/import/", slug="acme"))
    page.set_input_files("input[type=file]", DATA / "vehicles.csv")
    page.get_by_role("button", name="Upload and check").click()
    page.wait_for_url(re.compile(r"/imports/\w+/"))
    page.get_by_role("button", name=re.compile(r"Write 800 rows")).click(timeout=40_000)
    expect(page.get_by_text("800 rows are in your register.")).to_be_visible(timeout=40_000)
    person.look()


def mend_and_submit(person: Visitor) -> None:
    """Six rows, one of them wrong: the fault is mended where it stands."""
    page = person.page
    rows = [row for row in sample_rows() if row["service"] == "maintenance"][:6]
    right = rows[2]["vin"]
    rows[2]["vin"] = "LSV"
    content = as_csv(rows)
    page.goto(person.url("/batches/new/", slug="acme"))
    page.set_input_files("input[type=file]", {"name": "first.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_role("link", name="Mend the rows").click()
    cell = page.locator('tr[data-line="4"] td[data-col="vin"]')
    cell.focus()
    page.keyboard.type(right)
    page.keyboard.press("Enter")
    expect(page.locator("#grid-summary")).to_contain_text("All rows can be taken.")
    page.get_by_role("button", name="Submit 6 orders").click()
    expect(page.get_by_text("6 orders are placed")).to_be_visible(timeout=40_000)


def waiting_number() -> str:
    """An order whose estimate waits for the tenant."""
    with tenant_context(tenant_of("acme")):
        waiting = Order.objects.filter(status=states.AWAITING_APPROVAL, approved_fen=0).order_by("number")
        found = waiting.values_list("number", flat=True).first()
    assert found
    return str(found)
