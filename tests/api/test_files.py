"""Files by program: kept once, found by their own tenant alone, downloaded by who asked."""

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from files.models import StoredFile
from fleet.intake.refusals import MAX_BYTES
from tenants.models import Tenant
from tests.api.conftest import Partner

CONTENT = "external_ref,vin\n委托-1,x\n".encode()


def test_a_file_is_kept_once_and_fetched_again(
    erp: Partner, world: Tenant, pacific: Tenant, issue: Callable[..., Partner]
) -> None:
    sent = erp.upload("files", "orders.csv", CONTENT, purpose="order_batch", Idempotency_Key="f")
    assert sent.status_code == 201, sent.content
    body = sent.json()
    assert (body["name"], body["size_bytes"], body["is_used"]) == ("orders.csv", len(CONTENT), False)
    assert body["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert sent["Location"] == f"/api/v1/files/{body['id']}"
    again = erp.upload("files", "orders.csv", CONTENT, purpose="order_batch", Idempotency_Key="f", boundary="other")
    assert (again.json(), again["Idempotency-Replayed"]) == (body, "true")
    assert StoredFile.objects.count() == 1
    shown = erp.get(f"files/{body['id']}").json()
    assert shown["sha256"] == body["sha256"]
    assert fetch(erp, shown["url"]).content == CONTENT
    others = (issue(world), issue(pacific), Partner("", "acme"))
    assert [fetch(other, shown["url"]).status_code for other in others] == [404, 404, 404]
    assert issue(pacific).get(f"files/{body['id']}").status_code == 404
    assert erp.get("files/fil_nonsense").status_code == 404


@pytest.mark.parametrize(
    ("content", "fields", "status", "what"),
    [
        (CONTENT, {}, 422, "#/purpose"),
        (CONTENT, {"purpose": "passport"}, 422, "#/purpose"),
        (b"", {"purpose": "order_batch"}, 422, "empty_file"),
        (b"x" * (MAX_BYTES + 1), {"purpose": "order_batch"}, 422, "file_too_large"),
    ],
)
def test_what_cannot_be_kept_leaves_nothing(
    erp: Partner, content: bytes, fields: dict[str, str], status: int, what: str
) -> None:
    refused = erp.upload("files", "orders.csv", content, **fields)
    assert refused.status_code == status
    body = refused.json()
    assert what in {body.get("code"), *(error["pointer"] for error in body.get("errors", []))}
    assert not StoredFile.objects.exists()


def fetch(partner: Partner, url: str) -> Any:
    headers = {"Host": f"{partner.slug}.baylink.localhost", "Authorization": f"Bearer {partner.key}"}
    return partner.client.get(urlsplit(url).path, headers=headers)


def test_a_batch_is_made_of_a_file_sent_before(
    erp: Partner, world: Tenant, pacific: Tenant, issue: Callable[..., Partner]
) -> None:
    file = erp.upload("files", "orders.csv", CONTENT, purpose="order_batch").json()["id"]
    made = erp.post("order-batches", {"file": file, "policy": "accept_valid"}, Idempotency_Key="b")
    assert (made.status_code, made.json()["name"]) == (202, "orders.csv"), made.content
    assert erp.get(f"files/{file}").json()["is_used"] is True
    assert StoredFile.objects.count() == 1
    for who, body, found in (
        (erp, {"file": "fil_nonsense"}, ("#/file", "not_found")),
        (issue(pacific), {"file": file}, ("#/file", "not_found")),
        (erp, {"file": file, "orders": []}, ("#/file", "either_or")),
        (erp, {}, ("#/orders", "required")),
    ):
        refused = who.post("order-batches", body)
        assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [found], refused.content
