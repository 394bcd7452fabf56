"""Who may: scopes of keys, roles of people, CSRF; another tenant's key and ids; and every view says what it asks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from api import urls
from api.base import ApiView
from api.docs import DocsView, SchemaView
from events.ids import new_id, public_id
from fleet.models import Batch, Order, Site
from tenants.context import tenant_context
from tenants.marks import Wall, wall_of
from tenants.models import Tenant
from tenants.people.keys import SCOPES
from tests.api.conftest import Partner, Signed, key_of, line, place_orders
from tests.fleet.conftest import seed_book
from tests.fleet.world import estimated, tell

LINE_NO = "1"
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
OPEN = {SchemaView, DocsView}
SITE = {"code": "NEW-1", "address": "上海市浦东新区金桥路1号", "lat": 31.26, "lng": 121.61}


def views() -> Iterator[tuple[str, type[Any]]]:
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        yield str(pattern.pattern), pattern.callback.cls  # type: ignore[attr-defined]


OPERATIONS = [
    (str(address), method, cls.scopes[method])
    for address, cls in views()
    if cls not in OPEN
    for method in METHODS
    if hasattr(cls, method.lower())
]


def filled(address: str, ids: dict[str, str]) -> str:
    """An address with ids in it."""
    for name, value in ids.items():
        address = address.replace(f"<str:{name}>", value)
    return address.replace("<int:version>", "1").replace("<int:line>", LINE_NO)


@pytest.fixture
def ids(erp: Partner, world: Tenant) -> dict[str, str]:
    """An object of each kind of acme's."""
    (order,) = place_orders(erp, world, line(1))
    tell(world, estimated(key_of(order["id"]), 1_000))
    return {
        "batch_id": order["batch"],
        "order_id": order["id"],
        "vehicle_id": order["vehicle"],
        "site_id": erp.get("sites").json()["data"][0]["id"],
        "file_id": erp.upload("files", "a.csv", b"x", purpose="order_batch").json()["id"],
        "cost_center_id": erp.get("cost-centers").json()["data"][0]["id"],
        "driver_id": erp.post("drivers", {"name": "赵磊", "phone": "13900000001"}).json()["id"],
        "complaint_id": erp.post("complaints", {"orders": [order["id"]], "text": "划痕"}).json()["id"],
        "import_id": erp.post("imports", {"register": "drivers", "rows": [{"name": "x", "phone": "1"}]}).json()["id"],
    }


def send(partner: Partner, method: str, address: str, **headers: str) -> Any:
    more = {"If_Match": "*"} if method == "PATCH" else {}
    return partner.send(method, address, {} if method != "GET" else None, **more, **headers)


def state_of(tenant: Tenant) -> tuple[Any, ...]:
    with tenant_context(tenant):
        return (
            list(Site.objects.order_by("pk").values_list()),
            list(Order.objects.order_by("pk").values_list()),
            list(Batch.objects.order_by("pk").values_list()),
        )


ALSO = {"imports/<": "drivers"}  # the import of `ids` is one of drivers: its kind's scope is asked, too


def kinds_scope(address: str, method: str, scope: str) -> list[str]:
    """The scope that the kind of an import asks besides the view's own."""
    kind = next((kind for start, kind in ALSO.items() if address.startswith(start)), None)
    return [f"{kind}:{scope.partition(':')[2]}"] if kind else []


def test_every_scope_has_its_action_in_the_book() -> None:
    assert {scope for _address, _method, scope in OPERATIONS} == set(SCOPES)


def test_every_view_names_a_known_scope_for_every_method() -> None:
    found = list(views())
    assert len(found) == len(urls.urlpatterns)
    for address, cls in found:
        if cls in OPEN:
            assert wall_of(cls.as_view()) == Wall.OPEN
            continue
        assert issubclass(cls, ApiView), address
        methods = {method for method in METHODS if hasattr(cls, method.lower())}
        assert methods == set(cls.scopes), address
        assert set(cls.scopes.values()) <= set(SCOPES), address


def test_the_schema_is_the_only_open_view() -> None:
    assert {cls for _address, cls in views() if not issubclass(cls, ApiView)} == OPEN
    assert issubclass(SchemaView, SpectacularAPIView)


def test_a_view_without_a_scope_is_shut(db: None, acme: Tenant) -> None:
    from dataclasses import replace

    from tenants.actors import NOBODY

    class Forgotten(ApiView):
        def get(self, request: Request) -> Response:
            return Response({})

    request = APIRequestFactory().get("/")
    request.actor = replace(  # type: ignore[attr-defined]
        NOBODY, kind="key", id="1", tenant=acme, scopes=frozenset({"*"})
    )
    assert Forgotten.as_view()(request).status_code == 403


@pytest.mark.parametrize(("address", "method", "scope"), OPERATIONS)
def test_a_key_needs_the_scope(
    ids: dict[str, str], world: Tenant, issue: Callable[..., Partner], address: str, method: str, scope: str
) -> None:
    path, before = filled(address, ids), state_of(world)
    others = sorted(set(SCOPES) - {scope})
    refused = send(issue(world, *others), method, path)
    assert refused.status_code == 403
    assert (refused.json()["type"], refused.json()["scope"]) == ("urn:baylink:problem:scope-missing", scope)
    assert state_of(world) == before
    allowed = send(issue(world, scope, *kinds_scope(address, method, scope)), method, path)
    assert allowed.status_code not in {401, 403, 404, 405, 500}, allowed.content


