"""Deputies: within the principal's limits, for a time, taken back, kept apart by constraints; and who acted for whom is known."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from psycopg.types.range import TimestamptzRange

from events.book.models import Entry
from events.ids import new_id
from fleet.errors import AboveLimit, AlreadyDecided, NotValid
from fleet.models import Delegation, DelegationSide, Order, OrderEstimate
from fleet.services import ordering
from fleet.services.approvals.delegating import delegate, revoke_delegation
from fleet.services.approvals.limits import Terms, save_limit, set_limits
from fleet.timeline import tell_entry
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.models import User
from tests.conftest import NOW
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.members import acting, join
from tests.fleet.orders import estimate_each, open_orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def lend(
    tenant: Tenant, principal: User, deputy: User, *, start: timedelta = timedelta(), end: timedelta = DAY, **more: Any
) -> Delegation:
    actor = more.pop("actor", None) or acting(principal, tenant, "fleet_manager")
    with tenant_context(tenant):
        return delegate(
            deputy_id=str(deputy.pk), starts_at=NOW + start, ends_at=NOW + end, actor=actor, now=NOW, **more
        )


@pytest.fixture
def manager(acme: Tenant) -> User:
    return join(acme, "fleet_manager", name="李雷")


@pytest.fixture
def deputy(acme: Tenant) -> User:
    return join(acme, "approver", name="韩梅")


@pytest.fixture
def third(acme: Tenant) -> User:
    return join(acme, "approver", name="赵云")


def approve(desk: Desk, order: Order, actor: Actor, *, after: timedelta = timedelta()) -> Order:
    with tenant_context(desk.tenant):
        return ordering.decide_order_estimate(
            order_id=order.pk, version=1, decision="approve", actor=actor, now=desk.now + after
        )


def test_a_deputy_decides_within_the_principals_limits_and_both_names_are_kept(
    desk: Desk, acme: Tenant, manager: User, deputy: User
) -> None:
    first, second = open_orders(desk, 2)
    estimate_each(desk, {first: 600_000, second: 2_000_001})
    who = acting(deputy, acme, "approver")
    with pytest.raises(AboveLimit):
        approve(desk, first, who)
    lend(acme, manager, deputy)
    assert approve(desk, first, who).approved_fen == 600_000
    with pytest.raises(AboveLimit):
        approve(desk, second, who)
    with tenant_context(acme):
        told = Entry.objects.filter(subject=first.ref, type__in=["order.estimate_decided", "approval.given"])
        assert [(e.actor_name, e.on_behalf_of) for e in told] == [("韩梅", "李雷")] * 2
        assert tell_entry(told[0]).who == "韩梅, for 李雷"
        with pytest.raises(AlreadyDecided, match="韩梅, for 李雷 was first"):
            ordering.decide_order_estimate(
                order_id=first.pk, version=1, decision="reject", reason="x", actor=make_actor(acme, "admin"), now=NOW
            )


def test_what_ones_own_limit_covers_is_ones_own(desk: Desk, acme: Tenant, manager: User, deputy: User) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 1})
    lend(acme, manager, deputy)
    approve(desk, order, acting(deputy, acme, "approver"))
    with tenant_context(acme):
        assert Entry.objects.get(type="order.estimate_decided").on_behalf_of == ""


@pytest.mark.parametrize("after", [timedelta(minutes=-1), DAY, 2 * DAY])
def test_it_holds_neither_before_its_beginning_nor_from_its_end_on(
    desk: Desk, acme: Tenant, manager: User, deputy: User, after: timedelta
) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 600_000})
    lend(acme, manager, deputy)
    with pytest.raises(AboveLimit):
        approve(desk, order, acting(deputy, acme, "approver"), after=after)
    with tenant_context(acme):
        assert OrderEstimate.objects.get().decision == ""


def test_taken_back_it_is_over_at_once(desk: Desk, acme: Tenant, manager: User, deputy: User) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 600_000})
    row = lend(acme, manager, deputy)
    with tenant_context(acme):
        revoke_delegation(delegation_id=row.ref, actor=acting(manager, acme, "fleet_manager"), now=NOW)
    with pytest.raises(AboveLimit):
        approve(desk, order, acting(deputy, acme, "approver"), after=timedelta(seconds=1))
    with tenant_context(acme), pytest.raises(NotValid):
        revoke_delegation(delegation_id=row.ref, actor=make_actor(acme, "admin"), now=NOW)
    lend(acme, manager, deputy)


@pytest.mark.parametrize("cause", ["cap", "left", "role", "limit"])
def test_it_is_worth_what_the_principal_may_now(
    desk: Desk, acme: Tenant, manager: User, deputy: User, cause: str
) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 600_000})
    lend(acme, manager, deputy, up_to_fen=599_999 if cause == "cap" else None)
    if cause == "left":
        manager.memberships.update(is_active=False)
    if cause == "role":
        manager.memberships.update(roles=["viewer"])
    if cause == "limit":
        with tenant_context(acme):
            set_limits(limits={"fleet_manager": None}, actor=make_actor(acme, "admin"), now=NOW)
    with pytest.raises(AboveLimit):
        approve(desk, order, acting(deputy, acme, "approver"))


def test_what_was_lent_cannot_be_lent_on(desk: Desk, acme: Tenant, manager: User, deputy: User, third: User) -> None:
    lend(acme, manager, deputy)
    for principal, to in ((deputy, third), (deputy, manager), (third, manager)):
        with pytest.raises(ValidationError, match="no chains or circles"):
            lend(acme, principal, to)
    with pytest.raises(ValidationError, match="stands in for 李雷 already"):
        lend(acme, manager, third, start=DAY / 2, end=2 * DAY)
    lend(acme, deputy, third, start=DAY, end=2 * DAY)
    with tenant_context(acme):
        assert Delegation.objects.count() == 2


def test_the_tables_themselves_keep_delegations_apart(acme: Tenant, manager: User, deputy: User, third: User) -> None:
    row = lend(acme, manager, deputy)
    during = TimestamptzRange(NOW, NOW + DAY)
    sides = [
        (DelegationSide.PRINCIPAL, manager), (DelegationSide.PRINCIPAL, deputy), (DelegationSide.DEPUTY, manager),
    ]  # fmt: skip
    with tenant_context(acme):
        other = Delegation.objects.create(
            id=new_id(), principal_id="a", deputy_id="b", starts_at=NOW, ends_at=NOW + DAY, given_by="x"
        )
        for side, member in sides:
            with pytest.raises(IntegrityError), transaction.atomic():
                DelegationSide.objects.create(delegation=other, side=side, member_id=str(member.pk), during=during)
        for spoiled in ({"deputy_id": "a"}, {"ends_at": NOW}, {"up_to_fen": -1}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Delegation.objects.filter(pk=other.pk).update(**spoiled)
        DelegationSide.objects.create(delegation=other, side="deputy", member_id=str(deputy.pk), during=during)
    assert row.pk != other.pk


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"end": timedelta()}, "ends_at"),
        ({"end": timedelta(days=367)}, "ends_at"),
        ({"start": 2 * DAY}, "ends_at"),
        ({"up_to_fen": -1}, "up_to_fen"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    acme: Tenant, manager: User, deputy: User, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        lend(acme, manager, deputy, **more)
    assert set(refused.value.message_dict) == {field}


def test_only_who_decides_gives_and_takes(acme: Tenant, pacific: Tenant, manager: User, deputy: User) -> None:
    viewer, stranger = join(acme, "viewer"), join(pacific, "fleet_manager", name="刘备")
    for to in (viewer, stranger, manager):
        with pytest.raises(ValidationError) as refused:
            lend(acme, manager, to)
        assert set(refused.value.message_dict) == {"deputy"}
    with pytest.raises(PermissionDenied):
        lend(acme, viewer, deputy, actor=acting(viewer, acme, "viewer"))
    with pytest.raises(PermissionDenied):
        lend(acme, manager, deputy, principal_id=str(manager.pk), actor=acting(deputy, acme, "approver"))
    row = lend(acme, manager, deputy, principal_id=str(manager.pk), actor=make_actor(acme, "admin"), reason="生病")
    with tenant_context(acme), pytest.raises(PermissionDenied):
        revoke_delegation(delegation_id=row.pk, actor=acting(deputy, acme, "approver"), now=NOW)
    with tenant_context(pacific), pytest.raises(Http404):
        revoke_delegation(delegation_id=row.ref, actor=make_actor(pacific, "admin"), now=NOW)
    with tenant_context(acme):
        revoke_delegation(delegation_id=row.pk, actor=make_actor(acme, "admin"), now=NOW)
        told = Entry.objects.filter(subject=row.ref).order_by("seq")
        assert [(e.type, tell_entry(e).text) for e in told] == [
            ("delegation.given", "韩梅 for 李雷 · 23 Nov, 09:00–24 Nov, 09:00 · 生病"), ("delegation.revoked", "韩梅 for 李雷"),
        ]  # fmt: skip


def test_a_members_own_limit_is_lent_as_well(desk: Desk, acme: Tenant, manager: User, deputy: User) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 3_000_000})
    with tenant_context(acme):
        save_limit(terms=Terms(member_id=str(manager.pk), is_unlimited=True), actor=make_actor(acme, "admin"), now=NOW)
    lend(acme, manager, deputy)
    assert approve(desk, order, acting(deputy, acme, "approver")).approved_fen == 3_000_000
