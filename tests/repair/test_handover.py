"""The agent's page at the vehicle: what his phone sends is done once, another's leg stays closed, the hash recomputes."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Max
from django.test import Client

from config import clock
from dispatch.models import Agent, Leg
from events.ids import public_id, read_public_id
from files.models import StoredFile
from files.services import read_file, sweep_files
from fleet.models import OrderPhoto
from repair.models import Authorisation, ConditionReport, Custody, HandoverDraft, HandoverPhoto, HandoverStep, Job
from repair.services import collecting, errands
from repair.services.collecting import hash_of
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.models import User
from tenants.people.seed import ensure_staff
from tests.files.test_photos import photo
from tests.fleet.test_batch_races import together
from tests.repair.world import SHOTS, World, build_world, fresh


@pytest.fixture(autouse=True)
def plain(settings: Any, tmp_path: Path) -> None:
    settings.FILE_STORAGE_URL = f"file://{tmp_path}"
    settings.STORAGES = {
        **project.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def world(db: None, acme: Tenant) -> World:
    """As of now: pages ask the true clock."""
    return build_world(acme, clock.now())


class Phone:
    """An agent's phone: it makes numbers and sends."""

    def __init__(self, agent: Agent) -> None:
        self.client = Client(headers={"host": f"{project.OPERATOR_HOST}:{project.SITE_PORT}", "accept-language": "en"})
        user = User.objects.get(agent=agent)
        ensure_staff(user=user, roles=["agent"])
        self.client.force_login(user)
        self.user_id = user.pk
        self.photos: dict[str, str] = {}
        self.sums: dict[str, str] = {}

    def shoot(self, leg: str, shot: str, content: bytes | None = None, key: str = "") -> Any:
        content = content if content is not None else photo(size=(60 + len(self.photos), 40))
        key = key or str(uuid4())
        answer = self.client.post(
            f"/repair/handover/{leg}/photos/",
            {
                "key": key,
                "shot": shot,
                "taken_at": clock.now().isoformat(),
                "photo": SimpleUploadedFile("a.jpg", content),
            },
        )
        if answer.status_code == 200:
            self.photos[shot], self.sums[shot] = key, hashlib.sha256(content).hexdigest()
        return answer

    def send(self, leg: str, kind: str, values: dict[str, Any] | None = None, submission: str = "") -> Any:
        body = {"submission": submission or str(uuid4()), "values": values or {}, "photos": self.photos}
        url = f"/repair/handover/{leg}/steps/{kind}/"
        return self.client.post(url, json.dumps(body), content_type="application/json")

    def report(self, job: Job, side: str = "pickup", **changes: Any) -> dict[str, Any]:
        """What the page's script would sign."""
        found: dict[str, Any] = {
            "vin": job.vin, "plate": job.plate, "side": side, "odometer_km": 48_210, "energy_percent": 60, "keys": 2,
            "shots": {name: self.sums[name] for name in self.sums if not name.startswith("sign-")},
            "items": {"driving_licence": True, "etc_unit": False, "tools": True}, "valuables": ["行车记录仪 \"A\""],
            "remarks": "左前门划痕\n2 cm", "customer_name": "赵师傅", "witness": "", "refusal": "", **changes,
        }  # fmt: skip
        text = msgspec.json.encode(found, order="sorted")
        return {**found, "hash": hashlib.sha256(text).hexdigest()}


def leg_ref(world: World, job: Job, kind: str = "pickup") -> str:
    return public_id("leg", world.leg(job, kind).pk)


def phone_of(world: World, job: Job, kind: str = "pickup") -> Phone:
    agent = world.leg(job, kind).agent
    assert agent is not None
    return Phone(agent)


def shoot_all(phone: Phone, leg: str) -> None:
    for shot in (*SHOTS, "sign-agent", "sign-customer"):
        assert phone.shoot(leg, shot).status_code == 200


