"""The order list as people use it: views that are kept, rows that are picked, and what it costs."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.ids import public_id
from fleet.models import FirstView, SavedView
from repair import states as jobs
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.world import moved, place, ref, tell
from tests.portal.conftest import SignIn

NEW = "/orders/views/new/?q=&status=in_repair&page=2"


def show(client: object, path: str, status: int = 200) -> str:
    response = client.get(path)  # type: ignore[attr-defined]
    assert response.status_code == status, response.status_code
    return str(response.content.decode())


def test_a_view_is_kept_opened_first_changed_and_removed(world: Tenant, sign_in: SignIn) -> None:
    orders = place(world, 2)
    tell(world, moved(orders[0].order_id, jobs.IN_REPAIR))
    client = sign_in("acme", "viewer")
    assert "Save this view" in show(client, "/orders/?status=in_repair")
    assert "Everybody at your company" not in show(client, NEW)
    assert client.post(NEW, {"name": ""}).status_code == 422
    response = client.post(NEW, {"name": "At work", "is_first": "on", "is_shared": "on"})
    assert (response.status_code, response["Location"]) == (302, "/orders/?status=in_repair")
    with tenant_context(world):
        view = SavedView.objects.get()
    assert (view.name, view.query, view.is_shared) == ("At work", "status=in_repair", False)
    assert client.get("/orders/")["Location"] == "/orders/?status=in_repair"
    text = show(client, "/orders/?status=in_repair")
    assert "Change view" in text
    assert (orders[0].number in text, orders[1].number in text) == (True, False)
    assert orders[1].number in show(client, "/orders/?all=1")
    again = client.post(NEW.replace("in_repair", "qc"), {"name": "At work"})
    assert (again.status_code, "You have a view of this name already." in again.content.decode()) == (422, True)
    replaced = client.post("/orders/views/new/?group=late", {"instead_of": view.ref, "name": ""})
    assert replaced["Location"] == "/orders/?group=late"
    client.post(f"/orders/views/{view.ref}/", {"name": "Late"})
    with tenant_context(world):
        assert list(SavedView.objects.values_list("name", "query")) == [("Late", "group=late")]
        assert not FirstView.objects.exists()
    assert "Remove the view" in show(client, f"/orders/views/{view.ref}/remove/")
    client.post(f"/orders/views/{view.ref}/remove/")
    with tenant_context(world):
        assert not SavedView.objects.exists()


def test_a_shared_view_is_everybodys_and_a_private_one_is_not_found_by_others(world: Tenant, sign_in: SignIn) -> None:
    manager, viewer = sign_in("acme", "fleet_manager"), sign_in("acme", "viewer")
    manager.post(NEW, {"name": "For all", "is_shared": "on"})
    manager.post("/orders/views/new/?group=late", {"name": "My own"})
    with tenant_context(world):
        views = {view.name: view.ref for view in SavedView.objects.all()}
    text = show(viewer, "/orders/")
    assert ("For all" in text, "My own" in text) == (True, False)
    assert "Change view" not in show(viewer, "/orders/?status=in_repair")
    show(viewer, f"/orders/views/{views['My own']}/", 404)
    assert viewer.post(f"/orders/views/{views['My own']}/remove/").status_code == 404
    refused = viewer.post(f"/orders/views/{views['For all']}/remove/")
    assert refused.status_code == 403
    assert show(sign_in("pacific", "fleet_manager"), "/orders/").count("For all") == 0
    show(sign_in("pacific", "admin"), f"/orders/views/{views['For all']}/", 404)
    with tenant_context(world):
        assert SavedView.objects.count() == 2


def test_the_orders_that_were_picked_are_exported_alone(world: Tenant, pacific: Tenant, sign_in: SignIn) -> None:
    orders = place(world, 3)
    theirs = place(pacific, 1)
    picked = "&".join(f"pick={ref(order.order_id)}" for order in (orders[0], orders[2], theirs[0]))
    client = sign_in("acme", "viewer")
    body = b"".join(client.get(f"/orders/export.csv?{picked}").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [row[0] for row in csv.reader(io.StringIO(body))][1:] == [orders[2].number, orders[0].number]
    body = b"".join(client.get("/orders/export.csv?pick=nonsense").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(body.splitlines()) == 1
    assert public_id("ord", orders[0].order_id) in show(client, "/orders/")


@pytest.mark.parametrize("path", ["/orders/?all=1", "/orders/views/new/?group=late"])
def test_views_cost_as_many_queries_when_there_are_three_as_when_there_is_one(
    world: Tenant, pacific: Tenant, sign_in: SignIn, path: str
) -> None:
    costs = []
    for tenant, count in ((world, 1), (pacific, 3)):
        client = sign_in(tenant.slug, "fleet_manager")
        place(tenant, count)
        for number in range(count):
            client.post("/orders/views/new/?group=late", {"name": str(number), "is_shared": "on"})
        show(client, path)
        with CaptureQueriesContext(connection) as seen:
            show(client, path)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_days_narrow_from_and_to(world: Tenant, sign_in: SignIn) -> None:
    (order,) = place(world)
    client = sign_in("acme", "viewer")
    for query, is_found in (
        ("day=2026-11-23", True), ("day=2026-11-24", False), ("until=2026-11-23", True), ("until=2026-11-22", False),
    ):  # fmt: skip
        assert (order.number in show(client, f"/orders/?{query}")) is is_found, query
