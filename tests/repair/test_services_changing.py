"""J2, J17 to J19, J25 to J27: what changes, ends and closes a job."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from dispatch.models import Clock
from events.machine import TransitionError
from events.models import Event, Fact
from repair.models import Custody, Job, Rating, Vehicle, WorkshopDay
from repair.requests import Amendment
from repair.services import aftercare, changing
from tenants.models import Tenant
from tests.repair.world import SYSTEM, World, fresh, member, visit_of

BOTH = {"en": "We do not modify vehicles.", "zh": "不承接改装。"}
INSTEAD = {"en": "A licensed shop.", "zh": "持证改装厂。"}


def cancel(world: World, *jobs: Job, reason: str = "不需要了", **kwargs: Any) -> list[changing.Outcome]:
    return changing.cancel_orders(
        tenant_id=world.tenant.pk,
        order_ids=[job.order_id for job in jobs],
        reason=reason,
        actor=world.ten,
        now=world.tick(),
        **kwargs,
    )


def test_cancelling_leaves_no_leg_clock_or_bay_behind(world: World) -> None:
    job = world.accept(world.name(world.order()))
    assert cancel(world, job)[0].is_done
    assert (fresh(job).status, fresh(job).ended_reason, visit_of(job).ended_at) == ("cancelled", "不需要了", world.now)
    leg = world.leg(job)
    assert leg.status == "cancelled"
    assert not Clock.objects.filter(subject_id=job.pk, stopped_at=None, cancelled_at=None).exists()
    assert not WorkshopDay.objects.filter(taken__gt=0).exists()


def test_a_result_for_each_order_in_the_order_asked(world: World, pacific: Tenant) -> None:
    held = world.in_custody()
    free = world.order(vin="LSVNV2182E2100001", plate="沪B1")
    foreign = world.open(world.line(vin="LJ12EKR15F4000002"), tenant=pacific)[0]
    outcomes = cancel(world, held, foreign, free)
    assert [(o.order_id, o.is_done) for o in outcomes] == [
        (held.order_id, False), (foreign.order_id, False), (free.order_id, True),
    ]  # fmt: skip
    assert all(o.message for o in outcomes[:2])
    assert [fresh(job).status for job in (held, foreign, free)] == ["in_custody", "acknowledged", "cancelled"]


def test_one_of_two_jobs_leaves_the_pickup_to_the_other(world: World) -> None:
    first, second = world.open(world.line(), world.line(service="maintenance"))
    cancel(world, first)
    assert visit_of(second).ended_at is None
    assert world.to_pickup(second).status == "at_pickup"


def test_a_rollback_is_noted_as_free(world: World) -> None:
    job = world.order()
    cancel(world, job, is_rollback=True)
    assert Fact.objects.get(type="job.moved", data__event="cancel").data["detail"] == {"is_rollback": True}


# --- J2 ---------------------------------------------------------------------------------------------------------------


def test_out_of_scope_is_declined_with_an_alternative_in_both_languages(world: World) -> None:
    job = world.name(world.order())
    with pytest.raises(TransitionError, match="English and in Chinese"):
        changing.decline_scope(job_id=job.pk, reason=BOTH, alternative={"en": "x"}, actor=world.dsp, now=world.tick())
    changing.decline_scope(job_id=job.pk, reason=BOTH, alternative=INSTEAD, actor=world.dsp, now=world.tick())
    assert (fresh(job).status, fresh(job).declined_reason) == (
        "declined_scope",
        {"reason": BOTH, "alternative": INSTEAD},
    )
    assert world.leg(job).status == "cancelled"
    note = Event.objects.get(type="order.declined").data["note"]
    assert "持证改装厂" in note and "licensed shop" in note


# --- J26 --------------------------------------------------------------------------------------------------------------


def amend(world: World, job: Job, **changes: Any) -> Job:
    changing.amend_order(
        tenant_id=world.tenant.pk,
        order_id=job.order_id,
        amendment=Amendment(**changes),
        actor=world.ten,
        now=world.tick(),
    )
    return fresh(job)


def test_another_window_looks_for_another_agent_and_keeps_the_first_clock(world: World) -> None:
    job = world.order()
    clock = Clock.objects.get(subject_id=job.pk, kind="dispatch")
    received = world.leg(job).received_at
    window = {"window_start": job.window_start + timedelta(hours=3), "window_end": job.window_end + timedelta(hours=3)}
    job = amend(world, world.name(job), **window)
    leg = world.leg(job)
    assert (job.status, job.agent_id, leg.status, leg.window_start) == (
        "acknowledged",
        None,
        "unassigned",
        window["window_start"],
    )
    assert leg.received_at == received
    assert visit_of(job).window_start == window["window_start"]
    again = Clock.objects.get(subject_id=job.pk, kind="dispatch")
    assert (again.pk, again.started_at) == (clock.pk, clock.started_at)
    assert Event.objects.get(type="order.amended").data["after"] == {k: v.isoformat() for k, v in window.items()}


def test_a_new_phone_keeps_the_agent(world: World) -> None:
    job = amend(world, world.name(world.order()), phone="13911112222")
    assert (job.status, world.leg(job).phone, visit_of(job).phone) == ("assigned", "13911112222", "13911112222")


def test_nothing_new_is_told_when_nothing_changed(world: World) -> None:
    job = world.order()
    amend(world, job, contact=job.contact)
    assert not Event.objects.filter(type="order.amended").exists()
    assert not Fact.objects.filter(type="job.moved", data__event="amend").exists()


def test_an_amendment_is_one_fact(world: World) -> None:
    amend(world, world.order(), notes="后门")
    assert Fact.objects.filter(type="job.moved", data__event="amend").count() == 1


def test_the_other_jobs_of_the_visit_go_with_it(world: World) -> None:
    first, second = world.open(world.line(), world.line(service="maintenance"))
    world.name(first)
    window = {
        "window_start": first.window_start + timedelta(hours=3),
        "window_end": first.window_end + timedelta(hours=3),
    }
    amend(world, first, phone="13911112222", notes="only mine", **window)
    second = fresh(second)
    assert (second.window_start, second.phone, second.notes) == (window["window_start"], "13911112222", "")
    told = Event.objects.filter(type="order.amended", data__order_id=str(second.order_id)).get()
    assert set(told.data["after"]) == {"window_start", "window_end", "phone"}
    assert visit_of(second).window_start == world.leg(second).window_start == second.window_start


def test_after_custody_nothing_is_amended(world: World) -> None:
    job = world.in_custody()
    with pytest.raises(TransitionError) as caught:
        amend(world, job, notes="x")
    assert caught.value.code == "illegal_state"


@pytest.mark.parametrize("hours", [(-5, -3), (3, 3)])
def test_a_window_must_be_one(world: World, hours: tuple[int, int]) -> None:
    job = world.order()
    start, end = (world.now + timedelta(hours=each) for each in hours)
    with pytest.raises(ValidationError) as caught:
        amend(world, job, window_start=start, window_end=end)
    assert "window_end" in caught.value.message_dict


# --- J19b -------------------------------------------------------------------------------------------------------------


def test_stopped_on_the_way_it_goes_back_and_the_agent_is_free(world: World) -> None:
    job = world.in_custody()
    changing.stop_job(job_id=job.pk, reason="急用", actor=world.ten, now=world.tick(), tenant_id=world.tenant.pk)
    changing.wrap_up(job_id=job.pk, actor=world.dsp, now=world.tick())
    job = world.plan_return(fresh(job))
    assert world.leg(job).status == "cancelled"  # the pickup's agent is free for the return
    assert world.deliver(world.to_door(job)).status == "delivered"


def test_stopped_work_ends_its_waits(world: World) -> None:
    job = world.awaiting_approval()
    changing.stop_job(job_id=job.pk, reason="不修了", actor=world.dsp, now=world.tick())
    assert fresh(job).status == "stopped"
    assert Clock.objects.get(kind="approval").stopped_at is not None
    with pytest.raises(ValidationError, match="decided this estimate already"):
        world.decide(job)


# --- J17, J18 ---------------------------------------------------------------------------------------------------------


def call(world: World, job: Job, *, is_reached: bool = False) -> None:
    aftercare.note_call(job_id=job.pk, is_reached=is_reached, note="", actor=world.cc, now=world.tick())


def test_three_attempts_end_the_asking_with_the_clock_met(world: World) -> None:
    job = world.delivered()
    for _attempt in range(2):
        call(world, job)
    assert fresh(job).status == "delivered"
    call(world, job)
    assert (fresh(job).status, fresh(job).call_attempts) == ("not_rated", 3)
    clock = Clock.objects.get(kind="callback")
    assert clock.stopped_at == world.now and clock.breached_at is None
    with pytest.raises(ValidationError):
        call(world, job)


def test_only_customer_service_calls_and_only_after_delivery(world: World) -> None:
    job = world.in_custody()
    with pytest.raises(ValidationError, match="need not be called"):
        call(world, job)
    with pytest.raises(PermissionDenied):
        aftercare.note_call(job_id=job.pk, is_reached=True, note="", actor=world.dsp, now=world.tick())


def test_who_was_reached_at_the_third_call_may_still_rate(world: World) -> None:
    job = world.delivered()
    call(world, job)
    call(world, job)
    call(world, job, is_reached=True)
    aftercare.rate_order(
        tenant_id=world.tenant.pk, order_id=job.order_id, score=4, comment="好", actor=world.cc, now=world.tick()
    )
    assert (fresh(job).status, Rating.objects.get().score) == ("rated", 4)


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_rating_is_one_to_five(world: World, score: int) -> None:
    job = world.delivered()
    with pytest.raises(ValidationError) as caught:
        aftercare.rate_order(
            tenant_id=world.tenant.pk, order_id=job.order_id, score=score, comment="", actor=world.ten, now=world.tick()
        )
    assert "score" in caught.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(job=job, score=score, by="x", rated_at=world.now)


def test_rated_jobs_are_closed_all_or_none(world: World) -> None:
    job = world.delivered()
    open_job = world.order(vin="LSVNV2182E2100001", plate="沪B1")
    aftercare.rate_order(
        tenant_id=world.tenant.pk, order_id=job.order_id, score=5, comment="", actor=world.ten, now=world.tick()
    )
    with pytest.raises(TransitionError):
        aftercare.close_jobs(job_ids=[job.pk, open_job.pk], actor=SYSTEM, now=world.tick())
    assert fresh(job).status == "rated"
    aftercare.close_jobs(job_ids=[job.pk], actor=SYSTEM, now=world.tick())
    assert fresh(job).status == "closed"


# --- J27 --------------------------------------------------------------------------------------------------------------


def test_salvage_ends_custody_clocks_and_visit(world: World) -> None:
    job = world.awaiting_approval(service="claim")
    aftercare.hand_over_salvage(job_id=job.pk, receipt="残值收据 7", actor=world.clm, now=world.tick())
    assert fresh(job).status == "handed_over"
    assert Custody.objects.get().during.upper == world.now
    assert visit_of(job).ended_at == world.now
    assert not Clock.objects.filter(subject_id=job.pk, stopped_at=None, cancelled_at=None).exists()
    aftercare.close_jobs(job_ids=[job.pk], actor=world.clm, now=world.tick())
    assert fresh(job).status == "closed"


def test_salvage_waits_for_the_vehicles_other_job(world: World) -> None:
    first, _second = world.open(world.line(service="claim"), world.line(service="maintenance"))
    world.receive(world.collect(world.to_pickup(first)))
    world.estimate(first)
    with pytest.raises(ValidationError, match="Another job of this vehicle"):
        aftercare.hand_over_salvage(job_id=first.pk, receipt="x", actor=world.clm, now=world.tick())


def test_an_insurer_orders_and_decides_like_any_tenant(world: World, pacific: Tenant) -> None:
    job = world.open(world.line(vin="LJ12EKR15F4000002"), tenant=pacific)[0]
    outcome = changing.cancel_orders(
        tenant_id=pacific.pk, order_ids=[job.order_id], reason="撤案", actor=member(pacific), now=world.tick()
    )
    assert outcome[0].is_done
    assert world.leg(job).status == "cancelled"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"window_end": datetime(9999, 12, 31, tzinfo=UTC)}, "window_end"),
        ({"return_by": datetime(9999, 12, 31, tzinfo=UTC)}, "return_by"),
        ({"return_by": datetime(2026, 1, 1, tzinfo=UTC)}, "return_by"),
    ],
)
def test_a_time_that_no_plan_can_hold_is_refused(world: World, changes: dict[str, Any], field: str) -> None:
    job = world.order()
    with pytest.raises(ValidationError) as refused:
        amend(world, job, **changes)
    assert list(refused.value.message_dict) == [field]
    assert not Fact.objects.filter(data__event="amend").exists()


def test_the_key_of_a_vehicle_tells_no_hour(world: World) -> None:
    world.order()
    assert {vehicle.pk.version for vehicle in Vehicle.objects.all()} == {4}
