"""Requests as partner systems send them: by host, with a real key, through every middleware and the wall."""

import csv
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings

from api import limits
from config import clock
from events.ids import read_public_id
from fleet.services.checking import check_file
from fleet.services.opening import open_orders
from fleet.services.rollback import roll_back_orders
from tenants.actors import Actor
from tenants.models import Tenant
from tenants.people.keys import issue_api_key
from tenants.people.seed import ensure_membership, ensure_user
from tests.conftest import NOW
from tests.fleet.conftest import DATA, seed_book, seed_desk


class Partner:
    """A partner system with a key of one tenant, calling one host."""

    def __init__(self, key: str, slug: str, language: str = "en") -> None:
        self.key, self.slug = key, slug
        self.client = Client(raise_request_exception=False)
        self.language = language

    def send(self, method: str, address: str, data: Any = None, **headers: str) -> Any:
        """Send JSON (bytes as they are); header names with underscores."""
        sent = {
            "Host": f"{self.slug}.{settings.BASE_DOMAIN}",
            "Authorization": f"Bearer {self.key}",
            "Accept-Language": self.language,
            **{name.replace("_", "-"): value for name, value in headers.items() if value},
        }
        if method == "POST" and "Idempotency_Key" not in headers:
            sent["Idempotency-Key"] = str(uuid.uuid4())
        if not self.key:
            del sent["Authorization"]
        body = data if isinstance(data, bytes) else json.dumps(data or {}).encode()
        content_type = sent.pop("Content-Type", "application/json")
        extra: dict[str, Any] = {} if method in {"GET", "HEAD"} else {"data": body, "content_type": content_type}
        return self.client.generic(method, f"/api/v1/{address}", headers=sent, **extra)

    def get(self, address: str, **headers: str) -> Any:
        return self.send("GET", address, **headers)

    def post(self, address: str, data: Any = None, **headers: str) -> Any:
        return self.send("POST", address, data, **headers)

    def patch(self, address: str, data: Any = None, **headers: str) -> Any:
        return self.send("PATCH", address, data, **headers)

    def upload(self, address: str, name: str, content: bytes, *, boundary: str = "b0undary", **fields: str) -> Any:
        """A form with a file, as curl -F sends it."""
        key = fields.pop("Idempotency_Key", str(uuid.uuid4()))
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()
        ]
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        body = "".join(parts).encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.send(
            "POST", address, body, Content_Type=f"multipart/form-data; boundary={boundary}", Idempotency_Key=key
        )


@pytest.fixture(autouse=True)
def site(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files in a folder of this test; nobody is counted from an earlier test; plain static files."""
    cache.clear()
    monkeypatch.setattr(clock, "now", now_of)
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(FILE_STORAGE_URL=f"file://{tmp_path}", STORAGES=storages):
        yield


@pytest.fixture
def issue() -> Callable[..., Partner]:
    """issue(tenant, "orders:read", …): a partner with a new key; at another host by `at`."""

    def make(tenant: Tenant, *scopes: str, at: str = "") -> Partner:
        _row, text = issue_api_key(tenant=tenant, name="ERP", scopes=scopes or ["*"], now=clock.now(tenant))
        return Partner(text, at or tenant.slug)

    return make


@pytest.fixture
def manager(acme: Tenant) -> Actor:
    """A fleet manager of acme."""
    return Actor(kind="user", id="m", name="王经理", tenant=acme, roles=frozenset({"fleet_manager"}))


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No limit of requests."""
    monkeypatch.setattr(limits, "POLICIES", [limits.Policy("burst", 10**9, 60)])


@pytest.fixture
def world(db: None, acme: Tenant) -> Tenant:
    """acme with its sites, cost centres and the operator's rules, in the test's transaction."""
    seed_desk()
    seed_book(acme)
    return acme


@pytest.fixture
def erp(world: Tenant, issue: Callable[..., Partner]) -> Partner:
    """acme's ERP with a key for everything."""
    return issue(world)


def now_of(tenant: object | None = None) -> datetime:
    """The tests' business time."""
    del tenant
    return NOW


def key_of(public: str) -> UUID:
    """The key behind a public id."""
    return read_public_id(public[:3], public)


def work_off(tenant: Tenant, batch: str) -> None:
    """What a worker does with a batch that waits for it."""
    for step in (check_file, open_orders, roll_back_orders):
        step(tenant=tenant, batch_id=key_of(batch), clock=now_of)


def send_lines(erp: Partner, tenant: Tenant, *lines: dict[str, Any], policy: str = "accept_valid") -> dict[str, Any]:
    """A batch of JSON lines, checked."""
    sent = erp.post("order-batches", {"orders": list(lines), "policy": policy})
    assert sent.status_code == 202, sent.content
    work_off(tenant, sent.json()["id"])
    return erp.get(f"order-batches/{sent.json()['id']}").json()


def place_orders(erp: Partner, tenant: Tenant, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    """Orders by API, in the order of the lines."""
    batch = send_lines(erp, tenant, *lines)
    assert erp.post(f"order-batches/{batch['id']}/submit").status_code == 202
    work_off(tenant, batch["id"])
    rows = erp.get(f"order-batches/{batch['id']}/rows").json()["data"]
    return [erp.get(f"orders/{row['order']}").json() for row in rows]


def line(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A clean order line with a vehicle of its own."""
    values = {
        "external_ref": f"ERP-{number:04d}", "plate": f"沪A{number:05d}", "vin": VINS[number % len(VINS)], "model": "福田 奥铃",
        "vehicle_class": "light_truck", "transmission": "manual", "service": "repair", "description": f"刹车异响 {number}",
        "site_code": "SH-SJ", "contact": "刘芳娟", "phone": "19900003294", "window_start": "2026-11-26T13:00:00+08:00",
        "window_end": "2026-11-26T17:00:00+08:00", "cost_center": "华东干线",
    }  # fmt: skip
    return {**values, **changes}


def read_vins() -> list[str]:
    """VINs that are right."""
    with (DATA / "orders.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(dict.fromkeys(row["vin"] for row in csv.DictReader(handle)))


VINS = read_vins()


class Signed(Partner):
    """A person's browser: a session and the page's CSRF token instead of a key."""

    def __init__(self, slug: str, client: Client) -> None:
        super().__init__("", slug)
        self.client = client
        self.token = "a" * 32

    def send(self, method: str, address: str, data: Any = None, **headers: str) -> Any:
        self.client.cookies[settings.CSRF_COOKIE_NAME] = self.token
        return super().send(method, address, data, **{"X_CSRFToken": self.token, **headers})


@pytest.fixture
def sign_in(db: None) -> Callable[..., Signed]:
    """sign_in(tenant, "approver", …): a member's browser."""

    def enter(tenant: Tenant, *roles: str) -> Signed:
        user = ensure_user(email=f"{'-'.join(roles) or 'stranger'}@{tenant.slug}.example", name="王晨")
        if roles:
            ensure_membership(user=user, tenant=tenant, roles=roles)
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        client.force_login(user)
        return Signed(tenant.slug, client)

    return enter
