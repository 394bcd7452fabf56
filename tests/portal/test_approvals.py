"""The pages of approvals over HTTP: the queue and its filters, many at once, and the limits."""

import re
from collections.abc import Sequence
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from fleet.models import ApprovalLimit, Delegation, Order, OrderEstimate
from repair import states as jobs
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.selectors import Colleague, ask_colleagues
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


def people_of(tenant: Tenant) -> Sequence[Colleague]:
    return ask_colleagues(tenant_id=tenant.pk, roles=["approver", "fleet_manager", "admin"])


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


def test_the_queue_asks_as_much_for_three_as_for_one(world: Tenant, pacific: Tenant, sign_in: SignIn) -> None:
    counts = []
    for tenant, amounts in ((world, (1,)), (pacific, (1, 2, 3))):
        with tenant_context(tenant):
            ApprovalLimit.objects.create(role="admin", vehicle_spend_fen=9, center_spend_fen=9, up_to_fen=9)
        ask(tenant, *amounts)
        client = sign_in(tenant.slug, "admin")
        show(client, "/approvals/")
        with CaptureQueriesContext(connection) as asked:
            assert len(listed(client)) == len(amounts)
        counts.append(len(asked))
    assert counts[0] == counts[1]


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


def test_above_ones_limit_it_is_passed_on_with_its_choices_and_comes_prefilled(desk: Desk, sign_in: SignIn) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 600_000})
    link = f"/orders/{order.ref}/estimates/1/"
    approver = sign_in("acme", "approver")
    assert "Pass on to who may" in show(approver, link)
    data = {
        "decision": "pass_on",
        "line-1": "approve",
        "amount-1": "5500",
        "reason-1": "agreed price",
        "reason": "urgent",
    }
    assert approver.post(link, {**data, "amount-1": "x"}).status_code == 422
    assert approver.post(link, {**data, "amount-1": "6000.01"}).status_code == 422
    assert approver.post(link, data).status_code == 302
    manager = sign_in("acme", "fleet_manager")
    page = show(manager, link)
    assert "王娟平 would approve ¥5,500.00 and passes it on." in words(page)
    assert ('value="5500.00"' in page, 'value="agreed price"' in page, "urgent" in page) == (True, True, True)
    assert "Pass on to who may" not in page
    assert "passed on by 王娟平" in words(show(manager, "/approvals/"))
    assert "Passed on to who may approve it" in show(manager, order.get_absolute_url())
    for role, status in (("viewer", 403), ("requester", 403)):
        assert sign_in("acme", role).post(link, data).status_code == status
    assert sign_in("pacific", "admin").post(link, data).status_code == 404


def test_a_deputy_is_named_used_and_taken_back(desk: Desk, sign_in: SignIn) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 600_000})
    manager, approver = sign_in("acme", "fleet_manager"), sign_in("acme", "approver")
    deputy = next(person for person in people_of(desk.tenant) if "approver" in person.roles)
    data = {"deputy": str(deputy.id), "starts_at": "2026-11-23T09:00", "ends_at": "2026-11-30T18:00", "reason": "leave"}
    assert manager.post("/approvals/delegations/new/", {**data, "ends_at": "2026-11-22T18:00"}).status_code == 422
    assert manager.post("/approvals/delegations/new/", {**data, "deputy": "x"}).status_code == 422
    assert manager.post("/approvals/delegations/new/", data).status_code == 302
    assert manager.post("/approvals/delegations/new/", data).status_code == 422
    assert "You stand in for 王娟平" in words(show(approver, "/approvals/"))
    assert "As deputy of 王娟平" in words(show(approver, "/approvals/"))
    assert "You stand in for 王娟平: Fleet manager: ¥20,000.00." in words(show(approver, order.get_absolute_url()))
    with tenant_context(desk.tenant):
        row = Delegation.objects.get()
    path = f"/approvals/delegations/{row.ref}/revoke/"
    page = show(manager, "/approvals/delegations/")
    assert ("Holds now" in page, path in page) == (True, True)
    assert path not in show(approver, "/approvals/delegations/")
    assert approver.post(path).status_code == 403
    assert sign_in("pacific", "admin").post(path).status_code == 404
    for role in ("viewer", "requester", "finance"):
        reader = sign_in("acme", role)
        show(reader, "/approvals/delegations/")
        show(reader, "/approvals/delegations/new/", 403)
    assert approver.post(f"/orders/{order.ref}/estimates/1/", {"decision": "approve"}).status_code == 302
    assert "王娟平, for 王娟平" in words(show(manager, order.get_absolute_url()))
    assert manager.post(path).status_code == 302
    assert "Taken back" in show(manager, "/approvals/delegations/")


def test_the_rules_are_read_by_all_and_set_by_an_administrator(world: Tenant, sign_in: SignIn) -> None:
    manager, admin = sign_in("acme", "fleet_manager"), sign_in("acme", "admin")
    assert "Somebody else approves from" in show(manager, "/approvals/rules/")
    assert manager.post("/approvals/rules/", {"four_eyes_from_fen": "1"}).status_code == 403
    assert admin.post("/approvals/rules/", {"four_eyes_from_fen": "1.234"}).status_code == 422
    assert admin.post("/approvals/rules/", {"four_eyes_from_fen": "3,000", "over_budget": "no"}).status_code == 422
    assert admin.post("/approvals/rules/", {"four_eyes_from_fen": "3,000", "over_budget": "warn"}).status_code == 302
    assert 'value="3000.00"' in show(admin, "/approvals/rules/")
