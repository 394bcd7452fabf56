"""J4, J9, J24: a pickup that fails and its next window; which workshop takes the vehicle."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from dispatch.models import Clock, Leg
from events.machine import TransitionError
from repair.models import Job, WorkshopDay
from repair.services import changing, choosing, collecting
from tests.repair.world import World, fresh, visit_of

# --- J9, J24 ----------------------------------------------------------------------------------------------------------


def fail(world: World, job: Job) -> Job:
    actor = world.driver(job)
    collecting.fail_pickup(visit_id=visit_of(job).pk, reason="现场无人", photo="f", actor=actor, now=world.tick())
    return fresh(job)


def next_day(world: World) -> tuple[Any, Any]:
    return world.now + timedelta(days=1), world.now + timedelta(days=1, hours=2)


def test_a_failed_pickup_takes_a_new_window_for_every_job_of_the_vehicle(world: World) -> None:
    first, second = world.open(world.line(), world.line(service="maintenance"))
    world.to_pickup(first)
    old = world.leg(first)
    fail(world, first)
    window = next_day(world)
    changing.reschedule_order(job_id=first.pk, window=window, actor=world.dsp, now=world.tick())
    for job in (fresh(first), fresh(second)):
        assert (job.status, job.window_start, job.failed_pickups) == ("acknowledged", window[0], 1)
    assert (Leg.objects.get(pk=old.pk).status, world.leg(first).status) == ("cancelled", "planned")
    assert world.leg(first).window_start == window[0]
    assert Clock.objects.filter(kind="dispatch", stopped_at=None, cancelled_at=None).count() == 2


def test_after_the_second_failure_the_customer_says_when(world: World) -> None:
    job = world.order()
    for _time in range(2):
        job = fail(world, world.to_pickup(job))
        if job.failed_pickups < 2:
            changing.reschedule_order(job_id=job.pk, window=next_day(world), actor=world.dsp, now=world.tick())
            job = fresh(job)
    with pytest.raises(TransitionError, match="failed twice"):
        changing.reschedule_order(job_id=job.pk, window=next_day(world), actor=world.dsp, now=world.tick())
    changing.reschedule_order(
        job_id=job.pk, window=next_day(world), actor=world.ten, now=world.tick(), tenant_id=world.tenant.pk
    )
    assert fresh(job).status == "acknowledged"


def test_a_window_that_has_closed_is_no_appointment(world: World) -> None:
    job = fail(world, world.to_pickup(world.order()))
    past = (world.now - timedelta(hours=2), world.now - timedelta(hours=1))
    with pytest.raises(ValidationError, match="closed already"):
        changing.reschedule_order(job_id=job.pk, window=past, actor=world.dsp, now=world.now)


def test_another_day_gives_the_bay_back(world: World) -> None:
    job = fail(world, world.to_pickup(world.order()))
    assert WorkshopDay.objects.filter(taken=1).count() == 1
    changing.reschedule_order(job_id=job.pk, window=next_day(world), actor=world.dsp, now=world.tick())
    assert not WorkshopDay.objects.filter(taken__gt=0).exists()
    named = world.name(fresh(job))
    assert visit_of(named).workshop_day == choosing.local_day(named.window_start)


# --- workshops --------------------------------------------------------------------------------------------------------


def test_a_workshop_that_refuses_is_passed_over_and_the_bay_is_given_back(world: World) -> None:
    job = world.name(world.order())
    assert job.workshop_id == world.north.pk
    choosing.change_workshop(
        visit_id=visit_of(job).pk, workshop_id=None, reason="举升机坏了", actor=world.ws(job), now=world.tick()
    )
    visit = visit_of(job)
    assert (visit.workshop_id, fresh(job).workshop_id) == (world.south.pk, world.south.pk)
    assert dict(WorkshopDay.objects.values_list("workshop__name", "taken")) == {"北厂": 0, "南厂": 1}
    with pytest.raises(ValidationError, match="No workshop fits"):
        choosing.change_workshop(visit_id=visit.pk, workshop_id=None, reason="满", actor=world.dsp, now=world.tick())
    assert visit_of(job).workshop_id == world.south.pk


def test_without_a_workshop_the_job_waits_for_a_dispatcher(world: World) -> None:
    for workshop in (world.north, world.south):
        workshop.services = ["maintenance"]
        workshop.save()
    job = world.name(world.order())
    assert (job.status, job.agent_id, job.workshop_id) == ("acknowledged", world.li.pk, None)
    reasons = {each["name"]: each["reasons"] for each in visit_of(job).workshop_why["considered"]}
    assert set(reasons) == {"北厂", "南厂"} and all(reasons.values())
    choosing.change_workshop(
        visit_id=visit_of(job).pk, workshop_id=world.north.pk, reason="特批", actor=world.dsp, now=world.tick()
    )
    assert (fresh(job).status, fresh(job).workshop_id) == ("assigned", world.north.pk)


def test_nobody_sets_out_before_there_is_a_workshop(world: World) -> None:
    for workshop in (world.north, world.south):
        workshop.services = ["maintenance"]
        workshop.save()
    job = world.name(world.order())
    world.accept(job)
    assert world.contact(job).status == "acknowledged"
    with pytest.raises(TransitionError, match="No workshop is named for this vehicle yet") as refused:
        world.drive(job)
    assert (refused.value.code, world.leg(job).status) == ("guard", "contacted")
    choosing.change_workshop(
        visit_id=visit_of(job).pk, workshop_id=world.north.pk, reason="特批", actor=world.dsp, now=world.tick()
    )
    assert world.drive(job).status == "at_pickup"  # with the steps that he took meanwhile


def test_the_last_bay_is_taken_once(world: World) -> None:
    for workshop in (world.north, world.south):
        workshop.bays = 1
        workshop.save()
    jobs = [world.order(vin=vin, plate=plate) for vin, plate in (("VA", "沪A1"), ("VB", "沪A2"), ("VC", "沪A3"))]
    named = [world.name(job, agent=agent) for job, agent in zip(jobs, (world.li, world.wu, world.li), strict=True)]
    assert sorted(str(job.workshop_id) for job in named) == sorted([str(world.north.pk), str(world.south.pk), "None"])
    with pytest.raises(ValidationError, match="no bay free"):
        choosing.change_workshop(
            visit_id=visit_of(named[2]).pk, workshop_id=world.north.pk, reason="x", actor=world.dsp, now=world.tick()
        )