def test_a_vehicle_is_collected_on_the_phone(world: World) -> None:
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    page = phone.client.get(f"/repair/handover/{leg}/")
    assert page.status_code == 200
    shoot_all(phone, leg)
    phone.shoot(leg, "damage-1")
    values = phone.report(job)
    submission = str(uuid4())
    first = phone.send(leg, "sign", values, submission)
    again = phone.send(leg, "sign", values, submission)
    assert (first.json()["is_new"], again.json()["is_new"]) == (True, False)
    assert fresh(job).status == "in_custody"
    paper = ConditionReport.objects.get(visit=job.visit_id)
    assert paper.hash == values["hash"] == hash_of(paper.content)
    assert set(paper.files) == {*SHOTS, "damage-1"}
    for shot, ref in paper.files.items():  # anybody who has the photos can compute it again
        content = read_file(file_id=read_public_id("fil", ref), tenant=job.tenant)
        assert hashlib.sha256(content).hexdigest() == paper.content["shots"][shot]
    with tenant_context(job.tenant):
        told = OrderPhoto.objects.filter(order_id=job.order_id, kind="pickup")
        assert {row.shot: public_id("fil", row.file_id) for row in told} == paper.files
    assert Custody.objects.count() == HandoverStep.objects.count() == 1
    assert StoredFile.objects.filter(claimed_at__isnull=True).count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"odometer_km": "x"}, "odometer_km"),
        ({"odometer_km": -1}, "odometer_km"),
        ({"odometer_km": 9_999_999}, "odometer_km"),
        ({"energy_percent": 101}, "energy_percent"),
        ({"keys": 0}, "keys"),
        ({"customer_name": ""}, "customer_name"),
        ({"witness": "保安", "refusal": ""}, "refusal"),
        ({"hash": "0" * 64}, "hash"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    world: World, changes: dict[str, Any], field: str
) -> None:
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    shoot_all(phone, leg)
    answer = phone.send(leg, "sign", {**phone.report(job), **changes})
    assert answer.status_code == 422
    assert field in answer.json()["fields"]
    assert fresh(job).status == "at_pickup"
    assert not ConditionReport.objects.exists()
    assert not HandoverStep.objects.exists()


def test_a_photo_that_never_arrived_keeps_the_signature_waiting(world: World) -> None:
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    shoot_all(phone, leg)
    del phone.photos["rear"]
    answer = phone.send(leg, "sign", phone.report(job))
    assert (answer.status_code, answer.json()["fields"]) == (422, {"shots": ["Photos are missing: rear."]})


def test_a_customer_who_will_not_sign_is_witnessed(world: World) -> None:
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    shoot_all(phone, leg)
    del phone.photos["sign-customer"]
    assert phone.send(leg, "sign", phone.report(job)).status_code == 422
    assert phone.send(leg, "sign", phone.report(job, witness="保安老周", refusal="赶时间")).status_code == 200
    paper = ConditionReport.objects.get(visit=job.visit_id)
    assert (paper.witness, paper.customer_signature, paper.content["refusal"]) == ("保安老周", "", "赶时间")


def test_the_odometer_never_runs_back(db: None, acme: Tenant) -> None:
    world = build_world(acme, clock.now() - timedelta(hours=2))
    first = world.delivered()
    shown = Custody.objects.aggregate(Max("odometer_in_km"))["odometer_in_km__max"]
    job = world.to_pickup(world.order(vin=first.vin))
    leg, phone = leg_ref(world, job), phone_of(world, job)
    shoot_all(phone, leg)
    answer = phone.send(leg, "sign", phone.report(job, odometer_km=shown - 1))
    assert "odometer_km" in answer.json()["fields"]
    assert phone.send(leg, "sign", phone.report(job, odometer_km=shown)).status_code == 200


def test_another_agents_leg_is_not_found_and_nothing_changes(world: World) -> None:
    job = world.to_pickup(world.order())
    leg, stranger = leg_ref(world, job), Phone(world.wu if world.leg(job).agent == world.li else world.li)
    assert stranger.client.get(f"/repair/handover/{leg}/").status_code == 404
    assert stranger.shoot(leg, "front").status_code == 404
    assert stranger.send(leg, "fail", {"reason": "x"}).status_code == 404
    url = f"/repair/handover/{leg}/draft/"
    assert stranger.client.post(url, "{}", content_type="application/json").status_code == 404
    assert not StoredFile.objects.exists()
    assert not HandoverDraft.objects.exists()
    assert fresh(job).status == "at_pickup"


