"""One lock order (desk rows, counters, book rows), numbers without a gap, and who retries a deadlock."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from events.book.models import Entry
from events.checking import check_book, verify_stream
from events.commands import command, record
from events.models import Event, Fact, Stream
from events.projecting import Told, projectors
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.events.toys import KettleFilled, TeaOffered, fill, serve

WAIT = 20


@contextmanager
def statements() -> Iterator[list[str]]:
    """Everything that is sent meanwhile, COPY included."""
    sent: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        sent.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield sent


@command
def lock_and_fill(*, tenants: list[Tenant], actor: Actor, now: datetime) -> None:
    """A desk's row first, as every command does; then a nested command that tells in another order."""
    Tenant.objects.select_for_update().get(pk=tenants[0].pk)
    fill(litres=1, tenants=tenants, actor=actor, now=now)


def first(sent: Sequence[str], *parts: str) -> int:
    return next(n for n, sql in enumerate(sent) if all(part in sql for part in parts))


def last(sent: Sequence[str], *parts: str) -> int:
    return max(n for n, sql in enumerate(sent) if all(part in sql for part in parts))


@pytest.mark.django_db
def test_desk_rows_are_locked_before_counters_and_counters_before_book_rows(
    acme: Tenant, pacific: Tenant, system: Actor, now: datetime
) -> None:
    for tenants in ([pacific, acme], [acme, pacific]):
        with statements() as sent:
            lock_and_fill(tenants=tenants, actor=system, now=now)
        counters = last(sent, 'FROM "events_stream"', 'ORDER BY "events_stream"."tenant_id" ASC FOR UPDATE')
        locks = [n for n, sql in enumerate(sent) if "FOR UPDATE" in sql]
        assert locks[0] == first(sent, '"tenants_tenant"', "FOR UPDATE") < counters == locks[-1]
        assert last(sent, 'COPY "events_fact"') < counters < first(sent, 'COPY "events_event"')
        assert first(sent, 'COPY "events_event"') < first(sent, 'COPY "events_book_entry"')
        assert first(sent, 'UPDATE "events_stream"') < first(sent, 'COPY "events_book_entry"')
        assert sum('COPY "events_book_entry"' in sql for sql in sent) == 2


@pytest.mark.django_db
def test_the_caller_in_a_book_writes_its_rows_after_the_command(
    acme: Tenant, pacific: Tenant, system: Actor, now: datetime
) -> None:
    with statements() as sent, tenant_context(acme):
        fill(litres=1, tenants=[acme], actor=system, now=now)
        assert Entry.objects.count() == 1
    assert first(sent, 'COPY "events_event"') < first(sent, "COUNT", '"events_book_entry"')


def test_numbers_have_no_gap_when_eight_threads_command(
    own_db: str, acme: Tenant, pacific: Tenant, system: Actor, now: datetime
) -> None:
    def work(thread: int) -> int:
        kept = 0
        try:
            for turn in range(6):
                tenants = [acme, pacific] if (thread + turn) % 2 else [pacific, acme]
                fail = (thread + turn) % 3 == 0
                try:
                    fill(litres=1, tenants=tenants, actor=system, now=now, fail=fail)
                    kept += 1
                except ValueError:
                    pass
        finally:
            connections.close_all()
        return kept

    with ThreadPoolExecutor(8) as threads:
        kept = sum(threads.map(work, range(8)))
    assert kept == 32
    for tenant in (acme, pacific):
        assert list(Event.objects.filter(tenant=tenant).order_by("seq").values_list("seq", flat=True)) == list(
            range(1, kept + 1)
        )
        assert verify_stream(tenant) == []
        assert check_book(tenant) == []


def test_two_first_events_of_one_tenant_make_one_counter(
    own_db: str, acme: Tenant, system: Actor, now: datetime
) -> None:
    barrier = threading.Barrier(4)

    def work(_thread: int) -> None:
        barrier.wait(WAIT)
        try:
            fill(litres=1, tenants=[acme], actor=system, now=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert Stream.objects.get(tenant=acme).last_seq == 4
    assert verify_stream(acme) == []


class Crossing:
    """Two who lock the same two rows the other way round, the first time at the same moment."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2)
        self.attempts: list[str] = []

    def lock_both(self, name: str, tenants: Sequence[Tenant]) -> None:
        self.attempts.append(name)
        Tenant.objects.select_for_update().get(pk=tenants[0].pk)
        if self.attempts.count(name) == 1:
            self.barrier.wait(WAIT)
        Tenant.objects.select_for_update().get(pk=tenants[1].pk)


@command
def cross(*, crossing: Crossing, name: str, tenants: list[Tenant], actor: Actor, now: datetime) -> None:
    record(KettleFilled(subject=name, litres=1))
    crossing.lock_both(name, tenants)
    fill(litres=2, tenants=tenants, actor=actor, now=now)


def run_both(call: Callable[[str, list[Tenant]], None], acme: Tenant, pacific: Tenant) -> list[Exception]:
    """Both ways at once on connections of their own; what was raised."""

    def work(one: tuple[str, list[Tenant]]) -> Exception | None:
        try:
            call(*one)
        except OperationalError as error:
            return error
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(2) as threads:
        return [e for e in threads.map(work, [("there", [acme, pacific]), ("back", [pacific, acme])]) if e]


def test_a_command_that_owns_its_transaction_is_tried_again_after_a_deadlock(
    own_db: str, acme: Tenant, pacific: Tenant, system: Actor, now: datetime
) -> None:
    crossing = Crossing()
    raised = run_both(
        lambda name, tenants: cross(crossing=crossing, name=name, tenants=tenants, actor=system, now=now), acme, pacific
    )
    assert raised == []
    assert len(crossing.attempts) == 3
    assert sorted(Fact.objects.values_list("subject", flat=True)) == ["back", "k1", "k1", "there"]
    assert [Stream.objects.get(tenant=tenant).last_seq for tenant in (acme, pacific)] == [2, 2]
    assert verify_stream(acme) == [] == verify_stream(pacific)


def test_a_command_inside_a_transaction_of_its_caller_is_not_tried_again(
    own_db: str, acme: Tenant, pacific: Tenant, system: Actor, now: datetime
) -> None:
    crossing = Crossing()

    def call(name: str, tenants: list[Tenant]) -> None:
        with transaction.atomic():
            cross(crossing=crossing, name=name, tenants=tenants, actor=system, now=now)

    [raised] = run_both(call, acme, pacific)
    assert "deadlock detected" in str(raised)
    assert len(crossing.attempts) == 2
    assert Fact.objects.filter(subject__in=["there", "back"]).count() == 1


def test_a_deadlock_inside_a_projector_is_tried_again(
    own_db: str, acme: Tenant, pacific: Tenant, system: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    crossing = Crossing()

    def advisory(told: Sequence[Told]) -> None:
        name, key = told[0].event.note, told[0].event.note == "back"
        crossing.attempts.append(name)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [1 + key])
            if crossing.attempts.count(name) == 1:
                crossing.barrier.wait(WAIT)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [2 - key])

    monkeypatch.setitem(projectors, TeaOffered.type, [advisory])
    raised = run_both(lambda name, tenants: serve(guests=[(tenants[0], name, 1)], actor=system, now=now), acme, pacific)
    assert raised == []
    assert len(crossing.attempts) == 3
