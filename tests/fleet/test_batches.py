"""A batch from its file to its orders: checked, submitted, sent again, cancelled, rolled back."""

import csv

from fleet.models import BatchRow, Order, Vehicle
from fleet.models.batches import RowState
from tenants.context import tenant_context
from tests.fleet.conftest import DATA, Desk


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
