"""Vehicles, drivers, cost centres and imports as a partner's program keeps them."""

import json
from datetime import datetime
from typing import Any

import pytest

from events.checking import check_book
from events.ids import read_public_id
from files.models import StoredFile
from fleet.models import CostCenter, Driver, Import, Vehicle
from fleet.services.imports.applying import write_import
from fleet.services.imports.checking import check_import
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.api.conftest import Partner, line, place_orders
from tests.conftest import NOW
from tests.fleet.conftest import DATA

VIN = "LSVNV2183R2000001"
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "vehicles": (
        {"vin": VIN, "plate": "沪A0T001", "odometer_km": 48_200, "site_code": "SH-SJ", "inspection_expires_on": "2027-03-31"},
        {"cost_center": "冷链", "inspection_expires_on": None},
        {"odometer_km": 48_199},
    ),
    "drivers": (
        {"name": "赵磊", "phone": "139 0000 0001", "licence_class": "C1", "licence_expires_on": "2028-01-01"},
        {"reference": "D-1", "licence_expires_on": None},
        {"phone": "12"},
    ),
    "cost-centers": ({"name": "新部门", "code": "N1"}, {"code": ""}, {"name": ""}),
    "sites": (
        {"code": "NEW-1", "address": "上海市", "lat": 31.26, "lng": 121.61, "phone": "021-58881234"},
        {"contact": "王师傅"},
        {"lat": 31.0, "coord_system": "mars"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", sorted(KINDS))
def test_an_entry_is_added_and_changed_only_as_it_was_read(erp: Partner, world: Tenant, place: str) -> None:
    new, change, wrong = KINDS[place]
    made = erp.post(place, new)
    assert made.status_code == 201, made.content
    path = f"{place}/{made.json()['id']}"
    assert made["Location"] == f"/api/v1/{path}"
    shown = erp.get(path)
    assert (shown.json(), shown["ETag"]) == (made.json(), made["ETag"])
    assert erp.post(place, new).status_code == 422
    assert erp.patch(path, change).status_code == 428
    assert erp.patch(path, change, If_Match='"old"').status_code == 412
    done = erp.patch(path, change, If_Match=shown["ETag"])
    assert done.status_code == 200, done.content
    assert {name: done.json()[name] for name in change} == change
    assert erp.patch(path, change, If_Match=shown["ETag"]).status_code == 412
    refused = erp.patch(path, wrong, If_Match=done["ETag"])
    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} <= {f"#/{name}" for name in wrong}
    assert erp.get(path).json() == done.json()
    assert check_book(world) == []


@pytest.mark.parametrize("place", sorted(KINDS))
def test_a_name_that_is_not_known_is_refused_and_nothing_changes(erp: Partner, world: Tenant, place: str) -> None:
    new, change, _wrong = KINDS[place]
    path = f"{place}/{erp.post(place, new).json()['id']}"
    for answer in (
        erp.patch(path, {**change, "colour": "red", "id": "x"}, If_Match="*"),
        erp.post(place, {**new, "colour": "red", "id": "x"}),
    ):
        assert answer.status_code == 422
        told = {(error["pointer"], error["code"]) for error in answer.json()["errors"]}
        assert told == {("#/colour", "unknown_member"), ("#/id", "unknown_member")}


def test_true_is_no_number(erp: Partner, world: Tenant) -> None:
    answer = erp.post("sites", {**KINDS["sites"][0], "lat": True, "lng": False})
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == {
        ("#/lat", "invalid"),
        ("#/lng", "invalid"),
    }


@pytest.mark.parametrize("place", sorted(KINDS))
def test_another_tenants_entries_are_neither_listed_nor_found(
    erp: Partner, world: Tenant, pacific: Tenant, issue: Any, place: str
) -> None:
    path = f"{place}/{erp.post(place, KINDS[place][0]).json()['id']}"
    stranger = issue(pacific, "*")
    assert stranger.get(place).json()["data"] == []
    for answer in (stranger.get(path), stranger.patch(path, KINDS[place][1], If_Match="*")):
        assert answer.status_code == 404
    assert issue(world, "*", at="pacific").get(path).status_code in {401, 403}


def test_vehicles_are_narrowed(erp: Partner, world: Tenant) -> None:
    erp.post("vehicles", {"vin": VIN, "site_code": "SH-SJ", "compulsory_expires_on": "2026-12-01"})
    erp.post("vehicles", {"vin": "LFV2A2152R3000002", "is_active": False})
    for query, vins in (
        ("site_code=SH-SJ", [VIN]),
        ("is_active=false", ["LFV2A2152R3000002"]),
        ("is_active=true", [VIN]),
        ("expires_before=2026-12-31", [VIN]),
        ("expires_before=2026-11-30", []),
    ):
        assert [row["vin"] for row in erp.get(f"vehicles?{query}").json()["data"]] == vins, query
    assert erp.get("vehicles?expires_before=soon").status_code == 400


def test_a_vehicle_that_only_an_order_has_named_has_every_field(erp: Partner, world: Tenant) -> None:
    (order,) = place_orders(erp, world, line(1))
    shown = erp.get(f"vehicles/{order['vehicle']}").json()
    assert {name: shown[name] for name in ("plate_type", "site_code", "cost_center", "is_active", "odometer_km")} == {
        "plate_type": "", "site_code": "", "cost_center": "", "is_active": True, "odometer_km": None,
    }  # fmt: skip
    assert erp.get("vehicles").json()["data"][0] == {
        name: shown[name] for name in shown if name not in {"plates", "readings"}
    }


def test_a_vehicle_shows_its_plates_and_readings(erp: Partner, world: Tenant) -> None:
    made = erp.post("vehicles", {"vin": VIN, "plate": "沪A0T001", "odometer_km": 10, "odometer_on": "2026-11-01"})
    path = f"vehicles/{made.json()['id']}"
    shown = erp.patch(path, {"plate": "粤B0T128", "odometer_km": 20}, If_Match=made["ETag"]).json()
    assert [plate["plate"] for plate in shown["plates"]] == ["粤B0T128", "沪A0T001"]
    assert [(r["km"], r["source"], r["order"]) for r in shown["readings"]] == [
        (20, "tenant", None),
        (10, "tenant", None),
    ]
    assert (shown["plate"], shown["odometer_km"], shown["vehicle_class"]) == ("粤B0T128", 20, "small_car")


def clock(tenant: object | None = None) -> datetime:
    return NOW


def finish(world: Tenant, answer: Any, *, is_written: bool = False) -> None:
    key = read_public_id("imp", answer.json()["id"])
    work = write_import if is_written else check_import
    work(tenant=world, import_id=key, clock=clock)


def test_800_vehicles_are_sent_looked_at_and_written(erp: Partner, world: Tenant) -> None:
    content = (DATA / "vehicles.csv").read_bytes()
    sent = erp.upload("imports", "vehicles.csv", content, register="vehicles")
    assert sent.status_code == 202, sent.content
    path = f"imports/{sent.json()['id']}"
    assert (sent["Location"], sent.json()["status"]) == (f"/api/v1/{path}", "received")
    finish(world, sent)
    found = erp.get(path).json()
    assert found["status"] == "ready"
    assert found["counts"] == {"total": 800, "new": 800, "changed": 0, "same": 0, "rejected": 0}
    row = erp.get(f"{path}/rows?limit=1").json()["data"][0]
    assert (row["line"], row["status"], row["entry"]) == (2, "new", None)
    assert {"field": "site_code", "before": None, "after": "SH-BS"} in row["changes"]
    assert erp.post(f"{path}/apply").status_code == 202
    finish(world, sent, is_written=True)
    assert erp.get(path).json()["status"] == "done"
    row = erp.get(f"{path}/rows?limit=1").json()["data"][0]
    assert erp.get(f"vehicles/{row['entry']}").json()["vin"] == row["key"]
    with tenant_context(world):
        assert Vehicle.objects.count() == 800
    assert erp.post(f"{path}/apply").status_code == 409
    again = erp.upload("imports", "vehicles.csv", content, register="vehicles")
    finish(world, again)
    assert erp.get(f"imports/{again.json()['id']}").json()["counts"]["same"] == 800
    refused = erp.post(f"imports/{again.json()['id']}/apply")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_submit")


def test_rows_come_as_json_too_and_say_what_is_wrong(erp: Partner, world: Tenant) -> None:
    rows = [{"name": "赵磊", "phone": "13900000001"}, {"name": "钱磊", "phone": "12"}]
    sent = erp.post("imports", {"register": "drivers", "rows": rows})
    finish(world, sent)
    path = f"imports/{sent.json()['id']}"
    found = erp.get(f"{path}/rows?status=rejected", Accept_Language="zh-CN").json()["data"]
    assert [(row["line"], [error["code"] for error in row["errors"]]) for row in found] == [(2, ["phone_format"])]
    assert found[0]["errors"][0]["message"] == "电话号码格式不正确。"
    assert erp.post(f"{path}/discard").json()["status"] == "discarded"
    with tenant_context(world):
        assert Driver.objects.count() == 0


def test_the_same_key_sends_a_file_once(erp: Partner, world: Tenant) -> None:
    body = {"register": "cost_centers", "rows": [{"name": "新部门"}]}
    first = erp.post("imports", body, Idempotency_Key="k-1")
    again = erp.post("imports", body, Idempotency_Key="k-1")
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    with tenant_context(world):
        assert Import.objects.count() == 1
        assert not CostCenter.objects.filter(name="新部门").exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [({"register": "aeroplanes", "rows": []}, 422), ({"rows": []}, 422), ({"register": "sites"}, 422)],
)
def test_a_request_that_cannot_be_is_refused(erp: Partner, world: Tenant, body: dict[str, Any], status: int) -> None:
    assert erp.post("imports", json.loads(json.dumps(body))).status_code == status
    with tenant_context(world):
        assert Import.objects.count() == 0


