"""Budgets: reserved by approvals, spent by the return, released when called off; and what bounds a yes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from events.book.models import Entry
from fleet.approving.periods import MONTHS, after, forecast, period_of
from fleet.errors import FleetError
from fleet.models import Budget, BudgetEntry, CostCenter, Order
from fleet.selectors.budgets import Standing, standings_of
from fleet.services import ordering
from fleet.services.approvals.budgets import add_budget, change_budget, remove_budget, renew_budget
from fleet.services.approvals.limits import Terms, save_limit
from fleet.services.approvals.many import Asked, decide_many
from fleet.services.approvals.policy import set_approval_policy
from fleet.services.places import save_cost_center
from fleet.timeline import tell_entry
from repair import states as jobs
from repair.events import OrderAmended
from repair.models import Estimate
from repair.requests import LineChoice
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.conftest import NOW
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.orders import estimate_each, open_orders
from tests.fleet.test_orders import tell
from tests.fleet.world import moved

TODAY = date(2026, 11, 23)
CENTER = "干线运输"


def set_budget(
    tenant: Tenant, amount_fen: int, *, name: str = CENTER, period: str = "month", day: date = TODAY
) -> Budget:
    """The cost centre's budget; the centre is told, as orders need it."""
    with tenant_context(tenant):
        center = CostCenter.objects.filter(name=name).first()
    if center is None:
        with tenant_context(tenant):
            center = save_cost_center(name=name, actor=make_actor(tenant, "admin"), now=NOW)
    with tenant_context(tenant):
        return add_budget(
            cost_center_id=center.ref, period=period, day=day, amount_fen=amount_fen, actor=make_actor(tenant, "finance"),
            now=NOW,
        )  # fmt: skip


def standing(tenant: Tenant, budget: Budget, today: date = TODAY) -> tuple[int, int, int]:
    """Reserved, spent, free."""
    with tenant_context(tenant):
        (found,) = standings_of([Budget.objects.get(pk=budget.pk)], tenant=tenant, today=today)
    return found.reserved_fen, found.spent_fen, found.free_fen


def orders_of(desk: Desk, count: int, *amounts: int) -> list[Order]:
    """Orders of the cost centre, each with an estimate that waits."""
    orders = open_orders(desk, count)
    after = {"cost_center": CENTER}
    for order in orders:
        tell(desk, OrderAmended(subject=order.ref, order_id=order.pk, before={"cost_center": ""}, after=after))
    estimate_each(desk, dict(zip(orders, amounts, strict=True)))
    return orders


def approve(desk: Desk, order: Order, role: str = "admin", **more: Any) -> str:
    """ "" when it was approved, else why not."""
    try:
        with tenant_context(desk.tenant):
            ordering.decide_order_estimate(
                order_id=order.pk, decision="approve", actor=make_actor(desk.tenant, role), now=desk.now,
                **{"version": 1, **more},
            )  # fmt: skip
    except FleetError as error:
        return error.code
    return ""


def test_an_approval_reserves_the_return_spends_and_what_is_called_off_is_released(
    desk: Desk, acme: Tenant, pacific: Tenant
) -> None:
    budget = set_budget(acme, 1_000_000)
    other = set_budget(pacific, 1_000_000)
    first, second, third = orders_of(desk, 3, 100_000, 200_000, 300_000)
    assert standing(acme, budget) == (0, 0, 1_000_000)
    approve(desk, first)
    approve(desk, second, choices=[LineChoice(no=1, is_approved=True, amount_fen=150_000)])
    approve(desk, third)
    assert standing(acme, budget) == (550_000, 0, 450_000)
    estimate_each(desk, {first: 50_000}, version=2, is_supplement=True)
    approve(desk, first, version=2)
    assert standing(acme, budget) == (600_000, 0, 400_000)
    tell(desk, moved(first.pk, jobs.DELIVERED), moved(second.pk, jobs.HANDED_OVER), moved(third.pk, jobs.CANCELLED))
    assert standing(acme, budget) == (0, 150_000, 850_000)
    tell(desk, moved(first.pk, jobs.RATED))
    assert standing(acme, budget) == (0, 150_000, 850_000)
    assert standing(pacific, other) == (0, 0, 1_000_000)
    with tenant_context(acme):
        kinds = list(BudgetEntry.objects.order_by("seq", "version").values_list("kind", "reserved_fen", "spent_fen"))
    assert kinds == [
        ("reserve", 100_000, 0), ("reserve", 150_000, 0), ("reserve", 300_000, 0), ("reserve", 50_000, 0),
        ("spend", -100_000, 100_000), ("spend", -50_000, 50_000), ("release", -150_000, 0), ("release", -300_000, 0),
    ]  # fmt: skip


