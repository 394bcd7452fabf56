"""Several orders with their jobs, and estimates that wait for them."""

from typing import Any

from fleet.models import Order
from tenants.context import tenant_context
from tests.fleet.conftest import Desk
from tests.fleet.test_batches import as_csv, lines_of
from tests.fleet.test_orders import estimate


def open_orders(desk: Desk, count: int, **changes: str) -> list[Order]:
    """Orders by number, from one batch."""
    rows = lines_of(count=count)
    desk.submit(desk.upload(as_csv([{**row, **changes} for row in rows])))
    with tenant_context(desk.tenant):
        return list(Order.objects.order_by("number"))


def estimate_each(desk: Desk, amounts: dict[Order, int], **more: Any) -> None:
    """One line for each order."""
    for order, amount in amounts.items():
        estimate(desk, order, amount, **more)
