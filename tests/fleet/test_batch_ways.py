"""The other ways of a batch: only checked, mended in a file, changes confirmed together, orders cancelled together."""

import io
from typing import Any

import pytest
from django.http import Http404
from openpyxl import load_workbook

from events.book.models import Entry
from fleet.errors import NotValid, OnlyChecked, RealAlready
from fleet.intake.context import Site
from fleet.intake.jsonrows import read_objects
from fleet.intake.reading import read_orders
from fleet.intake.writing import template_csv, template_xlsx, write_csv
from fleet.models import Batch, Order
from fleet.services.amending import confirm_many, describe_changes
from fleet.services.cancelling import cancel_many
from fleet.services.checking import check_file
from fleet.services.mendfiles import MendedRow, mend_from_file, read_mended
from fleet.services.receiving import receive_batch
from fleet.services.seen import Mended
from fleet.services.submitting import make_real
from repair.models import Job
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.conftest import Desk, make_actor
from tests.fleet.test_batches import as_csv, lines_of, states_of


def test_a_dry_run_says_everything_and_orders_nothing(desk: Desk) -> None:
    batch = receive_batch(
        name="a.csv", content=as_csv(lines_of()), policy=None, channel="portal", actor=desk.actor, now=desk.now, is_dry_run=True
    )  # fmt: skip
    check_file(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    batch = desk.read(batch)
    assert (batch.status, batch.valid, batch.is_dry_run) == ("ready", 3, True)
    with pytest.raises(OnlyChecked):
        desk.submit(batch)
    with tenant_context(desk.tenant):
        make_real(batch_id=batch.pk, actor=desk.actor, now=desk.now)
    with tenant_context(desk.tenant):
        assert Entry.objects.order_by("-seq")[0].type == "batch.made_real"
        with pytest.raises(RealAlready):
            make_real(batch_id=batch.pk, actor=desk.actor, now=desk.now)
    assert desk.submit(batch).opened_at is not None


def wrong_rows() -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Four rows of which two are wrong, and the right ones."""
    right = lines_of(count=4)
    wrong = [dict(row) for row in right]
    wrong[1]["vin"], wrong[2]["phone"] = "LSV", "12"
    return wrong, right


def test_the_list_of_rows_to_mend_comes_back(desk: Desk) -> None:
    wrong, right = wrong_rows()
    batch = desk.upload(as_csv(wrong))
    columns = list(right[0])
    rows = [[*(right[n][c] for c in columns), str(n + 2), "[vin] …"] for n in (1, 2)]
    content = write_csv(header=[*columns, "row_line", "row_problems"], rows=rows)
    mended = read_mended(read_orders(name="rows-to-mend.csv", content=content))
    with tenant_context(desk.tenant):
        assert mend_from_file(batch_id=batch.pk, mended=mended, actor=desk.actor, now=desk.now) == Mended(count=2)
    found = desk.read(batch)
    assert (found.status, found.valid, found.mends) == (
        "ready", 4, {"3": {"vin": right[1]["vin"]}, "4": {"phone": right[2]["phone"]}},
    )  # fmt: skip
    with tenant_context(desk.tenant), pytest.raises(NotValid):  # the same file again changes nothing
        mend_from_file(batch_id=batch.pk, mended=mended, actor=desk.actor, now=desk.now)
    again = desk.upload(content)  # and as a batch of its own it is two good rows
    assert (again.status, again.valid) == ("ready", 2)


@pytest.mark.parametrize("lines", [[None], ["x"], ["0"], ["3", "3"], ["²"]])
def test_a_file_without_good_lines_mends_nothing(lines: list[str | None]) -> None:
    rows: list[dict[str, Any]] = [
        {**row, **({} if line is None else {"row_line": line})} for row, line in zip(lines_of(), lines, strict=False)
    ]
    with pytest.raises(NotValid):
        read_mended(read_objects(objects=rows))


def test_a_line_that_the_batch_has_not_mends_nothing(desk: Desk) -> None:
    batch = desk.upload(as_csv(wrong_rows()[0]))
    with tenant_context(desk.tenant), pytest.raises(NotValid):
        mend_from_file(
            batch_id=batch.pk, mended={99: MendedRow({"vin": "x"}), 3: MendedRow({"vin": "LSVX"})}, actor=desk.actor, now=desk.now
        )  # fmt: skip
    assert desk.read(batch).mends == {}


def changed_batch(desk: Desk) -> Batch:
    """Three orders; two rows that change them, one of which asks for more than may be changed."""
    rows = lines_of()
    desk.submit(desk.upload(as_csv(rows)))
    rows[0]["contact"], rows[0]["po_number"] = "赵敏", "PO-77"
    rows[1]["notes"] = "到前先电话"
    return desk.upload(as_csv(rows))


def test_what_differs_stands_side_by_side(desk: Desk) -> None:
    batch = changed_batch(desk)
    old = lines_of()
    with tenant_context(desk.tenant):
        found = describe_changes(list(batch.rows.order_by("line")))
    assert {line: [(c.field, c.was, c.now) for c in changes] for line, changes in found.items()} == {
        2: [("contact", old[0]["contact"], "赵敏"), ("po_number", old[0]["po_number"], "PO-77")],
        3: [("notes", old[1]["notes"], "到前先电话")],
    }


def test_all_changes_are_confirmed_and_each_is_answered(own_desk: Desk) -> None:
    desk = own_desk
    batch = changed_batch(desk)
    with tenant_context(desk.tenant):
        late = Order.objects.get(external_ref=lines_of()[1]["external_ref"])
    Job.objects.filter(order_id=late.pk).update(status="in_custody")  # the desk knows more than the book
    done, left = confirm_many(batch_id=batch.pk, limit=1, actor=desk.actor, now=desk.now)
    assert ([(each.line, bool(each.problem)) for each in done], left) == ([(2, False)], 1)
    done, left = confirm_many(batch_id=batch.pk, limit=5, actor=desk.actor, now=desk.now)
    assert ([(each.line, bool(each.problem)) for each in done], left) == ([(3, True)], 0)
    assert states_of(desk, batch) == {2: "submitted", 3: "changed_since", 4: "already_submitted"}
    with tenant_context(desk.tenant):
        assert Order.objects.get(external_ref=lines_of()[0]["external_ref"]).contact == "赵敏"


def test_many_orders_are_cancelled_with_a_result_each(desk: Desk, pacific: Tenant) -> None:
    desk.submit(desk.upload(as_csv(lines_of())))
    with tenant_context(desk.tenant):
        orders = list(Order.objects.order_by("number"))
        refs = [order.ref for order in orders]
    Job.objects.filter(order_id=orders[1].pk).update(status="in_custody")
    with tenant_context(desk.tenant):
        with pytest.raises(NotValid):
            cancel_many(refs=refs, reason=" ", actor=desk.actor, now=desk.now)
        with pytest.raises(NotValid):
            cancel_many(refs=[], reason="改期", actor=desk.actor, now=desk.now)
    with tenant_context(pacific), pytest.raises(Http404):
        cancel_many(refs=refs, reason="改期", actor=make_actor(pacific, "fleet_manager"), now=desk.now)
    with tenant_context(desk.tenant):
        done = cancel_many(refs=[*refs, refs[0]], reason="改期", actor=desk.actor, now=desk.now)
        assert [(order.pk, outcome.is_done, bool(outcome.message)) for order, outcome in done] == [
            (orders[0].pk, True, False), (orders[1].pk, False, True), (orders[2].pk, True, False),
        ]  # fmt: skip
        assert list(Order.objects.order_by("number").values_list("status", flat=True)) == [
            "cancelled", "acknowledged", "cancelled",
        ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_template_is_filled_in_and_becomes_orders(desk: Desk, language: str) -> None:
    sites = [Site("SH-SJ", "上海市松江区", 31.0, 121.3), Site("SH-WGQ", "上海市外高桥", 31.3, 121.6)]
    content = template_xlsx(sites=sites, cost_centers=["冷链", "公务用车"], language=language)
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["orders", "help", "choices"]
    heads = [cell.value for cell in next(book["help"].iter_rows(max_row=1))]
    assert len(heads) == 4
    assert (heads[2] == "Needed") == (language == "en")
    offered = {str(rule.sqref).split("2:")[0]: rule.formula1 for rule in book["orders"].data_validations.dataValidation}
    columns = [cell.value for cell in book["orders"][1]]
    choices = book["choices"]
    for column, names in (("site_code", ["SH-SJ", "SH-WGQ"]), ("cost_center", ["冷链", "公务用车"])):
        letter = book["orders"].cell(row=1, column=columns.index(column) + 1).column_letter
        source = offered[letter].removeprefix("choices!").replace("$", "")
        assert [cell.value for (cell,) in choices[source]] == names
    for number, row in enumerate(lines_of(), start=2):
        for name, text in {**row, "site_code": "SH-SJ", "cost_center": "冷链"}.items():
            book["orders"].cell(row=number, column=columns.index(name) + 1).value = text
    buffer = io.BytesIO()
    book.save(buffer)
    batch = desk.upload(buffer.getvalue(), name="orders-template.xlsx")
    assert (batch.status, batch.valid) == ("ready", 3)
    assert batch.columns == columns


def test_the_csv_template_reads_as_an_order_file(desk: Desk) -> None:
    header = template_csv().decode("utf-8-sig").strip().split(",")
    row = {**dict.fromkeys(header, ""), **lines_of(count=1)[0]}
    batch = desk.upload(template_csv() + ",".join(f'"{row[name]}"' for name in header).encode() + b"\r\n")
    assert (batch.status, batch.valid) == ("ready", 1)