def test_nothing_is_reserved_by_a_no(desk: Desk, acme: Tenant) -> None:
    budget = set_budget(acme, 1_000_000)
    (order,) = orders_of(desk, 1, 100_000)
    with tenant_context(acme):
        ordering.decide_order_estimate(
            order_id=order.pk,
            version=1,
            decision="reject",
            reason="太贵",
            actor=make_actor(acme, "admin"),
            now=desk.now,
        )
        assert not BudgetEntry.objects.exists()
    assert standing(acme, budget) == (0, 0, 1_000_000)


def test_a_cost_centre_under_another_name_keeps_its_budget(desk: Desk, acme: Tenant) -> None:
    """Orders keep the name that they were placed with; it goes on to mean the same cost centre."""
    budget = set_budget(acme, 1_000_000)
    first, second = orders_of(desk, 2, 100_000, 200_000)
    approve(desk, first)
    with tenant_context(acme):
        save_cost_center(
            name="干线事业部", cost_center_id=budget.cost_center_id, actor=make_actor(acme, "admin"), now=NOW
        )
    approve(desk, second)
    assert standing(acme, budget) == (300_000, 0, 700_000)


def test_what_is_booked_counts_in_the_period_of_its_approval(desk: Desk, acme: Tenant) -> None:
    november, december = set_budget(acme, 1_000_000), set_budget(acme, 500_000, day=date(2026, 12, 24))
    first, second = orders_of(desk, 2, 100_000, 200_000)
    approve(desk, first)
    Estimate.objects.update(valid_until=None)
    desk.now = NOW + timedelta(days=7, hours=15)  # midnight in Shanghai: the first of December
    approve(desk, second)
    tell(desk, moved(first.pk, jobs.DELIVERED))
    assert standing(acme, november) == (0, 100_000, 900_000)
    assert standing(acme, december) == (200_000, 0, 300_000)


@pytest.mark.parametrize(
    ("rule", "role", "outcome"),
    [
        ("warn", "approver", ""),
        ("ask", "approver", "over_budget"),
        ("ask", "fleet_manager", "over_budget"),
        ("ask", "admin", ""),
        ("refuse", "approver", "over_budget"),
        ("refuse", "admin", "over_budget"),
    ],
)
def test_above_the_budget_it_goes_as_the_tenants_rule_says(
    desk: Desk, acme: Tenant, rule: str, role: str, outcome: str
) -> None:
    budget = set_budget(acme, 399_999)
    first, second = orders_of(desk, 2, 300_000, 100_000)
    with tenant_context(acme):
        set_approval_policy(over_budget=rule, actor=make_actor(acme, "admin"), now=NOW)
    assert approve(desk, first, role) == ""
    less = [LineChoice(no=1, is_approved=True, amount_fen=99_999)]
    assert approve(desk, second, role) == outcome
    if outcome:
        assert standing(acme, budget) == (300_000, 0, 99_999)
        assert approve(desk, second, role, choices=less) == ""
        assert standing(acme, budget) == (399_999, 0, 0)
        return
    assert standing(acme, budget) == (400_000, 0, -1)
    with tenant_context(acme):
        told = Entry.objects.filter(type="approval.given").order_by("-seq")[0]
        assert told.data["over_budget_fen"] == 1
        assert "¥0.01 above the budget" in tell_entry(told).text


def test_the_refusal_says_what_is_left_and_who_may_go_above(desk: Desk, acme: Tenant) -> None:
    set_budget(acme, 50_000)
    (order,) = orders_of(desk, 1, 60_000)
    with tenant_context(acme):
        save_limit(
            terms=Terms(role="fleet_manager", up_to_fen=2_000_000, may_exceed_budget=True),
            actor=make_actor(acme, "admin"), now=NOW,
        )  # fmt: skip
    with tenant_context(acme), pytest.raises(FleetError) as refused:
        ordering.decide_order_estimate(
            order_id=order.pk, version=1, decision="approve", actor=make_actor(acme, "approver"), now=desk.now
        )
    assert refused.value.message == (
        "The cost centre's budget has ¥500.00 left; this asks for ¥600.00. "
        "It needs somebody who may go above the budget: Administrator, Fleet manager."
    )
    assert approve(desk, order, "fleet_manager") == ""


def test_of_many_each_takes_from_what_those_before_it_left(desk: Desk, acme: Tenant) -> None:
    budget = set_budget(acme, 250_000)
    orders = orders_of(desk, 4, 100_000, 100_000, 100_000, 50_000)
    with tenant_context(acme):
        asked = [Asked(order=order.ref, version=1) for order in orders]
        results = decide_many(asked=asked, actor=make_actor(acme, "approver"), now=desk.now)
    assert [each.code for each in results] == ["", "", "over_budget", ""]
    assert standing(acme, budget) == (250_000, 0, 0)


