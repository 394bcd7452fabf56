"""The pages of vehicles, drivers and imports: what they show, to whom, at which cost, and what a form refuses."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from config import clock
from fleet.models import Driver, Import, Vehicle, VehicleRecord
from fleet.selectors.registers import last_change
from fleet.services.imports.applying import write_import
from fleet.services.imports.checking import check_import
from fleet.services.registers.saving import save_entry
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import DATA, Desk
from tests.portal.test_pages import SignIn, show

VINS = ("LSVNV2183R2000001", "LFV2A2152R3000002", "LGXCE4CB0R0000003")


def save(desk: Desk, register: str, **texts: str) -> Any:
    with tenant_context(desk.tenant):
        return save_entry(register=register, texts=texts, actor=desk.actor, now=clock.now(desk.tenant))


def fill(desk: Desk, count: int) -> None:
    for number, vin in enumerate(VINS[:count], start=1):
        save(desk, "vehicles", vin=vin, plate=f"沪A0T00{number}", site_code="SH-SJ", odometer_km="10")
        save(desk, "drivers", name=f"司机{number}", phone=f"1390000000{number}", site_code="SH-SJ")
        send(desk, "vehicles", f"vin\n{vin}\n")


def send(desk: Desk, register: str, content: str) -> Import:
    from fleet.services.imports.receiving import receive_import

    source = receive_import(
        register=register, name="v.csv", content=content.encode(), channel="portal", actor=desk.actor, now=desk.now
    )
    check_import(tenant=desk.tenant, import_id=source.pk, clock=desk.clock)
    with tenant_context(desk.tenant):
        return Import.objects.get(pk=source.pk)


@pytest.mark.parametrize("path", ["/vehicles/", "/drivers/", "/imports/", "/vehicles/?due=soon&use=active&q=沪"])
def test_a_list_costs_as_many_queries_with_three_rows_as_with_one(desk: Desk, sign_in: SignIn, path: str) -> None:
    fill(desk, 1)
    client = sign_in("acme", "fleet_manager")
    show(client, path)
    with CaptureQueriesContext(connection) as one:
        show(client, path)
    for number in (2, 3):
        save(desk, "vehicles", vin=VINS[number - 1], plate=f"沪A0T00{number}", site_code="SH-SJ")
        save(desk, "drivers", name=f"司机{number}", phone=f"1390000000{number}")
        send(desk, "vehicles", f"vin\n{VINS[number - 1]}\n")
    with CaptureQueriesContext(connection) as three:
        show(client, path)
    assert len(three) == len(one)


def test_a_vehicle_is_added_shown_changed_and_taken_out_of_use(desk: Desk, sign_in: SignIn) -> None:
    client = sign_in("acme", "fleet_manager")
    refused = client.post("/vehicles/new/", {"vin": "LSVNV2183R2000002", "plate": "沪A0T001"})
    assert refused.status_code == 422
    assert "The check digit of the VIN" in refused.content.decode()
    response = client.post(
        "/vehicles/new/",
        {"vin": VINS[0], "plate": "沪A0T001", "site_code": "SH-SJ", "cost_center": "冷链", "odometer_km": "48200",
         "inspection_expires_on": "2020-01-31"},
    )  # fmt: skip
    page = response["Location"]
    text = show(client, page)
    for words in ("沪A0T001", "48,200", "SH-SJ", "冷链", "2020-01-31", "over for"):
        assert words in text
    assert "1 with an inspection or insurance over" in show(client, "/vehicles/")
    assert "沪A0T001" in show(client, "/vehicles/?due=over")
    form = {"plate": "粤B0T128", "is_active": "on", "site_code": "", "cost_center": "冷链"}
    assert client.post(f"{page}edit/", form).status_code == 302
    assert "粤B0T128" in show(client, "/vehicles/?q=沪A0T001")  # an old plate finds it
    assert client.post(f"{page}use/").status_code == 302
    assert "粤B0T128" not in show(client, "/vehicles/?use=active")
    assert "Not in use" in show(client, "/vehicles/?use=retired")
    assert client.post(f"{page}use/").status_code == 302
    with tenant_context(desk.tenant):
        record = VehicleRecord.objects.get()
    assert (record.is_active, record.site_code, record.cost_center) == (True, "", "冷链")


def test_a_driver_is_added_and_found_by_any_part_of_the_phone(desk: Desk, sign_in: SignIn) -> None:
    client = sign_in("acme", "fleet_manager")
    response = client.post("/drivers/new/", {"name": "赵磊", "phone": "139-0000-0001", "licence_class": "C1"})
    text = show(client, response["Location"])
    assert "+8613900000001" in text
    assert "赵磊" in show(client, "/drivers/?q=0000001&use=active")
    assert client.post(f"{response['Location']}edit/", {"name": "", "phone": "1"}).status_code == 422
    assert client.post(f"{response['Location']}use/").status_code == 302
    with tenant_context(desk.tenant):
        assert Driver.objects.get().is_active is False


def test_the_second_of_two_people_sees_what_the_first_did_and_loses_nothing(desk: Desk, sign_in: SignIn) -> None:
    key = save(desk, "vehicles", vin=VINS[0], site_code="SH-SJ")
    with tenant_context(desk.tenant):
        page, seen = Vehicle.objects.get().get_absolute_url(), last_change("vehicles", key)
    first = sign_in("acme", "fleet_manager")
    form = {"seen": str(seen), "is_active": "on"}
    assert first.post(f"{page}edit/", {**form, "site_code": "SH-JD"}).status_code == 302
    second = sign_in("acme", "admin")
    response = second.post(f"{page}edit/", {**form, "site_code": "SH-BS", "model": "我的车型"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "changed this while you had it open" in text
    assert "SH-SJ → SH-JD" in text
    assert "我的车型" in text
    with tenant_context(desk.tenant):
        assert VehicleRecord.objects.get().site_code == "SH-JD"
        now_seen = last_change("vehicles", key)
    assert f'value="{now_seen}"' in text
    assert second.post(f"{page}edit/", {**form, "seen": str(now_seen), "site_code": "SH-BS"}).status_code == 302


def test_a_file_is_dropped_looked_at_and_written(desk: Desk, sign_in: SignIn) -> None:
    client = sign_in("acme", "fleet_manager")
    content = (DATA / "vehicles-dirty.csv").read_bytes()
    response = client.post("/vehicles/import/receive/", {"file": SimpleUploadedFile("dirty.csv", content)})
    page = response["Location"]
    assert "Checking rows" in show(client, page)
    with tenant_context(desk.tenant):
        source = Import.objects.get()
    check_import(tenant=desk.tenant, import_id=source.pk, clock=desk.clock)
    text = show(client, page)
    assert "vin_check_digit" in text
    assert "Write 96 rows" in text
    for status in ("all", "new", "changed", "same", "nonsense"):
        show(client, f"{page}?status={status}&page=2")
    assert client.post(f"{page}apply/").status_code == 302
    assert "Writing rows" in show(client, page)
    write_import(tenant=desk.tenant, import_id=source.pk, clock=desk.clock)
    assert "96 rows are in your register." in show(client, page)
    assert "Done" in show(client, f"{page}progress/")
    body = client.get(f"{page}rows-to-mend.csv").content
    again = send(desk, "vehicles", body.decode("utf-8-sig"))
    assert again.total == 24
    assert show(client, again.get_absolute_url()).count("vin_check_digit") == 1


def test_a_bad_file_says_why_and_nothing_is_kept(desk: Desk, sign_in: SignIn) -> None:
    client = sign_in("acme", "fleet_manager")
    for content, words in ((b"", "The file holds no rows."), (bytes(21 * 1024 * 1024), "at most 20 MB")):
        response = client.post("/drivers/import/receive/", {"file": SimpleUploadedFile("x.csv", content)})
        assert response.status_code == 422
        assert words in response.content.decode()
    assert client.post("/drivers/import/receive/").status_code == 422
    with tenant_context(desk.tenant):
        assert Import.objects.count() == 0
    refused = send(desk, "drivers", "nothing\nx\n")
    assert "These columns are missing: name, phone." in show(client, refused.get_absolute_url())


@pytest.mark.parametrize("place", ["vehicles", "drivers", "sites", "cost-centers"])
def test_templates_offer_what_the_tenant_has(desk: Desk, sign_in: SignIn, place: str) -> None:
    client = sign_in("acme", "viewer")
    header = client.get(f"/{place}/import/template.csv").content.decode("utf-8-sig").strip().split(",")
    book = load_workbook(io.BytesIO(client.get(f"/{place}/import/template.xlsx").content))
    assert [cell.value for cell in book.worksheets[0][1]] == header
    choices = [cell.value for row in book["choices"].iter_rows() for cell in row]
    assert ("SH-SJ" in choices) is (place in {"vehicles", "drivers"})
    assert ("冷链" in choices) is (place == "vehicles")


WRITING = ("/vehicles/new/", "/drivers/new/", "/vehicles/import/", "/sites/import/", "/cost-centers/import/")


@pytest.mark.parametrize("role", ["requester", "approver", "finance", "viewer"])
def test_who_may_not_manage_reads_and_is_refused_the_rest(desk: Desk, sign_in: SignIn, role: str) -> None:
    save(desk, "vehicles", vin=VINS[0])
    source = send(desk, "vehicles", f"vin\n{VINS[1]}\n")
    with tenant_context(desk.tenant):
        page = Vehicle.objects.get().get_absolute_url()
    client: Client = sign_in("acme", role)
    for path in ("/vehicles/", "/drivers/", "/imports/", page, source.get_absolute_url()):
        text = show(client, path)
        assert "/edit/" not in text
        assert "/apply/" not in text
    for path in (*WRITING, f"{page}edit/", f"{page}use/"):
        show(client, path, 403)
    assert client.post(f"{page}use/").status_code == 403
    assert client.post("/vehicles/import/receive/", {"file": SimpleUploadedFile("x.csv", b"vin\nx")}).status_code == 403
    assert client.post(f"{source.get_absolute_url()}apply/").status_code == 403
    with tenant_context(desk.tenant):
        assert Vehicle.objects.count() == 1
        assert Import.objects.get().status == "ready"


def test_another_tenants_pages_show_none_of_it(desk: Desk, sign_in: SignIn, pacific: Tenant) -> None:
    fill(desk, 1)
    client = sign_in("pacific", "admin")
    for path in ("/vehicles/", "/drivers/", "/imports/"):
        text = show(client, path)
        assert "沪A0T001" not in text
        assert "司机1" not in text
        assert "v.csv" not in text


@pytest.mark.parametrize("register", ["sites", "cost-centers"])
def test_who_may_not_change_a_place_reads_it(desk: Desk, sign_in: SignIn, register: str) -> None:
    viewer = sign_in("acme", "viewer")
    listed = viewer.get(f"/{register}/").content.decode()
    found = re.search(rf'href="(/{register}/\w{{3}}_\w+/)"', listed)
    assert found
    page = viewer.get(found[1])
    assert page.status_code == 200
    assert 'type="submit" class="btn btn-primary">Save' not in page.content.decode()
    assert viewer.post(found[1], {"code": "X"}).status_code == 403
    assert viewer.get(f"/{register}/new/").status_code == 403
