"""What the workshop tells the customer on the way, and the vehicle's hand-over to its agent."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Event, Fact
from files.models import StoredFile
from fleet.models import OdometerReading, OrderPhoto
from repair.ids import job_ref
from repair.models import Job, ProgressNote, RequiredShot
from tenants.context import tenant_context
from tests.console.test_pages import text_of, url
from tests.console.test_workshop_pages import photo
from tests.repair.world import SHOTS, World, fresh
from tests.world import tenant_of

AtConsole = Callable[..., Client]
GIVEN = {
    "odometer_km": "48230", "keys": "2", "remarks": "",
    "things": ["driving_licence", "etc_unit", "tools", "settlement", "quality_report", "certificate"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Any) -> None:
    settings.FILE_STORAGE_URL = f"file://{tmp_path}"


def filled(**changes: Any) -> dict[str, Any]:
    """The form of a hand-over with its photos."""
    return {**GIVEN, **{f"shot-{shot}": photo(f"{shot}.jpg") for shot in SHOTS[:5]}, **changes}


def at(name: str, job: Job) -> str:
    return url(f"repair:{name}", job_ref(job.pk))


# --- notes ------------------------------------------------------------------------------------------------------------


def test_a_note_with_photos_reaches_the_tenants_order(world: World, at_console: AtConsole) -> None:
    job = world.in_repair()
    client = at_console("workshop", job.workshop_id)
    answer = client.post(at("note", job), {"text": "制动盘已拆下", "photos": [photo(), photo("b.jpg")]})
    assert (answer.status_code, answer.headers["Location"]) == (302, at("job", job))
    note, files = ProgressNote.objects.get(), list(StoredFile.objects.order_by("pk"))
    assert sorted(note.photos) == sorted(file.ref for file in files)
    assert all(file.claimed_at is not None and file.tenant_id == job.tenant_id for file in files)
    assert Event.objects.get(type="order.noted", data__topic="progress").data["text"] == "制动盘已拆下"
    told = Event.objects.get(type="order.photographed", data__kind="progress").data
    with tenant_context(job.tenant):
        shown = set(OrderPhoto.objects.filter(kind="progress").values_list("file_id", flat=True))
    assert shown == {file.pk for file in files} and len(told["photos"]) == 2
    for page in (client.get(at("job", job)), client.get(at("note", job))):
        assert "制动盘已拆下" in text_of(page)
    assert "/files/photo" in text_of(client.get(at("note", job)))


@pytest.mark.parametrize("form", [{"text": " "}, {"text": "ok", "photos": [("virus.jpg", b"MZ")]}])
def test_a_note_that_cannot_be_sent_tells_nobody(world: World, at_console: AtConsole, form: dict[str, Any]) -> None:
    job = world.in_repair()
    files = [photo(name, content) for name, content in form.get("photos", [])]
    answer = at_console("workshop", job.workshop_id).post(at("note", job), {**form, "photos": files})
    assert answer.status_code == 422
    assert not ProgressNote.objects.exists() and not Event.objects.filter(type="order.photographed").exists()


def test_notes_cost_the_same_for_one_and_for_three(world: World, at_console: AtConsole) -> None:
    job = world.in_repair()
    client = at_console("workshop", job.workshop_id)
    client.post(at("note", job), {"text": "1", "photos": [photo()]})
    client.get(at("job", job))
    with CaptureQueriesContext(connection) as one:
        client.get(at("note", job))
    for text in ("2", "3"):
        client.post(at("note", job), {"text": text, "photos": [photo(f"{text}.jpg")]})
    client.get(at("job", job))
    with CaptureQueriesContext(connection) as three:
        client.get(at("note", job))
    assert len(one) == len(three)


# --- hand-over --------------------------------------------------------------------------------------------------------


def leaving(world: World) -> Job:
    """A vehicle that its agent is about to fetch."""
    job = world.plan_return(world.ready())
    world.name(job, kind="return")
    world.accept(job, "return")
    world.contact(job, "return")
    return fresh(job)


def test_who_fetches_it_when_and_what_goes_with_it(world: World, at_console: AtConsole) -> None:
    job = world.ready()
    client = at_console("workshop", job.workshop_id)
    early = text_of(client.get(at("give", job)))
    assert "The return is not planned yet" in early and "Nobody is named yet" in early
    assert client.post(at("give", job), filled()).status_code == 302
    assert fresh(job).status == "ready"
    world.plan_return(job)
    world.name(job, kind="return")
    for page in (text_of(client.get(at("give", job))), text_of(client.get(at("job", job)))):
        for words in ("李师傅", "13900000000", "Vehicle licence", "Certificate of completion", "行车记录仪"):
            assert words in page


def test_the_hand_over_is_written_down_with_what_was_given(world: World, at_console: AtConsole) -> None:
    job = leaving(world)
    client = at_console("workshop", job.workshop_id)
    assert client.post(at("give", job), filled()).status_code == 302
    assert (fresh(job).status, world.leg(job, "return").status) == ("returning", "under_way")
    detail = Fact.objects.get(type="job.moved", data__event="hand_over").data["detail"]
    files = {file.name.removesuffix(".jpg"): file.ref for file in StoredFile.objects.all()}
    assert detail == {"odometer_km": 48_230, "keys": 2, "given": GIVEN["things"], "shots": files}
    page = text_of(client.get(at("job", job)))
    for words in ("Certificate of completion", "Handed over to the agent", "48230 km", "/files/photo"):
        assert words in page
    assert "Last step" in text_of(client.post(at("give", job), filled(), follow=True))


def test_the_tenant_sees_how_its_vehicle_left_the_workshop(world: World, at_console: AtConsole) -> None:
    job = leaving(world)
    assert at_console("workshop", job.workshop_id).post(at("give", job), filled()).status_code == 302
    files = {file.name.removesuffix(".jpg"): file for file in StoredFile.objects.all()}
    assert len(files) == 5 and all(file.claimed_at is not None for file in files.values())
    with tenant_context(job.tenant):
        shown = OrderPhoto.objects.filter(order_id=job.order_id, kind="hand_over")
        assert {row.shot: row.file_id for row in shown} == {shot: file.pk for shot, file in files.items()}
        reading = OdometerReading.objects.order_by("seq").last()
        assert reading is not None and (reading.km, reading.source) == (48_230, "hand_over")
    with tenant_context(tenant_of("pacific")):
        assert not OrderPhoto.objects.exists() and not OdometerReading.objects.exists()


def test_a_form_that_comes_back_keeps_its_photos(world: World, at_console: AtConsole) -> None:
    job = leaving(world)
    client = at_console("workshop", job.workshop_id)
    page = text_of(client.post(at("give", job), filled(keys="1")))
    assert "2 at the pickup" in page and page.count("It has arrived; choose another to replace it.") == 5
    kept = dict(re.findall(r'name="(kept-[a-z]+)" value="(fil_[0-9A-Z]+)"', page))
    assert sorted(kept) == sorted(f"kept-{shot}" for shot in SHOTS[:5])
    assert client.post(at("give", job), {**GIVEN, **kept}).status_code == 302
    detail = Fact.objects.get(type="job.moved", data__event="hand_over").data["detail"]
    assert {f"kept-{shot}": ref for shot, ref in detail["shots"].items()} == kept
    assert StoredFile.objects.count() == 5


def test_photos_of_others_cannot_be_borrowed(world: World, at_console: AtConsole) -> None:
    job = leaving(world)
    client = at_console("workshop", job.workshop_id)
    client.post(at("give", job), filled(keys="1"))
    StoredFile.objects.update(created_by="somebody else")
    kept = {f"kept-{file.name.removesuffix('.jpg')}": file.ref for file in StoredFile.objects.all()}
    answer = client.post(at("give", job), {**GIVEN, **kept})
    assert answer.status_code == 422
    assert "Photos are missing: front, rear, left, right, dashboard." in text_of(answer)


def test_which_photos_are_due_is_data(world: World, at_console: AtConsole) -> None:
    job = leaving(world)
    client = at_console("workshop", job.workshop_id)
    RequiredShot.objects.filter(occasion="hand_over").exclude(code="front").update(is_active=False)
    RequiredShot.objects.create(
        occasion="hand_over", code="tyres", name_en="tyres", name_zh="轮胎", services=["maintenance"], position=7
    )
    RequiredShot.objects.create(
        occasion="hand_over", code="load-bed", name_en="load bed", name_zh="货厢", services=["repair"], position=8
    )
    answer = client.post(at("give", job), {**GIVEN, "shot-front": photo()})
    assert answer.status_code == 422 and "Photos are missing: load bed." in text_of(answer)
    assert client.post(at("give", job), {**GIVEN, "shot-front": photo(), "shot-load-bed": photo()}).status_code == 302


@pytest.mark.parametrize(
    "values",
    [{"code": "sign-agent"}, {"code": "damage-1"}, {"code": "given-front"}, {"code": "Front"}, {"name_zh": ""}],
)  # fmt: skip
def test_the_database_keeps_shots_apart_from_the_phones_words(db: None, values: dict[str, Any]) -> None:
    full = {"occasion": "hand_over", "code": "tyres", "name_en": "tyres", "name_zh": "轮胎", "position": 9, **values}
    with pytest.raises(IntegrityError), transaction.atomic():
        RequiredShot.objects.create(**full)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"keys": "1"}, "2 at the pickup: say below what became of them."),
        ({"things": ["tools"]}, "Tick everything that is given, or say below what is missing."),
        ({"odometer_km": "48209"}, "The odometer has run back: 48210 km at pickup, 48209 km now."),
        ({"things": ["magic"]}, "Select a valid choice."),
        ({"shot-rear": ""}, "Photos are missing: rear."),
        ({"shot-rear": SimpleUploadedFile("x.jpg", b"MZ")}, "rear: This is not a photo."),
    ],
)
def test_what_is_not_as_it_was_needs_a_word(
    world: World, at_console: AtConsole, changes: dict[str, Any], words: str
) -> None:
    job = leaving(world)
    answer = at_console("workshop", job.workshop_id).post(at("give", job), filled(**changes))
    assert answer.status_code == 422 and words in text_of(answer)
    assert fresh(job).status == "awaiting_return"


def test_with_a_word_it_goes_without(world: World, at_console: AtConsole) -> None:
    job = leaving(world)
    given = filled(keys="1", things=["settlement"], remarks="其余留在客户处")
    assert at_console("workshop", job.workshop_id).post(at("give", job), given).status_code == 302
    assert fresh(job).status == "returning"


def test_another_workshop_hands_nothing_over(world: World, at_console: AtConsole) -> None:
    job = leaving(world)
    other = world.south if job.workshop_id == world.north.pk else world.north
    client = at_console("workshop", other.pk)
    for name in ("give", "note"):
        assert client.get(at(name, job)).status_code == 404
        assert client.post(at(name, job), filled(text="x")).status_code == 404
    assert fresh(job).status == "awaiting_return"
