"""An odometer that was mistyped at the pickup: it would keep the vehicle for ever; put right, both values stay."""

from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as project
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from config import clock
from events.catalogue import decode
from events.machine import TransitionError
from events.models import Event, Fact
from fleet.models import OdometerReading
from fleet.models import Vehicle as FleetVehicle
from repair.events import VehicleOdometerRead
from repair.ids import job_ref
from repair.models import ConditionReport, Custody, Job, OdometerCorrection, ReportSide
from repair.selectors.jobs import read_reports, read_timeline
from repair.services import collecting, working
from repair.services.correcting import correct_odometer
from tenants.context import tenant_context
from tenants.people.seed import ensure_staff, ensure_user
from tests.repair.test_handover import Phone, leg_ref, phone_of, plain
from tests.repair.world import SYSTEM, VINS, World, build_world, fresh

__all__ = ["plain"]
RIGHT = {"odometer_km": 48_210, "reason": "多打了一个零", "is_compared": True}


@pytest.fixture
def world(db: None, acme: Any) -> World:
    """As of now: pages ask the true clock."""
    return build_world(acme, clock.now())


def mistyped(world: World, km: int = 482_100) -> tuple[Job, str, Phone]:
    """A vehicle in custody with a nought too many, its leg and its agent's phone."""
    job = world.collect(world.to_pickup(world.order()), odometer_km=km)
    return job, leg_ref(world, job), phone_of(world, job)


def test_the_agent_puts_it_right_and_the_vehicle_goes_on(world: World) -> None:
    job, leg, phone = mistyped(world)
    refused = phone.send(leg, "receive", {"odometer_km": 48_220})
    assert refused.status_code in {409, 422}
    assert "run back: 482100 km at pickup, 48220 km now" in refused.json()["message"]
    assert "the agent corrects it on the page of the trip" in refused.json()["message"]
    assert "Kept from the pickup: 482100 km." in phone.client.get(f"/repair/handover/{leg}/").content.decode()
    signed = ConditionReport.objects.get()
    assert phone.send(leg, "correct_odometer", RIGHT).status_code == 200
    assert phone.send(leg, "receive", {"odometer_km": 48_220}).status_code == 200
    job = fresh(job)
    assert job.status == "at_workshop"

    row = OdometerCorrection.objects.get()
    assert (row.before_km, row.after_km, row.reason, row.by) == (482_100, 48_210, "多打了一个零", "李师傅")
    paper = ConditionReport.objects.get()
    assert (paper.hash, paper.content) == (signed.hash, signed.content) and paper.content["odometer_km"] == 482_100
    fact = Fact.objects.get(subject=job_ref(job.pk), data__event="correct_odometer")
    assert fact.data["detail"] == {"before_km": 482_100, "after_km": 48_210}
    assert any("482,100 km → 48,210 km" in item.text for item in read_timeline(job))
    assert read_reports(job)[0]["corrections"] == [row] and read_reports(job)[0]["is_verified"]


def test_the_tenant_reads_both_values_and_its_vehicle_shows_the_right_one(world: World) -> None:
    job, _leg, _phone = mistyped(world)
    assert job.visit_id is not None
    correct_odometer(
        side=ReportSide.PICKUP,
        visit_id=job.visit_id,
        km=48_210,
        reason="手误",
        actor=world.driver(job),
        now=world.tick(),
    )
    told = Event.objects.get(type="order.noted", data__topic="odometer")
    assert told.data["text"] == "482100 km → 48210 km: 手误"
    with tenant_context(world.tenant):
        readings = list(OdometerReading.objects.order_by("seq").values_list("km", "source"))
        shown = FleetVehicle.objects.get(pk=job.vehicle_id).odometer_km
    assert (readings, shown) == ([(482_100, "pickup"), (48_210, "pickup_correction")], 48_210)


def test_the_return_compares_with_the_corrected_value(world: World) -> None:
    job, _leg, _phone = mistyped(world, 48_910)  # too high by 700: also the workshop refuses
    assert job.visit_id is not None
    correct_odometer(
        side=ReportSide.PICKUP,
        visit_id=job.visit_id,
        km=48_210,
        reason="手误",
        actor=world.driver(job),
        now=world.tick(),
    )
    job = world.receive(job)
    world.estimate(job)
    world.decide(job)
    working.start_repair(job_id=job.pk, technician=world.technician(job), actor=world.ws(job), now=world.tick())
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    world.inspect(job)
    job = world.deliver(world.to_door(world.plan_return(fresh(job))))
    assert Custody.objects.get().odometer_in_km == 48_260
    assert read_reports(job)[1]["differences"][0] == "50 km driven"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"is_compared": False}, "is_compared"), ({"reason": " "}, "reason"), ({"odometer_km": 482_100}, "odometer_km"),
     ({"odometer_km": -1}, "odometer_km"), ({"odometer_km": "48210"}, "odometer_km")],
)  # fmt: skip
def test_it_is_confirmed_with_a_reason_or_nothing_changes(world: World, changes: dict[str, Any], field: str) -> None:
    _job, leg, phone = mistyped(world)
    answer = phone.send(leg, "correct_odometer", {**RIGHT, **changes})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])
    assert (OdometerCorrection.objects.count(), Custody.objects.get().odometer_out_km) == (0, 482_100)


