"""A batch from its file to its orders: checked, submitted, sent again, cancelled, rolled back."""

import csv
import io
from typing import Any

import pytest
from openpyxl import Workbook

from events.machine import TransitionError
from fleet.errors import HasRejectedRows, NotAmendable, NotValid
from fleet.models import Batch, BatchRow, Order, RowState, Vehicle
from fleet.selectors.batches import count_rows, list_rows, row_status, summarise_one
from fleet.selectors.orders import search_orders
from fleet.services.amending import confirm_row
from fleet.services.checking import check_file
from fleet.services.ordering import cancel_order
from fleet.services.receiving import receive_batch
from fleet.services.rollback import roll_back_orders, rollback_batch
from fleet.services.rules import set_policy
from fleet.services.submitting import discard_batch, mend_rows
from repair.models import Job
from tenants.context import tenant_context
from tests.fleet.conftest import DATA, Desk, make_actor


def test_a_clean_file_becomes_orders(desk: Desk) -> None:
    batch = desk.send("orders.csv")
    assert (batch.status, batch.total, batch.valid, batch.rejected) == ("ready", 500, 500, 0)
    batch = desk.submit(batch)
    assert batch.opened_at is not None
    with tenant_context(desk.tenant):
        assert Order.objects.filter(batch_id=batch.pk).count() == 500
        assert set(Order.objects.values_list("status", flat=True)) == {"acknowledged"}
        rows = list(BatchRow.objects.filter(batch=batch).values_list("status", "order_id", "number"))
        assert {status for status, _order, _number in rows} == {"submitted"}
        orders = dict(Order.objects.values_list("pk", "number"))
        assert {order: number for _status, order, number in rows} == orders
        assert Vehicle.objects.count() == len(set(Order.objects.values_list("vin", flat=True)))


def test_the_defects_of_the_dirty_file_are_exactly_those_expected(desk: Desk) -> None:
    batch = desk.send("orders-dirty.csv")
    assert batch.status == "needs_fixes"
    with tenant_context(desk.tenant):
        rows = list(BatchRow.objects.filter(batch=batch).order_by("line").values_list("line", "status", "errors"))
    found = {(str(line), error["field"], error["code"]) for line, _status, errors in rows for error in errors}
    with (DATA / "orders-dirty-expected.csv").open(encoding="utf-8-sig", newline="") as handle:
        expected = {(row["line"], row["field"], row["code"]) for row in csv.DictReader(handle)}
    assert found == expected
    rejected = [line for line, status, _errors in rows if status == RowState.REJECTED]
    assert batch.rejected == len(rejected) == len({line for line, _field, _code in expected})


def test_the_same_file_again_makes_nothing_twice(desk: Desk) -> None:
    first = desk.submit(desk.send("orders-gbk.csv"))
    assert first.total == 60
    again = desk.send("orders-gbk.csv")
    assert (again.status, again.valid, again.already_submitted) == ("ready", 0, 60)
    desk.submit(again)
    with tenant_context(desk.tenant):
        assert Order.objects.count() == 60
        of_first = dict(BatchRow.objects.filter(batch=first).values_list("line", "order_id"))
        of_again = dict(BatchRow.objects.filter(batch=again).values_list("line", "order_id"))
    assert of_first == of_again


def lines_of(name: str = "orders.csv", count: int = 3) -> list[dict[str, str]]:
    text = (DATA / name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))[:count]