def test_a_photo_that_is_none_is_refused_with_the_reason(world: World) -> None:
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    for content, code in ((b"<svg/>", "no_picture"), (b"\0\0\0\x18ftypheic\0\0", "broken_picture")):
        answer = phone.shoot(leg, "front", content)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not HandoverPhoto.objects.exists()


def test_a_photo_taken_again_replaces_the_first_and_one_sent_again_is_the_same(world: World) -> None:
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    key, content = str(uuid4()), photo()
    first = phone.shoot(leg, "front", content, key).json()["file"]
    assert phone.shoot(leg, "front", content, key).json()["file"] == first
    second = phone.shoot(leg, "front").json()["file"]
    assert second != first
    current = HandoverPhoto.objects.get(replaced_at__isnull=True)
    assert current.file.ref == second
    assert HandoverPhoto.objects.count() == 2


def test_a_draft_is_kept_and_shown_again(world: World) -> None:
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    url = f"/repair/handover/{leg}/draft/"
    phone.client.post(url, json.dumps({"odometer_km": "48211"}), content_type="application/json")
    assert "48211" in phone.client.get(f"/repair/handover/{leg}/").content.decode()
    assert phone.client.post(url, "[1]", content_type="application/json").status_code == 422
    assert phone.client.post(url, "x" * 70_000, content_type="application/json").status_code == 422


def test_the_authorisation_is_signed_once(world: World) -> None:
    Authorisation.objects.all().delete()
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    assert phone.send(leg, "authorise", {"signer": "赵师傅"}).status_code == 422
    phone.shoot(leg, "sign-authorisation")
    assert "signer" in phone.send(leg, "authorise", {"signer": " "}).json()["fields"]
    for _time in range(2):
        assert phone.send(leg, "authorise", {"signer": "赵师傅"}).status_code == 200
    paper = Authorisation.objects.get(job=job)
    assert paper.signers == ["赵师傅"]
    assert paper.sealed_file.startswith("fil_")


def test_a_failed_pickup_has_a_photo_and_a_reason(world: World) -> None:
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    assert phone.send(leg, "fail", {"reason": "无人"}).status_code == 422
    phone.shoot(leg, "failed")
    assert phone.send(leg, "fail", {"reason": ""}).status_code == 422
    assert phone.send(leg, "fail", {"reason": "无人"}).status_code == 200
    assert fresh(job).status == "pickup_failed"
    with tenant_context(job.tenant):
        assert list(OrderPhoto.objects.values_list("kind", "shot")) == [("failed", "failed")]


