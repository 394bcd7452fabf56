"""check_books finds what differs from the events, rebuild_book mends it, and neither is fooled."""

from datetime import UTC, datetime
from importlib import import_module
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from psycopg import sql

from events.book.models import Entry
from events.catalogue import events
from events.checking import Difference, check_book, compare_table
from events.models import Event
from events.projecting import projectors
from events.rebuilding import UnknownTable, rebuild_book
from events.replaying import make_scratch, projected_models, replay
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.owner import as_owner, execute
from tenants.postgresql.base import WallError, current_wrapper
from tests.events.toys import TeaOffered, serve

ENTRY = "events_book_entry"


@pytest.fixture
def tea(own_db: str, acme: Tenant, pacific: Tenant, system: Actor, now: datetime) -> Tenant:
    """Both tenants have been served; gives acme."""
    serve(guests=[(t, f"g{n}", n) for t in (acme, pacific) for n in range(3)], actor=system, now=now)
    serve(guests=[(acme, "late", 7)], actor=system, now=now, by_type=False)
    return acme


def as_owner_do(tenant: Tenant, statement: str) -> None:
    """Spoil something by hand."""
    with as_owner():
        execute(sql.SQL(statement).format(book=sql.Identifier(tenant.schema_name)))


SPOIL = """
UPDATE {book}.events_book_entry SET actor_name = 'somebody else', data = '{{}}' WHERE seq = 2;
DELETE FROM {book}.events_book_entry WHERE seq = 4;
INSERT INTO {book}.events_book_entry
  (seq, type, version, subject, data, actor_kind, actor_name, credential, on_behalf_of, occurred_at)
VALUES (99, 'tea.offered', 1, 'x', '{{}}', 'user', '', '', '', now());
"""
SPOILT = [
    Difference(ENTRY, "seq=2", "changed", "data, actor_name"),
    Difference(ENTRY, "seq=4", "missing"),
    Difference(ENTRY, "seq=99", "extra"),
]


def entries(tenant: Tenant) -> list[tuple[object, ...]]:
    with tenant_context(tenant):
        return list(Entry.objects.order_by("seq").values_list())


def test_a_book_that_is_right_has_no_differences(tea: Tenant, pacific: Tenant) -> None:
    assert check_book(tea) == [] == check_book(pacific)
    out = StringIO()
    call_command("check_books", stdout=out)
    assert [line.split(",")[0] for line in out.getvalue().splitlines()] == [
        "acme: 0 differences",
        "pacific: 0 differences",
    ]


def test_a_spoiled_book_is_found_and_mended(tea: Tenant, pacific: Tenant) -> None:
    right, others = entries(tea), entries(pacific)
    as_owner_do(tea, SPOIL)
    assert sorted(check_book(tea), key=str) == sorted(SPOILT, key=str)
    out = StringIO()
    with pytest.raises(CommandError, match="3 differences") as failed:
        call_command("check_books", stdout=out)
    assert failed.value.returncode == 1
    assert "  events_book_entry seq=2: changed (data, actor_name)\n" in out.getvalue()

    call_command("rebuild_book", "acme", stdout=out)
    assert "events_book_entry: 4 rows removed or written" in out.getvalue()
    assert check_book(tea) == []
    assert entries(tea) == right
    assert entries(pacific) == others


def test_entries_of_an_older_book_learn_who_they_are_by(tea: Tenant, pacific: Tenant) -> None:
    program = Actor(kind="key", id="key_1", name="TMS", credential="key:abcd", on_behalf_of="王娟平", tenant=tea)
    serve(guests=[(tea, "late", 7)], actor=program, now=datetime(2026, 11, 23, tzinfo=UTC))
    right, others = entries(tea), entries(pacific)
    assert right[-1][5:9] == ("key", "TMS", "key:abcd", "王娟平")
    for tenant in (tea, pacific):
        as_owner_do(tenant, "UPDATE {book}.events_book_entry SET actor_kind = '', credential = '', on_behalf_of = ''")
        assert len(check_book(tenant)) == len(entries(tenant))
    with as_owner():
        current_wrapper().stand_in_for_migration(tea.schema_name)
        execute(import_module("events.book.migrations.0002_entry_author").FILL)
        current_wrapper().stand_in_for_migration("public")
    assert check_book(tea) == [] and entries(tea) == right
    assert entries(pacific) != others  # each book in its own migration


def test_one_table_can_be_mended_alone(tea: Tenant) -> None:
    as_owner_do(tea, SPOIL)
    assert rebuild_book(tea, tables=[ENTRY]) == {ENTRY: 4}
    assert rebuild_book(tea) == dict.fromkeys((model._meta.db_table for model in projected_models()), 0)
    with pytest.raises(UnknownTable, match=f"Projected are: .*{ENTRY}"):
        rebuild_book(tea, tables=["events_event"])


def test_checking_keeps_nothing(tea: Tenant) -> None:
    def schemas() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%'")
            return [name for (name,) in cursor.fetchall()]

    as_owner_do(tea, SPOIL)
    before = entries(tea)
    check_book(tea)
    assert entries(tea) == before
    assert schemas() == []
    rebuild_book(tea)
    assert schemas() == []


def test_a_projector_that_fails_or_reads_an_owned_table_is_reported(
    tea: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def peek(_told: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM django_migrations")

    monkeypatch.setitem(projectors, TeaOffered.type, [peek])
    [found] = check_book(tea)
    assert found.kind == "error" and "django_migrations" in found.detail
    monkeypatch.delitem(projectors, TeaOffered.type)
    monkeypatch.delitem(events, TeaOffered.type)
    [found] = check_book(tea)
    assert found == Difference("events_event", "", "error", "UnknownEvent: tea.offered, version 1, number 1")


def test_a_new_projector_changes_what_a_book_should_say(tea: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def shorten(told: object) -> None:
        Entry.objects.filter(seq__in=[t.seq for t in told]).update(actor_name="tea")  # type: ignore[attr-defined]

    monkeypatch.setitem(projectors, TeaOffered.type, [shorten])
    seqs = Event.objects.filter(tenant=tea, type=TeaOffered.type).values_list("seq", flat=True)
    assert check_book(tea) == [Difference(ENTRY, f"seq={seq}", "changed", "actor_name") for seq in sorted(seqs)]
    assert rebuild_book(tea)[ENTRY] == 2 * len(seqs)
    assert check_book(tea) == []


def test_one_by_one_and_in_bulk_give_the_same(tea: Tenant) -> None:
    with as_owner(), transaction.atomic():
        singly, at_once = make_scratch(tea), make_scratch(tea)
        assert replay(tenant=tea, schema=singly, page=1) == replay(tenant=tea, schema=at_once) == 8
        for model in projected_models():
            assert compare_table(model, book=singly, replayed=at_once) == []
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_check_looks_at_what_is_committed_alone(acme: Tenant) -> None:
    with as_owner(), transaction.atomic(), pytest.raises(WallError, match="transaction of its own"):
        check_book(acme)


def test_unknown_tenants_are_named(own_db: str) -> None:
    with pytest.raises(CommandError, match=r"No ready tenant: nobody\."):
        call_command("check_books", "acme", "nobody")
    with pytest.raises(CommandError, match=r"No ready tenant: nobody\."):
        call_command("rebuild_book", "nobody")
