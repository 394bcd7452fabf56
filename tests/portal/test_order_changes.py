"""Changing and cancelling orders over HTTP: the amend form, several at once, changed rows, a file that comes back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fleet.models import Batch, Order
from fleet.services.checking import check_file
from repair.models import Job
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk
from tests.fleet.test_batch_ways import changed_batch, wrong_rows
from tests.fleet.test_batches import as_csv, lines_of

SignIn = Callable[..., Client]


def orders_of(desk: Desk) -> list[Order]:
    with tenant_context(desk.tenant):
        return list(Order.objects.order_by("number"))


def values_of(page: str) -> dict[str, str]:
    """What a form without scripts would send back: its hidden values."""
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', page))


def typed(order: Order, **changes: Any) -> dict[str, Any]:
    """The form filled in as the order is, but for some fields."""
    return {
        "window_start": "2030-11-25T10:00", "window_end": "2030-11-25T12:00", "site_code": order.site_code,
        "address": order.address, "lat": order.lat, "lng": order.lng, "contact": order.contact, "phone": order.phone,
        "plate": order.plate, "cost_center": order.cost_center, "po_number": order.po_number, "notes": order.notes,
        **changes,
    }  # fmt: skip


def test_an_order_is_changed_and_the_second_person_is_told(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    desk.submit(desk.upload(as_csv(lines_of())))
    order = orders_of(desk)[0]
    client = sign_in("acme", "fleet_manager")
    page = f"{order.get_absolute_url()}amend/"
    assert page in client.get(order.get_absolute_url()).content.decode()
    first = second = values_of(client.get(page).content.decode())
    response = client.post(page, {**first, **typed(order, contact="赵敏", site_code="SH-WGQ", phone="13900001234")})
    assert response.status_code == 302, response.content.decode()
    found = orders_of(desk)[0]
    assert (found.contact, found.site_code, found.phone) == ("赵敏", "SH-WGQ", "+8613900001234")
    assert found.address != order.address
    assert Job.objects.get(order_id=order.pk).contact == "赵敏"
    response = client.post(page, {**second, **typed(order, contact="钱伟")})
    assert response.status_code == 422
    text = response.content.decode()
    assert "Somebody has changed this order meanwhile" in text
    assert "Contact" in text
    assert orders_of(desk)[0].contact == "赵敏"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("phone", "12", "This is not a telephone number."), ("plate", "XX", "The plate has no form that is in use."),
        ("window_end", "2030-11-25T09:00", "The window must end after it begins."),
        ("lat", "95", "90"), ("site_code", "NOWHERE", "NOWHERE"), ("window_start", "x", "Enter a valid date/time."),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(
    world: Tenant, desk: Desk, sign_in: SignIn, field: str, text: str, said: str
) -> None:
    desk.submit(desk.upload(as_csv(lines_of())))
    order = orders_of(desk)[0]
    client = sign_in("acme", "fleet_manager")
    response = client.post(f"{order.get_absolute_url()}amend/", typed(order, **{field: text}))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert orders_of(desk)[0].updated_seq == order.updated_seq


def test_several_orders_are_cancelled_and_each_is_answered(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    batch = desk.submit(desk.upload(as_csv(lines_of())))
    orders = orders_of(desk)
    refs = [order.ref for order in orders[:2]]
    Job.objects.filter(order_id=orders[1].pk).update(status="in_custody")
    client = sign_in("acme", "fleet_manager")
    shown = client.get(batch.get_absolute_url()).content.decode()
    assert shown.count('name="pick"') == 3
    asked = client.get("/orders/cancel/", {"pick": refs})
    assert asked.status_code == 200
    assert orders[0].number in asked.content.decode()
    assert client.post("/orders/cancel/", {"pick": refs}).status_code == 422  # no reason
    response = client.post("/orders/cancel/", {"pick": refs, "reason": "改期"})
    assert response.status_code == 200
    assert "1 of 2 was cancelled" in response.content.decode()
    assert [order.status for order in orders_of(desk)] == ["cancelled", "acknowledged", "acknowledged"]
    saved = client.post("/orders/cancel/results.csv", {"pick": refs}).content.decode("utf-8-sig")
    assert [line.split(",")[5] for line in saved.splitlines()[1:]] == ["Cancelled", "Not cancelled"]
    whole = client.get(f"{batch.get_absolute_url()}results.csv").content.decode("utf-8-sig")
    assert [line.split(",")[0] for line in whole.splitlines()[1:]] == ["2", "3", "4"]
    assert client.get("/orders/cancel/").status_code == 422
    stranger = sign_in("pacific", "admin")
    assert stranger.post("/orders/cancel/", {"pick": refs, "reason": "x"}).status_code == 404
    assert stranger.post("/orders/cancel/results.csv", {"pick": refs}).status_code == 404
    assert sign_in("acme", "viewer").post("/orders/cancel/", {"pick": refs, "reason": "x"}).status_code == 403


def test_changed_rows_are_shown_beside_their_orders_and_confirmed(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    batch = changed_batch(desk)
    client = sign_in("acme", "fleet_manager")
    text = client.get(f"{batch.get_absolute_url()}?status=changed_since").content.decode()
    assert "The order says" in text
    assert "赵敏" in text
    assert lines_of()[0]["contact"] in text
    response = client.post(f"{batch.get_absolute_url()}confirm/", follow=True)
    assert "2 orders were changed." in response.content.decode()
    assert orders_of(desk)[0].contact == "赵敏"
    assert sign_in("acme", "viewer").post(f"{batch.get_absolute_url()}confirm/").status_code == 403


def test_a_mended_file_comes_back(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    wrong, right = wrong_rows()
    batch = desk.upload(as_csv(wrong))
    client = sign_in("acme", "fleet_manager")
    address = f"{batch.get_absolute_url()}mended-file/"
    body = client.get(f"{batch.get_absolute_url()}rows-to-mend.csv").content.decode("utf-8-sig")
    assert "LSV" in body
    mended = body.replace(",LSV,", f",{right[1]['vin']},").replace(",12,", f",{right[2]['phone']},").encode()
    for content, said in ((b"", "holds no rows"), (b"%PDF-1.7", "no table"), (as_csv(right), "row_line")):
        file = SimpleUploadedFile("a.csv", content)
        assert said in client.post(address, {"file": file}, follow=True).content.decode()
    assert desk.read(batch).rejected == 2
    response = client.post(address, {"file": SimpleUploadedFile("a.csv", mended)}, follow=True)
    assert "2 rows were mended and checked." in response.content.decode()
    assert desk.read(batch).status == "ready"
    assert sign_in("pacific", "admin").post(address, {"file": SimpleUploadedFile("a.csv", mended)}).status_code == 404


def test_a_file_is_only_checked_until_it_is_made_real(world: Tenant, desk: Desk, sign_in: SignIn) -> None:
    client = sign_in("acme", "fleet_manager")
    file = SimpleUploadedFile("a.csv", as_csv(lines_of()))
    client.post("/batches/receive/", {"file": file, "policy": "accept_valid", "is_dry_run": "on"})
    with tenant_context(world):
        batch = Batch.objects.get()
    check_file(tenant=world, batch_id=batch.pk, clock=desk.clock)
    page = batch.get_absolute_url()
    text = client.get(page).content.decode()
    assert "This file is only checked." in text
    assert "Submit 3 orders" not in text
    client.post(f"{page}submit/")
    assert desk.read(batch).status == "ready"
    client.post(f"{page}make-real/")
    assert "Submit 3 orders" in client.get(page).content.decode()
    client.post(f"{page}submit/")
    assert desk.read(batch).status == "submitted"
