"""Idempotency-Key, case by case as api/idempotency.py numbers them; and two at once, with real connections."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction

from api import idempotency
from api.book.models import SWEPT_AT_ONCE, IdempotencyKey, keep_answer
from config import clock
from files.models import StoredFile
from fleet.models import Batch, Site
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.api.conftest import Partner
from tests.conftest import NOW
from tests.fleet.conftest import seed_book, seed_desk

SITE = {"code": "NEW-1", "address": "上海市浦东新区金桥路1号", "lat": 31.26, "lng": 121.61}


def kept(tenant: Tenant) -> int:
    with tenant_context(tenant):
        return IdempotencyKey.objects.count()


def sites(tenant: Tenant) -> int:
    with tenant_context(tenant):
        return Site.objects.filter(code__startswith="NEW").count()


@pytest.mark.parametrize("key", ["", " ", '""', "x" * 256, "ключ", "a\tb"])
def test_1_without_a_key_nothing_is_done(erp: Partner, world: Tenant, key: str) -> None:
    refused = erp.post("sites", SITE, Idempotency_Key=key)
    assert refused.status_code == 400
    assert refused.json()["type"] == "urn:baylink:problem:idempotency-key-missing"
    assert (sites(world), kept(world)) == (0, 0)


def test_2_and_3_the_same_request_again_is_answered_the_same(erp: Partner, world: Tenant) -> None:
    first = erp.post("sites", SITE, Idempotency_Key="k-1")
    again = erp.post("sites", SITE, Idempotency_Key='"k-1"')  # the draft's quotes make no difference
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (again["Location"], again["ETag"]) == (first["Location"], first["ETag"])
    assert again["Idempotency-Replayed"] == "true"
    assert not first.has_header("Idempotency-Replayed")
    assert again["API-Version"] == "2026-11-01"
    assert (sites(world), kept(world)) == (1, 1)


def test_3_a_file_packed_anew_is_the_same_request(erp: Partner, world: Tenant) -> None:
    first = erp.upload(
        "order-batches", "a.csv", b"external_ref\n1\n", policy="accept_valid", Idempotency_Key="k", boundary="one"
    )
    again = erp.upload(
        "order-batches", "a.csv", b"external_ref\n1\n", policy="accept_valid", Idempotency_Key="k", boundary="two"
    )
    assert (first.status_code, again.status_code) == (202, 202)
    assert again["Idempotency-Replayed"] == "true"
    other = erp.upload("order-batches", "a.csv", b"external_ref\n2\n", policy="accept_valid", Idempotency_Key="k")
    assert other.status_code == 422
    with tenant_context(world):
        assert Batch.objects.count() == 1
    assert StoredFile.objects.filter(tenant=world).count() == 1  # neither the repeated nor the refused one was kept


def test_4_the_key_of_another_request_is_refused(erp: Partner, world: Tenant) -> None:
    made = erp.post("sites", SITE, Idempotency_Key="k-1")
    body = erp.post("sites", {**SITE, "code": "NEW-2"}, Idempotency_Key="k-1")
    path = (
        erp.post("order-batches", {"orders": []}, Idempotency_Key="k-2"),
        erp.post("sites?x=1", SITE, Idempotency_Key="k-1"),
    )
    assert made.status_code == 201
    for refused in (body, path[1]):
        assert refused.status_code == 422
        assert refused.json()["type"] == "urn:baylink:problem:idempotency-key-reused"
    assert sites(world) == 1


def test_6_a_refused_request_keeps_nothing(erp: Partner, world: Tenant) -> None:
    refused = erp.post("sites", {**SITE, "lat": 100}, Idempotency_Key="k-1")
    assert (refused.status_code, kept(world)) == (422, 0)
    assert erp.post("sites", SITE, Idempotency_Key="k-1").status_code == 201


def test_6_a_request_that_fails_keeps_nothing(erp: Partner, world: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("after the site was written")

    with monkeypatch.context() as patched:
        patched.setattr("api.resources.entries.etag_of", fail)
        failed = erp.post("sites", SITE, Idempotency_Key="k-1")
    assert failed.status_code == 500
    assert failed.json()["type"] == "urn:baylink:problem:internal"
    assert failed.json()["number"] in failed.json()["detail"]
    assert (sites(world), kept(world)) == (0, 0)
    assert erp.post("sites", SITE, Idempotency_Key="k-1").status_code == 201


def test_7_another_credential_has_keys_of_its_own(
    erp: Partner, world: Tenant, pacific: Tenant, issue: Callable[..., Partner]
) -> None:
    assert erp.post("sites", SITE, Idempotency_Key="k-1").status_code == 201
    second = issue(world).post("sites", {**SITE, "code": "NEW-2"}, Idempotency_Key="k-1")
    abroad = issue(pacific).post("sites", SITE, Idempotency_Key="k-1")
    assert (second.status_code, abroad.status_code) == (201, 201)
    assert not second.has_header("Idempotency-Replayed") and not abroad.has_header("Idempotency-Replayed")
    assert (sites(world), kept(world), kept(pacific)) == (2, 2, 1)


def test_8_after_seven_days_a_key_is_new_again(erp: Partner, world: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    assert erp.post("sites", SITE, Idempotency_Key="k-1").status_code == 201
    assert erp.post("sites", {**SITE, "code": "NEW-2"}, Idempotency_Key="k-2").status_code == 201
    monkeypatch.setattr(clock, "now", lambda _tenant=None: NOW + timedelta(days=7))
    renewed = erp.post("sites", {**SITE, "code": "NEW-3"}, Idempotency_Key="k-1")
    assert renewed.status_code == 201
    assert not renewed.has_header("Idempotency-Replayed")
    assert kept(world) == 1  # the other one was swept on the way
    assert SWEPT_AT_ONCE >= 2


def test_a_read_needs_no_key(erp: Partner) -> None:
    assert erp.get("sites").status_code == 200


def test_5_a_key_whose_request_is_running_is_refused(
    own_db: str, issue: Callable[..., Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = Tenant.objects.get(slug="acme")
    erp = issue(tenant)
    begun, go_on = threading.Event(), threading.Event()
    keep = keep_answer

    def keep_slowly(**values: object) -> None:
        begun.set()
        assert go_on.wait(20)
        keep(**values)  # type: ignore[arg-type]

    monkeypatch.setattr("api.idempotency.keep_answer", keep_slowly)

    def send() -> tuple[int, str]:
        try:
            answer = Partner(erp.key, "acme").post("sites", SITE, Idempotency_Key="k-1")
            return answer.status_code, str(answer.json()["id"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(send)
        assert begun.wait(20)
        second = erp.post("sites", SITE, Idempotency_Key="k-1")
        go_on.set()
        made = first.result(20)
    assert second.status_code == 409
    assert second.json()["type"] == "urn:baylink:problem:idempotency-key-running"
    assert second["Retry-After"] == "1"
    assert made[0] == 201
    third = erp.post("sites", SITE, Idempotency_Key="k-1")
    assert (third.status_code, third.json()["id"], third["Idempotency-Replayed"]) == (201, made[1], "true")
    assert sites(tenant) == 1


def test_many_at_once_do_the_work_once(own_db: str, issue: Callable[..., Partner]) -> None:
    tenant = Tenant.objects.get(slug="acme")
    seed_desk()
    seed_book(tenant)
    erp = issue(tenant)
    key = str(uuid.uuid4())
    start = threading.Barrier(6)

    def send(_number: int) -> int:
        try:
            start.wait(20)
            return Partner(erp.key, "acme").post("sites", SITE, Idempotency_Key=key).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        found = sorted(pool.map(send, range(6)))
    assert set(found) <= {201, 409}
    assert 201 in found
    assert (sites(tenant), kept(tenant)) == (1, 1)


def test_the_lock_is_gone_with_its_transaction(own_db: str, acme: Tenant) -> None:
    claim = idempotency.Claim(key="k", credential="key:1", method="POST", path="/", fingerprint="")
    with transaction.atomic(), tenant_context(acme):
        assert idempotency.take_lock(claim)
    with transaction.atomic(), tenant_context(acme):
        assert idempotency.take_lock(claim)
