"""J8 to J10, and J16: what is signed at the door, who holds the vehicle, and the way back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from psycopg.types.range import TimestamptzRange

from dispatch.models import Clock, Leg
from events.ids import new_id
from events.machine import TransitionError
from events.models import Fact
from repair.locking import JobNotFound
from repair.models import Authorisation, ConditionReport, Custody
from repair.services import collecting, errands, inspecting, returning, working
from repair.services.collecting import hash_of
from tenants.actors import StaffRole
from tenants.models import Tenant
from tests.repair.world import World, draft, fresh, member, report, staff, visit_of


def test_no_custody_without_an_authorisation_in_force(world: World) -> None:
    Authorisation.objects.update(valid_until=world.now)
    job = world.to_pickup(world.order())
    with pytest.raises(TransitionError, match="authorisation"):
        world.collect(job)
    assert (fresh(job).status, Custody.objects.count(), ConditionReport.objects.count()) == ("at_pickup", 0, 0)
    collecting.sign_authorisation(
        job_id=job.pk, signer="赵师傅", sealed_file="f", actor=world.driver(job), now=world.tick()
    )
    assert world.collect(job).status == "in_custody"


def test_an_authorisation_names_who_signs(world: World) -> None:
    job = world.order()
    with pytest.raises(ValidationError) as caught:
        collecting.sign_authorisation(job_id=job.pk, signer=" ", sealed_file="", actor=world.agent(), now=world.now)
    assert "signer" in caught.value.message_dict
    terms = {
        "tenant_id": world.tenant.pk,
        "sealed_file": "",
        "actor": world.dsp,
        "now": world.now,
        "valid_from": world.now,
    }
    with pytest.raises(ValidationError) as caught:
        collecting.grant_standing_authorisation(signers=[""], valid_until=world.now + timedelta(days=1), **terms)
    assert "signers" in caught.value.message_dict
    with pytest.raises(ValidationError) as caught:
        collecting.grant_standing_authorisation(signers=["王晨"], valid_until=world.now, **terms)
    assert "valid_until" in caught.value.message_dict


def test_an_authorisation_is_a_fact_and_not_everybodys_to_sign(world: World, pacific: Tenant) -> None:
    job = world.order()
    paper: dict[str, Any] = {"job_id": job.pk, "signer": "赵师傅", "sealed_file": "f"}
    collecting.sign_authorisation(actor=world.ten, now=world.tick(), **paper)
    assert Fact.objects.get(type="authorisation.signed").data["job_id"] == str(job.pk)
    with pytest.raises(PermissionDenied):
        collecting.sign_authorisation(actor=world.qc, now=world.tick(), **paper)
    with pytest.raises(JobNotFound):
        collecting.sign_authorisation(actor=member(pacific), now=world.tick(), **paper)
    with pytest.raises(JobNotFound):
        collecting.sign_authorisation(actor=world.dsp, now=world.tick(), **{**paper, "job_id": uuid4()})
    standing: dict[str, Any] = {"signers": ["王晨"], "valid_from": world.now, "sealed_file": "f", "now": world.now}
    standing |= {"tenant_id": world.tenant.pk, "valid_until": world.now + timedelta(days=9)}
    for stranger in (world.qc, member(pacific)):
        with pytest.raises(PermissionDenied):
            collecting.grant_standing_authorisation(actor=stranger, **standing)
    collecting.grant_standing_authorisation(actor=world.dsp, **standing)
    assert Fact.objects.filter(type="authorisation.signed", data__job_id=None).count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"shots": {"front": "f"}}, "shots"),
        ({"odometer_km": -1}, "odometer_km"),
        ({"energy_percent": 101}, "energy_percent"),
        ({"keys": 0}, "keys"),
        ({"agent_signature": ""}, "agent_signature"),
        ({"customer_signature": ""}, "customer_signature"),
    ],
)
def test_an_incomplete_report_is_refused_beside_its_field(world: World, changes: dict[str, Any], field: str) -> None:
    job = world.to_pickup(world.order())
    with pytest.raises(ValidationError) as caught:
        world.collect(job, **changes)
    assert list(caught.value.message_dict) == [field]
    assert not Custody.objects.exists()


def test_who_will_not_sign_is_witnessed(world: World) -> None:
    job = world.collect(world.to_pickup(world.order()), customer_signature="", witness="门卫老张")
    assert job.status == "in_custody"
    assert ConditionReport.objects.get().witness == "门卫老张"


def test_the_hash_can_be_computed_again_and_catches_any_change(world: World) -> None:
    world.in_custody()
    paper = ConditionReport.objects.get()
    assert hash_of(paper.content) == paper.hash
    assert hash_of({**paper.content, "odometer_km": paper.content["odometer_km"] + 1}) != paper.hash


def test_a_report_is_never_edited(world: World) -> None:
    world.in_custody()
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        ConditionReport.objects.update(witness="x")


def test_another_agent_touches_nothing(world: World) -> None:
    job = world.to_pickup(world.order())
    visit_id = visit_of(job).pk
    stranger = world.agent(world.wu)
    with pytest.raises(TransitionError, match="another agent") as caught:
        collecting.take_custody(visit_id=visit_id, report=report(), actor=stranger, now=world.now)
    assert caught.value.code == "not_permitted"
    with pytest.raises(TransitionError, match="another agent"):
        collecting.fail_pickup(visit_id=visit_id, reason="x", photo="f", actor=stranger, now=world.now)
    assert fresh(job).status == "at_pickup"


def test_two_custodies_of_one_vin_are_impossible(world: World) -> None:
    """The desk says so kindly; the database says so to anybody."""
    world.in_custody()
    other = world.order(site_code="SH-BS", address="宝山")
    row = {"visit": visit_of(other), "vin": other.vin, "odometer_out_km": 1}
    with pytest.raises(ValidationError, match="in our custody already"):
        collecting.require_free_vin(visit_of(other))
    with pytest.raises(IntegrityError, match="one_custody_a_vin_at_a_time"), transaction.atomic():
        Custody.objects.create(during=TimestamptzRange(world.now, None, "[)"), **row)
    with (
        pytest.raises(IntegrityError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO repair_custody (id, visit_id, vin, during, odometer_out_km) VALUES (%s, %s, %s, tstzrange(%s, NULL), 1)",
            [new_id(), other.visit_id, other.vin, world.now],
        )
    assert isinstance(caught.value.__cause__, psycopg.errors.ExclusionViolation)


# --- J10 --------------------------------------------------------------------------------------------------------------


def test_the_workshop_receives_and_the_agent_is_free(world: World) -> None:
    """Signed by the workshop's person: the agent's leg ends in his name."""
    job = world.receive(world.in_custody())
    assert job.status == "at_workshop"
    assert world.leg(job).status == "done"
    assert Clock.objects.filter(subject_id=job.pk, kind="progress", stopped_at=None).count() == 1


def test_the_agent_may_sign_the_receipt_too(world: World) -> None:
    job = world.in_custody()
    collecting.receive_vehicle(visit_id=visit_of(job).pk, odometer_km=48_215, actor=world.driver(job), now=world.tick())
    assert (fresh(job).status, world.leg(job).status) == ("at_workshop", "done")


@pytest.mark.parametrize(("odometer_km", "words"), [(48_209, "run back"), (48_210 + 121, "more than the way")])
def test_the_odometer_must_be_plausible(world: World, odometer_km: int, words: str) -> None:
    job = world.in_custody()
    with pytest.raises(TransitionError, match=words):
        world.receive(job, odometer_km)
    assert fresh(job).status == "in_custody"


def test_another_workshop_does_not_sign(world: World) -> None:
    job = world.in_custody()
    other = world.south if job.workshop_id == world.north.pk else world.north
    foreign = staff(StaffRole.WORKSHOP, workshop_id=other.pk)
    with pytest.raises(ValidationError, match="another workshop"):
        collecting.receive_vehicle(visit_id=visit_of(job).pk, odometer_km=48_220, actor=foreign, now=world.tick())


# --- J16 --------------------------------------------------------------------------------------------------------------


def test_the_whole_way_and_its_clocks(world: World) -> None:
    job = world.delivered()
    assert job.status == "delivered"
    visit = visit_of(job)
    assert visit.ended_at == world.now
    assert visit.custody.during.upper == world.now
    assert visit.custody.odometer_in_km == 48_260
    assert set(Leg.objects.values_list("kind", "status")) == {("pickup", "done"), ("return", "done")}
    running = Clock.objects.filter(subject_id=job.pk, stopped_at=None, cancelled_at=None)
    assert set(running.values_list("kind", flat=True)) == {"callback"}
    assert not Clock.objects.filter(breached_at__isnull=False).exists()


def test_a_visit_goes_back_whole(world: World) -> None:
    first, second = world.open(world.line(), world.line(service="maintenance"))
    world.receive(world.collect(world.to_pickup(first)))
    for job in (first, second):
        world.estimate(fresh(job))
        world.decide(job)
        working.start_repair(
            job_id=job.pk, technician=world.technician(job), actor=world.ws(fresh(job)), now=world.tick()
        )
    working.finish_repair(job_id=first.pk, actor=world.ws(fresh(first)), now=world.tick())
    world.inspect(first)
    with pytest.raises(TransitionError, match="not ready yet"):
        world.plan_return(fresh(first))
    working.finish_repair(job_id=second.pk, actor=world.ws(fresh(second)), now=world.tick())
    world.inspect(second)
    world.plan_return(fresh(first))
    inspecting.fail_reinspection(job_id=second.pk, reason="异响", actor=world.qc, now=world.tick())
    assert world.leg(first, "return").status == "cancelled"
    with pytest.raises(TransitionError, match="not ready yet"):
        world.give(fresh(first))
    working.resume_rework(job_id=second.pk, actor=world.ws(fresh(second)), now=world.tick())
    working.finish_repair(job_id=second.pk, actor=world.ws(fresh(second)), now=world.tick())
    world.inspect(second)
    world.deliver(world.to_door(world.plan_return(fresh(second))))
    assert [fresh(job).status for job in (first, second)] == ["delivered", "delivered"]
    assert [fresh(job).rework_count for job in (first, second)] == [0, 1]


def test_the_return_odometer_never_runs_back(world: World) -> None:
    job = world.to_door(world.plan_return(world.ready()))
    with pytest.raises(ValidationError) as caught:
        world.deliver(job, odometer_km=48_000)
    assert "odometer_km" in caught.value.message_dict
    assert fresh(job).status == "at_return"


def test_nobody_there_another_time(world: World) -> None:
    job = world.to_door(world.plan_return(world.ready()))
    visit_id = visit_of(job).pk
    returning.fail_return(visit_id=visit_id, reason="收车人不在", actor=world.dsp, now=world.tick())
    assert (fresh(job).status, world.leg(job, "return").status) == ("return_failed", "failed")
    returning.retry_return(visit_id=visit_id, window=None, actor=world.dsp, now=world.tick())
    assert (fresh(job).status, world.leg(job, "return").status) == ("awaiting_return", "planned")
    assert world.deliver(world.to_door(fresh(job))).status == "delivered"


def test_nobody_there_the_vehicle_waits_at_the_workshop(world: World) -> None:
    job = world.to_door(world.plan_return(world.ready()))
    visit_id = visit_of(job).pk
    returning.fail_return(visit_id=visit_id, reason="收车人不在", actor=world.driver(job, "return"), now=world.tick())
    returning.back_to_workshop(visit_id=visit_id, actor=world.dsp, now=world.tick())
    assert (fresh(job).status, world.leg(job, "return").status) == ("at_workshop", "cancelled")
    returning.return_again(visit_id=visit_id, window=None, actor=world.dsp, now=world.tick())
    assert world.deliver(world.to_door(fresh(job))).status == "delivered"


def test_a_refused_delivery_is_reworked_and_counted(world: World) -> None:
    job = world.to_door(world.plan_return(world.ready()))
    visit_id = visit_of(job).pk
    with pytest.raises(TransitionError, match="Say why"):
        returning.refuse_delivery(visit_id=visit_id, reason=" ", actor=world.dsp, now=world.tick())
    returning.refuse_delivery(visit_id=visit_id, reason="异响仍在", actor=world.dsp, now=world.tick())
    assert world.leg(job, "return").status == "done"
    returning.take_back(visit_id=visit_id, actor=world.dsp, now=world.tick())
    returning.rework_refused(visit_id=visit_id, actor=world.ws(job), now=world.tick())
    assert (fresh(job).status, fresh(job).rework_count) == ("in_repair", 1)
    with pytest.raises(TransitionError):
        returning.rework_refused(visit_id=visit_id, actor=world.ws(job), now=world.tick())
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    world.inspect(job)
    assert world.deliver(world.to_door(world.plan_return(fresh(job)))).status == "delivered"


# --- inspection and violation -----------------------------------------------------------------------------------------


def test_an_inspection_passes_and_its_agent_is_free_at_the_station(world: World) -> None:
    job = world.at_station()
    assert world.leg(job).status == "done"
    errands.pass_station(job_id=job.pk, actor=world.agent(), now=world.tick())
    assert fresh(job).status == "ready"
    assert world.deliver(world.to_door(world.plan_return(fresh(job)))).status == "delivered"


def test_what_the_station_found_is_mended_in_a_workshop_and_shown_again(world: World) -> None:
    job = world.at_station()
    errands.fail_station(job_id=job.pk, reason="尾气不合格", actor=world.agent(), now=world.tick())
    decide: Any = {"tenant_id": world.tenant.pk, "order_id": job.order_id, "actor": world.ten}
    errands.decide_failed_inspection(is_repaired=True, reason="", now=world.tick(), **decide)
    job = fresh(job)
    assert (job.status, job.workshop_id) == ("estimating", world.north.pk)
    world.estimate(job, draft(45_000))
    world.decide(job)
    working.start_repair(job_id=job.pk, technician=world.technician(job), actor=world.ws(job), now=world.tick())
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    world.inspect(job)
    assert fresh(job).status == "at_station"


def test_a_failed_inspection_goes_back_as_it_is_with_a_reason(world: World) -> None:
    job = world.at_station()
    errands.fail_station(job_id=job.pk, reason="尾气不合格", actor=world.agent(), now=world.tick())
    decide: Any = {"tenant_id": world.tenant.pk, "order_id": job.order_id, "is_repaired": False, "actor": world.ten}
    with pytest.raises(TransitionError, match="Say why"):
        errands.decide_failed_inspection(reason="", now=world.tick(), **decide)
    errands.decide_failed_inspection(reason="报废处理", now=world.tick(), **decide)
    assert fresh(job).status == "ready"


def test_a_pre_check_that_misses_something_holds_the_vehicle(world: World) -> None:
    job = world.in_custody(service="inspection")
    errands.start_pre_check(job_id=job.pk, actor=world.agent(), now=world.tick())
    findings = {"fines_cleared": True, "licence_on_board": True}
    with pytest.raises(TransitionError, match="cover_valid"):
        errands.go_to_station(job_id=job.pk, findings=findings, actor=world.agent(), now=world.tick())


@pytest.mark.parametrize("is_settled", [True, False])
def test_a_violation_ends_with_the_papers(world: World, is_settled: bool) -> None:
    job = world.order(service="violation")
    world.name(job, kind="errand")
    world.accept(job, "errand")
    world.contact(job, "errand")
    errands.take_documents(job_id=job.pk, actor=world.agent(), now=world.tick())
    assert world.leg(job, "errand").status == "arrived"
    errands.reach_office(job_id=job.pk, actor=world.agent(), now=world.tick())
    if is_settled:
        errands.settle_violation(job_id=job.pk, actor=world.agent(), now=world.tick())
    else:
        errands.refuse_at_office(job_id=job.pk, reason="须本人到场", actor=world.agent(), now=world.tick())
    with pytest.raises(TransitionError, match="another agent"):
        errands.deliver_papers(job_id=job.pk, receipt="r", actor=world.agent(world.wu), now=world.tick())
    errands.deliver_papers(job_id=job.pk, receipt="r", actor=world.agent(), now=world.tick())
    assert (fresh(job).status, world.leg(job, "errand").status) == ("delivered", "done")
    assert not Custody.objects.exists()
