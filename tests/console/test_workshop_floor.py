"""The workshop's floor and the editor of an estimate: who sees which jobs, what is kept while it is written, who was faster."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from files.models import StoredFile
from files.photos import keep_photo
from repair.ids import job_ref
from repair.models import Estimate, EstimateDraft, Job
from repair.services import working
from tenants.people.seed import ensure_staff, ensure_user
from tests.console.test_pages import text_of
from tests.files.test_photos import photo
from tests.repair.world import VINS, World, fresh

CONSOLE = "config.urls_console"
AtConsole = Callable[..., Client]
LINE = {
    "kind": "part", "operation": "", "text": "前制动片", "quantity": "1", "unit_price": "", "amount": "380.50", "photos": [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    settings.FILE_STORAGE_URL = f"file://{tmp_path}"


def at(name: str, job: Job | None = None) -> str:
    return reverse(f"repair:{name}", urlconf=CONSOLE, args=[job_ref(job.pk)] if job else [])


def send(client: Client, name: str, job: Job, lines: list[dict[str, Any]], revision: int, **more: Any) -> Any:
    body = json.dumps({"lines": lines, "revision": revision, **more})
    return client.post(at(name, job), body, content_type="application/json")


@pytest.fixture
def job(world: World) -> Job:
    """A job that the north workshop is estimating."""
    made = world.receive(world.in_custody())
    working.start_estimate(job_id=made.pk, actor=world.ws(made), now=world.tick())
    return fresh(made)


@pytest.fixture
def shop(job: Job, at_console: AtConsole) -> Client:
    return at_console("workshop", job.workshop_id)


@pytest.fixture
def rival(world: World, job: Job, at_console: AtConsole) -> Client:
    """Another workshop's people."""
    other = world.south if job.workshop_id == world.north.pk else world.north
    client = at_console()
    user = ensure_user(email="rival@console.example", name="rival")
    ensure_staff(user=user, roles=["workshop"], workshop_id=other.pk)
    client.force_login(user)
    return client


def test_the_floor_shows_each_job_in_its_lane_to_its_own_workshop_alone(job: Job, shop: Client, rival: Client) -> None:
    page = text_of(shop.get(at("floor")))
    assert job.plate in page
    assert at("estimate", job) in page
    assert job.plate not in text_of(rival.get(at("floor")))
    assert shop.get("/").headers["Location"] == at("floor")


def test_the_floor_costs_the_same_for_one_job_and_for_three(world: World, job: Job, shop: Client) -> None:
    shop.get(at("floor"))
    with CaptureQueriesContext(connection) as one:
        shop.get(at("floor"))
    for number, vin in enumerate(VINS[1:3]):
        more = world.receive(world.in_custody(vin=vin, plate=f"沪B0000{number}"))
        Job.objects.filter(pk=more.pk).update(workshop_id=job.workshop_id)  # wherever it was sent
    with CaptureQueriesContext(connection) as three:
        page = text_of(shop.get(at("floor")))
    assert "沪B00000" in page and "沪B00001" in page
    assert len(three) == len(one)


def test_the_search_finds_by_plate_and_number(job: Job, shop: Client) -> None:
    assert job.number in text_of(shop.get(at("floor"), {"q": job.number[-4:]}))
    assert "Nothing matches" in text_of(shop.get(at("floor"), {"q": "no such thing"}))


@pytest.mark.parametrize("name", ["estimate", "estimate_save", "estimate_send", "estimate_photo"])
def test_another_workshops_job_is_not_there(job: Job, rival: Client, name: str) -> None:
    answer = rival.get(at(name, job)) if name == "estimate" else send(rival, name, job, [LINE], 0)
    assert answer.status_code == 404
    assert not EstimateDraft.objects.exists() and not Estimate.objects.exists()


@pytest.mark.parametrize("role", ["lead", "dispatcher", "inspector", "finance", "agent"])
def test_nobody_else_writes_estimates(job: Job, at_console: AtConsole, role: str) -> None:
    assert send(at_console(role), "estimate_send", job, [LINE], 0).status_code == 403
    assert not Estimate.objects.exists()


def test_a_draft_is_kept_and_shown_again_and_tells_nobody(job: Job, shop: Client) -> None:
    before = Event.objects.count()
    assert send(shop, "estimate_save", job, [LINE, {**LINE, "amount": "half"}], 0).json() == {"revision": 1}
    page = text_of(shop.get(at("estimate", job)))
    assert "380.50" in page and 'value="half"' in page
    assert Event.objects.count() == before


def test_who_saves_over_anothers_draft_is_told_who_was_faster(job: Job, shop: Client) -> None:
    send(shop, "estimate_save", job, [LINE], 0)
    answer = send(shop, "estimate_save", job, [], 0)
    assert answer.status_code == 409
    assert answer.json()["message"].startswith("the workshop has changed this estimate meanwhile")
    assert EstimateDraft.objects.get().lines == [LINE]


