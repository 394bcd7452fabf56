"""A workshop's day on a tablet: from the floor to the hand-over, with the customer and the inspector at their own screens."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from events.checking import check_book
from repair.models import Estimate, EstimateLine, Job
from repair.models.aftercare import ProgressNote
from tests.e2e.conftest import Visitor, aside
from tests.e2e.desk import confirm, desk_world, enter, keep_picture, wait_until_now, workshop_email
from tests.files.test_photos import photo
from tests.repair.world import SHOTS, World, fresh
from tests.world import tenant_of


def arriving() -> tuple[World, Job, str]:
    """A vehicle on its way to the workshop, and who works there."""
    world = desk_world()
    job = world.in_custody(description="刹车异响，左前轮")
    return world, job, workshop_email(world, job)


def test_a_workshops_day(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    world, job, email = aside(arriving)
    (tmp_path / "pads.jpg").write_bytes(photo(size=(640, 480)))
    shop, customer, inspector = visit(width=820), visit(), visit(width=820)
    page = enter(shop, email, "/repair/floor/")
    shop.look()
    keep_picture(shop, "floor")
    receive(shop)
    write_estimate(shop, tmp_path / "pads.jpg")

    asked = enter(customer, "approver@acme.example", "/approvals/", slug="acme")
    approve(customer, job, "B-0102", "¥180.25", "¥415.50")

    page.reload()
    page.get_by_role("button", name="Begin the repair").or_(
        page.get_by_role("link", name="Begin the repair")
    ).first.click()
    page.locator(".modal.show select").select_option(index=0)
    page.locator(".modal.show").get_by_role("button", name="Begin the repair").click()
    expect(page.get_by_text("Done: Begin the repair.")).to_be_visible()
    find_more(shop)
    asked.goto(customer.url("/approvals/", slug="acme"))
    approve(customer, job, "S-0102", "¥260.00", "¥260.00")

    tell(shop, tmp_path / "pads.jpg")
    confirm(page, "Repair is done")
    check(inspector, job)
    aside(lambda: fetched(world, job))
    hand_over(shop)
    assert aside(lambda: fresh(job).status) == "returning"
    asked.goto(asked.url)
    asked.get_by_text("制动盘已拆下，等待更换").first.wait_for()
    assert asked.locator(".ui-timeline img").count() >= 2  # of the estimate, and of the note
    customer.look()
    keep_picture(customer, "order")
    assert aside(lambda: check_book(tenant_of("acme"))) == []


def receive(shop: Visitor) -> None:
    """From the lane of what is expected."""
    page = shop.page
    page.get_by_role("link", name="Receive the vehicle").first.click()
    page.get_by_label("Odometer, km").fill("48220")
    page.get_by_label("Keys").fill("2")
    shop.look()
    page.get_by_role("button", name="Receive the vehicle").click()
    expect(page.get_by_text("沪A12345 is here.")).to_be_visible()
    confirm(page, "Begin the estimate")


def write_estimate(shop: Visitor, picture: Path) -> None:
    """A part by its code, quantity × unit price with a photo, and a flat price."""
    page = shop.page
    page.get_by_role("link", name="Write the estimate").click()
    lines = page.locator("[data-line]")
    first = lines.nth(0)
    first.get_by_label("Operation code").fill("B-0102")
    expect(first.get_by_label("What is done")).to_have_value("Front brake pads, set")
    expect(first.get_by_label("Kind")).to_have_value("part")
    first.get_by_label("Quantity").fill("2")
    first.get_by_label("Unit price, yuan").fill("180.25")
    expect(first.get_by_label("Amount, yuan")).to_have_value("360.50")
    first.locator("[data-photo]").set_input_files(picture)
    expect(first.locator("[data-ref] img")).to_be_visible()
    first.get_by_label("What is done").press("Enter")
    second = lines.nth(1)
    second.get_by_label("What is done").fill("拆装与调试")
    second.get_by_label("Amount, yuan").fill("55")
    expect(page.locator("[data-total]")).to_have_text("415.50")
    second.get_by_label("Operation code").fill("X-9999")
    page.get_by_role("button", name="Send to the customer").click()
    expect(second.locator("[data-error]")).to_have_text("This workshop has no operation X-9999.")
    shop.complaints[:] = [words for words in shop.complaints if "422" not in words]
    second.get_by_label("Operation code").fill("")
    expect(second.locator("[data-error]")).to_be_hidden()
    expect(page.locator("[data-state]")).to_have_text("Saved")
    shop.look()
    keep_picture(shop, "estimate")
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.get_by_text("The estimate was sent to the customer.")).to_be_visible()
    shop.look()
    keep_picture(shop, "job")


def approve(customer: Visitor, job: Job, *words: str) -> None:
    """The customer sees code, unit price and amount, and says yes."""
    page = customer.page
    page.get_by_role("link", name=job.number).first.click()
    for text in words:
        expect(page.locator("main")).to_contain_text(text)
    customer.look()
    keep_picture(customer, f"approve-{words[0]}")
    page.get_by_role("button", name="Approve as above").click()
    expect(page.get_by_text("Your decision was sent to the workshop.")).to_be_visible()


def find_more(shop: Visitor) -> None:
    """J14: what nobody expected waits for consent."""
    page = shop.page
    page.get_by_role("link", name="Extra fault found").click()
    line = page.locator("[data-line]").first
    line.get_by_label("Operation code").fill("S-0102")
    line.get_by_label("Unit price, yuan").fill("260")
    page.get_by_label("What was found, in words").fill("球头松旷")
    shop.look()
    page.get_by_role("button", name="Ask for consent").click()
    expect(page.get_by_text("The estimate was sent to the customer.")).to_be_visible()


def tell(shop: Visitor, picture: Path) -> None:
    """A note with a photo."""
    page = shop.page
    page.reload()
    page.get_by_role("link", name="Progress note").click()
    page.get_by_label("What the customer reads").fill("制动盘已拆下，等待更换")
    page.get_by_label("Photos; the customer sees them").set_input_files(picture)
    shop.look()
    page.get_by_role("button", name="Send to the customer").click()
    expect(page.get_by_text("The customer reads it now.")).to_be_visible()
    assert aside(lambda: len(ProgressNote.objects.get().photos)) == 1


def check(inspector: Visitor, job: Job) -> None:
    """Every item ok."""
    page = enter(inspector, "inspector@baylink.example", "/repair/jobs/")
    page.get_by_role("link", name=job.number).first.click()
    page.get_by_role("link", name="Inspect", exact=True).click()
    for radio in page.locator('input[type=radio][value="ok"]').all():
        radio.check()
    inspector.look()
    page.get_by_role("button", name="Write the check down").click()
    expect(page.get_by_text(re.compile("The check of .* is written down."))).to_be_visible()


def fetched(world: World, job: Job) -> None:
    """The agent plans the return and is about to come."""
    wait_until_now(world)
    world.plan_return(fresh(job))
    world.name(job, kind="return")
    world.accept(job, "return")
    world.contact(job, "return")


def hand_over(shop: Visitor) -> None:
    """Who fetches it, what goes with it; and gone."""
    page = shop.page
    page.goto(shop.url("/repair/floor/", slug="ops"))
    page.get_by_role("link", name="Hand the vehicle over").click()
    expect(page.locator("main")).to_contain_text("李师傅")
    page.get_by_label("Odometer, km").fill("48230")
    page.get_by_label("Keys").fill("2")
    for box in page.locator("input[type=checkbox][name=things]").all():
        box.check()
    for shot in SHOTS[:5]:
        page.get_by_label(shot, exact=True).set_input_files(
            {"name": f"{shot}.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        )
    shop.look()
    keep_picture(shop, "hand-over")
    page.get_by_role("button", name="Hand the vehicle over").click()
    expect(page.get_by_text("沪A12345 is handed over.")).to_be_visible()
    line = aside(
        lambda: list(EstimateLine.objects.order_by("pk").values_list("operation", "unit_price_fen", "amount_fen"))
    )
    assert line == [("B-0102", 18_025, 36_050), ("", None, 5_500), ("S-0102", 26_000, 26_000)]
    assert aside(lambda: Estimate.objects.filter(is_supplement=True).count()) == 1
