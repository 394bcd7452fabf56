"""A line for a vehicle whose visit is ending at the same moment; and the order of locks over bays."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dispatch.models import Leg
from repair.models import Job, Visit, WorkshopDay
from repair.services import changing, errands, opening, returning
from repair.services.visit_ends import begin_left_waiting
from tenants.models import Tenant
from tests.dispatch.test_desk_races import at_once
from tests.repair.world import SYSTEM, VINS, World, build_world, report, visit_of


@pytest.mark.django_db
def test_a_visit_left_waiting_begins(world: World) -> None:
    first = world.in_custody()
    later = world.tick() + timedelta(hours=9)
    second = world.order(window_start=later, window_end=later + timedelta(hours=2))
    assert visit_of(second).waits_for_id == first.visit_id
    assert begin_left_waiting(actor=SYSTEM, now=world.tick()) == 0
    Visit.objects.filter(pk=visit_of(first).pk).update(ended_at=world.now)  # as if nobody had looked who waits
    assert begin_left_waiting(actor=SYSTEM, now=world.tick()) == 1
    assert visit_of(second).waits_for_id is None
    assert world.name(second).status == "assigned"
    assert begin_left_waiting(actor=SYSTEM, now=world.tick()) == 0


@pytest.mark.django_db
def test_many_bays_come_back_at_once(world: World) -> None:
    jobs = [world.name(world.order(vin=vin)) for vin in VINS]
    assert sum(WorkshopDay.objects.values_list("taken", flat=True)) == len(VINS)
    outcomes = changing.cancel_orders(
        tenant_id=world.tenant.pk, order_ids=[job.order_id for job in jobs], reason="不需要了", actor=world.ten, now=world.tick()
    )  # fmt: skip
    assert all(outcome.is_done for outcome in outcomes)
    assert sum(WorkshopDay.objects.values_list("taken", flat=True)) == 0


def test_a_line_beside_a_visit_that_ends_is_never_left_behind(own_db: str, now: datetime) -> None:
    """Two connections: the vehicle is given back, and another order for it comes in."""
    world = build_world(Tenant.objects.get(slug="acme"), now)
    first = world.to_door(world.plan_return(world.ready()))
    assert first.visit_id is not None
    visit_id, driver, moment = first.visit_id, world.driver(first, "return"), world.tick()
    paper = report(odometer_km=48_260)
    line = world.line()
    found = at_once(
        lambda: returning.deliver(visit_id=visit_id, report=paper, actor=driver, now=moment),
        lambda: opening.open_jobs(
            tenant_id=world.tenant.pk, lines=[line], channel="portal", batch_id=None, actor=world.ten, now=moment
        ),
    )
    assert not [item for item in found if isinstance(item, Exception)], found
    second = Job.objects.exclude(pk=first.pk).get()
    assert visit_of(second).pk != visit_id
    assert visit_of(second).waits_for_id is None
    assert world.leg(second).status == "planned"


def test_parts_that_arrive_beside_another_order_share_its_visit(own_db: str, now: datetime) -> None:
    """Two connections: parts arrive to be fitted, and a repair is ordered for the same vehicle, place and time."""
    world = build_world(Tenant.objects.get(slug="acme"), now)
    for vin in VINS:
        line = world.line(vin=vin, service="parts")
        parts = world.open(line)[0]
        errands.order_parts(job_id=parts.pk, actor=world.cc, now=world.tick())
        beside = replace(line, external_ref=f"{line.external_ref}-2", service="repair")
        moment = world.tick()
        found = at_once(
            lambda key=parts.pk, moment=moment: errands.receive_parts(
                job_id=key, is_fitted=True, actor=world.cc, now=moment
            ),  # type: ignore[misc]
            lambda line=beside, moment=moment: opening.open_jobs(  # type: ignore[misc]
                tenant_id=world.tenant.pk, lines=[line], channel="portal", batch_id=None, actor=world.ten, now=moment
            ),
        )
        assert not [item for item in found if isinstance(item, Exception)], found
        assert Visit.objects.filter(vin=vin).count() == 1
        assert Leg.objects.filter(purpose_id=Visit.objects.get(vin=vin).pk).count() == 1
