"""Decisions within limits, cancelling, windows, ratings; and who may do what at all."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from events.announcing import announce
from events.ids import new_id
from events.machine import TransitionError
from fleet import access
from fleet.access import Action, may
from fleet.errors import AboveLimit, AlreadyDecided, NotCancellable, NotValid
from fleet.models import ApprovalLimit, Order, OrderEstimate
from fleet.selectors.limits import read_limits
from fleet.services import ordering
from fleet.services.approvals.limits import set_limits
from fleet.services.places import save_cost_center, save_site
from fleet.services.rules import set_policy
from repair import states as jobs
from repair.events import OrderWindowsOffered
from repair.models import Estimate, EstimateLine, Job
from repair.requests import LineChoice
from tenants.actors import Actor, system_actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.test_batches import as_csv, lines_of
from tests.fleet.world import estimated, moved, ref


def open_order(desk: Desk, state: str = jobs.ACKNOWLEDGED) -> Order:
    """A real order with its job, put into a state."""
    desk.submit(desk.upload(as_csv(lines_of(count=1))))
    with tenant_context(desk.tenant):
        order = Order.objects.get()
    if state != jobs.ACKNOWLEDGED:
        Job.objects.filter(order_id=order.pk).update(status=state)
        tell(desk, moved(order.pk, state))
    return order


def tell(desk: Desk, *events: Any) -> None:
    announce(tenant_id=desk.tenant.pk, events=events, actor=system_actor("test"), now=desk.now)


def estimate(desk: Desk, order: Order, *amounts: int, version: int = 1, is_supplement: bool = False) -> None:
    """An estimate that waits, at the desk and in the book."""
    job = Job.objects.get(order_id=order.pk)
    state = jobs.CONSENT_REQUIRED if is_supplement else jobs.AWAITING_APPROVAL
    Job.objects.filter(pk=job.pk).update(status=state)
    row = Estimate.objects.create(
        job=job, version=version, is_supplement=is_supplement, total_fen=sum(amounts), submitted_at=desk.now,
        valid_until=desk.now + timedelta(days=3),
    )  # fmt: skip
    for no, amount in enumerate(amounts, start=1):
        EstimateLine.objects.create(estimate=row, no=no, kind="part", text=f"配件{no}", quantity="1", amount_fen=amount)
    tell(desk, moved(order.pk, state), estimated(order.pk, *amounts, version=version, is_supplement=is_supplement))


def decide(
    desk: Desk, order: Order, actor: Actor, *, version: int = 1, decision: Any = "approve", **more: Any
) -> Order:
    with tenant_context(desk.tenant):
        return ordering.decide_order_estimate(
            order_id=order.pk, version=version, decision=decision, actor=actor, now=desk.now, **more
        )


def test_an_approver_approves_within_the_limit(desk: Desk, acme: Tenant) -> None:
    order = open_order(desk)
    estimate(desk, order, 300_000, 100_000)
    found = decide(desk, order, make_actor(acme, "approver"))
    assert (found.status, found.approved_fen) == ("approved", 400_000)
    assert found.promised_return_at is not None
    with tenant_context(acme):
        assert OrderEstimate.objects.get(order=order).decided_by == "王娟平"


def test_above_the_limit_nothing_is_decided(desk: Desk, acme: Tenant) -> None:
    order = open_order(desk)
    estimate(desk, order, 500_001)
    with pytest.raises(AboveLimit) as refused:
        decide(desk, order, make_actor(acme, "approver"))
    assert "¥5,000.00" in refused.value.message
    assert decide(desk, order, make_actor(acme, "fleet_manager")).status == "approved"


def test_a_lesser_amount_may_bring_it_within_the_limit(desk: Desk, acme: Tenant) -> None:
    order = open_order(desk)
    estimate(desk, order, 600_000, 200_000)
    choices = [LineChoice(no=1, is_approved=True, amount_fen=450_000), LineChoice(no=2, is_approved=False)]
    found = decide(desk, order, make_actor(acme, "approver"), choices=choices)
    assert (found.status, found.approved_fen) == ("part_approved", 450_000)


def test_what_was_approved_before_counts_toward_the_limit(desk: Desk, acme: Tenant) -> None:
    order = open_order(desk)
    estimate(desk, order, 400_000)
    decide(desk, order, make_actor(acme, "approver"))
    estimate(desk, order, 100_001, version=2, is_supplement=True)
    with pytest.raises(AboveLimit):
        decide(desk, order, make_actor(acme, "approver"), version=2)


def test_a_blank_limit_means_none(desk: Desk, acme: Tenant) -> None:
    order = open_order(desk)
    estimate(desk, order, 1)
    with tenant_context(acme):
        set_limits(limits={"approver": None}, actor=make_actor(acme, "admin"), now=desk.now)
        assert read_limits()["approver"] is None
        assert ApprovalLimit.objects.get(role="approver").up_to_fen is None
    with pytest.raises(PermissionDenied):
        decide(desk, order, make_actor(acme, "approver"))
    with tenant_context(acme):
        assert Order.objects.get().status == "awaiting_approval"


@pytest.mark.parametrize("decision", ["send_back", "reject"])
def test_no_needs_no_limit_but_a_reason(desk: Desk, acme: Tenant, decision: str) -> None:
    order = open_order(desk)
    estimate(desk, order, 900_000)
    with pytest.raises(TransitionError):
        decide(desk, order, make_actor(acme, "approver"), decision=decision)
    found = decide(desk, order, make_actor(acme, "approver"), decision=decision, reason="太贵")
    assert found.status == {"send_back": "sent_back", "reject": "rejected"}[decision]


def test_an_old_version_is_not_decided(desk: Desk, acme: Tenant) -> None:
    order = open_order(desk)
    estimate(desk, order, 100)
    estimate(desk, order, 200, version=2)
    with pytest.raises(AlreadyDecided):
        decide(desk, order, make_actor(acme, "approver"), version=1)
    decide(desk, order, make_actor(acme, "approver"), version=2)
    with pytest.raises(AlreadyDecided):
        decide(desk, order, make_actor(acme, "approver"), version=2)


def test_an_order_is_cancelled_before_custody_alone(desk: Desk, acme: Tenant) -> None:
    order = open_order(desk)
    with tenant_context(acme), pytest.raises(NotValid):
        ordering.cancel_order(order_id=order.pk, reason=" ", actor=desk.actor, now=desk.now)
    with tenant_context(acme):
        found = ordering.cancel_order(order_id=order.pk, reason="卖掉了", actor=desk.actor, now=desk.now)
    assert (found.status, found.status_note) == ("cancelled", "卖掉了")
    with tenant_context(acme), pytest.raises(NotCancellable):
        ordering.cancel_order(order_id=order.pk, reason="再来", actor=desk.actor, now=desk.now)


def test_an_offered_window_is_taken(desk: Desk, acme: Tenant) -> None:
    order = open_order(desk)
    window = (order.window_start + timedelta(days=1), order.window_end + timedelta(days=1))
    tell(desk, OrderWindowsOffered(subject=ref(order.pk), order_id=order.pk, windows=(window,)))
    with tenant_context(acme), pytest.raises(NotValid):
        ordering.choose_window(order_id=order.pk, no=2, actor=desk.actor, now=desk.now)
    with tenant_context(acme):
        found = ordering.choose_window(order_id=order.pk, no=1, actor=desk.actor, now=desk.now)
        assert (found.window_start, found.window_end) == window
        assert not found.windows.exists()


def test_a_site_is_saved_and_told(desk: Desk, acme: Tenant) -> None:
    values: dict[str, Any] = {"code": "HZ-1", "address": "杭州市", "lat": 30.2, "lng": 120.1}
    with tenant_context(acme):
        site = save_site(**values, actor=desk.actor, now=desk.now)
        assert access.site_for(desk.actor, site.ref) == site
    with tenant_context(acme), pytest.raises(Exception, match="code"):
        save_site(**values, actor=desk.actor, now=desk.now)
    with tenant_context(acme):
        save_site(**{**values, "lat": 30.3}, site_id=site.ref, actor=desk.actor, now=desk.now)
        assert access.site_for(desk.actor, site.pk).lat == 30.3


ALLOWED = {
    "admin": set(Action),
    "fleet_manager": {Action.READ, Action.SUBMIT, Action.DECIDE, Action.MANAGE, Action.COMPLAIN},
    "requester": {Action.READ, Action.SUBMIT, Action.COMPLAIN},
    "approver": {Action.READ, Action.DECIDE, Action.COMPLAIN},
    "finance": {Action.READ, Action.BUDGET},
    "viewer": {Action.READ},
}


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(ALLOWED))
def test_what_each_role_may_do(acme: Tenant, role: str) -> None:
    assert {action for action in Action if may(make_actor(acme, role), action)} == ALLOWED[role]


@pytest.mark.django_db
def test_who_is_no_member_and_what_a_key_without_scope_asks_is_refused(acme: Tenant) -> None:
    stranger = Actor(kind="user", id="x", name="x", tenant=acme)
    key = Actor(kind="key", id="k", name="k", tenant=acme, scopes=frozenset({"invoices:read"}))
    for actor in (stranger, key, Actor(kind="nobody", id="", name="")):
        assert not any(may(actor, action) for action in Action)
    full = Actor(kind="key", id="k", name="k", tenant=acme, scopes=frozenset({"*"}))
    assert {action for action in Action if may(full, action)} == set(Action) - {Action.CONFIGURE, Action.BUDGET}


WRITES = {
    "cancel_order": (Action.SUBMIT, lambda a, o, n: ordering.cancel_order(order_id=o, reason="x", actor=a, now=n)),
    "choose_window": (Action.SUBMIT, lambda a, o, n: ordering.choose_window(order_id=o, no=1, actor=a, now=n)),
    "rate_order": (Action.SUBMIT, lambda a, o, n: ordering.rate_order(order_id=o, score=5, comment="", actor=a, now=n)),
    "decide": (
        Action.DECIDE,
        lambda a, o, n: ordering.decide_order_estimate(
            order_id=o, version=1, decision="reject", reason="x", actor=a, now=n
        ),
    ),
    "save_site": (Action.MANAGE, lambda a, o, n: save_site(code="X", address="x", lat=1, lng=1, actor=a, now=n)),
    "save_cost_center": (Action.MANAGE, lambda a, o, n: save_cost_center(name="X", actor=a, now=n)),
    "set_limits": (Action.CONFIGURE, lambda a, o, n: set_limits(limits={"approver": 1}, actor=a, now=n)),
    "set_policy": (Action.CONFIGURE, lambda a, o, n: set_policy(policy="accept_valid", actor=a, now=n)),
}


@pytest.mark.parametrize("role", sorted(ALLOWED))
@pytest.mark.parametrize("name", sorted(WRITES))
def test_a_role_that_may_not_changes_nothing(desk: Desk, acme: Tenant, role: str, name: str) -> None:
    action, call = WRITES[name]
    if action in ALLOWED[role]:
        return
    order = open_order(desk)
    with tenant_context(acme):
        before = (Order.objects.values_list("updated_seq", flat=True).get(), read_limits())
        with pytest.raises(PermissionDenied):
            call(make_actor(acme, role), order.pk, desk.now)
        assert (Order.objects.values_list("updated_seq", flat=True).get(), read_limits()) == before


def test_another_tenants_objects_are_not_found(desk: Desk, pacific: Tenant) -> None:
    order = open_order(desk)
    with tenant_context(desk.tenant):
        vehicle: UUID = order.vehicle_id
        batch = order.batch_id or new_id()
    stranger = make_actor(pacific, "admin")
    doors: list[Any] = [
        lambda: access.order_for(stranger, order.pk),
        lambda: access.vehicle_for(stranger, vehicle),
        lambda: access.batch_for(stranger, batch),
        lambda: access.row_for(stranger, batch, 2),
        lambda: access.site_for(stranger, "sit_00000000000000000000000000"),
        lambda: access.cost_center_for(stranger, "nonsense"),
    ]
    with tenant_context(pacific):
        for door in doors:
            with pytest.raises(Http404):
                door()
