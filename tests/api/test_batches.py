"""order-batches: sent as a file, as lines or as JSON; checked, submitted, put away, rolled back; row by row."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from api.resources.batches.views import BatchList
from api.resources.files import find_file
from files.models import StoredFile
from files.services import sweep_files
from fleet import states
from fleet.models import Batch, BatchLines, BatchRow, Order
from fleet.selectors.batches import summarise
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.api.conftest import Partner, key_of, line, place_orders, send_lines, work_off
from tests.fleet.conftest import DATA


def counts(**found: int) -> dict[str, int]:
    names = ("total", "valid", "rejected", "submitted", "already_submitted", "changed_since", "cancelled")
    return {**dict.fromkeys(names, 0), **found}


@pytest.mark.parametrize("name", ["orders-gbk.csv", "orders-dirty.csv"])
def test_a_file_is_accepted_and_checked(erp: Partner, world: Tenant, name: str) -> None:
    content = (DATA / name).read_bytes()
    sent = erp.upload("order-batches", name, content, policy="accept_valid")
    assert sent.status_code == 202, sent.content
    body = sent.json()
    assert sent["Location"] == f"/api/v1/order-batches/{body['id']}"
    assert (body["status"], body["policy"], body["channel"], body["name"]) == ("received", "accept_valid", "api", name)
    assert body["size_bytes"] == len(content)
    work_off(world, body["id"])
    found = erp.get(f"order-batches/{body['id']}").json()
    assert found["counts"]["total"] == found["counts"]["valid"] + found["counts"]["rejected"]
    assert found["status"] == ("ready" if name == "orders-gbk.csv" else "needs_fixes")


def test_the_defects_of_the_dirty_file_are_exactly_those_expected(erp: Partner, world: Tenant) -> None:
    sent = erp.upload("order-batches", "orders-dirty.csv", (DATA / "orders-dirty.csv").read_bytes()).json()
    work_off(world, sent["id"])
    rows, cursor = [], ""
    while True:
        page = erp.get(f"order-batches/{sent['id']}/rows?status=rejected&limit=7{cursor}").json()
        rows += page["data"]
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    found = {(str(row["line"]), error["field"], error["code"]) for row in rows for error in row["errors"]}
    with (DATA / "orders-dirty-expected.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert found == {(row["line"], row["field"], row["code"]) for row in csv.DictReader(handle)}
    assert all(error["message"] and error["fix"] for row in rows for error in row["errors"])


def test_lines_become_orders(erp: Partner, world: Tenant) -> None:
    batch = send_lines(erp, world, line(1), line(2), line(3, vin="no"))
    assert (batch["status"], batch["counts"]) == ("needs_fixes", counts(total=3, valid=2, rejected=1))
    submitted = erp.post(f"order-batches/{batch['id']}/submit")
    assert submitted.status_code == 202
    assert submitted["Location"] == f"/api/v1/order-batches/{batch['id']}"
    assert submitted.json()["status"] == "submitted"
    work_off(world, batch["id"])
    done = erp.get(f"order-batches/{batch['id']}").json()
    assert (done["status"], done["counts"]) == ("submitted", counts(total=3, submitted=2, rejected=1))
    assert done["opened_at"] and done["respond_by"]
    rows = erp.get(f"order-batches/{batch['id']}/rows").json()["data"]
    assert [(row["line"], row["external_ref"], row["status"]) for row in rows] == [
        (1, "ERP-0001", "submitted"),
        (2, "ERP-0002", "submitted"),
        (3, "ERP-0003", "rejected"),
    ]
    order = erp.get(f"orders/{rows[0]['order']}").json()
    assert (order["number"], order["external_ref"], order["batch"]) == (rows[0]["number"], "ERP-0001", batch["id"])


def test_json_lines_become_a_batch(erp: Partner, world: Tenant) -> None:
    import json

    body = "\n".join(json.dumps(line(number)) for number in (1, 2)).encode()
    sent = erp.post("order-batches?policy=all_or_nothing", body, Content_Type="application/x-ndjson")
    assert (sent.status_code, sent.json()["policy"]) == (202, "all_or_nothing")
    work_off(world, sent.json()["id"])
    assert erp.get(f"order-batches/{sent.json()['id']}").json()["counts"] == counts(total=2, valid=2)


def test_the_same_lines_again_make_nothing_twice(erp: Partner, world: Tenant) -> None:
    first = place_orders(erp, world, line(1), line(2))
    again = send_lines(erp, world, line(1), line(2, description="另一件事"), line(3))
    assert again["counts"]["already_submitted"] == 1
    rows = erp.get(f"order-batches/{again['id']}/rows").json()["data"]
    assert rows[0]["status"] == "already_submitted"
    assert rows[0]["order"] == first[0]["id"]


def test_all_or_nothing_refuses_a_batch_with_a_rejected_row(erp: Partner, world: Tenant) -> None:
    batch = send_lines(erp, world, line(1), line(2, phone="x"), policy="all_or_nothing")
    refused = erp.post(f"order-batches/{batch['id']}/submit")
    assert refused.status_code == 409
    assert refused.json()["code"] == "has_rejected_rows"
    assert refused.json()["params"] == {"rejected": 1}
    assert erp.get(f"order-batches/{batch['id']}").json()["status"] == "needs_fixes"
    assert erp.post(f"order-batches/{batch['id']}/submit", {"policy": "accept_valid"}).status_code == 202


def test_an_illegal_step_says_what_is_legal(erp: Partner, world: Tenant) -> None:
    sent = erp.post("order-batches", {"orders": [line(1)]}).json()
    refused = erp.post(f"order-batches/{sent['id']}/submit")
    assert refused.status_code == 409
    body = refused.json()
    assert (body["type"], body["code"], body["state"]) == (
        "urn:baylink:problem:illegal-transition",
        "illegal_state",
        "received",
    )
    work_off(world, sent["id"])
    assert erp.post(f"order-batches/{sent['id']}/discard").json()["status"] == "discarded"
    gone = erp.post(f"order-batches/{sent['id']}/discard")
    assert (gone.status_code, gone.json()["legal"]) == (409, [])


def test_roll_back_cancels_what_is_not_in_custody(erp: Partner, world: Tenant) -> None:
    batch = send_lines(erp, world, line(1), line(2))
    erp.post(f"order-batches/{batch['id']}/submit")
    work_off(world, batch["id"])
    assert erp.post(f"order-batches/{batch['id']}/rollback", {"reason": " "}).status_code == 422
    assert erp.post(f"order-batches/{batch['id']}/rollback", {"reason": "误发"}).status_code == 202
    work_off(world, batch["id"])
    done = erp.get(f"order-batches/{batch['id']}").json()
    assert (done["status"], done["counts"]) == ("rolled_back", counts(total=2, cancelled=2))
    shown = {row["status"] for row in erp.get(f"order-batches/{batch['id']}/rows").json()["data"]}
    assert shown == {"cancelled"}
    assert erp.get(f"order-batches/{batch['id']}/rows?status=submitted").json()["data"] == []
    assert len(erp.get(f"order-batches/{batch['id']}/rows?status=in:cancelled,rejected").json()["data"]) == 2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("empty.csv", b"", "empty_file"), ("big.csv", b"x" * (20 * 1024 * 1024 + 1), "file_too_large")],
)
def test_a_file_that_cannot_be_taken_is_refused_at_once(
    erp: Partner, world: Tenant, name: str, content: bytes, code: str
) -> None:
    refused = erp.upload("order-batches", name, content)
    assert refused.status_code == 422
    body = refused.json()
    assert (body["type"], body["code"]) == ("urn:baylink:problem:file-refused", code)
    assert body["fix"]
    with tenant_context(world):
        assert Batch.objects.count() == 0


def test_a_file_that_is_no_table_is_refused_in_the_check(erp: Partner, world: Tenant) -> None:
    header = (DATA / "orders.csv").read_bytes().splitlines()[0]
    sent = erp.upload("order-batches", "orders.csv", header + b'\n"never closed,a\n').json()
    work_off(world, sent["id"])
    found = erp.get(f"order-batches/{sent['id']}").json()
    assert found["status"] == "refused_file"
    assert found["refusal"]["code"] == "unclosed_quote"
    assert found["refusal"]["message"] and found["refusal"]["fix"]


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({}, "#/orders"),
        ({"orders": "x"}, "#/orders"),
        ({"orders": [1]}, "#/orders/0"),
        ({"orders": [], "policy": "some"}, "#/policy"),
    ],
)
def test_wrong_bodies_point_to_the_fault(erp: Partner, data: Any, pointer: str) -> None:
    refused = erp.post("order-batches", data)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


def test_lines_that_are_none_are_refused(erp: Partner) -> None:
    empty = erp.post("order-batches", {"orders": []})
    assert (empty.status_code, empty.json()["code"]) == (422, "empty_file")
    nested = erp.post("order-batches", {"orders": [{"external_ref": {"a": 1}}]})
    assert (nested.status_code, nested.json()["code"]) == (422, "bad_json")


def test_a_body_beyond_measure_is_not_read(erp: Partner) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1_000):
        refused = erp.post("order-batches", {"orders": [line(1, notes="x" * 1_000)]})
    assert refused.status_code == 413
    assert refused.json()["limit"] == 1_000


def test_the_states_of_batches_in_sql_are_those_in_python(erp: Partner, world: Tenant) -> None:
    """Every mixture of lines; the one is filtered by, the other is shown."""
    from api.resources.batches.shown import shown_batches

    keys = [send_lines(erp, world, line(number))["id"] for number in range(1, 3)]
    with tenant_context(world):
        first = Batch.objects.get(pk=key_of(keys[0]))
        for opened in (None, first.created_at):
            Batch.objects.filter(pk=first.pk).update(
                status=states.SUBMITTED, submitted_at=first.created_at, opened_at=opened
            )
            for mixture in range(3**5):
                lines = {name: mixture // 3**place % 3 for place, name in enumerate(states.LINE_CLASSES)}
                BatchLines.objects.update_or_create(batch_id=first.pk, defaults=lines)
                shown = {batch.pk: batch.shown for batch in shown_batches()}
                assert shown == {one.batch.pk: one.status for one in summarise(list(Batch.objects.all()))}


def test_batches_are_listed_by_state(erp: Partner, world: Tenant) -> None:
    ready, faulty = send_lines(erp, world, line(1)), send_lines(erp, world, line(2, vin="no"))
    listed = erp.get("order-batches").json()
    assert [batch["id"] for batch in listed["data"]] == [faulty["id"], ready["id"]]
    assert listed["data"] == [faulty, ready]
    assert [batch["id"] for batch in erp.get("order-batches?status=ready").json()["data"]] == [ready["id"]]
    assert len(erp.get("order-batches?status=in:ready,needs_fixes").json()["data"]) == 2


def test_nothing_of_a_refused_request_stays(erp: Partner, world: Tenant) -> None:
    with tenant_context(world):
        before = (Batch.objects.count(), BatchRow.objects.count(), Order.objects.count())
    assert erp.post("order-batches", {"orders": [line(1)], "policy": "never"}).status_code == 422
    with tenant_context(world):
        assert (Batch.objects.count(), BatchRow.objects.count(), Order.objects.count()) == before


def test_a_file_that_comes_twice_is_refused(erp: Partner, world: Tenant) -> None:
    """Nobody could say which of the two was meant."""
    part = '--b\r\nContent-Disposition: form-data; name="file"; filename="{}.csv"\r\n\r\nexternal_ref\r\n'
    body = (part.format("a") + part.format("b") + "--b--\r\n").encode()
    refused = erp.post("order-batches", body, Content_Type="multipart/form-data; boundary=b")
    assert refused.status_code == 422
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("#/file", "repeated")]
    assert not StoredFile.objects.filter(tenant=world).exists()


def test_a_file_that_was_swept_before_it_is_named_makes_no_batch(
    erp: Partner, world: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep comes between the look-up of the file and the work."""
    sent = erp.upload("files", "a.csv", b"external_ref\nA\n", purpose="order_batch").json()["id"]

    def find_and_lose(self: BatchList, name: str) -> StoredFile:
        file = find_file(name, self.actor)
        sweep_files(now=self.now + timedelta(days=2))
        return file

    monkeypatch.setattr(BatchList, "find_named", find_and_lose)
    refused = erp.post("order-batches", {"file": sent})
    assert (refused.status_code, [e["pointer"] for e in refused.json()["errors"]]) == (422, ["#/file"])
    with tenant_context(world):
        assert Batch.objects.count() == 0