def test_nobody_else_and_not_before_or_after(world: World) -> None:
    waiting = world.to_pickup(world.order())
    assert waiting.visit_id is not None
    with pytest.raises(ValidationError, match="nothing to correct"):
        correct_odometer(
            side=ReportSide.PICKUP,
            visit_id=waiting.visit_id,
            km=1,
            reason="x",
            actor=world.driver(waiting),
            now=world.tick(),
        )
    job = world.collect(waiting, odometer_km=482_100)
    assert job.visit_id is not None
    for actor in (world.ws(job), world.ten, world.qc, SYSTEM):
        with pytest.raises(PermissionDenied):
            correct_odometer(
                side=ReportSide.PICKUP, visit_id=job.visit_id, km=48_210, reason="x", actor=actor, now=world.tick()
            )
    stranger = world.wu if world.leg(job).agent == world.li else world.li
    with pytest.raises(TransitionError):
        correct_odometer(
            side=ReportSide.PICKUP,
            visit_id=job.visit_id,
            km=48_210,
            reason="x",
            actor=world.agent(stranger),
            now=world.tick(),
        )
    assert not OdometerCorrection.objects.exists()


def test_never_below_what_the_vehicle_has_shown_before(world: World) -> None:
    world.delivered()
    job = world.collect(world.to_pickup(world.order()), odometer_km=484_000)
    assert job.visit_id is not None
    with pytest.raises(ValidationError, match="48260 km before"):
        correct_odometer(
            side=ReportSide.PICKUP,
            visit_id=job.visit_id,
            km=48_259,
            reason="x",
            actor=world.driver(job),
            now=world.tick(),
        )
    correct_odometer(
        side=ReportSide.PICKUP, visit_id=job.visit_id, km=48_260, reason="x", actor=world.driver(job), now=world.tick()
    )
    assert collecting.odometer_problem(fresh(job).visit, 48_270) is None  # type: ignore[arg-type]


def test_the_database_wants_a_reason_and_a_change(world: World) -> None:
    mistyped(world)
    values: dict[str, Any] = {
        "custody": Custody.objects.get(), "side": "pickup", "before_km": 2, "after_km": 1, "reason": "x", "by": "x",
        "corrected_at": world.now,
    }  # fmt: skip
    for changes, name in (({"reason": ""}, "correction_says_why"), ({"after_km": 2}, "correction_changes_something")):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            OdometerCorrection.objects.create(**{**values, **changes})


def test_a_page_that_another_left_open_sends_nothing_in_this_agents_name(world: World) -> None:
    job, leg, phone = mistyped(world)
    other = world.wu if world.leg(job).agent == world.li else world.li
    phone.client.defaults["HTTP_X_AGENT"] = str(other.user_id)
    answer = phone.send(leg, "correct_odometer", RIGHT)
    assert (answer.status_code, answer.json()["code"]) == (403, "other_agent")
    assert not OdometerCorrection.objects.exists()
    phone.client.defaults["HTTP_X_AGENT"] = str(phone.user_id)
    page = phone.client.get(f"/repair/handover/{leg}/")
    assert page.headers["X-Agent"] == str(phone.user_id)
    assert phone.send(leg, "correct_odometer", RIGHT).status_code == 200


# --- the return -------------------------------------------------------------------------------------------------------


def returned(world: World, km: int = 482_600) -> Job:
    """A vehicle that was given back with a nought too many."""
    return world.deliver(world.to_door(world.plan_return(world.ready())), odometer_km=km)


def returned_other(world: World) -> Job:
    """Another vehicle, given back."""
    return world.deliver(world.to_door(world.plan_return(world.ready(vin=VINS[1], plate="沪A54321"))))


def console_of(role: str) -> Client:
    """Somebody of the operator's at the console."""
    client = Client(headers={"host": f"{project.OPERATOR_HOST}:{project.SITE_PORT}", "accept-language": "en"})
    user = ensure_user(email=f"{role}@console.example", name=role)
    ensure_staff(user=user, roles=[role])
    client.force_login(user)
    return client


def correct(world: World, job: Job, *, km: int = 48_260, actor: Any = None, reason: str = "手误") -> OdometerCorrection:
    assert job.visit_id is not None
    return correct_odometer(
        visit_id=job.visit_id, side=ReportSide.RETURN, km=km, reason=reason, actor=actor or world.dsp, now=world.tick()
    )


