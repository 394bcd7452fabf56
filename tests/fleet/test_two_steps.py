"""Above one's limit it goes up to who may; from an amount on whoever asked does not approve; and who hears of it by mail."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from config import clock
from events.book.models import Entry
from events.delivering import catch_up
from fleet.errors import AlreadyDecided, FleetError, NotValid, OwnOrder
from fleet.models import ApprovalPolicy, Batch, Endorsement, Order, OrderEstimate
from fleet.services import ordering
from fleet.services.approvals.delegating import delegate
from fleet.services.approvals.passing import pass_on
from fleet.services.approvals.policy import set_approval_policy
from messages.models import Mail
from repair.requests import LineChoice
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.models import User
from tests.conftest import NOW
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.members import acting, join
from tests.fleet.orders import estimate_each, open_orders
from tests.fleet.test_batch_races import together
from tests.fleet.test_delegations import lend


@pytest.fixture(autouse=True)
def tested_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda _tenant=None: NOW)


@pytest.fixture
def people(desk: Desk, pacific: Tenant) -> dict[str, User]:
    join(pacific, "fleet_manager", name="刘备")
    names = {"韩梅": "approver", "赵云": "approver", "李雷": "fleet_manager", "王芳": "admin", "马超": "viewer"}
    return {name: join(desk.tenant, role, name=name, language="en") for name, role in names.items()}


def hand_on(desk: Desk, order: Order, who: Actor, **more: Any) -> Endorsement:
    with tenant_context(desk.tenant):
        return pass_on(order_id=order.pk, version=1, actor=who, now=desk.now, **more)


def mails(tenant: Tenant, reader: str = "approval_letters") -> list[tuple[str, str]]:
    catch_up(name=reader, tenant_id=tenant.pk)
    found = list(Mail.objects.order_by("created_at", "to").values_list("to", "subject"))
    Mail.objects.all().delete()
    return [(to.partition("@")[0], subject) for to, subject in found]


def test_it_goes_up_and_everybody_on_the_way_hears(desk: Desk, acme: Tenant, people: dict[str, User]) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 600_000})
    assert mails(acme, "approval_mail") == [("李雷", f"{order.number}: ¥6,000.00 waits for your approval")]
    approver = acting(people["韩梅"], acme, "approver")
    less = [LineChoice(no=1, is_approved=True, amount_fen=550_000, reason="协议价")]
    hand_on(desk, order, approver, choices=less, note="急用车")
    assert mails(acme) == [("李雷", f"{order.number}: 韩梅 asks you to approve ¥5,500.00")]
    assert mails(acme) == []
    with tenant_context(acme):
        ordering.decide_order_estimate(
            order_id=order.pk, version=1, decision="approve", choices=less, actor=acting(people["李雷"], acme, "fleet_manager"),
            now=NOW,
        )  # fmt: skip
        told = Entry.objects.filter(subject=order.ref, type="approval.passed_on").get()
        assert (told.actor_name, told.data["amount_fen"], told.data["note"]) == ("韩梅", 550_000, "急用车")
    assert mails(acme) == [("韩梅", f"{order.number}: Approved in part")]


def test_a_deputy_of_who_may_is_asked_too(desk: Desk, acme: Tenant, people: dict[str, User]) -> None:
    with tenant_context(acme):
        delegate(
            deputy_id=str(people["赵云"].pk), starts_at=NOW, ends_at=NOW + timedelta(days=1), now=NOW,
            actor=acting(people["李雷"], acme, "fleet_manager"),
        )  # fmt: skip
    assert mails(acme) == [("赵云", "You stand in for 李雷")]
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 600_000})
    assert [to for to, _subject in mails(acme, "approval_mail")] == ["李雷", "赵云"]
    hand_on(desk, order, acting(people["韩梅"], acme, "approver"))
    assert [to for to, _subject in mails(acme)] == ["李雷", "赵云"]


def test_what_one_may_approve_or_nobody_asks_for_is_not_passed_on(
    desk: Desk, acme: Tenant, people: dict[str, User]
) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 500_001})
    approver = acting(people["韩梅"], acme, "approver")
    with pytest.raises(NotValid, match="yourself"):
        hand_on(desk, order, approver, choices=[LineChoice(no=1, is_approved=True, amount_fen=500_000)])
    for wrong in (LineChoice(no=2, is_approved=True), LineChoice(no=1, is_approved=True, amount_fen=500_002)):
        with pytest.raises(ValidationError):
            hand_on(desk, order, approver, choices=[wrong])
    with pytest.raises(PermissionDenied):
        hand_on(desk, order, acting(people["马超"], acme, "viewer"))
    hand_on(desk, order, approver, note="一")
    hand_on(desk, order, approver, note="二")
    with tenant_context(acme):
        assert Endorsement.objects.get().note == "二"
        ordering.decide_order_estimate(
            order_id=order.pk, version=1, decision="reject", reason="x", actor=make_actor(acme, "admin"), now=NOW
        )
    with pytest.raises(AlreadyDecided):
        hand_on(desk, order, approver)


def require_four_eyes(desk: Desk, amount_fen: int | None) -> None:
    with tenant_context(desk.tenant):
        set_approval_policy(four_eyes_from_fen=amount_fen, actor=make_actor(desk.tenant, "admin"), now=desk.now)


def sent_by(desk: Desk, user: User) -> None:
    """The batch of all orders was submitted by this member."""
    with tenant_context(desk.tenant):
        batch = Batch.objects.get()
        Batch.objects.update(submitted_by={**(batch.submitted_by or {}), "id": str(user.pk)})


def outcome(desk: Desk, order: Order, actor: Actor) -> str:
    try:
        with tenant_context(desk.tenant):
            ordering.decide_order_estimate(order_id=order.pk, version=1, decision="approve", actor=actor, now=desk.now)
    except FleetError as error:
        return error.code
    return "approved"


@pytest.mark.parametrize(
    ("least", "sender", "who", "wanted"),
    [
        (None, "韩梅", "韩梅", "approved"),
        (400_001, "韩梅", "韩梅", "approved"),
        (400_000, "韩梅", "韩梅", "own_order"),
        (0, "韩梅", "韩梅", "own_order"),
        (0, "韩梅", "赵云", "approved"),
    ],
)
def test_from_an_amount_on_somebody_else_approves(
    desk: Desk, acme: Tenant, people: dict[str, User], least: int | None, sender: str, who: str, wanted: str
) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 400_000})
    sent_by(desk, people[sender])
    require_four_eyes(desk, least)
    assert outcome(desk, order, acting(people[who], acme, "approver")) == wanted
    with tenant_context(acme):
        assert OrderEstimate.objects.get().decision == ("approved" if wanted == "approved" else "")


def test_neither_may_ones_deputy_by_ones_own_limits(desk: Desk, acme: Tenant, people: dict[str, User]) -> None:
    (order,) = open_orders(desk, 1)
    estimate_each(desk, {order: 600_000})
    sent_by(desk, people["李雷"])
    require_four_eyes(desk, 0)
    with tenant_context(acme):
        delegate(
            deputy_id=str(people["韩梅"].pk), starts_at=NOW, ends_at=NOW + timedelta(days=1), now=NOW,
            actor=acting(people["李雷"], acme, "fleet_manager"),
        )  # fmt: skip
    assert outcome(desk, order, acting(people["韩梅"], acme, "approver")) == "above_limit"
    with tenant_context(acme), pytest.raises(OwnOrder, match="王芳"):
        ordering.decide_order_estimate(
            order_id=order.pk,
            version=1,
            decision="approve",
            actor=acting(people["李雷"], acme, "fleet_manager"),
            now=NOW,
        )
    assert outcome(desk, order, acting(people["王芳"], acme, "admin")) == "approved"


@pytest.mark.parametrize("role", ["fleet_manager", "approver", "viewer"])
def test_only_an_administrator_sets_the_rule(desk: Desk, acme: Tenant, role: str) -> None:
    with tenant_context(acme), pytest.raises(PermissionDenied):
        set_approval_policy(four_eyes_from_fen=1, actor=make_actor(acme, role), now=NOW)
    with tenant_context(acme), pytest.raises(ValidationError):
        set_approval_policy(four_eyes_from_fen=-1, actor=make_actor(acme, "admin"), now=NOW)
    with tenant_context(acme):
        assert not ApprovalPolicy.objects.exists()


def test_two_deputies_named_at_once_are_one(own_world: Tenant) -> None:
    manager = join(own_world, "fleet_manager", name="李雷")
    others = [join(own_world, "approver", name=name) for name in ("韩梅", "赵云")]
    raised = together(*[lambda each=each: lend(own_world, manager, each) for each in others])
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "ValidationError"]
