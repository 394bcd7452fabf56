"""Keys in the portal: made by an administrator who has just signed in, shown once, listed, ended; nobody else's."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from events.models import Event
from tenants.models import Tenant
from tenants.people.keys import SCOPES, WHAT_SCOPES_DO, find_api_key, issue_api_key, revoke_api_key
from tenants.people.models import ApiKey
from tests.conftest import NOW
from tests.proving import prove

SignIn = Callable[..., Client]
FORM = {"name": "ERP", "scopes": ["orders:read", "estimates:decide"], "up_to": "5000.50", "days": "90"}


@pytest.fixture(autouse=True)
def tested_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda _tenant=None: NOW)


@pytest.fixture
def admin(world: Tenant, sign_in: SignIn) -> Client:
    return prove(sign_in("acme", "admin"))


def test_every_scope_is_explained() -> None:
    assert set(WHAT_SCOPES_DO) == set(SCOPES)


def test_a_key_is_made_shown_once_and_works(admin: Client, world: Tenant) -> None:
    made = admin.post("/keys/new/", FORM)
    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    (text,) = set(re.findall(r"blk_[0-9a-f]{12}_[\w-]+", made.content.decode()))
    row = ApiKey.objects.get()
    assert find_api_key(text=text, tenant=world, now=NOW) == row
    assert (row.name, row.scopes, row.approve_up_to_fen) == ("ERP", ["estimates:decide", "orders:read"], 500_050)
    assert (row.created_by, row.expires_at) == ("王娟平", NOW + timedelta(days=90))
    event = Event.objects.filter(tenant=world).latest("seq")
    assert (event.type, event.data["approve_up_to_fen"], event.data["prefix"]) == (
        "api_key.issued",
        500_050,
        row.prefix,
    )
    for page in ("/keys/", f"/keys/{row.public_id}/"):
        shown = admin.get(page).content.decode()
        assert row.prefix in shown
        assert text not in shown
    again = admin.post("/keys/new/", FORM)  # the page is loaded again
    assert again.status_code == 422
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["orders:everything"]}, "scopes"),
        ({"up_to": "-1"}, "up_to"),
        ({"up_to": "1.234"}, "up_to"),
        ({"scopes": ["orders:read"]}, "up_to"),
        ({"days": "5"}, "days"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(admin: Client, changes: dict[str, Any], field: str) -> None:
    refused = admin.post("/keys/new/", {**FORM, **changes})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [field]
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("minutes_ago", [None, 16])
def test_who_signed_in_a_while_ago_proves_it_again(world: Tenant, sign_in: SignIn, minutes_ago: int | None) -> None:
    client = sign_in("acme", "admin")
    if minutes_ago is not None:
        prove(client, minutes_ago=minutes_ago)
    for answer in (client.get("/keys/new/"), client.post("/keys/new/", FORM)):
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/reauthenticate/?next=%2Fkeys%2Fnew%2F")
    assert not ApiKey.objects.exists()
    assert client.get("/keys/").status_code == 200


def test_a_key_is_ended_after_a_question_and_once(admin: Client, world: Tenant) -> None:
    row, text = issue_api_key(tenant=world, name="ERP", scopes=["*"], now=NOW)
    page = f"/keys/{row.public_id}/"
    assert admin.get(f"{page}revoke/").status_code == 200
    assert find_api_key(text=text, tenant=world, now=NOW) == row
    assert admin.post(f"{page}revoke/").status_code == 302
    assert find_api_key(text=text, tenant=world, now=NOW) is None
    assert admin.post(f"{page}revoke/").status_code == 302  # somebody else's click came first
    assert [e.type for e in Event.objects.filter(tenant=world, type__startswith="api_key")] == ["api_key.revoked"]
    assert "revoke/" not in admin.get(page).content.decode()
    assert admin.post("/keys/new/", FORM).status_code == 201  # the name is free again


@pytest.mark.parametrize("role", ["fleet_manager", "approver", "requester", "finance", "viewer"])
def test_nobody_but_an_administrator(world: Tenant, sign_in: SignIn, role: str) -> None:
    client = prove(sign_in("acme", role))
    row, text = issue_api_key(tenant=world, name="Old", scopes=["*"], now=NOW)
    page = f"/keys/{row.public_id}/"
    for answer in (
        client.get("/keys/"), client.get("/keys/new/"), client.post("/keys/new/", FORM), client.get(page),
        client.get(f"{page}revoke/"), client.post(f"{page}revoke/"),
    ):  # fmt: skip
        assert answer.status_code == 403
    assert "/keys/" not in client.get("/").content.decode()
    assert ApiKey.objects.count() == 1
    assert find_api_key(text=text, tenant=world, now=NOW) == row


def test_another_tenants_key_is_not_found(admin: Client, pacific: Tenant) -> None:
    row, text = issue_api_key(tenant=pacific, name="Theirs", scopes=["*"], now=NOW)
    page = f"/keys/{row.public_id}/"
    assert [admin.get(page).status_code, admin.post(f"{page}revoke/").status_code] == [404, 404]
    assert "Theirs" not in admin.get("/keys/").content.decode()
    assert find_api_key(text=text, tenant=pacific, now=NOW) == row


def test_the_list_marks_what_ends_and_costs_the_same_with_three_keys(admin: Client, world: Tenant) -> None:
    issue_api_key(tenant=world, name="First", scopes=["*"], now=NOW)
    with CaptureQueriesContext(
        connection,
    ) as one:
        admin.get("/keys/")
    issue_api_key(tenant=world, name="Soon", scopes=["orders:read"], now=NOW, days=13)
    gone, _text = issue_api_key(tenant=world, name="Gone", scopes=["orders:read"], now=NOW)
    issue_api_key(tenant=world, name="Past", scopes=["orders:read"], now=NOW - timedelta(days=40), days=30)
    revoke_api_key(tenant=world, key_id=gone.pk, now=NOW)
    with CaptureQueriesContext(connection) as four:
        page = admin.get("/keys/")
    assert len(one) == len(four)
    assert [key.name for key in page.context["expiring"]] == ["Soon"]
    states = {row.record.name: row.record.standing for row in page.context["keys"].rows}
    assert states == {"First": "active", "Soon": "expiring", "Gone": "revoked", "Past": "expired"}
    assert page.context["live_count"] == 2
