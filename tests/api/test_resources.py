"""Orders, their timelines, vehicles, sites, cost centres and events: what each answers, through the wall with a real key."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from events.book.models import Entry
from events.ids import new_id, public_id
from fleet.models import CostCenter
from fleet.services.places import save_site
from fleet.services.registers.saving import save_entry
from repair.models import Job
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.api.conftest import Partner, Signed, line, place_orders
from tests.repair.world import World, build_world

SITE = {"code": "NEW-1", "address": "上海市浦东新区金桥路1号", "lat": 31.26, "lng": 121.61}


# --- orders -------------------------------------------------------------------------------------------------------------


def test_an_order_shows_what_was_asked(erp: Partner, world: Tenant) -> None:
    (order,) = place_orders(erp, world, line(1, notes="到达前打电话"))
    asked = line(1)
    for name in ("external_ref", "plate", "vin", "service", "description", "site_code", "contact", "cost_center"):
        assert order[name] == asked[name]
    assert order["window_start"] == "2026-11-26T05:00:00Z"  # any offset in, UTC out
    assert (order["pre_approved_up_to_fen"], order["approved_fen"], order["currency"]) == (None, 0, "CNY")
    assert (order["status"], order["agent"], order["estimates"], order["windows"]) == ("acknowledged", None, [], [])
    assert order["id"].startswith("ord_") and order["vehicle"].startswith("veh_") and order["batch"].startswith("bat_")


def test_orders_are_searched_and_filtered(erp: Partner, world: Tenant) -> None:
    first, second, third = place_orders(erp, world, line(1), line(2, service="maintenance", cost_center=""), line(3))

    def found(query: str) -> list[str]:
        return [order["external_ref"] for order in erp.get(f"orders?{query}").json()["data"]]

    assert found("sort=created_at") == ["ERP-0001", "ERP-0002", "ERP-0003"]
    assert found("service=maintenance") == ["ERP-0002"]
    assert found("external_ref=in:ERP-0001,ERP-0003&sort=created_at") == ["ERP-0001", "ERP-0003"]
    assert found(f"q={second['vin'][-6:].lower()}") == ["ERP-0002"]
    assert found(f"q={first['number']}%20erp-0001") == ["ERP-0001"]
    assert found(f"vehicle={third['vehicle']}") == ["ERP-0003"]
    assert found("vehicle=veh_none") == []
    assert found(f"batch={first['batch']}&cost_center=华东干线&sort=created_at") == ["ERP-0001", "ERP-0003"]
    assert found("status=in:acknowledged,new&updated_since=2026-11-23T09:00:00%2B08:00&limit=1") == ["ERP-0003"]
    assert found("updated_since=2026-11-23T09:00:01%2B08:00") == []


def test_an_order_is_cancelled_once(erp: Partner, world: Tenant) -> None:
    (order,) = place_orders(erp, world, line(1))
    missing = erp.post(f"orders/{order['id']}/cancel", {})
    assert missing.json()["errors"] == [
        {"detail": "This field is required.", "pointer": "#/reason", "code": "required"}
    ]
    done = erp.post(f"orders/{order['id']}/cancel", {"reason": "车已出售"})
    assert (done.status_code, done.json()["status"], done.json()["status_note"]) == (200, "cancelled", "车已出售")
    again = erp.post(f"orders/{order['id']}/cancel", {"reason": "车已出售"})
    assert (again.status_code, again.json()["code"]) == (409, "not_cancellable")


def test_the_timeline_tells_every_step_with_public_ids(erp: Partner, world: Tenant) -> None:
    (order,) = place_orders(erp, world, line(1))
    erp.post(f"orders/{order['id']}/cancel", {"reason": "车已出售"})
    steps = erp.get(f"orders/{order['id']}/timeline").json()["data"]
    assert [step["type"] for step in steps] == ["order.placed", "order.acknowledged", "order.cancelled", "order.costed"]
    assert {step["subject"] for step in steps} == {order["id"]}
    placed = steps[0]["data"]
    assert (placed["order"], placed["vehicle"], placed["batch"]) == (order["id"], order["vehicle"], order["batch"])
    assert not [name for step in steps for name in step["data"] if name.endswith("_id") or name == "subject"]
    later = erp.get(f"orders/{order['id']}/timeline?after={steps[1]['seq']}").json()["data"]
    assert [step["type"] for step in later] == ["order.cancelled", "order.costed"]


# --- estimates ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(world: Tenant, now: Any) -> World:
    return build_world(world, now)


def waiting(desk: World, tenant: Tenant) -> str:
    """The public id of an order whose estimate waits."""
    job: Job = desk.awaiting_approval()
    return public_id("ord", job.order_id)


def test_a_person_approves_within_the_limit(desk: World, world: Tenant, sign_in: Callable[..., Signed]) -> None:
    order = waiting(desk, world)
    approver = sign_in(world, "approver")
    shown = approver.get(f"orders/{order}").json()
    (estimate,) = shown["estimates"]
    assert (estimate["decision"], estimate["total_fen"], estimate["currency"]) == ("", 30_000, "CNY")
    assert [entry["no"] for entry in estimate["lines"]] == [1]
    path = f"orders/{order}/estimates/{estimate['version']}/decide"
    wrong = approver.post(
        path, {"decision": "approve", "lines": [{"no": 1, "is_approved": True, "amount_fen": 30_001}]}
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "#/lines/0")
    none = approver.post(path, {"decision": "approve", "lines": [{"no": 7, "is_approved": False}]})
    assert (none.status_code, none.json()["errors"][0]["pointer"]) == (422, "#/lines/0")
    choices = [{"no": 1, "is_approved": False}, {"no": 1, "is_approved": True}]
    twice = approver.post(path, {"decision": "approve", "lines": choices})
    assert [(e["pointer"], e["code"]) for e in twice.json()["errors"]] == [("#/lines/1/no", "repeated")]
    done = approver.post(path, {"decision": "approve", "lines": [{"no": 1, "is_approved": True, "amount_fen": 20_000}]})
    assert done.status_code == 200, done.content
    assert (done.json()["status"], done.json()["approved_fen"]) == ("part_approved", 20_000)
    again = approver.post(path, {"decision": "approve"})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")


def test_a_key_sends_an_estimate_back(desk: World, world: Tenant, erp: Partner) -> None:
    order = waiting(desk, world)
    path = f"orders/{order}/estimates/1/decide"
    refused = erp.post(path, {"decision": "approve"})  # a limit belongs to a person's role
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:baylink:problem:forbidden")
    silent = erp.post(path, {"decision": "send_back"})
    assert (silent.status_code, silent.json()["code"]) == (409, "guard")
    done = erp.post(path, {"decision": "send_back", "reason": "请补照片"})
    assert (done.status_code, done.json()["status"]) == (200, "sent_back")


# --- vehicles -------------------------------------------------------------------------------------------------------------


def test_vehicles_are_listed_with_their_plates(erp: Partner, world: Tenant) -> None:
    orders = place_orders(erp, world, line(1), line(2))
    listed = erp.get("vehicles?sort=vin").json()["data"]
    assert sorted(vehicle["id"] for vehicle in listed) == sorted(order["vehicle"] for order in orders)
    assert [vehicle["vin"] for vehicle in listed] == sorted(order["vin"] for order in orders)
    assert erp.get(f"vehicles?vin={orders[0]['vin']}").json()["data"][0]["plate"] == orders[0]["plate"]
    whole = erp.get(f"vehicles/{orders[0]['vehicle']}").json()
    assert [plate["plate"] for plate in whole["plates"]] == [orders[0]["plate"]]


# --- sites and cost centres -------------------------------------------------------------------------------------------------


def test_a_site_is_added_and_told(erp: Partner, world: Tenant) -> None:
    made = erp.post("sites", SITE)
    assert made.status_code == 201
    assert made["Location"] == f"/api/v1/sites/{made.json()['id']}"
    shown = erp.get(f"sites/{made.json()['id']}")
    assert shown.json() == {"id": made.json()["id"], **SITE, "contact": "", "phone": "", "is_active": True}
    assert shown["ETag"] == made["ETag"]
    event = erp.get(f"events?subject={made.json()['id']}").json()["data"][0]
    assert (event["type"], event["data"]["after"]["code"], event["actor_name"]) == ("site.saved", "NEW-1", "ERP")


def test_a_code_stands_once(erp: Partner) -> None:
    erp.post("sites", SITE)
    twice = erp.post("sites", SITE)
    assert (twice.status_code, twice.json()["errors"][0]["pointer"]) == (422, "#/code")


def test_a_site_is_changed_only_as_it_was_read(erp: Partner, world: Tenant) -> None:
    made = erp.post("sites", SITE)
    path = f"sites/{made.json()['id']}"
    assert erp.patch(path, {"is_active": False}).status_code == 428
    assert erp.patch(path, {"is_active": False}, If_Match='"old"').status_code == 412
    done = erp.patch(path, {"is_active": False}, If_Match=made["ETag"])
    assert (done.status_code, done.json()) == (200, {**made.json(), "is_active": False})
    assert done["ETag"] != made["ETag"]
    assert erp.patch(path, {"lat": 30}, If_Match=made["ETag"]).status_code == 412
    assert erp.patch(path, {"lat": 300}, If_Match=done["ETag"]).json()["errors"][0]["pointer"] == "#/lat"
    assert erp.get(path).json()["lat"] == SITE["lat"]
    assert erp.patch(path, {"lat": 30}, If_Match="*").json()["lat"] == 30


def test_a_change_between_reading_and_writing_is_not_lost(
    erp: Partner, world: Tenant, manager: Actor, monkeypatch: pytest.MonkeyPatch, now: Any
) -> None:
    """Somebody else's change is told between our look at the site and our own writing."""
    made = erp.post("sites", SITE)
    path = f"sites/{made.json()['id']}"

    def save_after_another(**values: Any) -> Any:
        save_site(
            code="NEW-1", address="别人的地址", lat=31.26, lng=121.61, site_id=values["key"], actor=manager, now=now
        )
        return save_entry(**values)

    with monkeypatch.context() as patched:
        patched.setattr("api.resources.entries.save_entry", save_after_another)
        refused = erp.patch(path, {"lat": 30}, If_Match=made["ETag"])
    assert refused.status_code == 412
    assert erp.get(path).json() == made.json()


