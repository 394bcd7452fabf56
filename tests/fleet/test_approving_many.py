"""Many decided at once: one command, a result a line; the matrix of roles and amounts; and two who approve at the same moment."""

from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from events.ids import new_id, public_id
from events.models import Event
from fleet.errors import AboveLimit, FleetError, NotValid
from fleet.models import Order, OrderEstimate
from fleet.services import ordering
from fleet.services.approvals import deciding
from fleet.services.approvals.limits import Terms, save_limit
from fleet.services.approvals.many import Asked, Result, decide_many
from repair.models import Estimate
from repair.requests import LineChoice
from repair.services import deciding as at_desk
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.orders import estimate_each, open_orders
from tests.fleet.test_batch_races import together


def many(desk: Desk, asked: list[Asked], actor: Actor) -> list[Result]:
    with tenant_context(desk.tenant):
        return decide_many(asked=asked, actor=actor, now=desk.now)


def pick(order: Order, **more: Any) -> Asked:
    return Asked(order=order.ref, version=1, **more)


def set_limit(desk: Desk, **terms: Any) -> None:
    with tenant_context(desk.tenant):
        save_limit(terms=Terms(**terms), actor=make_actor(desk.tenant, "admin"), now=desk.now)


def decided(desk: Desk) -> list[str]:
    with tenant_context(desk.tenant):
        rows = OrderEstimate.objects.order_by("order__number", "version")
        return list(rows.values_list("decision", flat=True))


def test_each_line_has_a_result_and_what_cannot_be_decided_stays(desk: Desk, acme: Tenant, pacific: Tenant) -> None:
    first, second, third = open_orders(desk, 3)
    estimate_each(desk, {first: 300_000, second: 600_000, third: 100})
    unknown, strange = public_id("ord", new_id()), "bat_x"
    asked = [
        pick(first), pick(second), pick(first), Asked(order=unknown, version=1), Asked(order=strange, version=1),
        Asked(order=third.ref, version=2), pick(third, decision="reject", reason="不修了"),
    ]  # fmt: skip
    results = many(desk, asked, make_actor(acme, "approver"))
    assert [(each.is_done, each.code) for each in results] == [
        (True, ""), (False, "above_limit"), (False, "repeated"), (False, "not_found"), (False, "not_found"),
        (False, "not_found"), (True, ""),
    ]  # fmt: skip
    assert "¥6,000.00" in results[1].message and "Fleet manager" in results[1].message
    assert decided(desk) == ["approved", "", "rejected"]
    with tenant_context(pacific):
        stranger = make_actor(pacific, "admin")
        assert [r.code for r in decide_many(asked=[pick(second)], actor=stranger, now=desk.now)] == ["not_found"]


def test_it_is_one_command_whose_numbers_follow_each_other(desk: Desk, acme: Tenant) -> None:
    orders = open_orders(desk, 4)
    estimate_each(desk, dict.fromkeys(orders, 100))
    before = Event.objects.filter(tenant=acme).count()
    with CaptureQueriesContext(
        connection,
    ) as few:
        many(desk, [pick(orders[0])], make_actor(acme, "approver"))
    with CaptureQueriesContext(connection) as more:
        many(desk, [pick(order) for order in orders[1:]], make_actor(acme, "approver"))
    told = list(Event.objects.filter(tenant=acme).order_by("seq")[before:])
    assert len({event.recorded_at for event in told}) == 2
    grounds = [event for event in told if event.type == "approval.given"]
    assert [event.data["limit"] for event in grounds] == [{"role": "approver", "up_to_fen": 500_000}] * 4
    locks = [query["sql"] for query in more if "FOR UPDATE" in query["sql"]]
    counter = next(index for index, sql in enumerate(locks) if "events_stream" in sql)
    assert all("events_stream" in sql for sql in locks[counter:]), "the desk's rows are locked before the counter"
    assert len(more) - len(few) < 2 * 60


@pytest.mark.parametrize("count", [0, 201])
def test_none_and_too_many_are_refused(desk: Desk, acme: Tenant, count: int) -> None:
    asked = [Asked(order=public_id("ord", new_id()), version=1)] * count
    with pytest.raises(NotValid):
        many(desk, asked, make_actor(acme, "approver"))


LIMITS = {"approver": 500_000, "fleet_manager": 2_000_000, "admin": 10**12}
ROLES = ("admin", "fleet_manager", "approver", "requester", "finance", "viewer")
AMOUNTS = (0, 1, 499_999, 500_000, 500_001, 1_999_999, 2_000_000, 2_000_001, 9_000_000)


