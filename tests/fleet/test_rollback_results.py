"""What a roll-back came to is kept for each line: the page and the file say that, whatever becomes of the orders later."""

from importlib import import_module

from django.db import connection
from django.test import Client

from fleet.models import Batch, BatchRow, Order
from fleet.selectors.batches import count_results
from fleet.services.cancelling import cancel_many
from fleet.services.rollback import roll_back_orders, rollback_batch
from repair.models import Job
from tenants.context import tenant_context
from tests.fleet.conftest import Desk
from tests.fleet.test_batches import as_csv, lines_of
from tests.fleet.world import moved, tell
from tests.portal.conftest import SignIn, sign_in

__all__ = ["sign_in"]


def roll_back(desk: Desk, batch: Batch) -> None:
    with tenant_context(desk.tenant):
        rollback_batch(batch_id=batch.pk, reason="发错文件", actor=desk.actor, now=desk.now)
    roll_back_orders(tenant=desk.tenant, batch_id=batch.pk, clock=desk.clock)


def results(desk: Desk, batch: Batch) -> list[tuple[int, str, str]]:
    with tenant_context(desk.tenant):
        return list(batch.rows.order_by("line").values_list("line", "rollback_result", "rollback_state"))


def mixed(desk: Desk) -> Batch:
    """Four orders: one cancelled before, one whose vehicle is in custody by now, two that can go."""
    batch = desk.submit(desk.upload(as_csv(lines_of(count=4))))
    with tenant_context(desk.tenant):
        orders = list(Order.objects.order_by("number"))
        cancel_many(refs=[orders[0].ref], reason="改期", actor=desk.actor, now=desk.now)
    Job.objects.filter(order_id=orders[1].pk).update(status="in_custody")
    tell(desk.tenant, moved(orders[1].pk, "in_custody"), now=desk.now)
    return batch


RESULTS = [
    (2, "earlier", "cancelled"),
    (3, "kept", "in_custody"),
    (4, "cancelled", "cancelled"),
    (5, "cancelled", "cancelled"),
]


def test_each_line_keeps_what_happened_to_it(desk: Desk) -> None:
    batch = mixed(desk)
    assert {result for _line, result, _state in results(desk, batch)} == {""}
    roll_back(desk, batch)
    assert results(desk, batch) == RESULTS
    with tenant_context(desk.tenant):
        assert count_results(batch.pk) == {"cancelled": 2, "earlier": 1, "kept": 1}


def test_page_and_file_say_what_happened_and_not_what_is_now(desk: Desk, sign_in: SignIn) -> None:
    batch = mixed(desk)
    roll_back(desk, batch)
    with tenant_context(desk.tenant):
        kept = batch.rows.get(line=3).order_id
    assert kept is not None
    client: Client = sign_in("acme", "viewer")

    def shown() -> tuple[str, list[list[str]]]:
        page = client.get(f"{batch.get_absolute_url()}?status=all").content.decode()
        saved = client.get(f"{batch.get_absolute_url()}results.csv").content.decode("utf-8-sig")
        return page, [line.split(",") for line in saved.splitlines()]

    page, before = shown()
    assert page.count("Roll-back: ") == 2  # of what was not cancelled by it
    assert "Roll-back: Not any more: the vehicle is in custody, or the order is over (Vehicle collected)" in page
    for text in ("2 orders were cancelled", "1 had been cancelled before", "1 was kept"):
        assert text in page
    assert [line[0] for line in before] == ["Line", "2", "3", "4", "5"]
    assert before[2][4] == lines_of(count=4)[1]["vin"]
    assert [line[-1] for line in before[1:]] == ["Cancelled", "Vehicle collected", "Cancelled", "Cancelled"]
    for state in ("delivered", "cancelled"):
        tell(desk.tenant, moved(kept, state), now=desk.now)
        page, after = shown()
        assert after == before
        assert "2 orders were cancelled" in page
        assert "1 was kept" in page


def test_a_batch_that_was_rolled_back_before_learns_what_is_known(desk: Desk) -> None:
    batch = mixed(desk)
    roll_back(desk, batch)
    with tenant_context(desk.tenant), connection.cursor() as cursor:
        BatchRow.objects.update(rollback_result="", rollback_state="")
        cursor.execute(import_module("fleet.migrations.0014_rollback_results").FILL)
    assert [result for _line, result, _state in results(desk, batch)] == ["cancelled", "kept", "cancelled", "cancelled"]
