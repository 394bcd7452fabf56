"""J1, J3: lines become jobs and visits; the register; what the credit hold stops."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from dispatch.models import Clock, Leg
from events.machine import TransitionError
from events.models import Event, Fact
from partners.desk.models import TenantTerms
from repair.models import Job, KnownVehicle, PlateHistory, Vehicle, Visit
from repair.services import aftercare, changing, errands, opening
from tenants.actors import StaffRole
from tenants.models import Tenant
from tests.repair.world import SYSTEM, VINS, World, build_world, fresh, member, staff, visit_of


def test_a_line_becomes_an_acknowledged_job_with_its_receipt_clocks_and_leg(world: World) -> None:
    job = world.order()
    assert (job.status, job.kind, job.vin, job.tenant_id) == ("acknowledged", "repair", VINS[0], world.tenant.pk)
    assert job.number.startswith("BL2611-")
    leg = Leg.objects.get(purpose_id=visit_of(job).pk)
    assert (leg.kind, leg.status, leg.vehicle_class, leg.from_lat) == ("pickup", "planned", "light_truck", job.lat)
    clocks = {clock.kind: clock for clock in Clock.objects.filter(subject_id=job.pk)}
    assert set(clocks) == {"respond", "dispatch"}
    assert clocks["respond"].stopped_at == world.now
    assert clocks["dispatch"].stopped_at is None
    told = list(Event.objects.filter(tenant=world.tenant).order_by("seq").values_list("type", flat=True))
    assert told == ["vehicle.registered", "order.placed", "order.acknowledged"]


def test_the_same_reference_again_is_the_order_that_stands(world: World) -> None:
    line = world.line()
    first = world.open(line)[0]
    again = opening.open_jobs(
        tenant_id=world.tenant.pk, lines=[line, line], channel="api", batch_id=None, actor=world.ten, now=world.tick()
    )
    assert [(item.order_id, item.number, item.is_new) for item in again] == [(first.order_id, first.number, False)] * 2
    assert Job.objects.count() == 1


def test_one_reference_twice_in_one_call_opens_one_job(world: World) -> None:
    line = world.line()
    jobs = world.open(line, line)
    assert jobs[0].pk == jobs[1].pk
    assert Job.objects.count() == 1


def test_a_cancelled_order_frees_its_reference(world: World) -> None:
    line = world.line()
    job = world.open(line)[0]
    changing.cancel_orders(
        tenant_id=world.tenant.pk, order_ids=[job.order_id], reason="wrong", actor=world.ten, now=world.tick()
    )
    assert world.open(line)[0].pk != job.pk


def test_two_at_once_make_one_set(own_db: str, now: datetime) -> None:
    """Two real connections submit the same lines."""
    tenant = Tenant.objects.get(slug="acme")
    world = build_world(tenant, now)
    lines = [world.line(vin=vin) for vin in VINS]

    def submit(_number: int) -> list[tuple[str, bool]]:
        try:
            opened = opening.open_jobs(
                tenant_id=tenant.pk, lines=lines, channel="api", batch_id=None, actor=member(tenant), now=now
            )
            return [(str(item.order_id), item.is_new) for item in opened]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(submit, range(2))
    assert [order for order, _new in first] == [order for order, _new in second]
    assert sorted([first[0][1], second[0][1]]) == [False, True]
    assert (Job.objects.count(), Visit.objects.count(), Leg.objects.count()) == (3, 3, 3)


def test_credit_hold_refuses_and_opens_nothing(world: World) -> None:
    TenantTerms.objects.create(tenant=world.tenant, is_on_credit_hold=True)
    with pytest.raises(TransitionError, match="on hold") as caught:
        world.order()
    assert caught.value.code == "guard"
    assert (Job.objects.count(), Vehicle.objects.count(), Fact.objects.count()) == (0, 0, 0)


def test_who_may_order(world: World) -> None:
    assert world.open(world.line(), actor=world.cc)[0].status == "acknowledged"
    with pytest.raises(TransitionError) as caught:
        world.open(world.line(), actor=staff(StaffRole.AGENT))
    assert caught.value.code == "not_permitted"


# --- visits -----------------------------------------------------------------------------------------------------------


def test_two_jobs_of_one_vehicle_at_one_site_in_overlapping_windows_share_a_visit(world: World) -> None:
    early, late = world.now + timedelta(hours=9), world.now + timedelta(hours=7)
    first, second = world.open(world.line(return_by=early), world.line(service="maintenance", return_by=late))
    assert first.visit_id == second.visit_id
    assert visit_of(first).return_by == late
    assert Leg.objects.count() == 1


def test_the_same_vehicle_elsewhere_waits_until_it_is_back(world: World) -> None:
    first = world.order()
    second = world.order(site_code="SH-BS", address="宝山")
    assert visit_of(second).waits_for_id == first.visit_id
    assert Leg.objects.count() == 1
    assert not Clock.objects.filter(subject_id=second.pk, kind="dispatch").exists()
    changing.cancel_orders(
        tenant_id=world.tenant.pk, order_ids=[first.order_id], reason="no", actor=world.ten, now=world.tick()
    )
    assert visit_of(second).waits_for_id is None
    assert world.leg(second).status == "planned"
    assert Clock.objects.get(subject_id=second.pk, kind="dispatch").started_at == world.now


def test_who_waits_for_one_that_waits_does_not_overtake_the_vehicle(world: World) -> None:
    """The middle one is called off: the last goes on waiting for the vehicle itself."""
    first = world.in_custody()
    second = world.order(site_code="SH-BS", address="宝山")
    third = world.order(site_code="SH-QP", address="青浦")
    changing.cancel_orders(
        tenant_id=world.tenant.pk, order_ids=[second.order_id], reason="no", actor=world.ten, now=world.tick()
    )
    assert visit_of(third).waits_for_id == first.visit_id
    assert not Leg.objects.filter(purpose_id=visit_of(third).pk).exists()


def test_a_window_that_closed_while_waiting_moves_on_and_the_tenant_is_told(world: World) -> None:
    first = world.order()
    second = world.order(site_code="SH-BS", address="宝山")
    length = second.window_end - second.window_start
    world.tick(days=1)
    changing.cancel_orders(
        tenant_id=world.tenant.pk, order_ids=[first.order_id], reason="no", actor=world.ten, now=world.now
    )
    moved = fresh(second)
    assert moved.window_end > world.now >= moved.window_start - length
    assert (moved.window_start, moved.window_end) == (visit_of(second).window_start, world.leg(second).window_end)
    assert Event.objects.get(type="order.amended").data["after"]["window_start"] == moved.window_start.isoformat()


def test_another_tenants_visit_of_the_same_vehicle_is_not_seen(world: World, pacific: Tenant) -> None:
    world.order()
    other = world.open(world.line(), tenant=pacific)[0]
    assert visit_of(other).waits_for_id is None
    assert Leg.objects.count() == 2


def test_a_line_that_joins_a_named_pickup_goes_with_its_agent(world: World) -> None:
    first = world.accept(world.name(world.order()))
    second = world.order(service="maintenance")
    assert (second.visit_id, second.status, second.agent_id) == (first.visit_id, "assigned", world.li.pk)
    assert second.workshop_id == fresh(first).workshop_id
    assert Clock.objects.get(subject_id=second.pk, kind="dispatch").stopped_at == world.now
    world.contact(second)
    assert [fresh(job).status for job in (first, second)] == ["contacted", "contacted"]
    world.drive(second)
    world.collect(second)
    assert [fresh(job).status for job in (first, second)] == ["in_custody", "in_custody"]


def test_at_the_door_a_visit_takes_no_further_line(world: World) -> None:
    first = world.to_pickup(world.order())
    second = world.order(service="maintenance")
    assert second.visit_id != first.visit_id
    assert visit_of(second).waits_for_id == first.visit_id


def test_a_violation_goes_its_own_way_without_a_visit(world: World) -> None:
    repair, violation = world.open(world.line(), world.line(service="violation"))
    assert repair.visit_id is not None and violation.visit_id is None
    leg = Leg.objects.get(purpose_id=violation.pk)
    assert (leg.kind, leg.mode) == ("errand", "tow")  # tow: no licence gate for who carries papers


def test_parts_get_no_leg_before_they_are_here(world: World) -> None:
    job = world.order(service="parts")
    assert job.visit_id is None
    assert not Leg.objects.exists()
    assert not Clock.objects.filter(kind="dispatch").exists()


# --- register ---------------------------------------------------------------------------------------------------------


def test_a_new_plate_is_a_replating_with_its_history(world: World) -> None:
    world.order(plate="沪A11111")
    world.tick()
    world.order(plate="沪B22222", site_code="SH-BS")
    known = KnownVehicle.objects.get()
    assert known.plate == "沪B22222"
    assert list(PlateHistory.objects.order_by("since").values_list("plate", flat=True)) == ["沪A11111", "沪B22222"]
    told = Event.objects.get(type="vehicle.replated").data
    assert (told["before"], told["plate"]) == ("沪A11111", "沪B22222")


def test_two_tenants_know_a_vehicle_each_for_itself(world: World, pacific: Tenant) -> None:
    world.order(plate="沪A11111")
    world.open(world.line(plate="沪C33333"), tenant=pacific)
    assert Vehicle.objects.count() == 1
    assert dict(KnownVehicle.objects.values_list("tenant__slug", "plate")) == {
        "acme": "沪A11111",
        "pacific": "沪C33333",
    }


# --- comeback ---------------------------------------------------------------------------------------------------------


def come_back(world: World, job: Job) -> Job:
    start = world.now + timedelta(hours=1)
    opened = aftercare.come_back(
        job_id=job.pk,
        description="异响又出现",
        window=(start, start + timedelta(hours=2)),
        actor=world.ten,
        now=world.tick(),
    )
    return Job.objects.get(order_id=opened.order_id)


def test_a_comeback_is_a_linked_job_even_on_credit_hold(world: World) -> None:
    first = world.delivered()
    TenantTerms.objects.create(tenant=world.tenant, is_on_credit_hold=True)
    again = come_back(world, first)
    assert (again.comeback_of_id, again.external_ref, again.kind) == (first.pk, f"{first.external_ref}-C1", "repair")
    placed = Event.objects.filter(type="order.placed").order_by("seq").last()
    assert placed is not None and placed.data["comeback_of"] == str(first.order_id)


def test_the_warranty_counts_from_the_return_not_from_the_closing(world: World) -> None:
    first = world.delivered()
    world.tick(days=99)
    aftercare.rate_order(
        tenant_id=world.tenant.pk, order_id=first.order_id, score=5, comment="", actor=world.ten, now=world.now
    )
    aftercare.close_jobs(job_ids=[first.pk], actor=SYSTEM, now=world.now)
    world.tick(days=2)
    with pytest.raises(ValidationError, match="warranty is over"):
        come_back(world, first)
    assert Job.objects.count() == 1


# --- parts ------------------------------------------------------------------------------------------------------------


def arrived_parts(world: World, *, is_fitted: bool) -> Job:
    job = world.order(service="parts")
    errands.order_parts(job_id=job.pk, actor=world.dsp, now=world.tick())
    errands.receive_parts(job_id=job.pk, is_fitted=is_fitted, actor=world.dsp, now=world.tick())
    return fresh(job)


def test_fitted_parts_are_fetched_for_like_any_job(world: World) -> None:
    job = arrived_parts(world, is_fitted=True)
    assert job.status == "arrived"
    assert Clock.objects.get(kind="parts").stopped_at is not None
    job = world.to_pickup(job)
    assert job.status == "at_pickup" and job.workshop_id is not None
    assert world.receive(world.collect(job)).status == "at_workshop"


def test_loose_parts_are_handed_over(world: World) -> None:
    job = arrived_parts(world, is_fitted=False)
    errands.deliver_papers(job_id=job.pk, receipt="signed", actor=world.dsp, now=world.tick())
    assert fresh(job).status == "delivered"
    assert Clock.objects.filter(subject_id=job.pk, kind="callback", stopped_at=None).exists()


def test_parts_for_a_vehicle_that_is_away_wait_for_it(world: World) -> None:
    first = world.in_custody()
    parts = arrived_parts(world, is_fitted=True)
    assert visit_of(parts).waits_for_id == first.visit_id
    world.deliver(world.to_door(world.plan_return(finish(world, first))))
    assert world.leg(parts).status == "planned"
    assert world.name(parts).status == "assigned"


def finish(world: World, job: Job) -> Job:
    """From custody to ready, stopped by the tenant."""
    changing.stop_job(job_id=job.pk, reason="need it", actor=world.ten, now=world.tick(), tenant_id=world.tenant.pk)
    changing.wrap_up(job_id=job.pk, actor=world.dsp, now=world.tick())
    return fresh(job)