def test_a_step_that_is_not_due_is_refused_kindly(world: World) -> None:
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    answer = phone.send(leg, "receive", {"odometer_km": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")
    assert phone.send(leg, "nonsense").status_code == 404


def test_the_day_costs_the_same_with_one_leg_and_with_three(
    world: World, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    job = world.to_pickup(world.order())
    phone = phone_of(world, job)
    with django_assert_max_num_queries(16):
        page = phone.client.get("/repair/handover/").content.decode()
    assert job.plate in page
    assert f"/repair/handover/{leg_ref(world, job)}/" in page


def test_two_photos_at_once_under_one_number_are_one(own_db: str) -> None:
    world = build_world(Tenant.objects.get(slug="acme"), clock.now())
    job = world.to_pickup(world.order())
    leg, key, content = leg_ref(world, job), str(uuid4()), photo()
    phones = [phone_of(world, job) for _number in range(3)]
    raised = together(*[lambda phone=phone: phone.shoot(leg, "front", content, key) for phone in phones])
    assert raised == [None] * 3
    assert HandoverPhoto.objects.count() == StoredFile.objects.filter(upload_key=UUID(key)).count() == 1


def test_two_signatures_at_once_are_one_custody(own_db: str) -> None:
    world = build_world(Tenant.objects.get(slug="acme"), clock.now())
    job = world.to_pickup(world.order())
    leg, phone = leg_ref(world, job), phone_of(world, job)
    shoot_all(phone, leg)
    values, submission = phone.report(job), str(uuid4())
    answers: list[int] = []
    together(*[lambda: answers.append(phone.send(leg, "sign", values, submission).status_code)] * 2)
    assert answers == [200, 200]
    assert Custody.objects.count() == ConditionReport.objects.count() == 1
    assert collecting.hash_of(ConditionReport.objects.get().content) == values["hash"]
    assert sweep_files(now=clock.now()) == 0


def test_a_photo_of_another_shot_is_no_signature(world: World) -> None:
    job = world.to_pickup(world.order())
    phone, leg = phone_of(world, job), leg_ref(world, job)
    shoot_all(phone, leg)
    phone.photos["sign-customer"] = phone.photos["front"]
    answer = phone.send(leg, "sign", phone.report(job))
    assert answer.status_code == 422
    assert "sign-customer" in answer.content.decode()
    assert not Custody.objects.exists()


def test_a_trip_that_was_called_off_moves_nothing_more(world: World) -> None:
    Authorisation.objects.all().delete()
    job = world.to_pickup(world.order())
    phone, leg = phone_of(world, job), leg_ref(world, job)
    phone.shoot(leg, "sign-authorisation")
    Leg.objects.filter(pk=world.leg(job).pk).update(status="cancelled")
    answer = phone.send(leg, "authorise", {"signer": "赵师傅"})
    assert answer.status_code in {404, 422}
    assert not Authorisation.objects.exists()
    page = phone.client.get(f"/repair/handover/{leg}/").content.decode()
    assert "This trip is over." in page and "Sign the authorisation" not in page


def test_who_comes_after_a_failed_trip_photographs_for_himself(world: World) -> None:
    job = world.to_pickup(world.order())
    phone, leg = phone_of(world, job), leg_ref(world, job)
    phone.shoot(leg, "front")
    phone.shoot(leg, "failed")
    assert phone.send(leg, "fail", {"reason": "nobody_there"}).status_code == 200
    assert not HandoverPhoto.objects.filter(replaced_at__isnull=True).exists()
    assert not HandoverDraft.objects.exists()


@pytest.mark.parametrize("body", ['{"a":' + "[" * 40_000, '{"remarks": "a\\u0000b"}', '"text"', "{"])
def test_an_odd_draft_is_refused_and_is_no_error_of_ours(world: World, body: str) -> None:
    job = world.to_pickup(world.order())
    phone, leg = phone_of(world, job), leg_ref(world, job)
    answer = phone.client.post(f"/repair/handover/{leg}/draft/", body, content_type="application/json")
    assert answer.status_code == 422


def test_the_agent_alone_takes_it_over_with_odometer_and_photos(world: World) -> None:
    job = world.plan_return(world.ready())
    world.name(job, kind="return")
    world.accept(job, "return")
    world.contact(job, "return")
    leg, phone = leg_ref(world, job, "return"), phone_of(world, job, "return")
    page = phone.client.get(f"/repair/handover/{leg}/").content.decode()
    assert 'data-photo="given-dashboard"' in page and 'data-photo="given-interior"' not in page
    refused = phone.send(leg, "take_over", {"odometer_km": 48_230})
    assert refused.json()["fields"] == {"shots": ["Photos are missing: front, rear, left, right, dashboard."]}
    for shot in SHOTS[:5]:
        assert phone.shoot(leg, f"given-{shot}").status_code == 200
    assert phone.send(leg, "take_over", {"odometer_km": 48_209}).json()["fields"].keys() == {"odometer_km"}
    assert fresh(job).status == "awaiting_return"
    assert phone.send(leg, "take_over", {"odometer_km": 48_230}).status_code == 200
    assert (fresh(job).status, world.leg(job, "return").status) == ("returning", "under_way")
    with tenant_context(job.tenant):
        told = OrderPhoto.objects.filter(order_id=job.order_id, kind="hand_over").order_by("no")
        assert [row.shot for row in told] == list(SHOTS[:5])


def test_from_the_station_nobody_gives_it(world: World) -> None:
    job = world.at_station()
    errands.pass_station(job_id=job.pk, actor=world.agent(), now=world.tick())
    job = world.plan_return(fresh(job))
    world.name(job, kind="return")
    world.accept(job, "return")
    world.contact(job, "return")
    leg, phone = leg_ref(world, job, "return"), phone_of(world, job, "return")
    assert "I set out from the station" in phone.client.get(f"/repair/handover/{leg}/").content.decode()
    assert phone.send(leg, "take_over").status_code == 200
    assert fresh(job).status == "returning"
