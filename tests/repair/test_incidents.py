"""J25, P26, P27: an incident file from the first word to the close."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dispatch.clocks import find_breaches
from dispatch.models import Shift
from events.machine import TransitionError
from events.models import Event, Fact
from repair.locking import JobNotFound
from repair.models import Authorisation, Incident, IncidentNote, Job
from repair.services import incidents
from repair.services.incidents import IncidentReport
from repair.tasks import open_late
from tenants.actors import StaffRole
from tenants.models import Tenant
from tests.repair.world import VINS, World, fresh, staff

pytestmark = pytest.mark.django_db


def happened(world: World, **changes: Any) -> IncidentReport:
    values: dict[str, Any] = {
        "kind": "accident",
        "text": "右后视镜刮擦",
        "happened_at": world.now,
        "police_number": "3101",
    }
    return IncidentReport(**{**values, **changes})


def report(world: World, job: Job, **changes: Any) -> Incident:
    return incidents.report_incident(
        job_id=job.pk, report=happened(world, **changes), actor=world.dsp, now=world.tick()
    )


def judge(world: World, file: Incident, liability: str = "company", **changes: Any) -> Incident:
    values = {"reason": "我方驾驶", "compensation_fen": None, "actor": world.dsp, **changes}
    return incidents.judge_incident(incident_id=file.pk, liability=liability, now=world.tick(), **values)


def test_a_file_names_the_trip_the_driver_and_his_shift(world: World) -> None:
    job = world.in_custody()
    file = incidents.report_incident(job_id=job.pk, report=happened(world), actor=world.driver(job), now=world.tick())
    leg = world.leg(job)
    shift = Shift.objects.get(agent=leg.agent, starts_at__lte=file.happened_at, ends_at__gt=file.happened_at)
    assert (file.number, file.leg, file.agent) == (f"{job.number}-I1", leg, leg.agent)
    assert (file.shift_starts_at, file.shift_ends_at) == (shift.starts_at, shift.ends_at)
    assert fresh(job).status == "in_custody"
    fact = Fact.objects.get(type="incident.reported")
    assert fact.data["agent_id"] == str(leg.agent_id)


def test_nobody_drove_while_it_stood(world: World) -> None:
    job = world.awaiting_approval()
    file = report(world, job, kind="damage")
    assert (file.leg, file.agent, file.shift_starts_at) == (None, None, None)


def test_a_fine_that_comes_after_the_return_names_who_drove(world: World) -> None:
    job = world.in_custody()
    driven = world.now
    back = world.delivered(vin=VINS[1])
    with pytest.raises(ValidationError, match="not with us then"):
        report(world, back, kind="violation", happened_at=world.now)
    with pytest.raises(ValidationError, match="still to come"):
        report(world, job, happened_at=world.now + timedelta(hours=1))
    lower = back.visit.custody.during.lower  # type: ignore[union-attr]
    file = report(world, back, kind="violation", happened_at=lower)
    assert file.agent == world.leg(back).agent
    assert driven < file.reported_at


def test_the_operator_answers_unless_something_shows_otherwise(world: World) -> None:
    job = world.in_custody()
    file = report(world, job, police_number="")
    with pytest.raises(TransitionError, match="photo or the police number"):
        judge(world, file, "customer")
    with pytest.raises(TransitionError, match="Say why"):
        judge(world, file, reason=" ")
    assert judge(world, file, compensation_fen=30_000).status == "judged"
    incidents.add_to_incident(
        incident_id=file.pk, text="交警认定", photos=(), police_number="3102", actor=world.cc, now=world.tick()
    )
    again = judge(world, file, "customer")
    assert (again.liability, again.compensation_fen) == ("customer", None)
    assert [fact.data["liability"] for fact in Fact.objects.filter(type="incident.judged").order_by("id")] == [
        "company", "customer",
    ]  # fmt: skip


def test_only_what_we_answer_for_is_compensated(world: World) -> None:
    file = report(world, world.in_custody())
    for liability, fen in (("customer", 100), ("third_party", 100), ("company", 0), ("shared", -5)):
        with pytest.raises(ValidationError):
            judge(world, file, liability, compensation_fen=fen)
    with pytest.raises(ValidationError):
        judge(world, file, "nobody")
    file.refresh_from_db()
    assert (file.status, file.liability) == ("open", "")
    with pytest.raises(IntegrityError, match="only_who_answers_compensates"), transaction.atomic():
        Incident.objects.filter(pk=file.pk).update(
            liability="customer", liability_reason="x", judged_at=world.now, compensation_fen=5
        )


def test_it_is_judged_then_closed_and_then_it_stands(world: World) -> None:
    job = world.in_custody()
    file = report(world, job)
    with pytest.raises(TransitionError):
        incidents.close_incident(incident_id=file.pk, actor=world.dsp, now=world.tick())
    judge(world, file, compensation_fen=30_000)
    with pytest.raises(TransitionError):
        incidents.close_incident(incident_id=file.pk, actor=world.driver(job), now=world.tick())
    closed = incidents.close_incident(incident_id=file.pk, actor=world.dsp, now=world.tick())
    assert (closed.status, closed.released_by) == ("closed", "周敏")
    due = Fact.objects.get(type="incident.closed")
    assert due.data["compensation_fen"] == 30_000
    for act in (
        lambda: judge(world, file),
        lambda: incidents.close_incident(incident_id=file.pk, actor=world.dsp, now=world.tick()),
        lambda: incidents.add_to_incident(
            incident_id=file.pk, text="x", photos=(), police_number="", actor=world.dsp, now=world.now
        ),
    ):
        with pytest.raises(TransitionError):
            act()


def test_the_tenant_reads_the_whole_file_each_time_and_nobody_else_does(world: World, pacific: Tenant) -> None:
    job = world.in_custody()
    file = report(world, job, place="延安高架")
    judge(world, file, compensation_fen=30_000)
    told = Event.objects.filter(type="order.incident")
    assert set(told.values_list("tenant_id", flat=True)) == {job.tenant_id}
    last = told.order_by("seq").last()
    assert last is not None
    assert (last.data["status"], last.data["liability"], last.data["compensation_fen"], last.data["place"]) == (
        "judged", "company", 30_000, "延安高架",
    )  # fmt: skip


def test_who_may_report_and_add(world: World) -> None:
    job = world.in_custody()
    with pytest.raises(TransitionError, match="another agent"):
        incidents.report_incident(
            job_id=job.pk, report=happened(world), actor=world.agent(other(world, job)), now=world.now
        )
    elsewhere = staff(StaffRole.WORKSHOP, workshop_id=world.south.pk)
    at_shop = world.awaiting_approval(vin=VINS[1])
    away = elsewhere if at_shop.workshop_id != world.south.pk else staff(StaffRole.WORKSHOP, workshop_id=world.north.pk)
    with pytest.raises(ValidationError, match="another workshop"):
        incidents.report_incident(job_id=at_shop.pk, report=happened(world), actor=away, now=world.now)
    with pytest.raises(TransitionError):
        incidents.report_incident(job_id=job.pk, report=happened(world), actor=world.ten, now=world.now)
    for wrong in ({"kind": "weather"}, {"text": " "}):
        with pytest.raises(ValidationError):
            report(world, job, **wrong)
    early = world.order(vin=VINS[2], plate="沪B1")
    with pytest.raises((TransitionError, ValidationError)):
        report(world, early)
    with pytest.raises(JobNotFound):
        incidents.close_incident(incident_id=early.pk, actor=world.dsp, now=world.now)
    assert not IncidentNote.objects.exists()


def other(world: World, job: Job) -> Any:
    """The agent who does not drive it."""
    return world.wu if world.leg(job).agent_id == world.li.pk else world.li


def test_a_late_return_opens_a_file_once(world: World) -> None:
    job = world.in_repair()
    promised = fresh(job).promised_return_at
    assert promised is not None
    world.now = promised + timedelta(minutes=1)
    find_breaches(now=world.now)
    assert incidents.open_late_returns(now=world.now) == 1
    assert incidents.open_late_returns(now=world.tick()) == 0
    assert open_late() == 0
    file = Incident.objects.get()
    assert (file.kind, file.text, file.happened_at, file.reported_by) == (
        "late_return", "promise_missed", promised, "clocks",
    )  # fmt: skip


def test_two_tenants_have_files_of_their_own(world: World, pacific: Tenant) -> None:
    mine = report(world, world.in_custody())
    Authorisation.objects.create(tenant=pacific, valid_from=world.now, signers=["赵师傅"], signed_at=world.now)
    ordered = world.open(world.line(vin=VINS[1], plate="沪B77777"), tenant=pacific)[0]
    report(world, world.collect(world.to_pickup(ordered)))
    assert Incident.objects.get(job__tenant=world.tenant) == mine
    told = Event.objects.filter(type="order.incident").values_list("tenant_id", "data__number")
    assert sorted(told) == sorted((file.job.tenant_id, file.number) for file in Incident.objects.select_related("job"))
