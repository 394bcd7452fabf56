"""Pages: complete and without repetition while rows come in; and as many queries for three rows as for one."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.models import CostCenter, Site
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.api.conftest import Partner, line, place_orders

LISTS = ("orders", "order-batches", "vehicles", "sites", "cost-centers", "events")


def pages(erp: Partner, address: str, between: Callable[[int], None] = lambda _page: None) -> list[dict[str, Any]]:
    """Every row, page by page, while something happens between the pages."""
    rows, cursor, joint = [], "", "&" if "?" in address else "?"
    for page in range(100):
        body = erp.get(f"{address}{joint}{cursor}").json()
        rows += body["data"]
        assert body["has_more"] is (body["next_cursor"] is not None)
        if not body["has_more"]:
            return rows
        cursor = f"cursor={body['next_cursor']}"
        between(page)
    raise AssertionError("The pages never end.")


@pytest.mark.parametrize("sort", ["code", "-code", "id", "-id"])
def test_nothing_is_missed_or_repeated_while_rows_come_in(erp: Partner, world: Tenant, sort: str) -> None:
    before = {row["id"] for row in erp.get("sites?limit=200").json()["data"]}

    def add(page: int) -> None:
        if page >= 4:
            return
        with tenant_context(world):
            for code in (f"A-{page}", f"SH-M{page}", f"Z-{page}"):
                Site.objects.create(code=code, address="x", lat=1, lng=1)

    rows = pages(erp, f"sites?limit=3&sort={sort}", add)
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))
    assert before <= set(ids)
    values = [row[sort.removeprefix("-")] for row in rows]
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_rows_that_are_equal_in_the_sort_are_told_apart(erp: Partner, world: Tenant) -> None:
    orders = place_orders(erp, world, *(line(number) for number in range(1, 8)))
    assert len({order["placed_at"] for order in orders}) == 1
    for sort in ("created_at", "-created_at", "-updated_at", "window_start"):
        found = pages(erp, f"orders?limit=2&sort={sort}")
        assert sorted(order["id"] for order in found) == sorted(order["id"] for order in orders)


def test_a_cursor_is_good_for_its_own_list_alone(
    erp: Partner, world: Tenant, pacific: Tenant, issue: Callable[..., Partner]
) -> None:
    cursor = erp.get("sites?limit=1").json()["next_cursor"]
    assert erp.get(f"sites?limit=1&cursor={cursor}").status_code == 200
    assert erp.get(f"sites?limit=1&cursor={cursor}&sort=code").status_code == 200
    for partner, address in [
        (erp, f"cost-centers?cursor={cursor}"),
        (erp, f"sites?cursor={cursor}x"),
        (erp, "sites?cursor="),
        (erp, "sites?cursor=WyJpZCJd"),
        (erp, f"sites?cursor={cursor}&sort=-code"),
        (issue(pacific), f"sites?cursor={cursor}"),
    ]:
        refused = partner.get(address)
        assert refused.status_code == 400, address
        assert refused.json()["errors"][0]["parameter"] == "cursor"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"), ("limit=201", "limit"), ("limit=-1", "limit"), ("limit=x", "limit"), ("limit=%D9%A1", "limit"),
        ("sort=vin", "sort"), ("status=open", "status"), ("status=in:new,open", "status"), ("q=%00", "q"),
        ("updated_since=2026-11-24", "updated_since"), ("updated_since=2026-11-24T09:00:00", "updated_since"),
        ("updated_since=2026-13-01T00:00:00Z", "updated_since"), ("colour=red", "colour"),
    ],
)  # fmt: skip
def test_parameters_that_cannot_be_understood(erp: Partner, query: str, parameter: str) -> None:
    refused = erp.get(f"orders?{query}")
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:baylink:problem:invalid-parameter")
    assert [error["parameter"] for error in refused.json()["errors"]] == [parameter]


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["q", "vin", "plate", "batch", "cursor", "limit", "status", "external_ref"]),
    value=st.text(max_size=40) | st.sampled_from(["7", "0200", "201", "new", "in:new,closed"]),
)
def test_no_parameter_is_ever_a_fault_of_ours(erp: Partner, unlimited: None, name: str, value: str) -> None:
    from urllib.parse import quote

    answer = erp.get(f"orders?{name}={quote(value.encode('utf-8', 'surrogatepass'))}")
    assert answer.status_code == (200 if is_understood(name, value) else 400)


def is_understood(name: str, value: str) -> bool:
    """A text is looked for whatever it says; a number, a state and a cursor must be one."""
    if name == "limit":
        return bool(re.fullmatch("[0-9]{1,4}", value)) and 1 <= int(value) <= 200
    if name == "status":
        return value in {"new", "in:new,closed"}
    if name == "cursor":
        return False
    return "\0" not in value


def test_limits_are_fifty_and_two_hundred(erp: Partner, world: Tenant) -> None:
    with tenant_context(world):
        CostCenter.objects.bulk_create(CostCenter(name=f"C{number:04d}") for number in range(250))
    assert len(erp.get("cost-centers").json()["data"]) == 50
    assert len(erp.get("cost-centers?limit=200").json()["data"]) == 200
    assert len(pages(erp, "cost-centers?limit=200")) == 255


def count_queries(erp: Partner, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert erp.get(address).status_code == 200
    return len(queries)


def test_a_page_costs_the_same_for_one_row_and_for_three(erp: Partner, world: Tenant) -> None:
    orders = place_orders(erp, world, line(1))
    rows = f"order-batches/{orders[0]['batch']}/rows"
    timeline = f"orders/{orders[0]['id']}/timeline"
    erp.get("orders")  # the key's last use is written once a minute
    one = {name: count_queries(erp, f"{name}?limit=1") for name in (*LISTS, rows, timeline)}
    place_orders(erp, world, line(2), line(3))
    place_orders(erp, world, line(4))
    assert {name: count_queries(erp, f"{name}?limit=3") for name in (*LISTS, rows, timeline)} == one
    assert max(one.values()) <= 12, one
