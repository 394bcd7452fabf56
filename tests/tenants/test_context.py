"""Entering a tenant is local to a transaction: whatever happens in it, nothing of the role or the path is left."""

from collections.abc import Callable

import psycopg
import pytest
from celery import shared_task
from django.db import DatabaseError, InterfaceError, connection, transaction
from django_tenants.utils import schema_context
from django_tenants.utils import tenant_context as foreign_tenant_context

from events.book.models import Entry
from events.models import Event
from tenants.context import TenantNotReady, core_context, place_of, require_tenant, tenant_context
from tenants.models import Tenant
from tenants.owner import as_owner
from tenants.postgresql.base import CORE, WallError, current_wrapper
from tests.tenants.places import refused, run_sql, stand, stand_of


def test_one_stay_after_another_enters_anew(own_db: str, acme: Tenant) -> None:
    """Nothing runs between them: what the first one sent went with its transaction."""
    with tenant_context(acme):
        pass
    with tenant_context(acme):
        assert stand() == stand_of(acme)
    assert stand() == stand_of(None)


def fail() -> None:
    raise ValueError("stop")


def break_database() -> None:
    run_sql("SELECT 1/0")


def test_inside_the_block_and_nowhere_else(own_db: str, acme: Tenant) -> None:
    assert stand() == stand_of(None)
    with tenant_context(acme):
        assert stand() == stand_of(acme)
    assert stand() == stand_of(None)


@pytest.mark.parametrize("reason", [fail, break_database])
def test_nothing_is_left_after_a_failure(reason: Callable[[], None], own_db: str, acme: Tenant) -> None:
    for _turn in range(2):
        with pytest.raises((ValueError, DatabaseError)), tenant_context(acme):
            reason()
        assert (stand(), current_wrapper().wanted) == (stand_of(None), CORE)
        assert Event.objects.count() == 0


def test_nothing_is_left_after_a_rollback_that_was_asked_for(own_db: str, acme: Tenant) -> None:
    with transaction.atomic():
        with tenant_context(acme):
            Entry.objects.create(seq=1, type="t", version=1, subject="s", data={}, occurred_at="2026-01-01T00:00Z")
        transaction.set_rollback(True)
    assert stand() == stand_of(None)
    with tenant_context(acme):
        assert Entry.objects.count() == 0


@pytest.mark.parametrize("reason", [fail, break_database])
def test_a_savepoint_rolled_back_inside_gives_the_tenant_back(
    reason: Callable[[], None], own_db: str, acme: Tenant
) -> None:
    with tenant_context(acme):
        with pytest.raises((ValueError, DatabaseError)), transaction.atomic():
            reason()
        assert Entry.objects.count() == 0
        assert stand() == stand_of(acme)
    assert stand() == stand_of(None)


@pytest.mark.parametrize("reason", [fail, break_database])
def test_a_savepoint_rolled_back_around_a_stay_gives_back_what_was_before(
    reason: Callable[[], None], own_db: str, acme: Tenant, pacific: Tenant
) -> None:
    with transaction.atomic():
        with pytest.raises((ValueError, DatabaseError)), transaction.atomic(), tenant_context(acme):
            reason()
        assert Event.objects.count() == 0
        with tenant_context(pacific):
            with pytest.raises((ValueError, DatabaseError)), transaction.atomic(), tenant_context(acme):
                reason()
            assert Entry.objects.count() == 0
            assert stand() == stand_of(pacific)
    assert stand() == stand_of(None)


def test_a_savepoint_that_held_the_entry_itself_may_be_rolled_back(own_db: str, acme: Tenant) -> None:
    with transaction.atomic():
        before = transaction.savepoint()
        with tenant_context(acme):
            cursor = connection.cursor()
            transaction.savepoint_rollback(before)
            assert stand() == stand_of(None)  # so PostgreSQL says
            cursor.execute("SELECT current_user::text")  # but no statement runs there
            assert cursor.fetchone() == (acme.role_name,)
            assert Entry.objects.count() == 0


def test_a_nested_stay_restores_what_was_there(own_db: str, acme: Tenant, pacific: Tenant) -> None:
    def where() -> tuple[object, ...]:
        return run_sql("SELECT current_user::text, current_setting('search_path')")[0]

    with tenant_context(acme):
        with tenant_context(pacific):
            assert where() == stand_of(pacific)
            with core_context():
                assert where() == stand_of(None)
                with tenant_context(acme):
                    assert where() == stand_of(acme)
                assert where() == stand_of(None)
            assert where() == stand_of(pacific)
        assert where() == stand_of(acme)
        with pytest.raises(ValueError, match="stop"), tenant_context(pacific):
            fail()
        assert where() == stand_of(acme)
    assert where() == stand_of(None)


def test_a_tenant_is_entered_inside_a_transaction_alone(own_db: str, acme: Tenant) -> None:
    with pytest.raises(WallError, match="only inside a transaction"):
        current_wrapper().move_to(place_of(acme))
    assert stand() == stand_of(None)


@pytest.mark.django_db
def test_there_is_no_other_way_in(acme: Tenant) -> None:
    ways: list[Callable[[], object]] = [
        lambda: connection.set_tenant(acme),  # type: ignore[attr-defined]
        lambda: connection.set_schema(acme.schema_name),  # type: ignore[attr-defined]
        acme.activate,
        acme.__enter__,
        lambda: schema_context(acme.schema_name).__enter__(),
        lambda: foreign_tenant_context(acme).__enter__(),
        lambda: current_wrapper().stand_in_for_migration(acme.schema_name),
    ]
    for way in ways:
        with pytest.raises(WallError):
            way()
        assert stand() == stand_of(None)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["new", "schema", "granted", "closed"])