def as_csv(rows: list[dict[str, str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def as_workbook(rows: list[dict[str, str]]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def states_of(desk: Desk, batch: Batch) -> dict[int, str]:
    with tenant_context(desk.tenant):
        return {row.line: row_status(row) for row in list_rows(batch)}


def counts_of(desk: Desk, batch: Batch) -> dict[str, int]:
    with tenant_context(desk.tenant):
        return {name: count for name, count in count_rows(batch.pk).items() if count}


def status_of(desk: Desk, batch: Batch) -> str:
    with tenant_context(desk.tenant):
        return summarise_one(desk.read(batch)).status


def test_a_workbook_and_a_csv_make_the_same_rows(desk: Desk) -> None:
    first = desk.upload(as_csv(lines_of(count=20)))
    second = desk.upload(as_workbook(lines_of(count=20)), name="orders.xlsx")
    with tenant_context(desk.tenant):
        rows = [list(batch.rows.order_by("line").values_list("asked", "digest")) for batch in (first, second)]
    assert [(a, bytes(d or b"")) for a, d in rows[0]] == [(a, bytes(d or b"")) for a, d in rows[1]]
    assert first.valid == second.valid == 20


def test_all_or_nothing_submits_nothing_while_a_row_is_wrong(desk: Desk) -> None:
    batch = desk.send("orders-dirty.csv")
    with pytest.raises(HasRejectedRows):
        desk.submit(batch)
    assert desk.read(batch).status == "needs_fixes"
    with tenant_context(desk.tenant):
        assert not Order.objects.exists()


def test_accept_valid_submits_the_good_rows_and_keeps_the_others_to_be_mended(desk: Desk) -> None:
    batch = desk.submit(desk.send("orders-dirty.csv", policy="accept_valid"))
    assert counts_of(desk, batch) == {"total": 220, "submitted": 186, "rejected": 34}
    with tenant_context(desk.tenant):
        assert Order.objects.count() == 186


def test_the_policy_is_the_tenants_unless_the_request_says_otherwise(desk: Desk) -> None:
    with tenant_context(desk.tenant):
        set_policy(policy="accept_valid", actor=make_actor(desk.tenant, "admin"), now=desk.now)
    assert desk.upload(as_csv(lines_of())).policy == "accept_valid"
    assert desk.upload(as_csv(lines_of()), policy="all_or_nothing").policy == "all_or_nothing"
    with pytest.raises(NotValid):
        desk.upload(as_csv(lines_of()), policy="perhaps")


def test_a_discarded_batch_makes_no_orders_and_cannot_be_submitted(desk: Desk) -> None:
    batch = desk.upload(as_csv(lines_of()))
    with tenant_context(desk.tenant):
        discard_batch(batch_id=batch.pk, actor=desk.actor, now=desk.now)
        assert not BatchRow.objects.exists()
    with pytest.raises(TransitionError) as refused:
        desk.submit(batch)
    assert refused.value.code == "illegal_state"


def test_a_second_submit_is_refused(desk: Desk) -> None:
    batch = desk.submit(desk.upload(as_csv(lines_of())))
    with pytest.raises(TransitionError):
        desk.submit(batch)


def test_a_mended_row_is_checked_at_once(desk: Desk) -> None:
    rows = lines_of()
    right, rows[1]["vin"] = rows[1]["vin"], "LSV"
    batch = desk.upload(as_csv(rows))
    assert batch.status == "needs_fixes"
    with tenant_context(desk.tenant), pytest.raises(NotValid):
        mend_rows(batch_id=batch.pk, cells={9: {"vin": right}}, actor=desk.actor, now=desk.now)
    with tenant_context(desk.tenant):
        mend_rows(batch_id=batch.pk, cells={3: {"vin": right, "notes": "急"}}, actor=desk.actor, now=desk.now)
    batch = desk.read(batch)
    assert (batch.status, batch.valid, batch.run) == ("ready", 3, 1)
    with tenant_context(desk.tenant):
        asked = batch.rows.get(line=3).asked
    assert asked is not None
    assert (asked["vin"], asked["notes"]) == (right, "急")


def test_a_cancelled_order_frees_its_key(desk: Desk) -> None:
    first = desk.submit(desk.upload(as_csv(lines_of())))
    with tenant_context(desk.tenant):
        order_id = first.rows.get(line=3).order_id
        assert order_id is not None
        cancel_order(order_id=order_id, reason="疏忽", actor=desk.actor, now=desk.now)
    assert states_of(desk, first) == {2: "submitted", 3: "cancelled", 4: "submitted"}
    again = desk.upload(as_csv(lines_of()))
    assert states_of(desk, again) == {2: "already_submitted", 3: "valid", 4: "already_submitted"}
    again = desk.submit(again)
    with tenant_context(desk.tenant):
        assert Order.objects.exclude(status="cancelled").count() == 3
        assert Order.objects.count() == 4


def test_a_changed_row_amends_its_order_when_the_tenant_confirms(desk: Desk) -> None:
    rows = lines_of()
    desk.submit(desk.upload(as_csv(rows)))
    rows[0]["contact"], rows[0]["notes"] = "赵敏", "到前先电话"
    batch = desk.upload(as_csv(rows))
    assert states_of(desk, batch) == {2: "changed_since", 3: "already_submitted", 4: "already_submitted"}
    with tenant_context(desk.tenant):
        confirm_row(batch_id=batch.pk, line=2, actor=desk.actor, now=desk.now)
        order = Order.objects.get(external_ref=rows[0]["external_ref"])
        assert (order.contact, order.notes) == ("赵敏", "到前先电话")
        assert search_orders(Order.objects.all(), "赵敏").get() == order
    with tenant_context(desk.tenant), pytest.raises(NotAmendable):
        confirm_row(batch_id=batch.pk, line=2, actor=desk.actor, now=desk.now)
    again = desk.upload(as_csv(rows))
    assert set(states_of(desk, again).values()) == {"already_submitted"}


def test_a_changed_row_may_clear_what_an_order_may_be_without(desk: Desk) -> None:
    rows = lines_of()
    rows[1]["notes"] = "急"
    assert rows[1]["return_by"]
    desk.submit(desk.upload(as_csv(rows)))
    cleared = ("return_by", "notes", "courtesy_car", "cost_center")
    rows[1] |= dict.fromkeys(cleared, "")
    batch = desk.upload(as_csv(rows))
    assert states_of(desk, batch)[3] == "changed_since"
    with tenant_context(desk.tenant):
        confirm_row(batch_id=batch.pk, line=3, actor=desk.actor, now=desk.now)
        order = Order.objects.get(external_ref=rows[1]["external_ref"])
    job = Job.objects.get(order_id=order.pk)
    for each in (order, job):
        assert [getattr(each, name) for name in cleared] == [None, "", False, ""]
    assert set(states_of(desk, desk.upload(as_csv(rows))).values()) == {"already_submitted"}


def test_a_change_that_no_amendment_allows_is_an_error_of_its_field(desk: Desk) -> None:
    rows = lines_of()
    desk.submit(desk.upload(as_csv(rows)))
    rows[0]["description"] = "更换发动机"
    batch = desk.upload(as_csv(rows))
    with tenant_context(desk.tenant):
        row = batch.rows.get(line=2)
    assert row.status == "rejected"
    assert [(error["field"], error["code"]) for error in row.errors] == [("description", "not_amendable")]


def test_a_roll_back_cancels_what_is_not_in_custody(desk: Desk) -> None:
    batch = desk.submit(desk.upload(as_csv(lines_of(count=6))))
    assert status_of(desk, batch) == "submitted"
    with tenant_context(desk.tenant), pytest.raises(NotValid):
        rollback_batch(batch_id=batch.pk, reason=" ", actor=desk.actor, now=desk.now)
    with tenant_context(desk.tenant):
        rollback_batch(batch_id=batch.pk, reason="发错文件", actor=desk.actor, now=desk.now)
    roll_back_orders(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    assert status_of(desk, batch) == "rolled_back"
    assert counts_of(desk, batch) == {"total": 6, "cancelled": 6}
    assert desk.read(batch).rolled_back_at is not None


def test_rows_of_a_batch_are_written_by_copy(desk: Desk, django_assert_max_num_queries: Any) -> None:
    batch = receive_batch(
        name="orders.csv",
        content=(DATA / "orders.csv").read_bytes(),
        policy=None,
        channel="portal",
        actor=desk.actor,
        now=desk.now,
    )
    with django_assert_max_num_queries(60):
        check_file(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)
    with tenant_context(desk.tenant):
        assert batch.rows.count() == 500