def test_the_agent_puts_the_return_right_on_his_phone(world: World) -> None:
    job = returned(world)
    leg, phone = leg_ref(world, job, "return"), phone_of(world, job, "return")
    page = phone.client.get(f"/repair/handover/{leg}/").content.decode()
    assert "Kept from the return: 482600 km." in page and "Kept from the pickup" not in page
    signed = ConditionReport.objects.get(side="return")
    assert phone.send(leg, "correct_return", {**RIGHT, "odometer_km": 48_260}).status_code == 200

    row = OdometerCorrection.objects.get()
    assert (row.side, row.before_km, row.after_km, row.by) == ("return", 482_600, 48_260, "李师傅")
    assert (Custody.objects.get().odometer_out_km, Custody.objects.get().odometer_in_km) == (48_210, 48_260)
    paper = ConditionReport.objects.get(side="return")
    assert (paper.hash, paper.content["odometer_km"]) == (signed.hash, 482_600)
    pickup, back = read_reports(fresh(job))
    assert (pickup["corrections"], back["corrections"]) == ([], [row])
    assert back["differences"][0] == "50 km driven" and back["is_verified"]
    fact = Fact.objects.get(subject=job_ref(job.pk), data__event="correct_return_odometer")
    assert (fact.data["row"], fact.data["detail"]) == ("J16c", {"before_km": 482_600, "after_km": 48_260})


def test_the_tenants_vehicle_shows_the_right_return(world: World) -> None:
    job = returned(world)
    correct(world, job)
    told = Event.objects.get(type="order.noted", data__topic="return_odometer")
    assert told.data["text"] == "482600 km → 48260 km: 手误"
    with tenant_context(world.tenant):
        readings = list(OdometerReading.objects.order_by("seq").values_list("km", "source"))
        shown = FleetVehicle.objects.get(pk=job.vehicle_id).odometer_km
    assert readings == [
        (48_210, "pickup"), (48_220, "workshop"), (48_230, "hand_over"), (482_600, "return"), (48_260, "return_correction"),
    ]  # fmt: skip
    assert shown == 48_260


def test_never_below_the_pickup_and_never_above_what_it_showed_later(world: World) -> None:
    job = returned(world, 48_260)
    with pytest.raises(ValidationError, match="48210 km before"):
        correct(world, job, km=48_209)
    later = world.collect(world.to_pickup(world.order()), odometer_km=48_300)
    with pytest.raises(ValidationError, match="only 48300 km later"):
        correct(world, job, km=48_301)
    correct(world, job, km=48_300)
    assert Custody.objects.get(visit=later.visit_id).odometer_out_km == 48_300


def test_the_return_is_corrected_neither_before_nor_when_the_job_is_closed(world: World) -> None:
    job = world.in_custody()
    with pytest.raises(ValidationError, match="has not been returned"):
        correct(world, job)
    job = returned_other(world)
    Job.objects.filter(pk=job.pk).update(status="closed")
    with pytest.raises(ValidationError, match="its job is closed"):
        correct(world, job, km=48_270)
    for actor in (world.ws(job), world.ten, world.qc, SYSTEM):
        with pytest.raises(PermissionDenied):
            correct(world, job, actor=actor)
    assert not OdometerCorrection.objects.exists()


@pytest.mark.parametrize(
    ("event", "km", "words"),
    [("correct_odometer", "48210", "Odometer at pickup corrected"),
     ("correct_return_odometer", "48260", "Odometer at return corrected")],
)  # fmt: skip
def test_a_dispatcher_corrects_on_the_page_of_the_job(world: World, event: str, km: str, words: str) -> None:
    job = returned(world) if event == "correct_return_odometer" else mistyped(world)[0]
    client = console_of("dispatcher")
    page = f"/repair/jobs/{job_ref(job.pk)}/"
    assert f"steps/{event}/" in client.get(page).content.decode()
    values = {"odometer_km": km, "reason": "多打了一个零", "is_compared": "on"}
    assert client.post(f"{page}steps/{event}/", {**values, "is_compared": ""}).status_code == 422
    assert client.post(f"{page}steps/{event}/", values).status_code == 302
    assert OdometerCorrection.objects.get().after_km == int(km)
    assert words in client.get(page).content.decode()
    assert f"steps/{event}/" not in console_of("inspector").get(page).content.decode()


def test_a_reading_told_before_says_which_one_it_corrected() -> None:
    old = {
        "subject": "veh_1", "vehicle_id": str(UUID(int=1)), "vin": "L", "km": 1, "read_at": "2026-11-24T00:00:00Z",
        "source": "correction", "order_id": None,
    }  # fmt: skip
    assert decode(VehicleOdometerRead, old, version=1).source == "pickup_correction"
    assert decode(VehicleOdometerRead, {**old, "source": "return"}, version=1).source == "return"
