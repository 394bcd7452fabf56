"""A batch with wrong rows is mended in its sheet, by keyboard alone, while somebody else is at it too."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from config import clock
from fleet.models import Batch
from fleet.services.mending import mend_rows
from tenants.context import tenant_context
from tests.e2e.conftest import Visitor, aside
from tests.world import PASSWORD, as_csv, member, sample_rows, tenant_of

MANAGER, REQUESTER = "manager@acme.example", "requester@acme.example"


def upload(person: Visitor, content: bytes, path: Path) -> None:
    """Sign in, send the file, and come to the sheet of what is wrong in it."""
    page = person.page
    person.sign_in(MANAGER, PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(person.url(slug="acme"))
    path.write_bytes(content)
    page.goto(person.url("/batches/new/", slug="acme"))
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_role("link", name="Mend the rows").click()
    page.wait_for_url(re.compile("/grid/$"))


def cell(page: Page, line: int, column: str) -> str:
    return f'tr[data-line="{line}"] td[data-col="{column}"]'


def test_rows_are_mended_by_keyboard(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    rows = sample_rows()[:5]
    vins = [row["vin"] for row in rows]
    rows[1]["vin"], rows[2]["vin"] = "LSV", "LSV1"
    rows[3]["site_code"] = rows[4]["site_code"] = "SH-NOWHERE"
    person = visit()
    page = person.page
    upload(person, as_csv(rows), tmp_path / "orders.csv")
    person.look()
    summary = page.locator("#grid-summary")
    expect(summary).to_contain_text("4 rows to mend")

    first = page.locator(cell(page, 3, "vin"))
    page.locator('#grid td[tabindex="0"]').focus()
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("nonsense")
    page.keyboard.press("Escape")  # as it was
    expect(first).to_be_focused()
    expect(first).to_contain_text("a VIN has 17")
    page.keyboard.type(vins[1])  # typing begins anew
    page.keyboard.press("Enter")
    expect(page.locator('tr[data-line="3"]')).to_have_attribute("data-status", "valid")
    expect(page.locator(cell(page, 4, "vin"))).to_be_focused()
    expect(summary).to_contain_text("3 rows to mend")

    def change() -> None:
        colleague = member(REQUESTER)
        with tenant_context(tenant_of("acme")):
            batch = Batch.objects.order_by("-pk")[0]
            mend_rows(batch_id=batch.pk, cells={4: {"vin": "LSVOTHER"}}, actor=colleague, now=clock.now())

    aside(change)
    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.type(vins[2])
    page.keyboard.press("Enter")
    note = page.get_by_role("alert").filter(has_text="has changed line 4 meanwhile")
    expect(note).to_contain_text("LSVOTHER")
    expect(page.locator(cell(page, 4, "vin"))).to_contain_text("LSVOTHER")
    note.get_by_role("button", name="Put mine").press("Enter")
    expect(page.locator('tr[data-line="4"]')).to_have_attribute("data-status", "valid")

    page.locator(cell(page, 4, "vin")).focus()
    page.keyboard.press("Tab")  # to the next fault
    expect(page.locator(cell(page, 5, "site_code"))).to_be_focused()
    page.keyboard.type("SH-SJ")
    page.keyboard.press("Tab")
    bar = page.locator("#grid-same")
    expect(bar).to_contain_text("1 other row has “SH-NOWHERE” in Site.")
    page.keyboard.press("Escape")
    bar.get_by_role("button", name="Replace it there too").press("Enter")
    expect(summary).to_contain_text("All rows can be taken.")
    person.look()
    page.get_by_role("button", name="Submit 5 orders").press("Enter")
    expect(page.get_by_text("5 orders are placed")).to_be_visible(timeout=40_000)
    person.complaints[:] = [text for text in person.complaints if "409" not in text]  # the browser tells each refusal


def test_cells_of_a_spreadsheet_are_pasted(visit: Callable[..., Visitor], tmp_path: Path) -> None:
    rows = sample_rows()[:4]
    right = [(row["vin"], row["model"]) for row in rows]
    for row in rows[1:]:
        row["vin"] = "LSV"
    person = visit(width=390)
    page = person.page
    upload(person, as_csv(rows), tmp_path / "orders.csv")
    person.look()
    page.locator(cell(page, 3, "vin")).focus()
    text = "\r\n".join("\t".join(pair) for pair in right[1:]) + "\r\n"
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }""",
        text,
    )
    expect(page.locator("#grid-summary")).to_contain_text("All rows can be taken.")
    expect(page.locator('tr[data-status="valid"]')).to_have_count(3)
