"""The workshop's receiving and the inspector's check: what is shown, refused and written down; and who does not see it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from events.machine import TransitionError
from events.models import Event, Fact
from files.models import StoredFile
from repair.ids import job_ref
from repair.models import Job, QualityCheck
from repair.services import collecting, inspecting, working
from tests.console.test_pages import text_of, url
from tests.repair.world import World, draft, fresh

AtConsole = Callable[..., Client]


def receive_url(job: Job) -> str:
    return url("repair:receive", job_ref(job.pk))


def quality_url(job: Job) -> str:
    return url("repair:quality", job_ref(job.pk))


def in_quality(world: World) -> Job:
    job = world.in_repair(draft(), draft(8_000, kind="part", text="制动片"))
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    return fresh(job)


def answers(world: World, job: Job, *, fails: str = "", **more: Any) -> dict[str, Any]:
    items = inspecting.standard_for(job, world.now).items
    return {**{f"item-{i['code']}": "fail" if i["code"] == fails else "ok" for i in items}, "remarks": "", **more}


def photo(name: str = "brake.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    if content is None:
        buffer = BytesIO()
        Image.new("RGB", (40, 30), "navy").save(buffer, "JPEG")
        content = buffer.getvalue()
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


# --- receive ----------------------------------------------------------------------------------------------------------


def test_the_workshop_reads_the_need_and_the_report_and_receives(world: World, at_console: AtConsole) -> None:
    job = world.in_custody(description="左前轮异响")
    client = at_console("workshop", job.workshop_id)
    page = text_of(client.get(receive_url(job)))
    for words in ("左前轮异响", "At the pickup: 48210 km, keys 2.", "行车记录仪", job.vin):
        assert words in page
    answer = client.post(receive_url(job), {"odometer_km": "48220", "keys": "1", "remarks": "一把钥匙客户留下了"})
    assert (answer.status_code, fresh(job).status) == (302, "at_workshop")
    detail = Fact.objects.filter(type="job.moved", data__event="receive").get().data["detail"]
    assert detail == {"odometer_km": 48_220, "keys": 1, "remarks": "一把钥匙客户留下了"}
    assert "一把钥匙客户留下了" in text_of(client.get(url("repair:job", job_ref(job.pk))))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"odometer_km": "48209", "keys": "2"}, "The odometer has run back: 48210 km at pickup, 48209 km now."),
        ({"odometer_km": "49999", "keys": "2"}, "is more than the way explains"),
        ({"odometer_km": "48220", "keys": "1"}, "2 at the pickup: say below what became of them."),
        ({"odometer_km": "", "keys": "2"}, "This field is required."),
    ],
)
def test_what_is_not_plausible_is_said_beside_its_field(
    world: World, at_console: AtConsole, values: dict[str, str], words: str
) -> None:
    job = world.in_custody()
    answer = at_console("workshop", job.workshop_id).post(receive_url(job), values)
    assert (answer.status_code, fresh(job).status) == (422, "in_custody")
    assert words in text_of(answer)


def test_another_workshops_job_is_not_there(world: World, at_console: AtConsole) -> None:
    job = world.in_custody()
    other = world.south if job.workshop_id == world.north.pk else world.north
    client = at_console("workshop", other.pk)
    assert client.get(receive_url(job)).status_code == 404
    assert client.post(receive_url(job), {"odometer_km": "48220", "keys": "2"}).status_code == 404
    assert fresh(job).status == "in_custody"


def test_the_second_is_told_what_the_first_did(world: World, at_console: AtConsole) -> None:
    job = world.receive(world.in_custody())
    client = at_console("workshop", job.workshop_id)
    answer = client.post(receive_url(job), {"odometer_km": "48220", "keys": "2"}, follow=True)
    assert "Last step: At the workshop, by 接待" in text_of(answer)
    assert Fact.objects.filter(data__event="receive").count() == 1


# --- quality ----------------------------------------------------------------------------------------------------------


def test_a_failure_needs_a_word_and_is_rework_with_its_pictures(world: World, at_console: AtConsole) -> None:
    job = in_quality(world)
    client = at_console("inspector")
    code = inspecting.standard_for(job, world.now).items[0]["code"]
    refused = client.post(quality_url(job), answers(world, job, fails=code))
    assert (refused.status_code, QualityCheck.objects.count()) == (422, 0)
    assert "Say what must be done again" in text_of(refused)

    given = answers(world, job, fails=code, remarks="左前制动片未到位", photos=[photo()])
    assert client.post(quality_url(job), given).status_code == 302
    assert (fresh(job).status, QualityCheck.objects.get().is_passed) == ("rework", False)
    file = StoredFile.objects.get()
    assert file.claimed_at is not None and file.tenant_id == job.tenant_id
    told = Event.objects.get(type="order.photographed", data__kind="quality").data
    assert [item["file_id"] for item in told["photos"]] == [str(file.pk)]

    working.resume_rework(job_id=job.pk, actor=world.ws(job), now=world.tick())
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    page = text_of(client.get(quality_url(job)))
    assert "左前制动片未到位" in page and "/files/photo/" in page
    assert client.post(quality_url(job), answers(world, job)).status_code == 302
    assert (fresh(job).status, fresh(job).rework_count) == ("ready", 1)


def test_a_photo_that_is_none_keeps_the_check_from_being_written(world: World, at_console: AtConsole) -> None:
    job = in_quality(world)
    given = answers(world, job, photos=[photo(), photo("virus.jpg", b"MZ not a picture")])
    answer = at_console("inspector").post(quality_url(job), given)
    assert (answer.status_code, fresh(job).status, QualityCheck.objects.count()) == (422, "qc", 0)
    assert "virus.jpg: This is not a photo." in text_of(answer)


def test_every_item_is_answered(world: World, at_console: AtConsole) -> None:
    job = in_quality(world)
    given = answers(world, job)
    given.popitem()
    del given[next(iter(given))]
    answer = at_console("inspector").post(quality_url(job), given)
    assert (answer.status_code, fresh(job).status) == (422, "qc")


def test_pages_cost_the_same_for_one_and_for_three_lines(world: World, at_console: AtConsole) -> None:
    client, costs = at_console("inspector"), []
    for vin, count in (("LVBV3PBB6SA071322", 1), ("LSVNV2182E2100001", 3)):
        job = world.in_repair(*[draft() for _number in range(count)], vin=vin)
        working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
        with CaptureQueriesContext(connection) as caught:
            assert client.get(quality_url(job)).status_code == 200
        costs.append(len(caught))
    assert costs[0] == costs[1]


def test_a_second_receipt_writes_nothing(world: World) -> None:
    job = world.in_custody()
    assert job.visit_id is not None
    collecting.receive_vehicle(visit_id=job.visit_id, odometer_km=48_220, actor=world.ws(job), now=world.tick())
    facts = Fact.objects.count()
    with pytest.raises(TransitionError):
        collecting.receive_vehicle(visit_id=job.visit_id, odometer_km=48_230, actor=world.ws(job), now=world.tick())
    assert Fact.objects.count() == facts
