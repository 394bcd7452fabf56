"""The audit trail: who did what, by which way, before and after; narrowed, as a file, for administrators alone."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from events.book.models import Entry
from fleet.models import Driver
from fleet.services.approvals.limits import set_limits
from fleet.services.registers.saving import save_entry
from fleet.services.rules import set_policy
from portal.audit.selectors import names_like
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.conftest import NOW
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.world import place
from tests.portal.test_pages import SignIn, show

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def tested_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda _tenant=None: NOW)


def named(tenant: Tenant, name: str, **more: Any) -> Actor:
    return replace(make_actor(tenant, "admin"), name=name, **more)


@pytest.fixture
def acts(world: Tenant, pacific: Tenant) -> Tenant:
    """A person changes a limit, a program a driver, and pacific something of its own."""
    program = named(
        world, "TMS", kind="key", credential="key:0a1b2c3d4e5f", on_behalf_of="赵云", scopes=frozenset({"*"})
    )
    for tenant, who, amount in ((world, "李雷", 123_456), (pacific, "韩梅梅", 777_700)):
        with tenant_context(tenant):
            set_limits(limits={"approver": amount}, actor=named(tenant, who), now=NOW - 2 * DAY)
        with tenant_context(tenant):
            set_policy(policy="accept_valid", actor=named(tenant, who), now=NOW - 2 * DAY)
    with tenant_context(world):
        texts = {"name": "周杰", "phone": "13900000001"}
        save_entry(register="drivers", texts=texts, actor=program, now=NOW - DAY)
    return world


@pytest.fixture
def admin(world: Tenant, sign_in: SignIn) -> Client:
    return sign_in("acme", "admin")


def rows_of(client: Client, query: str = "") -> list[dict[str, str]]:
    content = b"".join(client.get(f"/audit/export.csv?{query}").streaming_content)  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_it_says_who_did_what_by_which_way_and_what_it_was(acts: Tenant, admin: Client) -> None:
    page = show(admin, "/audit/")
    assert "韩梅梅" not in page and "7,777" not in page
    said = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Approver: ¥1,234.56" in said
    assert "Key 0a1b2c3d4e5f… · for 赵云" in said
    with tenant_context(acts):
        seq = Entry.objects.get(type="limit.saved", actor_name="李雷").seq
        driver = Driver.objects.get(name="周杰")
    entry = show(admin, f"/audit/{seq}/")
    assert "Signed in" in entry and "Approves up to" in entry and "¥1,234.56" in entry
    assert f'href="{driver.get_absolute_url()}"' in page
    assert "李雷" in show(admin, f"/audit/{seq}/")
    show(admin, "/audit/999999/", 404)
    show(admin, "/audit/99999999999999999999999/", 404)


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("what=rules", ["settings.changed", "limit.saved"]),
        ("what=registers", ["driver.saved"]),
        ("what=people", []),
        ("who=tms", ["driver.saved"]),
        ("who=李雷&what=rules", ["settings.changed", "limit.saved"]),
        ("who=%25", []),
        ("who=_", []),
        ("q=周杰", ["driver.saved"]),
        ("q=nothing", []),
        ("what=registers&day=2026-11-22&until=2026-11-22", ["driver.saved"]),
        ("what=registers&day=2026-11-23", []),
        ("what=registers&until=2026-11-21", []),
        ("until=9999-12-31&who=TMS", ["driver.saved"]),
    ],
)
def test_it_is_narrowed(acts: Tenant, admin: Client, query: str, types: list[str]) -> None:
    assert [row["Type"] for row in rows_of(admin, query)] == types
    assert show(admin, f"/audit/?{query}").count("<tr") == (len(types) + 1 if types else 0)


def test_an_order_is_found_by_what_people_call_it(world: Tenant, pacific: Tenant, admin: Client) -> None:
    order, other = place(world, 2)
    place(pacific, 1)
    for text in (order.number, order.subject, order.number.lower()):
        found = rows_of(admin, f"q={text}")
        assert {row["Id"] for row in found} == {order.subject}, text
    assert other.subject not in show(admin, f"/audit/?q={order.number}")
    assert order.number in show(admin, "/audit/?what=orders")


def test_the_parts_of_the_system_are_found_by_the_names_that_pages_show(world: Tenant, system: Actor) -> None:
    for number, name in enumerate(("test", "intake")):
        texts = {"name": f"周{number}", "phone": f"1390000000{number}"}
        with tenant_context(world):
            save_entry(register="drivers", texts=texts, actor=replace(system, name=name, tenant=world), now=NOW)
    with tenant_context(world):
        assert names_like("Intake") == ["intake"]
        assert "test" in names_like("")


def test_the_list_costs_as_many_queries_with_thirty_entries_as_with_three(acts: Tenant, admin: Client) -> None:
    show(admin, "/audit/")
    with CaptureQueriesContext(connection) as few:
        show(admin, "/audit/")
    for number in range(30):
        texts = {"name": f"司机{number}", "phone": f"138000000{number:02}"}
        with tenant_context(acts):
            save_entry(register="drivers", texts=texts, actor=named(acts, f"人{number}"), now=NOW)
    with CaptureQueriesContext(connection) as many:
        show(admin, "/audit/")
    assert len(many) == len(few) < 20


@pytest.mark.parametrize("role", ["fleet_manager", "approver", "requester", "finance", "viewer"])
def test_nobody_but_an_administrator(acts: Tenant, sign_in: SignIn, role: str) -> None:
    client = sign_in("acme", role)
    with tenant_context(acts):
        seq = Entry.objects.latest("seq").seq
    for path in ("/audit/", "/audit/export.csv", f"/audit/{seq}/"):
        show(client, path, 403)
    assert "/audit/" not in show(client, "/")


def test_a_number_leads_to_the_own_books_entry_alone(acts: Tenant, pacific: Tenant, sign_in: SignIn) -> None:
    with tenant_context(pacific):
        seq = Entry.objects.get(type="limit.saved", actor_name="韩梅梅").seq
    text = show(sign_in("pacific", "admin"), f"/audit/{seq}/")
    assert "韩梅梅" in text
    own = sign_in("acme", "admin").get(f"/audit/{seq}/")
    assert "韩梅梅" not in own.content.decode()
    assert "¥7,777.00" not in own.content.decode()


def test_the_file_is_what_the_list_shows(desk: Desk, admin: Client) -> None:
    desk.submit(desk.send("orders.csv"))
    with tenant_context(desk.tenant):
        count = Entry.objects.count()
        newest = Entry.objects.latest("seq")
    rows = rows_of(admin)
    assert len(rows) == count > 1_000  # more than a page of the file
    assert [int(row["Entry"]) for row in rows] == sorted((int(row["Entry"]) for row in rows), reverse=True)
    assert rows[0]["Id"] == newest.subject
