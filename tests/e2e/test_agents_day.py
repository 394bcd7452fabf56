"""An agent's day on a phone: a return with its difference, one that fails, one that is refused, a station, the vehicle office."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from repair.models import Job, OdometerCorrection
from repair.selectors.jobs import read_reports
from tests.e2e.conftest import Visitor, aside
from tests.e2e.desk import agent_email, desk_world, enter, keep_picture, sign, wait_until_now
from tests.files.test_photos import photo
from tests.repair.world import SHOTS, VINS, World, fresh

DAY = "/repair/handover/"


def open_trip(person: Visitor, plate: str) -> Page:
    """From the day to the trip of a vehicle."""
    page = person.page
    page.goto(person.url(DAY, slug="ops"))
    card = page.locator(".card", has_text=plate)
    card.get_by_role("link", name="Open").first.click()
    page.locator("[data-handover][data-ready]").wait_for(state="attached")
    return page


def do(page: Page, name: str) -> None:
    """A step, sent and answered."""
    with page.expect_navigation():  # the page loads itself anew once the server has it
        page.get_by_role("button", name=name, exact=True).click()
    page.locator("[data-handover][data-ready]").wait_for(state="attached")


def waiting_for_agent(world: World, plate: str, vin: str) -> Job:
    """A mended vehicle whose return the agent has agreed with the customer."""
    job = world.plan_return(world.ready(plate=plate, vin=vin))
    world.name(job, kind="return")
    world.accept(job, "return")
    return world.contact(job, "return")


def at_the_door(person: Visitor, plate: str) -> Page:
    """From the workshop to the customer."""
    page = open_trip(person, plate)
    page.get_by_label("Odometer at the workshop").fill("48230")
    for number, shot in enumerate(SHOTS[:5]):
        page.set_input_files(
            f'[data-photo="given-{shot}"]',
            {"name": f"{shot}.jpg", "mimeType": "image/jpeg", "buffer": photo(size=(500 + number, 400))},
        )
    do(page, "Taken over from the workshop")
    page.get_by_role("button", name="I have arrived").wait_for()
    do(page, "I have arrived")
    page.get_by_role("button", name="The customer does not accept").wait_for()
    return page


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "shot.jpg"
    path.write_bytes(photo(size=(640, 480)))
    return path


def test_a_return_shows_the_difference_and_what_fails_comes_again(
    visit: Callable[..., Visitor], picture: Path, tmp_path: Path
) -> None:
    world = aside(desk_world)
    job = aside(lambda: waiting_for_agent(world, "沪A11111", VINS[0]))
    person = visit(width=390)
    enter(person, aside(lambda: agent_email(world.li)), DAY)
    person.look()
    page = at_the_door(person, "沪A11111")
    person.look()
    page.get_by_label("What happened?").nth(1).fill("收车人不在")
    page.locator('[data-photo="failed"]').set_input_files(picture)
    do(page, "Nobody takes it")
    page.get_by_role("button", name="Plan another time").wait_for()
    assert aside(lambda: fresh(job).status) == "return_failed"
    person.look()
    do(page, "Plan another time")
    expect(page.get_by_text("This trip is over. What is next stands below.")).to_be_visible()
    assert aside(lambda: fresh(job).status) == "awaiting_return"
    aside(lambda: named_again(world, job))

    page = at_the_door(person, "沪A11111")
    for number, shot in enumerate(SHOTS):
        other = tmp_path / f"{shot}.jpg"
        other.write_bytes(photo(size=(600 + number, 400)))
        page.set_input_files(f'[data-photo="{shot}"]', other)
    page.locator("[data-report] [name=odometer_km]").fill("48265")
    expect(page.locator("[data-was=odometer_km]")).to_have_text("At pickup: 48210 (+55)")
    page.locator("[name=energy_percent]").fill("55")
    page.locator("[name=keys]").fill("1")
    expect(page.locator("[data-was=keys]")).to_have_class(re.compile("ho-changed"))
    for box in page.locator("fieldset input[type=checkbox][name^=item-]").all():
        box.check()
    page.locator("[name=remarks]").fill("一把钥匙留在厂里，明日送回")
    page.get_by_role("button", name="Show what is signed").click()
    expect(page.locator("[data-summary]")).to_contain_text("At pickup: 2")
    person.look()
    keep_picture(person, "return")
    sign(page, "sign-customer")
    sign(page, "sign-agent")
    page.get_by_role("button", name="Accepted: sign the return").click()
    expect(page.get_by_text("Correct the odometer of the return").first).to_be_visible(timeout=30_000)
    assert aside(lambda: fresh(job).status) == "delivered"
    differences = aside(lambda: read_reports(fresh(job))[1]["differences"])
    assert [str(words) for words in differences[:3]] == ["55 km driven", "fuel or charge -5 %", "keys: 2 before, 1 now"]


def named_again(world: World, job: Job) -> None:
    """The new leg, agreed with the customer."""
    wait_until_now(world)
    world.name(job, kind="return")
    world.accept(job, "return")
    world.contact(job, "return")


def test_a_refusal_a_station_and_the_vehicle_office(visit: Callable[..., Visitor], picture: Path) -> None:
    world = aside(desk_world)
    job = aside(lambda: waiting_for_agent(world, "沪A22222", VINS[0]))
    person = visit(width=390)
    enter(person, aside(lambda: agent_email(world.li)), DAY)
    page = at_the_door(person, "沪A22222")
    page.get_by_label("What happened?").first.fill("异响仍在")
    do(page, "The customer does not accept")
    page.get_by_role("button", name="Back at the workshop").wait_for()
    person.look()
    do(page, "Back at the workshop")
    expect(page.get_by_role("button", name="Back at the workshop")).to_be_hidden()
    assert aside(lambda: (fresh(job).status, fresh(job).is_reworked_for_refusal)) == ("at_workshop", True)

    station = aside(lambda: at_station_road(world))
    page = open_trip(person, "沪A33333")
    do(page, "Begin the check before the station")
    page.get_by_role("button", name="Arrived at the station").wait_for()
    for box in page.locator('[data-step="go_to_station"] input[type=checkbox]').all():
        box.check()
    person.look()
    do(page, "Arrived at the station")
    page.get_by_role("button", name="Passed", exact=True).wait_for()
    do(page, "Passed")
    page.get_by_role("button", name="Plan the return").wait_for()
    do(page, "Plan the return")
    expect(page.get_by_role("button", name="Plan the return")).to_be_hidden()
    assert aside(lambda: fresh(station).status) == "awaiting_return"

    papers = aside(lambda: to_the_office(world))
    page = open_trip(person, "沪A44444")
    do(page, "I have the documents")
    page.get_by_role("button", name="I am at the vehicle office").wait_for()
    do(page, "I am at the vehicle office")
    page.get_by_role("button", name="Settled and paid").wait_for()
    person.look()
    keep_picture(person, "office")
    do(page, "Settled and paid")
    page.locator('[data-photo="receipt"]').wait_for(state="attached")
    page.locator('[data-photo="receipt"]').set_input_files(picture)
    do(page, "Papers handed over")
    expect(page.get_by_text("Nothing is due here now.")).to_be_visible(timeout=30_000)
    assert aside(lambda: fresh(papers).status) == "delivered"


def at_station_road(world: World) -> Job:
    """A vehicle in custody for its inspection."""
    wait_until_now(world)
    return world.in_custody(service="inspection", plate="沪A33333", vin=VINS[1])


def to_the_office(world: World) -> Job:
    """A violation whose contact is called."""
    wait_until_now(world)
    job = world.order(service="violation", plate="沪A44444", vin=VINS[2])
    world.name(job, kind="errand")
    world.accept(job, "errand")
    return world.contact(job, "errand")


def test_two_agents_on_one_phone_and_an_odometer_put_right(visit: Callable[..., Visitor]) -> None:
    world = aside(desk_world)
    job = aside(lambda: mistyped(world))
    li, wu = aside(lambda: (agent_email(world.li), agent_email(world.wu)))
    person = visit(width=390)
    page = enter(person, li, DAY)
    page = open_trip(person, "沪A55555")
    page.locator("[data-handover][data-kept]").wait_for()
    page.route("**/steps/**", lambda route: route.abort())
    page.get_by_text("Correct the odometer of the pickup").first.click()
    step = page.locator('[data-step="correct_odometer"]')
    step.get_by_label("What it showed at the pickup, km").fill("48210")
    step.get_by_label("Why it was wrong").fill("多打了一个零")
    step.get_by_label("I have compared it with the photo of the dashboard").check()
    person.look()
    keep_picture(person, "correct")
    step.get_by_role("button").click()
    expect(page.locator("[data-queue]")).to_contain_text("Steps waiting: 1.")
    assert page.evaluate("caches.keys()") == [f"handover-2-{aside(lambda: str(world.li.user_id))}"]

    page.locator(".ui-top [data-bs-toggle=dropdown]").last.click()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    page.unroute("**/steps/**")
    page = enter(person, wu, DAY)
    expect(page.locator("[data-queue]")).to_contain_text(
        "Of 李师傅 this phone keeps 1: sent when 李师傅 signs in here."
    )
    page.locator("[data-handover][data-kept]").wait_for()
    assert page.evaluate("caches.keys()") == [f"handover-2-{aside(lambda: str(world.wu.user_id))}"]
    person.look()
    keep_picture(person, "other")
    assert not aside(OdometerCorrection.objects.exists)

    page.locator(".ui-top [data-bs-toggle=dropdown]").last.click()
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page = enter(person, li, DAY)
    expect(page.locator("[data-queue]")).to_be_hidden(timeout=30_000)
    assert aside(lambda: OdometerCorrection.objects.get().after_km) == 48_210
    page = open_trip(person, "沪A55555")
    page.get_by_label("Odometer at the workshop").fill("48220")
    do(page, "Handed over at the workshop")
    expect(page.get_by_role("button", name="Handed over at the workshop")).to_be_hidden()
    assert aside(lambda: fresh(job).status) == "at_workshop"
    person.complaints[:] = [words for words in person.complaints if "ERR_FAILED" not in words]


def mistyped(world: World) -> Job:
    """In custody, with a nought too many."""
    return world.collect(world.to_pickup(world.order(plate="沪A55555"), agent=world.li), odometer_km=482_100)
