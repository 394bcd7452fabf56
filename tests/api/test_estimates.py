"""Estimates by program: listed, read, decided; a key approves up to the limit that an administrator gave it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import clock
from events.ids import public_id
from events.models import Event
from repair.models import Job
from tenants.models import Tenant
from tenants.people.keys import issue_api_key
from tests.api.conftest import Partner, key_of, line, place_orders
from tests.fleet.world import estimated, tell
from tests.repair.world import World, build_world


@pytest.fixture
def waiting(world: Tenant, now: Any) -> str:
    """The id of an order whose estimate of ¥300 waits."""
    desk: World = build_world(world, now)
    job: Job = desk.awaiting_approval()
    return public_id("ord", job.order_id)


def with_limit(tenant: Tenant, up_to: int | None) -> Partner:
    """A key that decides, up to so many fen."""
    scopes = ["orders:read", "estimates:decide"]
    _row, text = issue_api_key(tenant=tenant, name="ERP", scopes=scopes, now=clock.now(tenant), approve_up_to_fen=up_to)
    return Partner(text, tenant.slug)


def test_a_key_approves_up_to_its_own_limit(world: Tenant, waiting: str) -> None:
    path = f"orders/{waiting}/estimates/1/decide"
    none = with_limit(world, None).post(path, {"decision": "approve"})
    assert (none.status_code, none.json()["type"]) == (403, "urn:baylink:problem:forbidden")
    less = with_limit(world, 29_999).post(path, {"decision": "approve"})
    assert (less.status_code, less.json()["params"]) == (403, {"limit_fen": 29_999, "amount_fen": 30_000})
    key = with_limit(world, 30_000)
    done = key.post(path, {"decision": "approve"}, Idempotency_Key="a")
    assert (done.status_code, done.json()["approved_fen"]) == (200, 30_000), done.content
    assert key.post(path, {"decision": "approve"}, Idempotency_Key="a")["Idempotency-Replayed"] == "true"
    assert key.post(path, {"decision": "approve"}).json()["code"] == "already_decided"
    told = Event.objects.filter(tenant=world, type="order.estimate_decided").latest("seq")
    assert (told.actor_name, told.credential.partition(":")[0]) == ("ERP", "key")
    assert told.credential == f"key:{key.key.split('_')[1]}"


def test_within_its_limit_a_key_may_approve_a_part(world: Tenant, waiting: str) -> None:
    choices = [{"no": 1, "is_approved": True, "amount_fen": 10_000}]
    done = with_limit(world, 10_000).post(
        f"orders/{waiting}/estimates/1/decide", {"decision": "approve", "lines": choices}
    )
    assert (done.status_code, done.json()["approved_fen"]) == (200, 10_000), done.content


def test_estimates_are_listed_and_read(erp: Partner, world: Tenant, pacific: Tenant, issue: Any) -> None:
    orders = place_orders(erp, world, line(1), line(2), line(3))
    tell(world, estimated(key_of(orders[0]["id"]), 1_000, 2_000))
    with CaptureQueriesContext(connection) as one:
        erp.get("estimates")
    for order in orders[1:]:
        tell(world, estimated(key_of(order["id"]), 3_000))
    with CaptureQueriesContext(connection) as three:
        listed = erp.get("estimates?is_waiting=true").json()["data"]
    assert len(one) == len(three)
    assert {row["order"] for row in listed} == {order["id"] for order in orders}
    assert erp.get("estimates?is_waiting=false").json()["data"] == []
    (mine,) = erp.get(f"estimates?order={orders[0]['id']}").json()["data"]
    assert (mine["total_fen"], [entry["amount_fen"] for entry in mine["lines"]]) == (3_000, [1_000, 2_000])
    assert erp.get(f"orders/{orders[0]['id']}/estimates/1").json() == mine
    assert erp.get(f"orders/{orders[0]['id']}/estimates/2").status_code == 404
    assert erp.get("estimates?is_waiting=perhaps").status_code == 400
    stranger = issue(pacific)
    assert stranger.get("estimates").json()["data"] == []
    assert stranger.get(f"orders/{orders[0]['id']}/estimates/1").status_code == 404
