"""Rows of a batch one by one: read with their cells, mended as they were read, confirmed; and what a roll-back did to each."""

from collections.abc import Callable
from typing import Any

from fleet.models import BatchRow, Order
from repair import states as jobs
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.api.conftest import VINS, Partner, Signed, key_of, line, place_orders, send_lines, work_off
from tests.fleet.world import moved, tell

Issue = Callable[..., Partner]


def dirty(erp: Partner, world: Tenant) -> str:
    """The address of a batch's row with a VIN that is none; another row is right."""
    batch = send_lines(erp, world, {**line(1), "vin": "LVB"}, line(2))
    assert batch["counts"]["rejected"] == 1
    return f"order-batches/{batch['id']}/rows/1"


def test_a_row_is_mended_as_it_was_read(erp: Partner, world: Tenant) -> None:
    path = dirty(erp, world)
    row = erp.get(path)
    assert [(e["field"], e["code"]) for e in row.json()["errors"]] == [("vin", "vin_length")]
    assert (row.json()["cells"]["vin"], row.json()["order_status"]) == ("LVB", None)
    mended = erp.patch(path, {"cells": {"vin": VINS[1]}}, If_Match=row["ETag"])
    assert mended.status_code == 200, mended.content
    assert mended.json()["cells"]["vin"] == VINS[1]
    assert mended["ETag"] != row["ETag"]
    work_off(world, path.split("/")[1])
    again = erp.get(path).json()
    assert (again["status"], again["errors"], again["batch_status"]) == ("valid", [], "ready")
    log = erp.get(f"events?subject={path.split('/')[1]}&type=batch.mended").json()["data"]
    assert [(event["data"]["lines"], event["actor_name"]) for event in log] == [([1], "ERP")]


def test_a_row_that_somebody_mended_meanwhile_is_not_typed_over(erp: Partner, world: Tenant) -> None:
    path = dirty(erp, world)
    read = erp.get(path)["ETag"]
    assert erp.patch(path, {"cells": {"vin": VINS[1]}}).status_code == 428
    assert erp.patch(path, {"cells": {"vin": VINS[1]}}, If_Match=read).status_code == 200
    work_off(world, path.split("/")[1])
    late = erp.patch(path, {"cells": {"vin": VINS[2]}}, If_Match=read)
    assert (late.status_code, late.json()["type"]) == (412, "urn:baylink:problem:precondition-failed")
    assert erp.get(path).json()["batch_status"] == "ready"


def test_what_cannot_be_typed_is_said_by_column(erp: Partner, world: Tenant) -> None:
    path = dirty(erp, world)
    wrong: list[tuple[Any, str]] = [
        ({}, "#/cells"),
        ({"cells": {}}, "#/cells"),
        ({"cells": {"colour": "red"}}, "#/cells/colour"),
        ({"cells": {"vin": 7, "notes": ["x"]}}, "#/cells/notes"),
        ({"cells": {"notes": "x" * 5_001}}, "#/cells/notes"),
    ]
    for body, pointer in wrong:
        refused = erp.patch(path, body, If_Match="*")
        assert refused.status_code == 422, refused.content
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    assert erp.get(f"{path.rpartition('/')[0]}/3").status_code == 404
    assert erp.get(f"{path.rpartition('/')[0]}/99999999999").status_code == 400
    assert erp.get(path).json()["cells"]["vin"] == "LVB"


def test_a_submitted_batch_is_not_mended(erp: Partner, world: Tenant) -> None:
    (order,) = place_orders(erp, world, line(1))
    refused = erp.patch(f"order-batches/{order['batch']}/rows/1", {"cells": {"notes": "x"}}, If_Match="*")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:baylink:problem:illegal-transition")


def test_a_row_that_changed_is_confirmed_once(erp: Partner, world: Tenant) -> None:
    (order,) = place_orders(erp, world, line(1))
    batch = send_lines(erp, world, line(1, contact="陈静"))
    assert batch["counts"]["changed_since"] == 1
    path = f"order-batches/{batch['id']}/rows/1"
    done = erp.post(f"{path}/confirm", Idempotency_Key="yes")
    assert (done.status_code, done.json()["status"]) == (200, "submitted")
    assert erp.get(f"orders/{order['id']}").json()["contact"] == "陈静"
    assert erp.post(f"{path}/confirm", Idempotency_Key="yes")["Idempotency-Replayed"] == "true"
    again = erp.post(f"{path}/confirm")
    assert (again.status_code, again.json()["code"]) == (409, "not_amendable")
    log = erp.get(f"events?subject={order['id']}&type=order.amended").json()["data"]
    assert len(log) == 1


def test_nobody_mends_or_confirms_without_the_right(
    erp: Partner, world: Tenant, sign_in: Callable[..., Signed], issue: Issue, pacific: Tenant
) -> None:
    path = dirty(erp, world)
    body = {"cells": {"vin": VINS[1]}}
    viewer = sign_in(world, "viewer")
    assert viewer.get(path).status_code == 200
    assert viewer.patch(path, body, If_Match="*").status_code == 403
    assert viewer.post(f"{path}/confirm").status_code == 403
    assert issue(world, "batches:read").patch(path, body, If_Match="*").status_code == 403
    assert issue(pacific).patch(path, body, If_Match="*").status_code == 404
    with tenant_context(world):
        assert BatchRow.objects.get(line=1).status == "rejected"


def test_a_roll_back_says_what_became_of_each_line(erp: Partner, world: Tenant) -> None:
    kept, gone = place_orders(erp, world, line(1), line(2))
    tell(world, moved(key_of(kept["id"]), jobs.IN_CUSTODY))
    batch = kept["batch"]
    sent = erp.post(f"order-batches/{batch}/rollback", {"reason": "重复下单"})
    assert sent.status_code == 202
    work_off(world, batch)
    rows = erp.get(f"order-batches/{batch}/rows").json()["data"]
    assert [(row["order"], row["status"], row["order_status"]) for row in rows] == [
        (kept["id"], "submitted", "in_custody"),
        (gone["id"], "cancelled", "cancelled"),
    ]
    told = [(row["rollback"], row["rollback_order_status"]) for row in rows]
    assert told == [("kept", "in_custody"), ("cancelled", "cancelled")]
    tell(world, moved(key_of(kept["id"]), jobs.DELIVERED))  # what happened then is not what is now
    rows = erp.get(f"order-batches/{batch}/rows").json()["data"]
    assert [row["order_status"] for row in rows] == ["delivered", "cancelled"]
    assert [(row["rollback"], row["rollback_order_status"]) for row in rows] == told
    with tenant_context(world):
        assert Order.objects.get(pk=key_of(gone["id"])).status == "cancelled"
