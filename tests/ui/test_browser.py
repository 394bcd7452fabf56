"""The catalogue and the sign-in in a real browser: accessible, within the screen, and alive."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]


def complaints(page: Page) -> list[tuple[str, list[Any]]]:
    """What axe finds wrong: rule and places."""
    found = Axe().run(page).response["violations"]
    return [(violation["id"], [node["target"] for node in violation["nodes"]]) for violation in found]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_catalogue_is_accessible_and_fits(
    open_page: OpenPage, tmp_path: Path, theme: str, language: str, width: int
) -> None:
    page = open_page("/_ui/", theme=theme, language=language, width=width)
    expect(page.locator("[data-ui-chart] svg")).to_be_visible()
    expect(page.locator(".leaflet-container")).to_be_visible()
    page.screenshot(path=tmp_path / f"catalogue-{theme}-{language}-{width}.png", full_page=True)
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [768, 1024, 1200])
def test_the_catalogue_fits_between_phone_and_desk(open_page: OpenPage, width: int) -> None:
    page = open_page("/_ui/", width=width)
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sign_in_is_accessible_and_fits(open_page: OpenPage, theme: str, width: int) -> None:
    page = open_page("/accounts/login/", theme=theme, width=width)
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_theme_is_set_before_the_first_paint_and_stays(open_page: OpenPage) -> None:
    page = open_page("/_ui/", theme="light")
    page.get_by_role("button", name="Colour scheme").click()
    page.get_by_role("button", name="Dark").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 19, 20)"


def test_the_keyboard_finds_the_search_the_rows_and_the_content(open_page: OpenPage) -> None:
    page = open_page("/_ui/")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent").strip() == "BL261123-0101"
    page.keyboard.press("Enter")
    page.wait_for_url("**#BL261123-0101")


def test_a_skip_link_comes_first(open_page: OpenPage) -> None:
    page = open_page("/_ui/error/404/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_the_navigation_folds_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("/_ui/", width=390)
    link = page.get_by_role("link", name="Vehicles")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Open navigation").click()
    expect(link).to_be_visible()
    assert complaints(page) == []


def test_dialog_and_drawer_open_with_focus_and_close(open_page: OpenPage) -> None:
    page = open_page("/_ui/")
    page.get_by_role("button", name="Open the dialog").click()
    expect(page.get_by_role("dialog")).to_contain_text("Change the pick-up")
    expect(page.locator("#id_dialog-plate")).to_be_focused()
    assert complaints(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#ui-modal")).to_be_hidden()
    page.get_by_role("button", name="Open the drawer").click()
    expect(page.locator("#ui-drawer")).to_contain_text("Extra fault found")
    expect(page.locator("#ui-drawer")).to_have_class(re.compile(r"\bshow\b"))  # open, and the focus is inside
    page.keyboard.press("Escape")
    expect(page.locator("#ui-drawer")).to_be_hidden()


def test_progress_moves_by_itself_to_its_end(open_page: OpenPage) -> None:
    page = open_page("/_ui/?live=1")
    expect(page.locator("#ui-live")).to_contain_text("Done", timeout=8000)
    assert page.locator("#ui-live").get_attribute("hx-get") is None


def test_a_clock_counts_down_and_says_when_it_is_late(open_page: OpenPage) -> None:
    page = open_page("/_ui/")
    clock = page.locator("#orders time[data-due]").nth(2)
    before = clock.text_content()
    page.wait_for_timeout(1200)
    assert clock.text_content() != before
    due = "new Date(Date.now() - 61000).toISOString()"
    clock.evaluate(f"element => {{ element.dataset.due = {due}; }}")
    expect(clock).to_have_text(re.compile("late$"))
    expect(clock.locator("xpath=..")).to_have_class(re.compile("ui-tone-bad"))


def test_a_file_shows_its_name_and_size_and_a_bad_one_is_refused(open_page: OpenPage) -> None:
    page = open_page("/_ui/")
    field = page.locator("[data-ui-drop] input")
    field.set_input_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": b"x" * 92_000})
    expect(page.locator("[data-ui-files]")).to_have_text("orders.csv92 kB")
    field.set_input_files({"name": "empty.csv", "mimeType": "text/csv", "buffer": b""})
    expect(page.locator("[data-ui-error]")).to_have_text("This file is empty.")
    assert field.evaluate("field => field.checkValidity()") is False


def test_an_upload_goes_on_with_its_notice_or_shows_its_error_in_place(open_page: OpenPage) -> None:
    page = open_page("/_ui/")
    field = page.locator("[data-ui-drop] input")
    button = page.locator("[data-ui-upload] button[type=submit]")
    field.set_input_files({"name": "orders.xlsx", "mimeType": "application/x", "buffer": b"x" * 300})
    with page.expect_response("**/_ui/upload/") as answered:
        button.click()
    assert answered.value.status == 422
    expect(page.locator("[data-ui-error]")).to_have_text(re.compile("could not be read"))
    field.set_input_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": b"x" * 300})
    expect(page.locator("[data-ui-files]")).to_contain_text("orders.csv")
    button.click()
    page.wait_for_url("**/_ui/")
    expect(page.locator("#ui-toasts")).to_contain_text("The file was received.")


def test_copying_says_so(open_page: OpenPage) -> None:
    page = open_page("/_ui/")
    page.get_by_role("button", name="Copy key").click()
    expect(page.locator("#ui-toasts")).to_contain_text("Copied")


def test_a_signature_becomes_part_of_the_form(open_page: OpenPage) -> None:
    page = open_page("/_ui/")
    canvas = page.locator(".ui-sign-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90, steps=6)
    page.mouse.up()
    assert page.locator("[data-ui-sign] input").input_value().startswith("data:image/svg+xml")


def test_a_demo_sign_in_fills_the_address(open_page: OpenPage) -> None:
    page = open_page("/accounts/login/")
    page.get_by_role("button", name="wang@acme.example").click()
    assert page.locator("#id_login").input_value() == "wang@acme.example"
    expect(page.locator("#id_password")).to_be_focused()


def test_on_a_phone_a_table_is_a_list_of_cards(open_page: OpenPage) -> None:
    page = open_page("/_ui/", width=390)
    cell = page.locator("#orders tbody tr").first.locator("td").nth(1)
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Vehicle"'
