"""Batches where commits are real: a worker killed between chunks, two submits at once, two workers at one batch."""

import threading
from typing import Any

import pytest
from django.db import connections

from events.models import Event
from fleet.events import LimitSaved, SiteSaved
from fleet.models import Batch, BatchRow, Order
from fleet.services import opening
from fleet.services.approvals.limits import set_limits
from fleet.services.opening import open_chunk, open_orders
from fleet.services.places import save_site
from fleet.services.submitting import submit_batch
from repair.models import Job
from tenants.context import tenant_context
from tests.fleet.conftest import Desk, make_actor


def together(*calls: Any) -> list[Exception | None]:
    """Run each call in a thread and on a connection of its own, all at once; what each raised."""
    start = threading.Barrier(len(calls))
    raised: list[Exception | None] = [None] * len(calls)

    def run(index: int) -> None:
        try:
            start.wait(timeout=10)
            calls[index]()
        except Exception as error:  # noqa: BLE001  # handed to the test
            raised[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return raised


def test_two_submits_at_once_make_one_set_of_orders(own_desk: Desk) -> None:
    batch = own_desk.send("orders-gbk.csv")

    def submit() -> None:
        with tenant_context(own_desk.tenant):
            submit_batch(batch_id=batch.pk, actor=own_desk.actor, now=own_desk.now)

    raised = together(submit, submit)
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", "TransitionError"]
    together(*[lambda: open_orders(tenant=own_desk.tenant, batch_id=batch.pk, clock=own_desk.clock)] * 2)
    open_orders(tenant=own_desk.tenant, batch_id=batch.pk, clock=own_desk.clock)
    assert Job.objects.count() == 60
    with tenant_context(own_desk.tenant):
        assert Order.objects.count() == 60
        assert set(BatchRow.objects.values_list("status", flat=True)) == {"submitted"}


def test_two_sites_of_one_code_at_once_are_one_site_and_one_refusal(own_desk: Desk) -> None:
    def save() -> None:
        with tenant_context(own_desk.tenant):
            save_site(code="SH-NEW", address="上海市", lat=31.0, lng=121.0, actor=own_desk.actor, now=own_desk.now)

    raised = together(*[save] * 4)
    assert sorted(type(error).__name__ for error in raised) == ["NoneType", *["ValidationError"] * 3]


def test_changes_of_one_site_at_once_are_told_one_after_the_other(own_desk: Desk) -> None:
    with tenant_context(own_desk.tenant):
        site = save_site(code="SH-NEW", address="0", lat=31.0, lng=121.0, actor=own_desk.actor, now=own_desk.now)

    def change(address: str) -> None:
        with tenant_context(own_desk.tenant):
            save_site(
                site_id=site.pk, code="SH-NEW", address=address, lat=31.0, lng=121.0, actor=own_desk.actor,
                now=own_desk.now,
            )  # fmt: skip

    assert together(*[lambda a=str(number): change(a) for number in range(1, 5)]) == [None] * 4
    told = list(Event.objects.filter(tenant=own_desk.tenant, type=SiteSaved.type).order_by("seq"))
    assert [event.data["before"]["address"] for event in told[1:]] == [e.data["after"]["address"] for e in told[:-1]]


def test_limits_set_at_once_are_told_one_after_the_other(own_desk: Desk) -> None:
    admin = make_actor(own_desk.tenant, "admin")

    def change(amount: int) -> None:
        with tenant_context(own_desk.tenant):
            set_limits(limits={"approver": amount}, actor=admin, now=own_desk.now)

    assert together(*[lambda a=number: change(a) for number in range(1, 5)]) == [None] * 4
    told = list(Event.objects.filter(tenant=own_desk.tenant, type=LimitSaved.type).order_by("seq"))
    assert [event.data["before"] for event in told[1:]] == [event.data["after"] for event in told[:-1]]


def test_two_batches_of_one_file_submitted_at_once_make_one_set_of_orders(own_desk: Desk) -> None:
    batches = [own_desk.send("orders-gbk.csv") for _ in range(2)]
    for batch in batches:
        own_desk.submit(batch, is_opened=False)
    together(
        *[lambda b=batch: open_orders(tenant=own_desk.tenant, batch_id=b.pk, clock=own_desk.clock) for batch in batches]
    )
    with tenant_context(own_desk.tenant):
        assert Order.objects.count() == 60
        found = [list(batch.rows.order_by("line").values_list("status", "order_id")) for batch in batches]
    assert [order for _status, order in found[0]] == [order for _status, order in found[1]]
    assert sorted(sorted({status for status, _order in rows}) for rows in found) == [
        ["already_submitted"],
        ["submitted"],
    ]


def test_a_worker_killed_between_chunks_loses_nothing_and_makes_nothing_twice(
    own_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = own_desk.submit(own_desk.send("orders-gbk.csv"), is_opened=False)
    assert open_chunk(tenant=own_desk.tenant, batch_id=batch.pk, now=own_desk.now, size=25)
    with monkeypatch.context() as patch:
        patch.setattr(opening, "write_opened", stop)
        with pytest.raises(Killed):
            open_chunk(tenant=own_desk.tenant, batch_id=batch.pk, now=own_desk.now, size=25)
    with tenant_context(own_desk.tenant):
        assert Order.objects.count() == 25
        assert Batch.objects.get(pk=batch.pk).done_rows == 25
    open_orders(tenant=own_desk.tenant, batch_id=batch.pk, clock=own_desk.clock)
    assert own_desk.read(batch).opened_at is not None
    with tenant_context(own_desk.tenant):
        orders = list(Order.objects.values_list("external_ref", flat=True))
        rows = list(BatchRow.objects.values_list("external_ref", flat=True))
    assert len(orders) == 60
    assert sorted(orders) == sorted(rows)
    assert Job.objects.count() == 60


class Killed(BaseException):
    """No `except Exception` sees it, as none sees a kill."""


def stop(*_args: Any, **_kwargs: Any) -> None:
    """As if the process were killed here."""
    raise Killed


def test_one_worker_a_batch(own_desk: Desk) -> None:
    batch = own_desk.submit(own_desk.send("orders-gbk.csv"), is_opened=False)
    raised: list[Exception | None] = []
    with tenant_context(own_desk.tenant):
        opening.claim(batch.pk)
        raised = together(lambda: open_chunk(tenant=own_desk.tenant, batch_id=batch.pk, now=own_desk.now))
    assert [type(error).__name__ for error in raised] == ["Superseded"]


def test_a_submit_that_fails_leaves_nothing(own_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = own_desk.send("orders-gbk.csv")
    with monkeypatch.context() as patch:
        patch.setattr("fleet.services.submitting.wake_opener", stop)
        with pytest.raises(Killed), tenant_context(own_desk.tenant):
            submit_batch(batch_id=batch.pk, actor=own_desk.actor, now=own_desk.now)
    assert own_desk.read(batch).status == "ready"
    assert own_desk.submit(batch, is_opened=False).status == "submitted"
