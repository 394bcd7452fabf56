"""The last yuan of a budget, and a limit raised or a budget cut while somebody approves: on real connections."""

from typing import Any

import pytest

from events.checking import check_book
from fleet.models import Budget, BudgetEntry, CostCenter, Order
from fleet.services.approvals import deciding
from fleet.services.approvals.budgets import change_budget
from fleet.services.approvals.many import Asked, decide_many
from fleet.services.places import save_cost_center
from repair import states as jobs
from repair.models import Estimate
from repair.services import deciding as at_desk
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.conftest import NOW
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.test_batch_races import together
from tests.fleet.test_budgets import CENTER, orders_of, set_budget, standing
from tests.fleet.test_orders import tell
from tests.fleet.world import moved


def approve(desk: Desk, *orders: Order, role: str = "approver") -> list[str]:
    with tenant_context(desk.tenant):
        asked = [Asked(order=order.ref, version=1) for order in orders]
        return [r.code for r in decide_many(asked=asked, actor=make_actor(desk.tenant, role), now=desk.now)]


@pytest.mark.parametrize("amounts", [(300_000, 300_001), (500_000, 500_000), (100, 600_000)])
def test_two_at_once_cannot_both_take_the_last_yuan(own_desk: Desk, amounts: tuple[int, int]) -> None:
    budget = set_budget(own_desk.tenant, 600_000)
    first, second = orders_of(own_desk, 2, *amounts)
    codes: list[str] = []
    calls = [lambda o=order: codes.extend(approve(own_desk, o, role="fleet_manager")) for order in (first, second)]
    assert together(*calls) == [None, None]
    assert sorted(codes) == ["", "over_budget"]
    taken = sum(Estimate.objects.filter(decision="approved").values_list("approved_fen", flat=True))
    assert standing(own_desk.tenant, budget) == (taken, 0, 600_000 - taken)
    assert check_book(own_desk.tenant) == []


def test_many_at_once_by_two_fill_the_budget_and_never_more(own_desk: Desk) -> None:
    budget = set_budget(own_desk.tenant, 350_000)
    orders = orders_of(own_desk, 8, *[100_000] * 8)
    codes: list[str] = []
    calls = [lambda part=part: codes.extend(approve(own_desk, *part)) for part in (orders[:4], orders[4:])]
    assert together(*calls) == [None, None]
    assert sorted(codes) == ["", "", "", *["over_budget"] * 5]
    assert standing(own_desk.tenant, budget) == (300_000, 0, 50_000)
    tell(own_desk, *(moved(order.pk, jobs.CANCELLED) for order in orders[:2]))
    tell(own_desk, *(moved(order.pk, jobs.DELIVERED) for order in orders[2:]))
    assert check_book(own_desk.tenant) == []
    with tenant_context(own_desk.tenant):
        assert sum(BudgetEntry.objects.values_list("reserved_fen", flat=True)) == 0


def test_a_budget_that_is_cut_meanwhile_takes_the_yes_back(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = set_budget(own_desk.tenant, 600_000)
    first, second = orders_of(own_desk, 2, 300_000, 100_000)
    decide_estimates = at_desk.decide_estimates

    def cut() -> None:
        with tenant_context(own_desk.tenant):
            change_budget(
                budget_id=budget.pk, amount_fen=100_000, actor=make_actor(own_desk.tenant, "finance"), now=own_desk.now
            )

    def cut_between(**asked: Any) -> Any:
        monkeypatch.setattr(deciding, "decide_estimates", decide_estimates)
        assert together(cut) == [None]
        return decide_estimates(**asked)

    monkeypatch.setattr(deciding, "decide_estimates", cut_between)
    assert approve(own_desk, first, second) == ["over_budget", ""]
    assert standing(own_desk.tenant, budget) == (100_000, 0, 0)
    assert check_book(own_desk.tenant) == []


def test_two_budgets_of_one_cost_centre_at_once_are_one(own_world: Tenant) -> None:
    with tenant_context(own_world):
        save_cost_center(name=CENTER, actor=make_actor(own_world, "admin"), now=NOW)
    raised = together(*[lambda: set_budget(own_world, 1)] * 3)
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "ValidationError", "ValidationError"]
    with tenant_context(own_world):
        assert (Budget.objects.count(), CostCenter.objects.filter(name=CENTER).count()) == (1, 1)