def test_a_tenant_that_is_not_ready_is_not_entered(state: str, acme: Tenant) -> None:
    acme.state = state
    with pytest.raises(TenantNotReady), tenant_context(acme):
        pass
    assert current_wrapper().wanted == CORE


@pytest.mark.django_db
def test_a_cursor_opened_elsewhere_refuses_to_run(acme: Tenant, pacific: Tenant) -> None:
    core = connection.cursor()
    with tenant_context(acme):
        inside = connection.cursor()
        for call in (
            lambda c: c.execute("SELECT 1"),
            lambda c: c.executemany("SELECT %s", [[1]]),
            lambda c: c.callproc("now"),
            lambda c: c.copy("COPY events_book_entry TO STDOUT"),
        ):
            with pytest.raises(WallError, match="opened in public"):
                call(core)
            with tenant_context(pacific), pytest.raises(WallError, match=f"opened in {acme.schema_name}"):
                call(inside)
    with pytest.raises(WallError, match=f"opened in {acme.schema_name}"):
        inside.execute("SELECT 1")
    core.execute("SELECT 1")


@pytest.mark.django_db
def test_a_cursor_that_outlives_a_nested_stay_runs_where_it_was_opened(acme: Tenant, pacific: Tenant) -> None:
    ask = "SELECT current_user::text, current_setting('search_path')"
    core = connection.cursor()
    with tenant_context(acme):
        inside = connection.cursor()
        with tenant_context(pacific):
            pass
        inside.execute(ask)
        assert inside.fetchone() == stand_of(acme)
    core.execute(ask)
    assert core.fetchone() == stand_of(None)


def test_a_server_side_cursor_gives_no_row_elsewhere(own_db: str, acme: Tenant, pacific: Tenant) -> None:
    with tenant_context(acme):
        for seq in range(1, 6):
            Entry.objects.create(seq=seq, type="t", version=1, subject="s", data={}, occurred_at="2026-01-01T00:00Z")
        rows = Entry.objects.order_by("seq").iterator(chunk_size=2)
        assert [next(rows).seq, next(rows).seq] == [1, 2]
        with tenant_context(pacific), pytest.raises(WallError, match=f"opened in {acme.schema_name}"):
            list(rows)


def test_a_connection_closed_inside_is_not_believed_to_stand_there_still(own_db: str, acme: Tenant) -> None:
    with pytest.raises((DatabaseError, InterfaceError)), tenant_context(acme):  # noqa: PT012
        connection.close()
        Entry.objects.count()
    with tenant_context(acme):
        assert stand() == stand_of(acme)
    assert stand() == stand_of(None)


def test_a_connection_that_was_lost_inside_is_not_believed_to_stand_there_still(own_db: str, acme: Tenant) -> None:
    with pytest.raises((DatabaseError, InterfaceError)), tenant_context(acme):  # noqa: PT012
        raw = current_wrapper().connection
        with psycopg.connect(raw.info.dsn, autocommit=True) as other:  # the same login may end its own
            other.execute("SELECT pg_terminate_backend(%s)", [raw.info.backend_pid])
        Entry.objects.count()
    connection.close()
    with tenant_context(acme):
        assert stand() == stand_of(acme)
    assert stand() == stand_of(None)


def test_in_a_broken_transaction_the_first_error_is_the_one_that_is_seen(
    own_db: str, acme: Tenant, pacific: Tenant
) -> None:
    with pytest.raises(DatabaseError, match="division by zero"), tenant_context(acme):  # noqa: PT012
        try:
            break_database()
        finally:
            with tenant_context(pacific):  # sends nothing: only a rollback may follow
                assert current_wrapper().is_broken
    assert stand() == stand_of(None)


def test_what_runs_after_the_commit_runs_in_the_core(own_db: str, acme: Tenant) -> None:
    seen: list[object] = []
    with tenant_context(acme):
        transaction.on_commit(lambda: seen.extend([stand(), Event.objects.count()]))
    assert seen == [stand_of(None), 0]


@pytest.mark.django_db
def test_a_helper_may_require_its_tenant(acme: Tenant, pacific: Tenant) -> None:
    with pytest.raises(WallError, match="in public"):
        require_tenant(acme)
    with tenant_context(acme):
        require_tenant(acme)
        with pytest.raises(WallError, match=f"needs {pacific.schema_name}"):
            require_tenant(pacific)


@pytest.mark.django_db
def test_a_task_that_touches_a_book_without_a_tenant_refuses_to_run(acme: Tenant) -> None:
    @shared_task
    def count_entries() -> int:
        return Entry.objects.count()

    @shared_task
    def count_entries_of(slug: str) -> int:
        with tenant_context(Tenant.objects.get(slug=slug)):
            return Entry.objects.count()

    with refused("42P01"), transaction.atomic():
        count_entries.apply(throw=True)
    assert count_entries_of.apply(args=("acme",), throw=True).get() == 0


def test_the_owners_login_leaves_with_its_block(own_db: str, acme: Tenant) -> None:
    application = stand()
    with as_owner() as wrapper:
        assert stand() != application
        assert current_wrapper() is wrapper
        with as_owner() as again:
            assert again is wrapper
    assert stand() == application
    with tenant_context(acme):
        assert stand() == stand_of(acme)
