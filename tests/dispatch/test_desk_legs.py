"""Legs come to be, are amended, planned again and called off; every step is a fact."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.errors import BadChange
from dispatch.events import LegAssigned
from dispatch.models import Leg
from dispatch.services import driving
from dispatch.services.assigning import plan_again, reassign_leg, solve, unassign_leg
from dispatch.services.legs import amend_legs, cancel_legs, free_legs, plan_legs
from dispatch.services.offers import accept_offer, open_offers
from events.catalogue import decode
from events.ids import public_id
from events.machine import TransitionError
from events.models import Fact
from tenants.actors import Actor, StaffRole
from tests.dispatch.conftest import NOW, SITE, Desk, as_agent, at, staff

Facts = Callable[..., list[dict[str, Any]]]


def test_new_legs_are_copied_and_told(desk: Desk, facts: Facts) -> None:
    specs = [desk.spec(label=f"沪A{number}") for number in range(3)]
    made = plan_legs(tenant_id=desk.acme.pk, legs=specs, actor=desk.system, now=NOW)
    kept = list(Leg.objects.order_by("pk"))
    assert [(leg.pk, leg.label, leg.area, leg.status) for leg in made] == [
        (leg.pk, leg.label, desk.area, "planned") for leg in kept
    ]
    for leg, row in zip(made, kept, strict=True):
        assert {f.attname: getattr(leg, f.attname) for f in Leg._meta.concrete_fields} == {
            f.attname: getattr(row, f.attname) for f in Leg._meta.concrete_fields
        }
    assert [fact["purpose_id"] for fact in facts("leg.planned")] == [str(spec.purpose_id) for spec in specs]


def test_the_statements_of_a_bulk_do_not_grow_with_it(desk: Desk) -> None:
    def queries(work: Callable[[], Any]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            work()
        return len(seen)

    desk.agent(load=60, shift=(at(0), at(240)))
    spread = [{"window_start": at(4 * n), "window_end": at(4 * n + 3)} for n in range(12)]
    counts: dict[str, list[int]] = {"plan": [], "solve": [], "cancel": []}
    for count in (2, 10):
        specs = [desk.spec(**changes) for changes in spread[:count]]
        make = lambda specs=specs: plan_legs(tenant_id=desk.acme.pk, legs=specs, actor=desk.system, now=NOW)  # noqa: E731
        counts["plan"].append(queries(make))
        counts["solve"].append(queries(lambda: solve(now=NOW)))
        assert Leg.objects.filter(status="assigned").count() == count
        purposes = [spec.purpose_id for spec in specs]
        call_off = lambda p=purposes: cancel_legs(purpose_ids=p, reason="x", actor=desk.system, now=NOW)  # noqa: E731
        counts["cancel"].append(queries(call_off))
    assert all(few == many for few, many in counts.values()), counts


@pytest.mark.parametrize("role", [StaffRole.INSPECTOR, StaffRole.FINANCE])
def test_who_may_not_plan_is_refused(desk: Desk, role: StaffRole) -> None:
    with pytest.raises(TransitionError) as refusal:
        plan_legs(tenant_id=desk.acme.pk, legs=[desk.spec()], actor=staff(role), now=NOW)
    assert refusal.value.code == "not_permitted"
    assert not Leg.objects.exists()


def test_a_place_that_is_none_and_a_window_that_is_none_are_refused(desk: Desk) -> None:
    for changes in ({"window_end": at(9)}, {"from_lat": 91.0}, {"to_lng": float("nan")}):
        with pytest.raises(BadChange):
            desk.leg(**changes)
    assert not Leg.objects.exists()


def test_called_off_legs_free_their_agents(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    leg, other = desk.assigned(), desk.leg()
    cancel_legs(purpose_ids=[leg.purpose_id], reason="rollback", actor=desk.system, now=NOW)
    kept = desk.fresh(leg)
    assert (kept.status, kept.offers.get().answer, kept.assignments.get().ended_reason) == (
        "cancelled",
        "withdrawn",
        "rollback",
    )
    assert facts("leg.moved", leg_id=leg.pk)[-1]["event"] == "cancel"
    reassign_leg(leg_id=other.pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)
    assert cancel_legs(purpose_ids=[leg.purpose_id, uuid4()], reason="", actor=desk.system, now=NOW) == []


def test_a_new_contact_keeps_the_agent_and_the_clock(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    amend_legs(
        purpose_id=leg.purpose_id, kind="pickup", changes={"contact": "林芳"}, actor=desk.system, now=at(10, day=23)
    )
    kept = desk.fresh(leg)
    assert (kept.agent, kept.contact, kept.received_at, kept.busy) == (agent, "林芳", NOW, leg.busy)
    assert facts("leg.moved", leg_id=leg.pk)[-1]["reason"] == "contact"


def test_another_place_keeps_the_agent_who_can_still_go_there(desk: Desk) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    amend_legs(purpose_id=leg.purpose_id, kind="pickup", changes={"from_lat": 31.25}, actor=desk.system, now=NOW)
    kept = desk.fresh(leg)
    assert (kept.agent, kept.status) == (agent, "assigned")
    assert kept.drive_s is not None and leg.drive_s is not None and kept.drive_s > leg.drive_s
    assert kept.busy != leg.busy


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"window_start": at(15), "window_end": at(17)}, "window_changed"),
        ({"from_lat": 30.9, "from_lng": 121.9}, "area"),
        ({"vehicle_class": "tractor"}, "licence"),
    ],
)
def test_a_leg_waits_again_when_its_agent_no_longer_fits(
    desk: Desk, facts: Facts, changes: dict[str, Any], reason: str
) -> None:
    desk.agent()
    leg = desk.assigned()
    tenant = Actor(kind="user", id="t", name="客户", tenant=desk.acme, roles=frozenset({"fleet_manager"}))
    amend_legs(purpose_id=leg.purpose_id, kind="pickup", changes=changes, actor=tenant, now=NOW)
    kept = desk.fresh(leg)
    assert (kept.status, kept.agent, kept.unassigned_reason, kept.is_by_hand) == ("unassigned", None, reason, False)
    assert kept.received_at == leg.received_at
    assert facts("leg.unassigned", leg_id=leg.pk)[-1]["reason"] == reason
    solve(now=NOW)
    assert (desk.fresh(leg).status == "assigned") is (reason == "window_changed")


def test_what_a_leg_has_not_and_what_is_under_way_cannot_be_amended(desk: Desk) -> None:
    leg = under_way(desk, desk.agent())
    with pytest.raises(BadChange):
        amend_legs(purpose_id=leg.purpose_id, kind="pickup", changes={"status": "done"}, actor=desk.system, now=NOW)
    with pytest.raises(TransitionError):
        amend_legs(purpose_id=leg.purpose_id, kind="pickup", changes={"phone": "1"}, actor=desk.system, now=NOW)


def under_way(desk: Desk, agent: Any) -> Leg:
    leg = desk.assigned()
    open_offers(leg_ids=[leg.pk], actor=desk.system, now=NOW)
    me = as_agent(agent)
    accept_offer(leg_id=leg.pk, actor=me, now=NOW)
    driving.contact(leg_id=leg.pk, actor=me, now=NOW)
    driving.set_out(leg_id=leg.pk, actor=me, now=NOW)
    return desk.fresh(leg)


def test_a_leg_is_driven_to_its_end(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    leg = under_way(desk, agent)
    driving.arrive(leg_id=leg.pk, actor=as_agent(agent), now=NOW)
    driving.finish(leg_id=leg.pk, actor=as_agent(agent), now=NOW)
    assert desk.fresh(leg).status == "done"
    assert [(fact["event"], fact["after"]) for fact in facts("leg.moved", leg_id=leg.pk)] == [
        ("offer", "offered"),
        ("accept", "accepted"),
        ("contact", "contacted"),
        ("set_out", "under_way"),
        ("arrive", "arrived"),
        ("finish", "done"),
    ]


def test_a_failed_leg_says_why_and_hears_of_amendments(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    leg = under_way(desk, agent)
    driving.arrive(leg_id=leg.pk, actor=as_agent(agent), now=NOW)
    with pytest.raises(TransitionError, match="Say why"):
        driving.fail(leg_id=leg.pk, reason=" ", actor=as_agent(agent), now=NOW)
    driving.fail(leg_id=leg.pk, reason="nobody there", actor=as_agent(agent), now=NOW)
    amend_legs(purpose_id=leg.purpose_id, kind="pickup", changes={"phone": "139"}, actor=desk.system, now=NOW)
    kept = desk.fresh(leg)
    assert (kept.status, kept.received_at, kept.phone) == ("failed", NOW, "139")
    assert [item["event"] for item in facts("leg.moved", leg_id=leg.pk)][-2:] == ["fail", "amend"]


def test_what_a_dispatcher_took_back_waits_for_him(desk: Desk, facts: Facts) -> None:
    agent = desk.agent()
    leg = desk.assigned()
    with pytest.raises(TransitionError, match="Say why"):
        unassign_leg(leg_id=leg.pk, reason="", actor=desk.dispatcher, now=NOW)
    unassign_leg(leg_id=leg.pk, reason="customer asked to wait", actor=desk.dispatcher, now=NOW)
    solve(now=NOW)
    assert desk.fresh(leg).status == "unassigned"
    assert not facts("leg.alerted")
    plan_again(leg_id=leg.pk, actor=desk.dispatcher, now=NOW)
    solve(now=NOW)
    assert desk.fresh(leg).agent == agent


def test_an_agent_who_lets_a_leg_lie_loses_it_to_the_next(desk: Desk) -> None:
    slow, next_one = desk.agent("slow"), desk.agent("next", lat=31.25)
    leg = desk.assigned()
    assert leg.agent == slow
    open_offers(leg_ids=[leg.pk], actor=desk.system, now=NOW)
    accept_offer(leg_id=leg.pk, actor=as_agent(slow), now=NOW)
    freed = free_legs(
        purpose_ids=[leg.purpose_id], kind="pickup", reason="contact_breached", actor=desk.system, now=NOW
    )
    assert [item.pk for item in freed] == [leg.pk]
    solve(now=NOW)
    assert desk.fresh(leg).agent == next_one


def test_a_leg_done_before_its_time_frees_the_rest(desk: Desk) -> None:
    agent = desk.agent()
    leg = under_way(desk, agent)
    driving.arrive(leg_id=leg.pk, actor=as_agent(agent), now=NOW)
    driving.finish(leg_id=leg.pk, actor=as_agent(agent), now=NOW + timedelta(minutes=5))
    same = desk.assigned(from_lat=SITE[0])
    assert same.agent == agent


def test_a_naming_of_the_first_version_is_read_by_its_new_name(desk: Desk) -> None:
    desk.agent()
    leg = desk.assigned()
    written = Fact.objects.get(type=LegAssigned.type, subject=public_id("leg", leg.pk))
    old = {**{name: value for name, value in written.data.items() if name != "is_by_hand"}, "by_hand": True}
    assert decode(LegAssigned, old, version=1).is_by_hand is True
    assert decode(LegAssigned, written.data, version=written.version).is_by_hand is False
