"""TenantWall: a request that does not succeed leaves nothing behind, page and DRF view alike."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from events.book.models import Entry
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.models import ApiKey, Membership
from tenants.postgresql.base import CORE, current_wrapper
from tests.tenants.conftest import client_at
from tests.tenants.places import stand, stand_of
from tests.tenants.urls import FAILURES

pytestmark = pytest.mark.usefixtures("crooked_urls")
SignedIn = Callable[..., Client]


def nothing_is_left(tenant: Tenant) -> bool:
    """No row, no role, no path."""
    assert (stand(), current_wrapper().wanted, current_wrapper().in_atomic_block) == (stand_of(None), CORE, False)
    with tenant_context(tenant):
        return not Entry.objects.exists()


@pytest.mark.parametrize("name", FAILURES)
def test_a_request_that_fails_leaves_nothing(own_db: str, name: str, acme: Tenant, signed_in: SignedIn) -> None:
    """Both kinds of view in one database: they may leave nothing, so the second finds it as the first did."""
    client = signed_in("acme")
    expected, _call = FAILURES[name]
    for address in (f"/fail/{name}/", f"/api/v1/fail/{name}"):
        response = client.get(address)
        assert response.status_code == expected, address
        assert b"done" not in response.content
        assert nothing_is_left(acme)


@pytest.mark.parametrize(("address", "expected"), [("/api/v1/invalid", 400), ("/api/v1/busy", 500)])
def test_what_drf_turns_into_an_answer_is_rolled_back(
    own_db: str, address: str, expected: int, acme: Tenant, signed_in: SignedIn
) -> None:
    assert signed_in("acme").get(address).status_code == expected
    assert nothing_is_left(acme)


@pytest.mark.parametrize("address", ["/fine/", "/api/v1/fine"])
def test_a_request_that_succeeds_is_kept_and_ran_inside(
    own_db: str, address: str, acme: Tenant, signed_in: SignedIn
) -> None:
    response = signed_in("acme").get(address)
    assert (response.status_code, response.json()) == (200, {"stand": list(stand_of(acme))})
    assert not nothing_is_left(acme)


def test_a_template_is_rendered_inside(own_db: str, acme: Tenant, signed_in: SignedIn) -> None:
    assert signed_in("acme").get("/late/").content.decode() == f"{acme.role_name} 1"
    assert not nothing_is_left(acme)


@pytest.mark.django_db
def test_a_stream_that_walls_itself_may_leave(acme: Tenant, signed_in: SignedIn) -> None:
    assert b"".join(signed_in("acme").get("/streamed/").streaming_content) == b"ab"  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/account/", "/token/", "/open/"])
def test_marked_views_stay_in_the_core(address: str, signed_in: SignedIn) -> None:
    assert signed_in("acme").get(address).json() == {"stand": list(stand_of(None))}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [("/fine/", 302), ("/account/", 302), ("/api/v1/fine", 401), ("/token/", 200), ("/open/", 200)],
)
def test_who_may_pass_without_signing_in(address: str, status: int, acme: Tenant) -> None:
    response = client_at("acme").get(address)
    assert response.status_code == status
    if status == 302:
        assert "next=http%3A%2F%2Facme." in response["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/fine/", "/account/", "/late/"])
def test_a_member_of_one_tenant_is_refused_at_anothers_host(address: str, signed_in: SignedIn) -> None:
    assert signed_in("acme", at="acme").get(address).status_code == 200
    assert signed_in("acme", at="pacific").get(address).status_code == 404
    assert signed_in("acme", at="pacific").get("/api/v1/fine").status_code == 403


@pytest.mark.django_db
def test_a_membership_that_ended_opens_nothing(signed_in: SignedIn) -> None:
    client = signed_in("acme")
    Membership.objects.filter(tenant__slug="acme").update(is_active=False)
    assert client.get("/fine/").status_code == 404


def problem(response: Any) -> tuple[int, str, int]:
    return response.status_code, response["Content-Type"], response.json()["status"]


@pytest.mark.django_db
def test_a_key_opens_its_own_tenant_alone(with_key: SignedIn, signed_in: SignedIn) -> None:
    kind = "application/problem+json"
    assert with_key("acme").get("/api/v1/fine").status_code == 200
    response = with_key("acme", at="pacific").get("/api/v1/fine")
    assert problem(response) == (401, kind, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")
    both = signed_in("pacific")  # a foreign key is not made good by the right cookie
    both.defaults["HTTP_AUTHORIZATION"] = with_key("acme").defaults["HTTP_AUTHORIZATION"]
    assert problem(both.get("/api/v1/fine")) == (401, kind, 401)
    assert problem(signed_in("acme", at="pacific").get("/api/v1/fine")) == (403, kind, 403)


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["revoked", "expired", "mangled", "other scheme"])
def test_a_key_that_is_no_longer_good_opens_nothing(change: str, with_key: SignedIn, now: Any) -> None:
    client = with_key("acme")
    if change == "revoked":
        ApiKey.objects.update(revoked_at=now)
    if change == "expired":
        ApiKey.objects.update(expires_at=now)
    if change == "mangled":
        client.defaults["HTTP_AUTHORIZATION"] += "x"
    if change == "other scheme":
        client.defaults["HTTP_AUTHORIZATION"] = client.defaults["HTTP_AUTHORIZATION"].replace("Bearer", "Basic")
    assert client.get("/api/v1/fine").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["new", "schema", "granted", "closed"])
@pytest.mark.parametrize("address", ["/fine/", "/account/", "/api/v1/fine"])
def test_a_tenant_that_is_closed_or_not_ready_is_not_found(address: str, state: str, signed_in: SignedIn) -> None:
    client = signed_in("acme")
    Tenant.objects.filter(slug="acme").update(state=state)
    assert client.get(address).status_code == 404
    assert signed_in("pacific").get(address).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["nobody", "acme.deeper", "template", "public"])
def test_a_host_that_is_nobodys_has_no_page(slug: str) -> None:
    for address in ("/", "/fine/", "/open/", "/api/v1/fine"):
        assert client_at(slug).get(address).status_code == 404


@pytest.mark.django_db
def test_a_closed_tenants_host_is_nobodys(acme: Tenant) -> None:
    assert client_at("acme").get("/open/").status_code == 200
    Tenant.objects.filter(slug="acme").update(state="closed")
    for address in ("/open/", "/token/", "/fine/"):
        assert client_at("acme").get(address).status_code == 404
