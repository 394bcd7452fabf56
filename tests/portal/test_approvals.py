"""The pages of approvals over HTTP: the queue and its filters, many at once, and the limits."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from fleet.models import ApprovalLimit, Order, OrderEstimate
from repair import states as jobs
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.conftest import NOW
from tests.fleet.conftest import Desk
from tests.fleet.members import join
from tests.fleet.orders import estimate_each, open_orders
from tests.fleet.world import estimated, moved, place, tell
from tests.portal.conftest import SignIn


@pytest.fixture(autouse=True)
def tested_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda _tenant=None: NOW)


def show(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.status_code
    return str(response.content.decode())


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def ask(tenant: Tenant, *amounts: int) -> list[str]:
    """Orders whose estimates wait, told one day after the other; their numbers."""
    orders = place(tenant, len(amounts))
    for days, (order, amount) in enumerate(zip(orders, amounts, strict=True)):
        now = NOW - timedelta(days=2 * days, hours=1)
        tell(tenant, moved(order.order_id, jobs.AWAITING_APPROVAL), estimated(order.order_id, amount), now=now)
    return [order.number for order in orders]


def listed(client: Client, query: str = "") -> list[str]:
    return re.findall(r"BL2611-\d{6}(?=</a>)", show(client, f"/approvals/{query}"))


def test_the_queue_says_what_the_reader_may_approve_and_can_be_narrowed(
    world: Tenant, pacific: Tenant, sign_in: SignIn
) -> None:
    small, large, old = ask(world, 100_000, 600_000, 200_000)
    ask(pacific, 777)
    approver = sign_in("acme", "approver")
    text = show(approver, "/approvals/")
    assert listed(approver) == [old, large, small]
    assert re.findall(r'data-fen="(\d+)" data-ok="(1?)"', text) == [("200000", "1"), ("600000", ""), ("100000", "1")]
    assert "Your limits: Approver: ¥5,000.00" in words(text)
    assert "3 estimates wait for a decision" in text
    assert listed(approver, "?mine=yes") == [old, small]
    assert listed(approver, "?mine=no") == [large]
    assert listed(approver, "?waits=day") == [small]
    assert listed(approver, "?waits=days") == [large]
    assert listed(approver, "?waits=long") == [old]
    assert listed(approver, f"?q={large}") == [large]
    assert listed(approver, "?service=claim") == []
    assert listed(approver, "?what=extra") == []
    assert listed(approver, "?cost_center=华东干线&site=SH-SJ&service=repair&what=estimate") == [old, large, small]
    for reader in (sign_in("acme", "viewer"), sign_in("acme", "requester")):
        page = show(reader, "/approvals/")
        assert ("Within your limit" in page, 'name="pick"' in page) == (False, False)


def test_the_queue_asks_as_much_for_three_as_for_one(world: Tenant, sign_in: SignIn) -> None:
    with tenant_context(world):
        ApprovalLimit.objects.create(role="approver", vehicle_spend_fen=10**6, center_spend_fen=10**6, up_to_fen=10**6)
    approver = sign_in("acme", "approver")
    counts = []
    for amounts in ((1,), (1, 2, 3)):
        with CaptureQueriesContext(connection) as asked:
            show(approver, "/approvals/")
        counts.append(len(asked))
        if len(amounts) == 1:
            ask(world, 1, 2, 3)
    assert counts[1] <= counts[0] + 2


def test_many_are_asked_for_once_and_each_line_has_its_result(desk: Desk, sign_in: SignIn) -> None:
    first, second, third = open_orders(desk, 3)
    estimate_each(desk, {first: 300_000, second: 600_000, third: 100_000})
    join(desk.tenant, "fleet_manager", name="李雷")
    approver = sign_in("acme", "approver")
    picks = [f"{order.ref}/1" for order in (first, second, third)]
    text = words(approver.get("/approvals/decide/", {"pick": picks}).content.decode())
    assert "2 estimates are approved whole: ¥4,000.00 together." in text
    assert "Above your limit: they go on waiting" in text
    response = approver.post("/approvals/decide/", {"pick": picks})
    text = words(response.content.decode())
    assert "2 of 3 were approved: ¥4,000.00" in text
    assert "It needs an approver with ¥6,000.00 or more: 李雷." in text
    with tenant_context(desk.tenant):
        found = dict(OrderEstimate.objects.values_list("order__number", "decision"))
    assert found == {first.number: "approved", second.number: "", third.number: "approved"}
    again = words(approver.post("/approvals/decide/", {"pick": picks[0]}).content.decode())
    assert "王娟平 was first" in again
    assert "1 of those that were picked does not wait any more." in words(
        approver.get("/approvals/decide/", {"pick": picks[0]}).content.decode()
    )


@pytest.mark.parametrize("pick", ["", "x", "ord_x/9999999", "bat_1/1"])
def test_what_is_no_line_of_the_queue_is_said(world: Tenant, sign_in: SignIn, pick: str) -> None:
    response = sign_in("acme", "approver").post("/approvals/decide/", {"pick": pick})
    assert response.status_code == (200 if pick == "bat_1/1" else 422)


def test_who_may_not_decide_cannot_and_anothers_estimate_is_none(desk: Desk, sign_in: SignIn, pacific: Tenant) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 1})
    data = {"pick": f"{order.ref}/1"}
    for role in ("viewer", "requester", "finance"):
        assert sign_in("acme", role).post("/approvals/decide/", data).status_code == 403
    text = sign_in("pacific", "admin").post("/approvals/decide/", data).content.decode()
    assert "It does not exist, or it is not yours to see." in text
    with tenant_context(desk.tenant):
        assert (OrderEstimate.objects.get().decision, Order.objects.get().status) == ("", jobs.AWAITING_APPROVAL)


def test_limits_are_read_by_all_and_set_by_an_administrator(world: Tenant, pacific: Tenant, sign_in: SignIn) -> None:
    member = join(world, "approver", name="李雷")
    for role in ("viewer", "fleet_manager"):
        reader = sign_in("acme", role)
        assert "Approver Standard always ¥5,000.00" in words(show(reader, "/approvals/limits/"))
        show(reader, "/approvals/limits/new/", 403)
    admin = sign_in("acme", "admin")
    data = {
        "holder": f"member:{member.pk}", "service": "repair", "max_age_years": "8", "vehicle_spend_fen": "20,000",
        "center_spend_fen": "", "amount": "amount", "up_to_fen": "¥ 1,234.5",
    }  # fmt: skip
    assert admin.post("/approvals/limits/new/", data).status_code == 302
    assert admin.post("/approvals/limits/new/", data).status_code == 422
    for wrong in ({"up_to_fen": "1.234"}, {"up_to_fen": ""}, {"holder": "role:viewer"}, {"max_age_years": "-1"}):
        assert admin.post("/approvals/limits/new/", {**data, "service": "parts", **wrong}).status_code == 422
    with tenant_context(world):
        row = ApprovalLimit.objects.get()
        assert (row.member_name, row.up_to_fen, row.vehicle_spend_fen) == ("李雷", 123_450, 2_000_000)
    line = "李雷 Repair, vehicles up to 8 years, vehicle's year up to ¥20,000.00 ¥1,234.50"
    assert line in words(show(admin, "/approvals/limits/"))
    path = f"/approvals/limits/{row.ref}/"
    assert 'value="1234.50"' in show(admin, path)
    assert admin.post(path, {**data, "amount": "unlimited"}).status_code == 302
    show(sign_in("pacific", "admin"), path, 404)
    assert admin.post(f"{path}remove/").status_code == 302
    with tenant_context(world):
        assert not ApprovalLimit.objects.exists()


def test_the_standard_of_a_role_becomes_its_own_limit(world: Tenant, sign_in: SignIn) -> None:
    admin = sign_in("acme", "admin")
    assert 'href="/approvals/limits/new/?role=approver"' in show(admin, "/approvals/limits/")
    assert 'value="5000.00"' in show(admin, "/approvals/limits/new/?role=approver")
    admin.post("/approvals/limits/new/", {"holder": "role:approver", "amount": "none"})
    text = words(show(admin, "/approvals/limits/"))
    assert "Approver always nothing" in text and "Approver Standard" not in text