def test_what_cannot_be_sent_is_said_beside_its_field_and_stays_in_the_draft(job: Job, shop: Client) -> None:
    wrong = {"kind": "labour", "text": "", "quantity": "0", "amount": "12.345", "photos": []}
    answer = send(shop, "estimate_send", job, [LINE, wrong, {**LINE, "text": "", "amount": ""}], 0)
    assert answer.status_code == 422
    assert sorted(answer.json()["errors"]) == ["lines.1.amount", "lines.1.quantity", "lines.1.text"]
    assert answer.json()["revision"] == 1
    assert not Estimate.objects.exists()
    assert send(shop, "estimate_send", job, [], 1).json()["errors"] == {"lines": "An estimate has one line at least."}


@pytest.mark.parametrize("body", ["", "[]", "{", '{"lines": 3, "revision": 0}', '{"lines": [3], "revision": 0}',
                                  '{"lines": [], "revision": -1}', "[" * 100_000])  # fmt: skip
def test_what_is_no_estimate_is_refused(job: Job, shop: Client, body: str) -> None:
    assert shop.post(at("estimate_send", job), body, content_type="application/json").status_code == 422


def test_sending_makes_a_version_with_its_photos_and_the_draft_is_gone(job: Job, shop: Client) -> None:
    key = str(uuid4())
    uploads = [{"photo": SimpleUploadedFile("a.jpg", photo()), "key": key} for _twice in range(2)]
    sent, again = (shop.post(at("estimate_photo", job), upload).json() for upload in uploads)
    assert sent["ref"] == again["ref"]
    assert StoredFile.objects.count() == 1
    answer = send(shop, "estimate_send", job, [{**LINE, "photos": [sent["ref"]]}], 0)
    assert answer.status_code == 200, answer.content
    line = Estimate.objects.get(job=job).lines.get()
    assert (line.text, line.amount_fen, line.photos) == ("前制动片", 38_050, [sent["ref"]])
    assert fresh(job).status == "awaiting_approval"
    assert not EstimateDraft.objects.exists()
    assert StoredFile.objects.get().claimed_at is not None
    told = Event.objects.get(type="order.photographed")
    assert (told.data["kind"], told.data["photos"][0]["line_no"]) == ("estimate", 1)
    assert send(shop, "estimate_send", job, [LINE], 0).status_code == 409


def test_anothers_photo_cannot_be_named(job: Job, shop: Client, pacific: Any, system: Any, now: Any) -> None:
    file = keep_photo(tenant=pacific, name="x", content=photo(), purpose="photo", actor=system, now=now)
    answer = send(shop, "estimate_send", job, [{**LINE, "photos": [file.ref]}], 0)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["lines.0.photos"]
    assert StoredFile.objects.get().claimed_at is None


def test_what_is_no_photo_is_refused_in_words(job: Job, shop: Client) -> None:
    upload = {"photo": SimpleUploadedFile("a.jpg", b"%PDF-1.7"), "key": str(uuid4())}
    answer = shop.post(at("estimate_photo", job), upload)
    assert (answer.status_code, answer.json()["message"]) == (
        422,
        "This is not a photo. Choose a picture: JPEG, PNG, WebP or HEIC.",
    )


def test_what_was_sent_back_is_written_again_from_the_last_version(world: World, job: Job, shop: Client) -> None:
    send(shop, "estimate_send", job, [LINE], 0)
    world.decide(fresh(job), "send_back", reason="too dear")
    working.revise_estimate(job_id=job.pk, actor=world.ws(job), now=world.tick())
    page = text_of(shop.get(at("estimate", job)))
    assert "too dear" in page and 'value="380.50"' in page and 'value="前制动片"' in page


def test_an_extra_fault_asks_for_consent(world: World, at_console: AtConsole) -> None:
    job = world.in_repair()
    client = at_console("workshop", job.workshop_id)
    assert "Extra fault" in text_of(client.get(at("estimate", job)))
    assert send(client, "estimate_send", job, [LINE], 0, note="球头松旷").status_code == 200
    assert fresh(job).status == "consent_required"
    assert Estimate.objects.filter(job=job, is_supplement=True).get().total_fen == 38_050


def test_a_draft_shows_no_photo_of_another_tenant(job: Job, shop: Client, pacific: Any, system: Any, now: Any) -> None:
    file = keep_photo(tenant=pacific, name="x", content=photo(), purpose="photo", actor=system, now=now)
    assert send(shop, "estimate_save", job, [{**LINE, "photos": [file.ref]}], 0).status_code == 200
    page = text_of(shop.get(at("estimate", job)))
    assert "/files/photos/" not in page and file.ref not in page


def test_a_save_whose_answer_was_lost_is_the_same_save(job: Job, shop: Client) -> None:
    assert [send(shop, "estimate_save", job, [LINE], 0).json() for _twice in range(2)] == [{"revision": 1}] * 2


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ({**LINE, "amount": "9e999999"}, 422),
        ({**LINE, "photos": 5}, 200),
        ({**LINE, "photos": ["fil_\0"]}, 422),
        ({**LINE, "text": "a\0"}, 200),
    ],
)
def test_odd_lines_are_no_error_of_ours(job: Job, shop: Client, line: dict[str, Any], status: int) -> None:
    assert send(shop, "estimate_send", job, [line], 0).status_code == status
    assert shop.get(at("floor"), {"q": "\0"}).status_code == 200
