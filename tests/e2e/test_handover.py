"""An agent at the vehicle, on a phone whose line breaks: nothing is lost, nothing is done twice."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from events.ids import public_id, read_public_id
from files.models import StoredFile
from files.services import read_file
from fleet.models import OrderPhoto
from repair.models import Authorisation, ConditionReport, Custody, HandoverPhoto, HandoverStep, Job
from repair.services.collecting import hash_of
from tenants.context import tenant_context
from tests.e2e.conftest import Visitor, aside
from tests.e2e.desk import agent_email, desk_world, enter, sign, without_authorisation
from tests.files.test_photos import photo
from tests.repair.world import SHOTS, fresh

LINE = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_ABORTED")


LOSE_ONE_ANSWER = """() => { const real = window.fetch; let left = 1; window.fetch = async (...wish) => {
    const answer = await real(...wish);
    if (left && String(wish[0]).includes("/photos/")) { left -= 1; throw new TypeError("the answer is lost"); }
    return answer; }; }"""
"""The server has the photo, but the phone does not hear of it."""


def on_the_way() -> tuple[Job, str, str]:
    """A job whose agent is on his way to the pickup; the leg, and his e-mail."""
    world = desk_world()
    without_authorisation(world)
    job = world.name(world.order())
    world.accept(job)
    world.contact(job)
    leg = world.leg(job)
    assert leg.agent is not None
    return job, public_id("leg", leg.pk), agent_email(leg.agent)


def test_a_pickup_on_a_broken_line(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    job, _leg, email = aside(on_the_way)
    pictures = {}
    for number, shot in enumerate(SHOTS):
        pictures[shot] = tmp_path / f"{shot}.jpg"
        pictures[shot].write_bytes(photo(size=(640 + number, 480)))
    person = visit(width=390)
    page = enter(person, email, "/repair/handover/")
    expect(page.get_by_text("沪A12345").first).to_be_visible()
    person.look()
    page.get_by_role("link", name="Open").first.click()
    page.get_by_role("button", name="I am on my way").click()
    expect(page.get_by_role("button", name="I have arrived")).to_be_visible()
    page.locator("[data-handover][data-kept]").wait_for()
    person.look()

    page.context.set_offline(True)
    page.get_by_role("button", name="I have arrived").click()
    for shot in SHOTS:
        page.set_input_files(f'[data-photo="{shot}"]', pictures[shot])
        expect(page.locator(f'[data-shot="{shot}"] [data-preview]')).to_be_visible()
    queue = page.locator("[data-queue]")
    expect(queue).to_contain_text("Photos waiting: 6.")
    expect(queue).to_contain_text("No connection.")
    page.locator("[name=odometer_km]").fill("48210")
    page.reload()
    expect(queue).to_contain_text("Photos waiting: 6. Steps waiting: 1.")
    expect(page.locator("[data-progress]")).to_have_text("6 / 6")
    expect(page.locator("[name=odometer_km]")).to_have_value("48210")

    page.get_by_label("Name of who signs").fill("赵师傅")
    sign(page, "sign-authorisation")
    page.get_by_role("button", name="Sign the authorisation").click()
    page.get_by_role("button", name="Show what is signed").click()
    expect(page.locator("[data-missing-list]")).to_contain_text("Keys")
    page.locator("[name=energy_percent]").fill("60")
    page.locator("[name=keys]").fill("2")
    page.locator("[name=valuables]").fill("行车记录仪\n \n“茶杯”")
    page.locator("[name=remarks]").fill('左前门划痕 "2 cm"\n\\ ok')
    page.get_by_role("button", name="Show what is signed").click()
    expect(page.locator(".ho-hash")).to_have_text(re.compile("^([0-9a-f]{8} ?){8}$"))
    shown = str(page.locator(".ho-hash").text_content()).replace(" ", "")
    sign(page, "sign-customer")
    sign(page, "sign-agent")
    page.get_by_role("button", name="Sign and take the vehicle").click()
    expect(queue).to_contain_text("Steps waiting: 3.")
    page.reload()
    expect(queue).to_contain_text("Steps waiting: 3.")
    assert aside(lambda: fresh(job).status) == "contacted"

    page.evaluate(LOSE_ONE_ANSWER)
    page.context.set_offline(False)
    expect(page.get_by_role("button", name="Handed over at the workshop")).to_be_visible(timeout=30_000)
    expect(queue).to_be_hidden()
    person.look()
    aside(lambda: check(job, shown, {name: path.read_bytes() for name, path in pictures.items()}))
    person.complaints[:] = [words for words in person.complaints if not LINE.search(words)]


def check(job: Job, shown: str, pictures: dict[str, bytes]) -> None:
    """Once each, the very bytes, and the hash that was on the screen."""
    assert fresh(job).status == "in_custody"
    paper = ConditionReport.objects.get(visit=job.visit_id)
    assert paper.hash == shown == hash_of(paper.content)
    assert paper.content["shots"] == {name: hashlib.sha256(content).hexdigest() for name, content in pictures.items()}
    for name, ref in paper.files.items():
        assert read_file(file_id=read_public_id("fil", ref), tenant=job.tenant) == pictures[name]
    assert Custody.objects.filter(visit=job.visit_id).count() == Authorisation.objects.filter(job=job).count() == 1
    assert sorted(HandoverStep.objects.values_list("kind", flat=True)) == ["arrive", "authorise", "set_out", "sign"]
    assert HandoverPhoto.objects.count() == StoredFile.objects.filter(purpose="handover").count() == 9
    with tenant_context(job.tenant):
        told: dict[str, Any] = dict(OrderPhoto.objects.values_list("shot", "file_id"))
    assert {name: public_id("fil", key) for name, key in told.items()} == paper.files
