"""Two programs on one thing, with real connections: one does it, the other is told; nothing is lost and nothing done twice."""

from collections.abc import Callable
from typing import Any

import pytest

from events.book.models import Entry
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.api.conftest import VINS, Partner, line, place_orders, send_lines
from tests.fleet.conftest import seed_book, seed_desk
from tests.fleet.test_batch_races import together

Call = Callable[[Partner], Any]


@pytest.fixture
def tenant(own_db: str) -> Tenant:
    """acme, in a database of this test's own."""
    found = Tenant.objects.get(slug="acme")
    seed_desk()
    seed_book(found)
    return found


def at_once(erp: Partner, calls: list[Call]) -> list[int]:
    """The statuses of calls that are sent together."""
    answers: list[int] = []

    def send(call: Call) -> Callable[[], None]:
        return lambda: answers.append(call(Partner(erp.key, erp.slug)).status_code)

    assert together(*map(send, calls)) == [None] * len(calls)
    return sorted(answers)


def count(tenant: Tenant, kind: str) -> int:
    with tenant_context(tenant):
        return Entry.objects.filter(type=kind).count()


def test_of_two_amendments_of_one_reading_one_is_done(tenant: Tenant, issue: Callable[..., Partner]) -> None:
    erp = issue(tenant)
    (order,) = place_orders(erp, tenant, line(1))
    tag = erp.get(f"orders/{order['id']}")["ETag"]

    def amend(name: str) -> Call:
        return lambda partner: partner.patch(f"orders/{order['id']}", {"contact": name}, If_Match=tag)

    assert at_once(erp, [amend("陈静"), amend("李雷")]) == [200, 412]
    assert count(tenant, "order.amended") == 1


def test_of_two_mends_of_one_reading_one_is_done(tenant: Tenant, issue: Callable[..., Partner]) -> None:
    erp = issue(tenant)
    batch = send_lines(erp, tenant, {**line(1), "vin": "LVB"})
    path = f"order-batches/{batch['id']}/rows/1"
    tag = erp.get(path)["ETag"]

    def mend(vin: str) -> Call:
        return lambda partner: partner.patch(path, {"cells": {"vin": vin}}, If_Match=tag)

    first, second = at_once(erp, [mend(VINS[1]), mend(VINS[2])])
    assert (first, second in {409, 412}) == (200, True)
    assert count(tenant, "batch.mended") == 1


def test_two_cancellations_at_once_cancel_once(tenant: Tenant, issue: Callable[..., Partner]) -> None:
    erp = issue(tenant)
    orders = [order["id"] for order in place_orders(erp, tenant, line(1), line(2))]

    def cancel(names: list[str]) -> Call:
        return lambda partner: partner.post("orders/cancellations", {"orders": names, "reason": "x"})

    assert at_once(erp, [cancel(orders), cancel(orders[::-1])]) == [200, 200]
    assert count(tenant, "order.cancelled") == 2
