"""First pages: exact figures of the tenant's own book, for its kind, at a fixed cost; and what to do when there is nothing."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from fleet.selectors import figures
from portal.charts import money_bars, month_bars
from repair import states as jobs
from repair.events import OrderEstimateDecided
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.world import NOW, estimated, moved, place, ref, tell
from tests.portal.conftest import SignIn

KINDS = ["fleet", "insurer", "dealer", "rental", "retail"]


@pytest.fixture(autouse=True)
def business_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is NOW: the pages are of a day."""
    monkeypatch.setattr(clock, "now", lambda tenant=None: NOW)


def show(client: Client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def words(text: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<script.*?</script>|<[^>]+>", " ", text, flags=re.DOTALL))


def options(text: str) -> list[Any]:
    """What the charts draw."""
    found = re.findall(r'<script id="ui-[0-9a-f]+" type="application/json">(.*?)</script>', text)
    return [json.loads(item) for item in found]


def decide(tenant: Tenant, order: Any, asked: int, approved: int, *, version: int = 1, days_ago: int = 0) -> None:
    told = estimated(order.order_id, asked, version=version)
    decided = OrderEstimateDecided(
        subject=ref(order.order_id), order_id=order.order_id, estimate_version=version, decision="approved",
        approved_fen=approved, reason="", lines=told.lines, promised_return_at=NOW + timedelta(hours=3),
    )  # fmt: skip
    at = NOW - timedelta(days=days_ago)
    tell(tenant, moved(order.order_id, jobs.AWAITING_APPROVAL), told, now=at - timedelta(hours=2))
    tell(tenant, decided, moved(order.order_id, jobs.IN_REPAIR), now=at)


def as_kind(tenant: Tenant, kind: str) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(kind=kind)


def test_a_fleet_sees_what_moves_today_and_who_pays(world: Tenant, pacific: Tenant, sign_in: SignIn) -> None:
    orders = place(world, 4)
    decide(world, orders[0], 123_456, 100_049)
    decide(world, orders[1], 900_000, 900_000, days_ago=40)
    tell(world, moved(orders[2].order_id, jobs.AWAITING_APPROVAL), estimated(orders[2].order_id, 5_000))
    decide(pacific, place(pacific, 1, cost_center="秘密")[0], 77_777, 77_777)
    text = show(sign_in("acme", "viewer"))
    said = words(text)
    for wanted in (
        "Open orders 4", "Waiting for your approval 1", "Pick-ups today 1", "Late 0", "Approved this month ¥1,000.49",
        "华东干线 ¥1,000.49",
    ):  # fmt: skip
        assert wanted in said, wanted
    assert "秘密" not in text
    placed, stages, spent = options(text)
    assert sum(stages["series"][0]["data"]) == 4
    assert (spent["yAxis"]["data"], spent["series"][0]["data"]) == (["华东干线"], [1000])
    assert (sum(placed["series"][0]["data"]), len(placed["series"][0]["data"])) == (4, figures.DAYS)


def test_an_insurer_sees_what_was_asked_and_granted_and_how_long_it_took(world: Tenant, sign_in: SignIn) -> None:
    as_kind(world, "insurer")
    orders = place(world, 3)
    decide(world, orders[0], 300_000, 250_000)
    decide(world, orders[1], 100_000, 100_000)
    decide(world, orders[2], 50_000, 10_000, days_ago=31)
    text = show(sign_in("acme", "viewer"))
    said = words(text)
    for wanted in ("Asked this month ¥4,000.00", "Approved this month ¥3,500.00", "2 h 00 min 2 estimates"):
        assert wanted in said, wanted
    months = options(text)[1]
    assert months["xAxis"]["data"] == [f"2026-{month:02d}" for month in range(6, 12)]
    assert [series["data"] for series in months["series"]] == [[0, 0, 0, 0, 500, 4000], [0, 0, 0, 0, 100, 3500]]


def test_a_dealer_sees_whose_vehicle_goes_back_when(world: Tenant, sign_in: SignIn) -> None:
    as_kind(world, "dealer")
    orders = place(world, 3, service="maintenance")
    decide(world, orders[0], 100, 100)
    tell(world, moved(orders[1].order_id, jobs.READY))
    said = words(show(sign_in("acme", "viewer")))
    for wanted in ("Promised back today 1", "Going back 1", "Maintenance 3", "Promised back until tomorrow 沪A00001"):
        assert wanted in said, wanted


def test_a_rental_firm_sees_what_is_off_the_road(world: Tenant, sign_in: SignIn) -> None:
    as_kind(world, "rental")
    orders = place(world, 3)
    tell(world, moved(orders[1].order_id, jobs.IN_REPAIR), moved(orders[2].order_id, jobs.IN_CUSTODY))
    said = words(show(sign_in("acme", "viewer")))
    for wanted in ("Off the road 2", "Longest off the road 沪A00002", "SH-SJ 2"):
        assert wanted in said, wanted


@pytest.mark.parametrize("kind", KINDS)
def test_a_first_page_costs_as_many_queries_with_three_orders_as_with_one(
    world: Tenant, pacific: Tenant, sign_in: SignIn, kind: str
) -> None:
    costs = []
    for tenant, count in ((world, 1), (pacific, 3)):
        as_kind(tenant, kind)
        for order in place(tenant, count):
            decide(tenant, order, 1_000, 1_000)
        client = sign_in(tenant.slug, "viewer")
        show(client)
        with CaptureQueriesContext(connection) as seen:
            show(client)
        costs.append([query["sql"] for query in seen.captured_queries])
    assert len(costs[0]) == len(costs[1]), "\n".join(sorted(set(costs[1]) ^ set(costs[0])))
    assert len(costs[0]) < 30


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_book_says_what_to_do(world: Tenant, sign_in: SignIn, kind: str) -> None:
    as_kind(world, kind)
    assert "Upload a file" in show(sign_in("acme", "fleet_manager"))
    text = show(sign_in("acme", "viewer"))
    assert ("As soon as a colleague places an order" in text, "Upload a file" in text) == (True, False)


def test_a_month_begins_at_the_pages_midnight(world: Tenant) -> None:
    with tenant_context(world):
        assert figures.month_start(NOW).isoformat() == "2026-11-01T00:00:00+08:00"
        assert figures.month_start(NOW, back=11).isoformat() == "2025-12-01T00:00:00+08:00"


def test_the_table_is_exact_where_the_bar_is_rounded() -> None:
    chart = money_bars("t", "w", [("a", 149), ("b", 150)], empty="none")
    assert (chart.option["series"][0]["data"], chart.rows, chart.empty) == (
        [1, 2],
        [["a", "¥1.49"], ["b", "¥1.50"]],
        "",
    )
    assert money_bars("t", "w", [], empty="none").empty == "none"
    assert month_bars("t", [(NOW.date(), 0, 0)], empty="none").empty == "none"