SETS = {"admin", "finance"}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["admin", "finance", "fleet_manager", "approver", "requester", "viewer"])
def test_finance_and_administrators_set_budgets_and_all_of_it_is_told(acme: Tenant, pacific: Tenant, role: str) -> None:
    actor, budget = make_actor(acme, role), set_budget(acme, 100)
    acts: list[Any] = [
        lambda: change_budget(budget_id=budget.ref, amount_fen=200, actor=actor, now=NOW),
        lambda: renew_budget(budget_id=budget.ref, actor=actor, now=NOW),
        lambda: remove_budget(budget_id=budget.ref, actor=actor, now=NOW),
    ]
    for act in acts:
        with tenant_context(acme):
            if role in SETS:
                act()
            else:
                with pytest.raises(PermissionDenied):
                    act()
    stranger = make_actor(pacific, "admin")
    with tenant_context(pacific), pytest.raises(Http404):
        change_budget(budget_id=budget.ref, amount_fen=1, actor=stranger, now=NOW)
    with tenant_context(acme):
        left = list(Budget.objects.values_list("starts_on", "ends_on", "amount_fen"))
        told = [tell_entry(each).text for each in Entry.objects.filter(type__startswith="budget.").order_by("seq")]
    if role not in SETS:
        assert left == [(date(2026, 11, 1), date(2026, 11, 30), 100)]
        return
    assert left == [(date(2026, 12, 1), date(2026, 12, 31), 200)]
    assert told == [
        f"{CENTER} · 2026-11-01–2026-11-30 · ¥1.00", f"{CENTER} · 2026-11-01–2026-11-30 · ¥1.00 → ¥2.00",
        f"{CENTER} · 2026-12-01–2026-12-31 · ¥2.00", f"{CENTER} · 2026-11-01–2026-11-30 · ¥2.00",
    ]  # fmt: skip


@pytest.mark.django_db
def test_one_cost_centre_has_one_budget_a_day(acme: Tenant) -> None:
    budget = set_budget(acme, 100, period="quarter")
    set_budget(acme, 100, name="冷链运输", period="month")
    for period, day in (("month", date(2026, 12, 31)), ("year", date(2026, 1, 1)), ("quarter", date(2026, 10, 1))):
        with pytest.raises(ValidationError, match="2026-10-01"):
            set_budget(acme, 1, period=period, day=day)
    set_budget(acme, 1, period="month", day=date(2026, 9, 30))
    same = {"cost_center_id": budget.cost_center_id, "period": "month", "amount_fen": 1}
    spoiled: list[dict[str, Any]] = [
        {**same, "starts_on": date(2026, 12, 31), "ends_on": date(2027, 1, 30)},
        {**same, "starts_on": date(2028, 1, 1), "ends_on": date(2028, 1, 31), "amount_fen": -1},
        {**same, "starts_on": date(2028, 1, 1), "ends_on": date(2028, 1, 31), "period": "week"},
        {**same, "starts_on": date(2028, 1, 1), "ends_on": date(2028, 1, 1)},
    ]
    with tenant_context(acme):
        for row in spoiled:
            with pytest.raises(IntegrityError), transaction.atomic():
                Budget.objects.create(**row)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "field"),
    [({"period": "week"}, "period"), ({"day": date(1999, 1, 1)}, "day"), ({"amount_fen": -1}, "amount_fen")],
)
def test_what_cannot_be_a_budget_is_refused_by_field(acme: Tenant, more: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        set_budget(acme, **{"amount_fen": 1, **more})
    assert set(refused.value.message_dict) == {field}


@given(st.sampled_from(sorted(MONTHS)), st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_every_day_lies_in_one_period_and_the_next_begins_where_it_ends(kind: str, day: date) -> None:
    first, last = period_of(kind, day)
    assert first <= day <= last
    assert period_of(kind, first) == period_of(kind, last) == (first, last)
    following = after(first, MONTHS[kind])
    assert following == last + timedelta(days=1)
    assert period_of(kind, following)[0] == following


@pytest.mark.parametrize(
    ("used", "today", "wanted"),
    [(300, date(2026, 11, 1), 9_000), (300, date(2026, 11, 10), 900), (300, date(2026, 12, 9), 300), (1, TODAY, 1)],
)
def test_the_forecast_goes_on_at_the_pace_until_today(used: int, today: date, wanted: int) -> None:
    assert forecast(used, first=date(2026, 11, 1), last=date(2026, 11, 30), today=today) == wanted


def test_before_it_begins_nobody_knows() -> None:
    budget = Budget(starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31), amount_fen=100)
    planned = Standing(budget=budget, reserved_fen=0, spent_fen=0, today=TODAY)
    assert (planned.forecast_fen, planned.is_running, planned.tone) == (None, False, "good")
    full = Standing(budget=budget, reserved_fen=150, spent_fen=50, today=date(2026, 12, 31))
    assert (full.free_fen, full.tone, full.share(150), full.share(100)) == (-100, "bad", 750, 500)
