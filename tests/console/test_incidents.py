"""Incident files and the register of policies at the console."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from events.ids import public_id
from files.models import StoredFile
from repair.ids import incident_ref, job_ref
from repair.models import CoverGap, Incident, InsurancePolicy
from repair.services import insuring
from tests.console.test_pages import AtConsole, page_of, text_of
from tests.console.test_workshop_pages import photo
from tests.repair.world import VINS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """Its minutes are the pages' too: what happened lies before the report."""
    with time_machine.travel(world.now, tick=False) as traveller:
        tick = world.tick

        def go_on(**delta: int) -> object:
            moment = tick(**delta)
            traveller.move_to(moment)
            return moment

        world.tick = go_on  # type: ignore[method-assign,assignment]
        yield world


def test_a_file_from_the_report_to_the_close(world: World, at_console: AtConsole) -> None:
    job = world.in_custody()
    client = at_console("dispatcher")
    url = f"/repair/jobs/{job_ref(job.pk)}/incident/"
    form = {
        "kind": "damage",
        "text": "右后视镜",
        "happened_at": f"{world.now:%Y-%m-%dT%H:%M:%S}+00:00",
        "police_number": "",
    }
    assert client.post(url, {**form, "text": ""}).status_code == 422
    not_a_photo = SimpleUploadedFile("x.jpg", b"no picture")
    assert client.post(url, {**form, "photos": not_a_photo}).status_code == 422
    assert not Incident.objects.exists()
    answer = client.post(url, {**form, "photos": photo()})
    assert answer.status_code == 302
    file = Incident.objects.get()
    assert StoredFile.objects.get(pk__isnull=False, purpose="photo").claimed_at is not None
    assert "右后视镜" in text_of(client.get(page_of(job)))
    page = f"/repair/incidents/{incident_ref(file.pk)}/"
    assert file.number in text_of(client.get(page))
    assert client.post(page, {"text": "已报警", "police_number": "3101"}).status_code == 302
    judged = {"liability": "company", "reason": "倒车未观察", "compensation": "300.50"}
    assert client.post(f"{page}judge/", {**judged, "compensation": "-1"}).status_code == 422
    assert client.post(f"{page}judge/", judged).status_code == 302
    assert client.post(f"{page}close/").status_code == 302
    file.refresh_from_db()
    assert (file.status, file.compensation_fen, file.police_number) == ("closed", 30_050, "3101")
    assert "Add to the file" not in text_of(client.get(page))


def test_a_workshop_sees_the_files_of_its_own_jobs_without_the_judgement(world: World, at_console: AtConsole) -> None:
    job = world.awaiting_approval()
    client = at_console("dispatcher")
    form = {"kind": "loss", "text": "工具箱", "happened_at": f"{world.now:%Y-%m-%dT%H:%M:%S}+00:00"}
    client.post(f"/repair/jobs/{job_ref(job.pk)}/incident/", form)
    file = Incident.objects.get()
    page = f"/repair/incidents/{incident_ref(file.pk)}/"
    client.post(f"{page}judge/", {"liability": "company", "reason": "看管不周", "compensation": "88"})
    own = at_console("workshop", workshop_id=job.workshop_id)
    shown = text_of(own.get(page))
    assert "工具箱" in shown and "看管不周" not in shown
    assert own.get(f"{page}judge/").status_code == 403
    assert own.post(f"{page}close/").status_code == 403
    assert file.number in text_of(own.get("/repair/incidents/"))
    away = world.south if job.workshop_id == world.north.pk else world.north
    stranger = at_console("workshop", workshop_id=away.pk)
    assert stranger.get(page).status_code == 404
    assert file.number not in text_of(stranger.get("/repair/incidents/"))


def test_the_list_costs_the_same_at_any_size(
    world: World, at_console: AtConsole, django_assert_max_num_queries: object
) -> None:
    for vin in VINS[:2]:
        job = world.in_custody(vin=vin)
        at_console("dispatcher").post(
            f"/repair/jobs/{job_ref(job.pk)}/incident/",
            {"kind": "damage", "text": "划痕", "happened_at": f"{world.now:%Y-%m-%dT%H:%M:%S}+00:00"},
        )
    client = at_console("lead")
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        shown = text_of(client.get("/repair/incidents/"))
    assert all(file.number in shown for file in Incident.objects.all())


def test_the_register_and_what_nothing_covers(world: World, at_console: AtConsole) -> None:
    InsurancePolicy.objects.all().delete()
    job = world.in_custody()
    insuring.check_cover(now=world.now)
    finance = at_console("finance")
    assert job.plate in text_of(finance.get("/repair/insurance/"))
    form = {
        "insurer": "太平洋财险", "number": "CPIC-1", "kinds": ["transport"], "starts_at": "2020-01-01T00:00",
        "ends_at": "2099-01-01T00:00", "limit": "1000000",
    }  # fmt: skip
    assert at_console("dispatcher").post("/repair/insurance/new/", form).status_code == 403
    assert finance.post("/repair/insurance/new/", {**form, "limit": "0"}).status_code == 422
    assert finance.post("/repair/insurance/new/", form).status_code == 302
    assert CoverGap.objects.get().closed_at is not None
    policy = InsurancePolicy.objects.get()
    page = f"/repair/insurance/{public_id('ins', policy.pk)}/"
    assert "CPIC-1" in text_of(finance.get(page))
    assert at_console("dispatcher").post(f"{page}end/").status_code == 403
    assert finance.post(f"{page}end/").status_code == 302
    assert CoverGap.objects.filter(closed_at__isnull=True).count() == 1
    assert "still open" in text_of(finance.get("/repair/insurance/gaps/"))
