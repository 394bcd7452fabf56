"""The pages of budgets over HTTP: bars, the orders behind them, setting one, and what a decision says of it."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from fleet.models import Budget, CostCenter
from repair import states as jobs
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.conftest import NOW
from tests.fleet.conftest import Desk
from tests.fleet.test_budgets import CENTER, approve, orders_of, set_budget
from tests.fleet.test_orders import tell
from tests.fleet.world import moved
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


def test_bars_lead_to_the_orders_behind_them(desk: Desk, sign_in: SignIn) -> None:
    budget = set_budget(desk.tenant, 1_000_000)
    set_budget(desk.tenant, 5_000, name="冷链运输")
    first, second, _third = orders_of(desk, 3, 400_000, 100_000, 50_000)
    approve(desk, first)
    approve(desk, second)
    tell(desk, moved(first.pk, jobs.DELIVERED))
    viewer = sign_in("acme", "viewer")
    page = show(viewer, "/budgets/")
    assert re.findall(r'aria-label="(¥[^"]+)"', page) == [
        "¥0.00 spent, ¥0.00 reserved, ¥50.00 free", "¥4,000.00 spent, ¥1,000.00 reserved, ¥5,000.00 free",
    ]  # fmt: skip
    assert f"{CENTER} Monthly · 2026-11-01 – 2026-11-30 ¥10,000.00 ¥4,000.00 ¥1,000.00 ¥5,000.00 ¥6,521.73" in words(
        page
    )
    assert "Add a budget" not in page
    text = words(show(viewer, budget.get_absolute_url()))
    for order, amounts in ((first, "¥0.00 ¥4,000.00"), (second, "¥1,000.00 ¥0.00")):
        assert re.search(rf"{order.number} .* {amounts}", text), order.number
    assert "23 Nov 2026 ¥5,000.00 ¥5,000.00" in text
    for when in ("coming", "past"):
        assert "No budgets here" in show(viewer, f"/budgets/?when={when}")
    show(sign_in("pacific", "admin"), budget.get_absolute_url(), 404)
    assert "No budgets here" in show(sign_in("pacific", "admin"), "/budgets/")


def test_the_list_asks_as_much_for_three_as_for_one(world: Tenant, pacific: Tenant, sign_in: SignIn) -> None:
    counts = []
    for tenant, names in ((world, "一"), (pacific, "一二三")):
        for name in names:
            set_budget(tenant, 100, name=name)
        client = sign_in(tenant.slug, "admin")
        show(client, "/budgets/")
        with CaptureQueriesContext(connection) as asked:
            assert show(client, "/budgets/").count("fl-bar-all") == len(names)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_finance_sets_budgets_and_others_read_them(world: Tenant, pacific: Tenant, sign_in: SignIn) -> None:
    finance = sign_in("acme", "finance")
    with tenant_context(world):
        center = CostCenter.objects.get(name="冷链")
    data = {"cost_center_id": center.ref, "period": "quarter", "day": "2026-11-23", "amount_fen": "12,000,000.5"}
    assert finance.post("/budgets/new/", data).status_code == 302
    wrongs = [{"amount_fen": ""}, {"amount_fen": "-1"}, {"day": "x"}, {"period": "week"}, {"cost_center_id": "x"}, {}]
    assert [finance.post("/budgets/new/", {**data, **wrong}).status_code for wrong in wrongs] == [422] * len(wrongs)
    with tenant_context(world):
        budget = Budget.objects.get()
    assert (budget.starts_on, budget.ends_on, budget.amount_fen) == (
        date(2026, 10, 1),
        date(2026, 12, 31),
        1_200_000_050,
    )
    path = budget.get_absolute_url()
    for role in ("fleet_manager", "approver", "requester", "viewer"):
        client = sign_in("acme", role)
        assert client.post(f"{path}edit/", {"amount_fen": "1"}).status_code == 403
        assert client.post(f"{path}remove/").status_code == client.post(f"{path}renew/").status_code == 403
        show(client, "/budgets/new/", 403)
    stranger = sign_in("pacific", "admin")
    for step in ("edit", "renew", "remove"):
        show(stranger, f"{path}{step}/", 404)
    assert finance.post(f"{path}edit/", {"amount_fen": "abc"}).status_code == 422
    assert finance.post(f"{path}edit/", {"amount_fen": "100"}).status_code == 302
    assert finance.post(f"{path}renew/").status_code == 302
    assert "2027-01-01 – 2027-03-31" in show(finance, "/budgets/?when=coming")
    assert finance.post(f"{path}remove/").status_code == 302
    with tenant_context(world):
        assert list(Budget.objects.values_list("starts_on", "amount_fen")) == [(date(2027, 1, 1), 10_000)]


def test_the_decision_and_the_queue_say_what_the_budget_has_left(desk: Desk, sign_in: SignIn) -> None:
    set_budget(desk.tenant, 250_000)
    first, second = orders_of(desk, 2, 200_000, 100_000)
    approver = sign_in("acme", "approver")
    page = show(approver, "/approvals/")
    assert 'data-free="250000"' in page
    assert f"{CENTER}: of ¥2,500.00 free" in words(page)
    link = f"/orders/{second.ref}/estimates/1/"
    assert f"Budget of {CENTER}: ¥2,500.00 free" in words(show(approver, link))
    approve(desk, first, "approver")
    text = words(show(approver, link))
    assert f"Budget of {CENTER}: ¥500.00 free · this is ¥500.00 more" in text
    assert "Pass on to who may" in text
    assert "Above the budget" in show(approver, "/approvals/")
    refused = approver.post(link, {"decision": "approve"})
    assert refused.status_code == 422
    assert "The cost centre's budget has ¥500.00 left; this asks for ¥1,000.00." in words(refused.content.decode())
