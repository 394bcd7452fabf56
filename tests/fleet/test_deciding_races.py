"""Two people at one estimate, where commits are real: one decides, the other is told what the first did."""

from typing import Any

import pytest

from fleet.errors import AlreadyDecided
from fleet.models import OrderEstimate
from fleet.services import ordering
from fleet.services.approvals import deciding
from repair.models import Estimate
from repair.services import deciding as at_desk
from tenants.context import tenant_context
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.test_batch_races import together
from tests.fleet.test_orders import estimate, open_order


@pytest.mark.parametrize("second", ["approve", "reject"])
def test_the_second_of_two_who_decide_at_once_is_told_what_the_first_did(own_desk: Desk, second: Any) -> None:
    order = open_order(own_desk)
    estimate(own_desk, order, 300_000, 100_000)
    people = [("approver", "approve"), ("fleet_manager", second)]

    def decide(role: str, decision: Any) -> None:
        with tenant_context(own_desk.tenant):
            ordering.decide_order_estimate(
                order_id=order.pk, version=1, decision=decision, reason="太贵", actor=make_actor(own_desk.tenant, role),
                now=own_desk.now,
            )  # fmt: skip

    raised = together(*[lambda role=role, what=what: decide(role, what) for role, what in people])
    (told,) = [error for error in raised if error is not None]
    assert isinstance(told, AlreadyDecided), told
    with tenant_context(own_desk.tenant):
        kept = OrderEstimate.objects.get(order=order)
    assert Estimate.objects.get().decision == kept.decision
    assert kept.decided_by in told.message
    assert ("¥4,000.00" in told.message) is (kept.decision == "approved")
    assert told.params == {"decided_by": kept.decided_by, "decision": kept.decision}


def test_who_waits_for_the_desk_is_told_too(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second has read the book before the first commits: the desk refuses, and the book says who was first."""
    order = open_order(own_desk)
    estimate(own_desk, order, 300_000)
    decide_estimates = at_desk.decide_estimates

    def first_comes_between(**asked: Any) -> Any:
        monkeypatch.setattr(deciding, "decide_estimates", decide_estimates)

        def first() -> None:
            with tenant_context(own_desk.tenant):
                ordering.decide_order_estimate(
                    order_id=order.pk, version=1, decision="approve", actor=make_actor(own_desk.tenant, "approver"),
                    now=own_desk.now,
                )  # fmt: skip

        assert together(first) == [None]
        return decide_estimates(**asked)

    monkeypatch.setattr(deciding, "decide_estimates", first_comes_between)
    with pytest.raises(AlreadyDecided, match="was first"), tenant_context(own_desk.tenant):
        ordering.decide_order_estimate(
            order_id=order.pk, version=1, decision="reject", reason="太贵", actor=make_actor(own_desk.tenant, "fleet_manager"),
            now=own_desk.now,
        )  # fmt: skip
    assert Estimate.objects.get().decision == "approved"