def test_who_may_approve_what_is_as_the_plain_model_says(desk: Desk, acme: Tenant) -> None:
    """Every role with every amount, each undone again; before, the order has used ¥1,000."""
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 100_000})
    many(desk, [pick(order)], make_actor(acme, "approver"))
    estimate_each(desk, {order: 10_000_000}, version=2, is_supplement=True)
    for role, amount in product(ROLES, AMOUNTS):
        choices = [LineChoice(no=1, is_approved=True, amount_fen=amount)]
        may = role in LIMITS and 100_000 + amount <= LIMITS[role]
        with transaction.atomic():
            try:
                with tenant_context(acme), transaction.atomic():
                    ordering.decide_order_estimate(
                        order_id=order.pk, version=2, decision="approve", choices=choices, actor=make_actor(acme, role),
                        now=desk.now,
                    )  # fmt: skip
                passed: bool | str = True
            except (FleetError, PermissionDenied) as error:
                passed = "above" if isinstance(error, AboveLimit) else "none"
            transaction.set_rollback(True)
        wanted: bool | str = True if may else "above" if role in LIMITS else "none"
        assert passed == wanted, (role, amount)
    assert decided(desk) == ["approved", ""]


def test_the_service_the_vehicles_age_and_its_year_choose_the_limit(desk: Desk, acme: Tenant) -> None:
    first, second = open_orders(desk, 2, service="repair")
    estimate_each(desk, {first: 10_000, second: 10_000})
    set_limit(desk, role="approver", service="repair", max_age_years=1, up_to_fen=1)
    approver = make_actor(acme, "approver")
    with tenant_context(acme):
        Order.objects.filter(pk=first.pk).update(vin="LSVNV2183T2000001")  # of this year
        Order.objects.filter(pk=second.pk).update(vin="LSVNV2183R2000001")  # two years old
    refused, done = many(desk, [pick(first), pick(second)], approver)
    assert (refused.code, done.code) == ("above_limit", "")
    assert "Approver (Repair, vehicles up to 1 year): ¥0.01" in refused.message


def test_what_was_just_granted_counts_toward_the_year_of_the_next(desk: Desk, acme: Tenant) -> None:
    orders = open_orders(desk, 3)
    estimate_each(desk, dict.fromkeys(orders, 200_000))
    set_limit(desk, role="approver", up_to_fen=None)
    set_limit(desk, role="approver", center_spend_fen=500_000, up_to_fen=500_000)
    with tenant_context(acme):
        Order.objects.update(cost_center="华东干线")
    results = many(desk, [pick(order) for order in orders], make_actor(acme, "approver"))
    assert [each.code for each in results] == ["", "", "no_limit"]


def test_what_the_year_allows_two_at_once_only_one_takes(own_desk: Desk) -> None:
    """Both read the book before either has decided; under the counter the second is judged again."""
    first, second = open_orders(own_desk, 2)
    estimate_each(own_desk, {first: 300_000, second: 300_000})
    with tenant_context(own_desk.tenant):
        Order.objects.update(cost_center="华东干线")
    set_limit(own_desk, role="approver", up_to_fen=None)
    set_limit(own_desk, role="approver", center_spend_fen=500_000, up_to_fen=500_000)
    results: list[Result] = []

    def approve(order: Order) -> None:
        results.extend(many(own_desk, [pick(order)], make_actor(own_desk.tenant, "approver")))

    assert together(lambda: approve(first), lambda: approve(second)) == [None, None]
    assert sorted(each.code for each in results) == ["", "no_limit"]
    assert sorted(Estimate.objects.values_list("decision", flat=True)) == ["", "approved"]


def test_a_limit_that_is_taken_away_meanwhile_takes_the_yes_with_it(
    own_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The administrator is faster than the desk: the yes is taken back, the no beside it stands."""
    first, second = open_orders(own_desk, 2)
    estimate_each(own_desk, {first: 300_000, second: 300_000})
    decide_estimates = at_desk.decide_estimates

    def limit_falls_between(**asked: Any) -> Any:
        monkeypatch.setattr(deciding, "decide_estimates", decide_estimates)
        assert together(lambda: set_limit(own_desk, role="approver", up_to_fen=1)) == [None]
        return decide_estimates(**asked)

    monkeypatch.setattr(deciding, "decide_estimates", limit_falls_between)
    asked = [pick(first), pick(second, decision="reject", reason="太贵")]
    results = many(own_desk, asked, make_actor(own_desk.tenant, "approver"))
    assert [each.code for each in results] == ["above_limit", ""]
    assert sorted(Estimate.objects.values_list("decision", flat=True)) == ["", "rejected"]
    assert decided(own_desk) == ["", "rejected"]