def test_an_empty_file_says_why(erp: Partner, world: Tenant) -> None:
    refused = erp.upload("imports", "v.csv", b"", register="vehicles")
    assert (refused.status_code, refused.json()["code"]) == (422, "empty_file")


@pytest.mark.parametrize("register", ["vehicles", "drivers", "sites", "cost_centers"])
def test_an_import_needs_the_scope_of_what_its_file_holds(
    erp: Partner, world: Tenant, issue: Any, register: str
) -> None:
    kind = "sites" if register == "cost_centers" else register
    others = [f"{name}:{doing}" for name in {"vehicles", "drivers", "sites"} - {kind} for doing in ("read", "write")]
    body = {"register": register, "rows": [{"name": "x"}]}
    stranger = issue(world, "imports:read", "imports:write", *others)
    refused = stranger.post("imports", body)
    assert (refused.status_code, refused.json()["scope"]) == (403, f"{kind}:write")
    with tenant_context(world):
        assert Import.objects.count() == 0
    assert StoredFile.objects.count() == 0
    made = issue(world, "imports:write", f"{kind}:write").post("imports", body)
    assert made.status_code == 202, made.content
    path = f"imports/{made.json()['id']}"
    assert stranger.get("imports").json()["data"] == []
    for answer, doing in (
        (stranger.get(path), "read"), (stranger.get(f"{path}/rows"), "read"), (stranger.post(f"{path}/apply"), "write"),
        (stranger.post(f"{path}/discard"), "write"),
    ):  # fmt: skip
        assert (answer.status_code, answer.json().get("scope")) == (403, f"{kind}:{doing}")
    reader = issue(world, "imports:read", f"{kind}:read")
    assert [row["id"] for row in reader.get("imports").json()["data"]] == [made.json()["id"]]
    assert (reader.get(path).status_code, reader.get(f"{path}/rows").status_code) == (200, 200)


def test_a_key_needs_the_scope(world: Tenant, issue: Any) -> None:
    reader = issue(world, "vehicles:read", "drivers:read", "imports:read")
    for place in ("vehicles", "drivers"):
        assert reader.get(place).status_code == 200
        assert reader.post(place, KINDS[place][0]).json()["scope"] == f"{place}:write"
    assert reader.post("imports", {"register": "drivers", "rows": []}).json()["scope"] == "imports:write"
    writer = issue(world, "vehicles:write")
    assert writer.get("vehicles").status_code == 403
    assert writer.post("vehicles", KINDS["vehicles"][0]).status_code == 201
