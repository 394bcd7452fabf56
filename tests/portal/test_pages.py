"""The portal's pages over HTTP: what they show, to whom, at which cost, and that nothing half done stays."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from events.ids import new_id
from files.models import StoredFile
from fleet.models import Batch, CostCenter, Order, Site
from repair import states as jobs
from repair.events import OrderEstimateDecided, OrderWindowsOffered
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import DATA, Desk
from tests.fleet.test_batches import as_csv, lines_of
from tests.fleet.world import NOW, estimated, moved, place, ref, tell

LISTS = [
    "/orders/",
    "/complaints/",
    "/approvals/",
    "/approvals/limits/",
    "/approvals/delegations/",
    "/budgets/",
    "/batches/",
    "/vehicles/",
    "/sites/",
    "/cost-centers/",
    "/search/?q=LSVN",
]
SignIn = Callable[..., Client]


def show(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.status_code
    return response.content.decode()


def fill(tenant: Tenant, desk: Desk, count: int) -> None:
    """`count` of everything that a list may show."""
    batch = new_id()
    orders = place(tenant, count, batch_id=batch)
    tell(tenant, *(moved(order.order_id, jobs.AWAITING_APPROVAL) for order in orders))
    tell(tenant, *(estimated(order.order_id, 1_000, 2_000) for order in orders))
    for number in range(count):
        rows = lines_of(count=1)
        rows[0]["external_ref"] = f"{tenant.slug}-{number}"
        desk.upload(as_csv(rows), name=f"{number}.csv")


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_as_many_queries_with_three_rows_as_with_one(
    world: Tenant, desk: Desk, sign_in: SignIn, path: str, pacific: Tenant
) -> None:
    other = Desk(pacific, desk.now)
    fill(world, desk, 1)
    fill(pacific, other, 3)
    with tenant_context(pacific):
        for code in ("A", "B", "C"):
            Site.objects.create(code=code, address="x", lat=31, lng=121)
            CostCenter.objects.create(name=code)
    with tenant_context(world):
        Site.objects.exclude(code="SH-SJ").delete()
        CostCenter.objects.exclude(name="华东干线").delete()
    costs = []
    for slug in ("acme", "pacific"):
        client = sign_in(slug, "fleet_manager")
        show(client, path)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            show(client, path)
        costs.append([query["sql"] for query in seen.captured_queries])
    assert len(costs[0]) == len(costs[1]), "\n".join(sorted(set(costs[1]) ^ set(costs[0])))


def test_the_pages_of_one_order_show_what_there_is(world: Tenant, sign_in: SignIn) -> None:
    (order,) = place(world)
    client = sign_in("acme", "fleet_manager")
    page = f"/orders/{ref(order.order_id)}/"
    text = show(client, page)
    for wanted in (order.number, order.plate, "异响", "刘芳娟", "华东干线", "Order placed"):
        assert wanted in text
    windows = ((NOW.replace(hour=7), NOW.replace(hour=9)),)
    tell(world, OrderWindowsOffered(subject=ref(order.order_id), order_id=order.order_id, windows=windows))
    assert "Choose another window" in show(client, page)
    tell(world, moved(order.order_id, jobs.AWAITING_APPROVAL), estimated(order.order_id, 12_345, 100))
    text = show(client, page)
    assert "¥124.45" in text
    assert "Approve as above" in text
    assert "Approve as above" not in show(sign_in("acme", "viewer"), page)


def test_a_decided_estimate_stays_to_be_read(world: Tenant, sign_in: SignIn) -> None:
    (order,) = place(world)
    key = order.order_id
    told = estimated(key, 500)
    decided = OrderEstimateDecided(
        subject=ref(key), order_id=key, estimate_version=1, decision="approved", approved_fen=500, reason="", lines=told.lines,
        promised_return_at=NOW,
    )  # fmt: skip
    tell(world, moved(key, jobs.AWAITING_APPROVAL), told, decided, moved(key, jobs.APPROVED))
    text = show(sign_in("acme", "viewer"), f"/orders/{ref(key)}/")
    assert "Estimate 1" in text
    assert "Work approved" in text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_state_and_event_has_its_words(language: str) -> None:
    from django.utils import translation

    from events.catalogue import events
    from fleet import states, texts, timeline

    with translation.override(language):
        assert all(str(texts.ORDER_STATES[state]) and str(texts.NEXT[state]) for state in jobs.JOB.states)
        assert all(str(texts.BATCH_STATES[state]) for state in states.BATCH.states)
        assert all(str(texts.IMPORT_STATES[state]) for state in states.IMPORT.states)
    prefixes = ("order.", "vehicle.", "batch.", "site.", "cost_center.", "driver.", "import.", "limit.", "settings.",
                "view.", "member.", "api_key.", "complaint.")  # fmt: skip
    missing = [name for name in events if name.startswith(prefixes) and name not in timeline.EVENTS]
    assert missing == []


def test_orders_are_searched_narrowed_sorted_and_exported(world: Tenant, sign_in: SignIn) -> None:
    orders = place(world, 3)
    tell(world, moved(orders[0].order_id, jobs.IN_REPAIR))
    client = sign_in("acme", "viewer")
    assert orders[1].number in show(client, "/orders/?q=r-2")
    assert orders[0].number not in show(client, "/orders/?q=r-2")
    text = show(client, "/orders/?status=in_repair&site=SH-SJ&day=2026-11-23")
    assert orders[0].number in text
    assert orders[1].number not in text
    text = show(client, "/orders/?sort=number")
    assert text.index(orders[0].number) < text.index(orders[2].number)
    response = client.get("/orders/export.csv?q=r-")
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert response["Content-Type"].startswith("text/csv")
    assert [order.number in body for order in orders] == [True] * 3
    assert "In repair" in body
    assert len(body.splitlines()) == 4


def test_the_workbook_holds_what_the_filter_leaves_page_by_page(
    world: Tenant, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fleet.views.orders.exports.PAGE", 2)
    orders = place(world, 5, contact="=1+1\x01<b>", cost_center="冷链")
    client = sign_in("acme", "viewer")
    response = client.get("/orders/export.xlsx?cost_center=冷链&service=repair")
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    rows = list(book.worksheets[0].values)
    assert book.sheetnames == ["Orders"]
    assert [row[0] for row in rows] == ["Order", *(order.number for order in reversed(orders))]
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["Contact"], first["Status"]) == ("=1+1<b>", "New")
    assert first["Window start"] == datetime(2026, 11, 23, 11, 0)  # what a sheet holds has no zone
    empty = client.get("/orders/export.xlsx?cost_center=冷链&service=inspection")
    assert len(list(load_workbook(io.BytesIO(b"".join(empty.streaming_content))).worksheets[0].values)) == 1  # type: ignore[attr-defined]


def test_an_export_reads_its_rows_in_stays_of_its_own(world: Tenant, sign_in: SignIn) -> None:
    place(world, 2)
    response = sign_in("acme", "viewer").get("/orders/export.csv")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        before = cursor.fetchone()
        places = []
        for _part in response.streaming_content:  # type: ignore[attr-defined]
            cursor = connection.cursor()
            cursor.execute("SELECT current_user, current_schema()")
            places.append(cursor.fetchone())
    assert len(places) > 1 and set(places) == {before}  # the header, and a page of rows


def test_a_cell_of_the_export_never_runs_as_a_formula(world: Tenant, sign_in: SignIn) -> None:
    place(world, contact="=cmd|' /C calc'!A0")
    body = b"".join(sign_in("acme", "viewer").get("/orders/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=cmd" in body


def test_an_upload_becomes_a_checked_batch_and_orders(
    world: Tenant, desk: Desk, sign_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    client = sign_in("acme", "requester")
    assert "Drop a file here" in show(client, "/batches/new/")
    file = SimpleUploadedFile("orders.csv", as_csv(lines_of(count=5)), content_type="text/csv")
    response = client.post("/batches/receive/", {"file": file, "policy": "accept_valid"})
    assert response.status_code == 302
    page = response["Location"]
    assert "Checking rows" in show(client, page)
    with tenant_context(world):
        batch = Batch.objects.get()
    assert (batch.policy, batch.channel, batch.created_by) == ("accept_valid", "portal", "王娟平")
    from fleet.services.checking import check_file
    from fleet.services.opening import open_orders

    check_file(tenant=world, batch_id=batch.pk, clock=desk.clock)
    assert "Submit 5 orders" in show(client, page)
    assert client.post(f"{page}submit/").status_code == 302
    assert "Placing orders" in show(client, page)
    assert "hx-get" in show(client, f"{page}progress/")
    open_orders(tenant=world, batch_id=batch.pk, clock=desk.clock)
    text = show(client, page)
    assert "5 orders are placed." in text
    assert "valuables" in text
    assert 'data-ui-go="' in show(client, f"{page}progress/")
    assert StoredFile.objects.get().claimed_at is not None


@pytest.mark.parametrize(
    ("content", "text"), [(b"", "The file holds no rows."), (bytes(21 * 1024 * 1024), "at most 20 MB")]
)
def test_a_file_of_an_impossible_size_is_refused_beside_its_field(
    world: Tenant, sign_in: SignIn, content: bytes, text: str
) -> None:
    client = sign_in("acme", "fleet_manager")
    response = client.post(
        "/batches/receive/", {"file": SimpleUploadedFile("a.csv", content), "policy": "accept_valid"}
    )
    assert response.status_code == 422
    assert text in response.content.decode()
    assert not StoredFile.objects.exists()
    with tenant_context(world):
        assert not Batch.objects.exists()


def test_a_form_without_a_file_or_with_an_unknown_policy_is_shown_again(world: Tenant, sign_in: SignIn) -> None:
    client = sign_in("acme", "fleet_manager")
    assert client.post("/batches/receive/", {"policy": "accept_valid"}).status_code == 422
    file = SimpleUploadedFile("a.csv", b"x")
    assert client.post("/batches/receive/", {"file": file, "policy": "perhaps"}).status_code == 422


def test_a_rejected_row_is_shown_with_its_fault_mended_and_downloaded(
    world: Tenant, desk: Desk, sign_in: SignIn
) -> None:
    batch = desk.send("orders-dirty.csv")
    client = sign_in("acme", "fleet_manager")
    page = batch.get_absolute_url()
    text = show(client, page)
    assert "vin_check_digit" in text
    assert "LEFYECG21NF799443" in text
    body = show(client, f"{page}rows-to-mend.csv")
    assert len(body.splitlines()) >= 35
    assert "row_problems" in body
    assert "LEFYECG21NF799443" in show(client, f"{page}rows/7/mend/")
    response = client.post(f"{page}rows/7/mend/", {"vin": "LSVNV2183R2000001"})
    assert response.status_code == 302
    with tenant_context(world):
        assert (batch.rows.get(line=7).cells or {})["vin"] == "LSVNV2183R2000001"
    for status in ("all", "valid", "warned", "rejected", "changed_since", "nonsense"):
        show(client, f"{page}?status={status}&page=2")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_templates_are_downloaded(world: Tenant, sign_in: SignIn, kind: str) -> None:
    response = sign_in("acme", "viewer").get(f"/batches/template.{kind}")
    assert response.status_code == 200
    assert response.content


def test_a_refused_action_says_why_and_changes_nothing(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    batch = desk.send("orders-dirty.csv")
    client = sign_in("acme", "fleet_manager")
    response = client.post(f"{batch.get_absolute_url()}submit/", follow=True)
    assert "34 rows cannot be taken" in response.content.decode()
    assert desk.read(batch).status == "needs_fixes"
    (order,) = place(world)
    page = f"/orders/{ref(order.order_id)}/"
    assert client.post(f"{page}cancel/", {"reason": ""}).status_code == 422
    assert client.post(f"{page}cancel/", {"reason": "x"}).status_code == 302
    with tenant_context(world):
        assert Order.objects.get().status == "new"


def test_an_error_stands_beside_its_field(world: Tenant, sign_in: SignIn) -> None:
    client = sign_in("acme", "fleet_manager")
    values = {"code": "SH-SJ", "address": "x", "lat": "31", "lng": "121"}
    response = client.post("/sites/new/", values)
    assert response.status_code == 422
    assert "There is an entry with this Code already." in response.content.decode()
    assert client.post("/sites/new/", {**values, "code": "N-1"}).status_code == 302
    with tenant_context(world):
        site = Site.objects.get(code="N-1")
    assert client.post(site.get_absolute_url(), {**values, "code": "N-1", "lat": "95"}).status_code == 422
    assert client.post(site.get_absolute_url(), {**values, "code": "N-1", "lat": "32"}).status_code == 302
    assert client.post("/cost-centers/new/", {"name": "新部门", "is_active": "on"}).status_code == 302


def test_an_administrator_sets_the_policy_and_nobody_else(world: Tenant, sign_in: SignIn) -> None:
    assert sign_in("acme", "fleet_manager").post("/settings/", {"policy": "accept_valid"}).status_code == 403
    admin = sign_in("acme", "admin")
    assert admin.post("/settings/", {"policy": "accept_valid"}).status_code == 302
    assert admin.post("/settings/", {"policy": "whatever"}).status_code == 422
    from fleet.selectors.settings import read_settings

    with tenant_context(world):
        assert read_settings().policy == "accept_valid"


FORMS: dict[str, tuple[set[str], dict[str, str]]] = {
    "/batches/new/": ({"admin", "fleet_manager", "requester"}, {}),
    "/sites/new/": ({"admin", "fleet_manager"}, {}),
    "/cost-centers/new/": ({"admin", "fleet_manager"}, {}),
}
ROLES = ["admin", "fleet_manager", "requester", "approver", "finance", "viewer"]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_and_is_refused_what_it_may_not(world: Tenant, sign_in: SignIn, role: str) -> None:
    client = sign_in("acme", role)
    for path in LISTS:
        show(client, path)
    for path, (allowed, _data) in FORMS.items():
        show(client, path, 200 if role in allowed else 403)


def test_another_tenants_objects_are_404_and_nothing_changes(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    (order,) = place(world)
    batch = desk.send("orders-dirty.csv")
    with tenant_context(world):
        site, center = Site.objects.first(), CostCenter.objects.first()
        vehicle = Order.objects.get().vehicle
    assert site is not None
    assert center is not None
    client = sign_in("pacific", "admin")
    order_page, batch_page = f"/orders/{ref(order.order_id)}/", batch.get_absolute_url()
    reads = [
        order_page,
        batch_page,
        f"{batch_page}progress/",
        f"{batch_page}rows-to-mend.csv",
        f"{batch_page}rows/7/mend/",
        f"{batch_page}grid/",
    ]
    reads += [vehicle.get_absolute_url(), site.get_absolute_url(), center.get_absolute_url()]
    writes = [f"{order_page}{name}/" for name in ("cancel", "reschedule", "window", "rate", "estimates/1")]
    writes += [
        f"{batch_page}{name}/"
        for name in (
            "submit",
            "discard",
            "roll-back",
            "resume",
            "rows/7/confirm",
            "rows/7/mend",
            "grid/mend",
            "grid/replace",
        )
    ]
    for path in reads:
        show(client, path, 404)
    for path in writes:
        assert client.post(path, {"reason": "x"}).status_code == 404
    with tenant_context(world):
        assert Order.objects.get().status == "new"
        assert Batch.objects.get().status == "needs_fixes"


def test_a_stranger_is_led_to_sign_in_and_a_member_of_another_tenant_refused(
    world: Tenant, browser_of: Callable[[str], Client], sign_in: SignIn
) -> None:
    assert browser_of("acme").get("/orders/").status_code == 302
    client = sign_in("pacific", "admin")
    assert client.get("/orders/", headers={"host": "acme.baylink.localhost"}).status_code == 404


def test_the_file_of_a_batch_is_fetched_by_whom_the_link_was_made_for(
    world: Tenant, desk: Desk, sign_in: SignIn
) -> None:
    content = (DATA / "orders-gbk.csv").read_bytes()
    batch = desk.upload(content)
    mine = sign_in("acme", "viewer")
    text = show(mine, batch.get_absolute_url())
    link = text.split('href="/files/')[1].split('"')[0]
    response = mine.get(f"/files/{link}")
    assert response.content == content
    assert response["Content-Disposition"].startswith("attachment")
    assert sign_in("acme", "approver").get(f"/files/{link}").status_code == 404
    assert mine.get("/files/nonsense/").status_code == 404


@pytest.mark.parametrize(
    "query", ["page=99999999999999999999999", "per_page=100000", "per_page=0", "page=x", "status=%00"]
)
def test_a_page_that_cannot_be_is_no_error(world: Tenant, sign_in: SignIn, query: str) -> None:
    place(world, 3)
    client = sign_in("acme", "fleet_manager")
    assert client.get(f"/orders/?{query}").status_code == 200