def test_cost_centers_are_listed(erp: Partner, world: Tenant) -> None:
    listed = erp.get("cost-centers").json()["data"]
    with tenant_context(world):
        assert [row["name"] for row in listed] == sorted(CostCenter.objects.values_list("name", flat=True))
    assert erp.get(f"cost-centers/{listed[0]['id']}").json() == listed[0]
    assert erp.get("cost-centers?is_active=false").json()["data"] == []


# --- events -------------------------------------------------------------------------------------------------------------------


def test_events_are_read_in_order_from_where_one_stopped(erp: Partner, world: Tenant) -> None:
    place_orders(erp, world, line(1), line(2))
    everything = erp.get("events?limit=200").json()
    with tenant_context(world):
        assert [event["seq"] for event in everything["data"]] == list(
            Entry.objects.order_by("seq").values_list("seq", flat=True)
        )
    assert everything["has_more"] is False
    middle = everything["data"][3]["seq"]
    assert erp.get(f"events?after={middle}&limit=200").json()["data"] == everything["data"][4:]
    placed = erp.get("events?type=in:order.placed,batch.opened").json()["data"]
    assert {event["type"] for event in placed} == {"order.placed", "batch.opened"}


@pytest.mark.parametrize(
    "path",
    [
        "orders/{ord}", "orders/{ord}/timeline", "vehicles/{veh}", "sites/{sit}", "cost-centers/{cct}", "order-batches/{bat}",
        "order-batches/{bat}/rows",
    ],
)  # fmt: skip
def test_an_id_that_is_none_is_not_found(erp: Partner, path: str) -> None:
    prefix = path[path.index("{") + 1 : path.index("}")]
    for bad in ("1", "x" * 300, f"{prefix}_", public_id("xxx", new_id()), public_id(prefix, new_id()), "%00"):
        answer = erp.get(path.replace(f"{{{prefix}}}", bad))
        assert answer.status_code == 404, (path, bad)
        assert answer["Content-Type"] == "application/problem+json"


def test_the_pages_client_is_not_confused(world: Tenant) -> None:
    """Without a credential nothing is shown, whatever is asked."""
    answer = Client(headers={"host": "acme.baylink.localhost"}).get("/api/v1/orders")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