@pytest.mark.parametrize(("address", "method", "scope"), OPERATIONS)
def test_another_tenants_ids_are_not_found(
    ids: dict[str, str],
    world: Tenant,
    pacific: Tenant,
    issue: Callable[..., Partner],
    address: str,
    method: str,
    scope: str,
) -> None:
    if "<" not in address or address.endswith("/files"):  # a form: tests/api/test_complaints.py
        return
    before = state_of(world)
    answer = send(issue(pacific), method, filled(address, ids))
    looks_first = address.endswith(("submit", "discard", "confirm", "apply", "make-real", "resume"))
    looks_first |= address.startswith("complaints/")
    assert answer.status_code == (422 if method == "POST" and not looks_first else 404)
    complete = {"reason": "x", "decision": "reject", "no": 1, "score": 5}
    if address.startswith("complaints/"):
        complete = {"text": "x"} if address.endswith("evidence") else {"reason": "x"}
        complete = {} if address.endswith("accept") else complete
    if method == "POST":
        assert issue(pacific).post(filled(address, ids), complete).status_code == 404
    assert state_of(world) == before


@pytest.mark.parametrize(("address", "method", "scope"), OPERATIONS)
def test_another_tenants_key_and_no_key_are_refused(
    ids: dict[str, str],
    world: Tenant,
    pacific: Tenant,
    issue: Callable[..., Partner],
    address: str,
    method: str,
    scope: str,
) -> None:
    path, before = filled(address, ids), state_of(world)
    for stranger in (issue(pacific, at="acme"), Partner("", "acme"), Partner("blk_0_x", "acme")):
        refused = send(stranger, method, path)
        assert refused.status_code == 401
        assert refused["Content-Type"] == "application/problem+json"
        assert refused["WWW-Authenticate"] == 'Bearer realm="Baylink"'
    assert state_of(world) == before


def test_lists_show_the_own_tenant_alone(
    ids: dict[str, str], world: Tenant, pacific: Tenant, issue: Callable[..., Partner]
) -> None:
    seed_book(pacific)
    insurer = issue(pacific)
    for address in ("orders", "order-batches", "vehicles"):
        assert insurer.get(address).json()["data"] == []
    mine = {row["id"] for row in insurer.get("sites").json()["data"]}
    assert mine and ids["site_id"] not in mine
    assert insurer.get(f"events?subject={ids['order_id']}").json()["data"] == []


# --- people -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "reads", "orders", "manages"),
    [
        ("admin", 200, 202, 201),
        ("fleet_manager", 200, 202, 201),
        ("requester", 200, 202, 403),
        ("approver", 200, 403, 403),
        ("finance", 200, 403, 403),
        ("viewer", 200, 403, 403),
    ],
)
def test_people_may_what_their_roles_include(
    world: Tenant, sign_in: Callable[..., Signed], role: str, reads: int, orders: int, manages: int
) -> None:
    person = sign_in(world, role)
    assert person.get("orders").status_code == reads
    assert person.post("order-batches", {"orders": [line(1)]}).status_code == orders
    answer = person.post("sites", SITE)
    assert answer.status_code == manages
    if manages == 403:
        assert answer.json()["type"] == "urn:baylink:problem:forbidden"


def test_a_person_of_another_tenant_is_refused(world: Tenant, pacific: Tenant, sign_in: Callable[..., Signed]) -> None:
    person = sign_in(pacific, "admin")
    person.slug = "acme"
    refused = person.get("orders")
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("token", ["", "b" * 32])
def test_a_persons_change_needs_the_pages_token(world: Tenant, sign_in: Callable[..., Signed], token: str) -> None:
    person = sign_in(world, "admin")
    refused = person.post("sites", SITE, X_CSRFToken=token)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:baylink:problem:csrf-failed")
    with tenant_context(world):
        assert not Site.objects.filter(code="NEW-1").exists()
    assert person.get("sites", X_CSRFToken="").status_code == 200


def test_a_key_does_not_lean_on_a_cookie(world: Tenant, sign_in: Callable[..., Signed]) -> None:
    """A header that proves nothing makes nobody, whatever cookie came with it."""
    person = sign_in(world, "admin")
    person.key = "blk_0_x"
    assert person.get("orders").status_code == 401


# --- the map ------------------------------------------------------------------------------------------------------------


def test_the_api_lies_in_the_tenants_map_alone(db: None) -> None:
    assert get_resolver(settings.TENANT_URLCONF).resolve("/api/v1/orders").func.cls.__name__ == "OrderList"  # type: ignore[attr-defined]
    for host in (settings.BASE_DOMAIN, settings.OPERATOR_HOST):
        answer = Client(headers={"host": host}).get("/api/v1/orders")
        assert answer.status_code == 404


def test_other_methods_are_refused_with_what_is_allowed(erp: Partner) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        refused = erp.send(method, "orders")
        assert refused.status_code == 405
        assert refused.json()["type"] == "urn:baylink:problem:method-not-allowed"
        assert refused.json()["detail"] == f"{method} cannot be used here."
        assert "GET" in refused["Allow"]


def test_what_does_not_exist_is_a_problem_document(erp: Partner) -> None:
    for address in ("nothing", f"orders/{public_id('ord', new_id())}", "orders/"):
        answer = erp.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
