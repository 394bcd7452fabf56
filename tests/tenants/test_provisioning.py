"""A new tenant: stopped anywhere it resumes, asked for twice at once it is made once, and it equals the migrated template."""

import re
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.models import ProtectedError

from events.book.models import Entry
from fleet.models import CostCenter
from tenants import migrating, provisioning
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.grants import role_exists, role_name_for
from tenants.migrating import migrate_all, schema_exists
from tenants.models import Domain, Tenant
from tenants.owner import as_owner, execute
from tenants.postgresql.base import WallError
from tenants.provisioning import drop_tenant, provision_tenant
from tests.events.children import run_child
from tests.events.toys import fill

NORDIC: dict[str, Any] = {"slug": "nordic-cars", "kind": "dealer", "name": "Nordic Cars"}


class KilledError(Exception):
    """The process ends here."""


def is_whole(slug: str) -> bool:
    """The tenant can be entered, and its book read and written."""
    tenant = Tenant.objects.get(slug=slug)
    with tenant_context(tenant):
        Entry.objects.create(seq=1, type="t", version=1, subject="s", data={}, occurred_at="2026-01-01T00:00Z")
        assert Entry.objects.count() == 1
    return list(tenant.domains.values_list("domain", flat=True)) == [f"{slug}.{settings.BASE_DOMAIN}"]


@pytest.mark.usefixtures("new_tenants")
def test_a_tenant_is_made_by_the_command() -> None:
    said: list[str] = []

    class Out:
        def write(self, text: str) -> None:
            said.append(text.strip())

    call_command("provision_tenant", "nordic-cars", kind="dealer", name="Nordic Cars", stdout=Out())
    assert said[-1] == f"nordic-cars is ready: nordic-cars.{settings.BASE_DOMAIN}"
    assert is_whole("nordic-cars")


@pytest.mark.usefixtures("new_tenants")
@pytest.mark.parametrize("step", [0, 1, 2])
def test_stopped_between_steps_it_resumes(step: int) -> None:
    taken: list[str] = []

    def stop(name: str) -> None:
        taken.append(name)
        if len(taken) == step + 1:
            raise KilledError

    with pytest.raises(KilledError):
        provision_tenant(**NORDIC, progress=stop)
    unready = Tenant.objects.get(slug="nordic-cars")
    assert not unready.is_ready
    resumed: list[str] = []
    assert provision_tenant(**NORDIC, progress=resumed.append).pk == unready.pk
    assert len(resumed) == 3 - step
    assert is_whole("nordic-cars")


@pytest.mark.usefixtures("new_tenants")
@pytest.mark.parametrize(
    ("name", "nth"),
    [("make_role", 1), ("replay_ddl", 1), ("grant_book", 1), ("advance", 1), ("advance", 2), ("advance", 3)],
)
def test_stopped_inside_a_step_it_resumes(name: str, nth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    done = getattr(provisioning, name)
    calls: list[int] = []

    def do_and_die(*args: Any, **kwargs: Any) -> None:
        done(*args, **kwargs)
        calls.append(1)
        if len(calls) == nth:
            raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(provisioning, name, do_and_die)
        with pytest.raises(KilledError):
            provision_tenant(**NORDIC)
    assert not Tenant.objects.get(slug="nordic-cars").is_ready
    assert provision_tenant(**NORDIC).is_ready
    assert is_whole("nordic-cars")


@pytest.mark.usefixtures("new_tenants")
@pytest.mark.parametrize("step", [1, 3])
def test_a_killed_process_leaves_what_resumes(step: int) -> None:
    code = f"""
from tenants.provisioning import provision_tenant
steps = []
def progress(name):
    steps.append(name)
    if len(steps) == {step}:
        die()
provision_tenant(slug="nordic-cars", kind="dealer", name="Nordic Cars", progress=progress)
"""
    done = run_child(code)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not Tenant.objects.get(slug="nordic-cars").is_ready
    assert provision_tenant(**NORDIC).is_ready
    assert is_whole("nordic-cars")


def at_once(*calls: Callable[[], Tenant]) -> list[Tenant]:
    """Each in a thread with a connection of its own, begun together."""
    barrier = threading.Barrier(len(calls))

    def work(call: Callable[[], Tenant]) -> Tenant:
        barrier.wait(20)
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(work, calls))


@pytest.mark.usefixtures("new_tenants")
def test_asked_for_four_times_at_once_it_is_made_once() -> None:
    made = at_once(*[lambda: provision_tenant(**NORDIC)] * 4)
    assert {tenant.pk for tenant in made} == {Tenant.objects.get(slug="nordic-cars").pk}
    assert {tenant.state for tenant in made} == {"ready"}
    assert is_whole("nordic-cars")


@pytest.mark.usefixtures("new_tenants")
def test_different_tenants_may_be_made_at_once() -> None:
    slugs = ["one", "two", "three"]
    made = at_once(*[lambda s=slug: provision_tenant(slug=s, kind="fleet", name=s) for slug in slugs])
    assert [tenant.slug for tenant in made if tenant.is_ready] == slugs
    assert all(is_whole(slug) for slug in slugs)


CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               a.attgenerated, pg_get_expr(d.adbin, d.adrelid), co.collname
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation co ON co.oid = a.attcollation
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, contype, condeferrable, condeferred, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace AND contype <> 'n' ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, replace(indexdef, ' ON ' || schemaname || '.', ' ON ') FROM pg_indexes
        WHERE schemaname = %(schema)s ORDER BY 1, 2""",
    "index properties": """
        SELECT i.indrelid::regclass::text, c.relname, i.indisunique, i.indisprimary, i.indisexclusion, i.indimmediate,
               i.indnullsnotdistinct, c.reloptions
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = %(schema)s::regnamespace ORDER BY 1, 2""",
    "relations": """
        SELECT relkind, relname, relpersistence, relrowsecurity, reloptions FROM pg_class
        WHERE relnamespace = %(schema)s::regnamespace AND relkind <> 'i' ORDER BY 1, 2""",
    "sequences": """
        SELECT sequencename, data_type::text, start_value, increment_by, cycle, cache_size FROM pg_sequences
        WHERE schemaname = %(schema)s ORDER BY 1""",
    "migrations": "SELECT app, name FROM django_migrations ORDER BY 1, 2",
}


def plain(cell: Any) -> Any:
    """PostgreSQL prints an expression that it has read back with its casts and brackets elsewhere; the same otherwise."""
    if not isinstance(cell, str):
        return cell
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", cell)


def catalogue_of(schema: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the catalogue says of a schema, without its name."""
    found = {}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', %s, false)", [f'"{schema}", "{settings.EXTENSIONS_SCHEMA}"'])
        for part, statement in CATALOGUE.items():
            cursor.execute(statement, {"schema": schema})
            found[part] = [tuple(map(plain, row)) for row in cursor.fetchall()]
    return found


@pytest.mark.usefixtures("new_tenants")
def test_a_replayed_schema_equals_the_migrated_template() -> None:
    tenant = provision_tenant(**NORDIC)
    template, replayed = catalogue_of(settings.TENANT_TEMPLATE_SCHEMA), catalogue_of(tenant.schema_name)
    for part in CATALOGUE:
        assert replayed[part] == template[part], part
    assert len(template["columns"]) > 10


@pytest.mark.usefixtures("new_tenants")
def test_a_schema_that_lags_behind_is_brought_up_and_equals_the_template() -> None:
    tenant = provision_tenant(**NORDIC)
    app = Entry._meta.app_label
    with as_owner():
        execute(f"DROP TABLE {tenant.schema_name}.events_book_entry")
        execute(f"DELETE FROM {tenant.schema_name}.django_migrations WHERE app = '{app}'")
    Tenant.objects.filter(pk=tenant.pk).update(schema_version="older")
    migrate_all()
    tenant.refresh_from_db()
    template, migrated = catalogue_of(settings.TENANT_TEMPLATE_SCHEMA), catalogue_of(tenant.schema_name)
    assert sorted(migrated["columns"]) == sorted(template["columns"])
    assert tenant.schema_version == Tenant.objects.get(slug="acme").schema_version
    assert is_whole("nordic-cars")


def may_update(tenant: Tenant, table: str) -> bool:
    """Whether the tenant's role may update a table of its book."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, %s, 'UPDATE')", [tenant.role_name, f"{tenant.schema_name}.{table}"]
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.usefixtures("new_tenants")
def test_changed_rights_reach_a_book_without_a_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = provision_tenant(**NORDIC)
    table = CostCenter._meta.db_table
    assert may_update(tenant, table)
    monkeypatch.setattr(CostCenter, "app_rights", ("SELECT", "INSERT"), raising=False)
    migrate_all()
    assert not may_update(tenant, table)
    monkeypatch.undo()
    migrate_all()
    assert may_update(tenant, table)


@pytest.mark.usefixtures("new_tenants")
def test_stopped_before_the_grants_the_next_run_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = provision_tenant(**NORDIC)
    with as_owner():
        execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA {tenant.schema_name} FROM "{tenant.role_name}"')
    Tenant.objects.update(schema_version="older")

    def die(**_kwargs: Any) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(migrating, "grant_book", die)
        with pytest.raises(KilledError):
            migrate_all()
    migrate_all()
    assert is_whole("nordic-cars")


@pytest.mark.usefixtures("new_tenants")
def test_a_tenant_that_could_read_the_core_is_not_opened() -> None:
    def spoil(step: str) -> None:
        if Tenant.objects.get(slug="nordic-cars").state == "granted":
            execute(f'GRANT USAGE ON SCHEMA public TO "{role_name_for("t_nordic_cars")}"')

    try:
        with pytest.raises(WallError, match="reads the core: True"):
            provision_tenant(**NORDIC, progress=spoil)
        assert Tenant.objects.get(slug="nordic-cars").state == "granted"
    finally:
        with as_owner():
            execute(f'REVOKE ALL ON SCHEMA public FROM "{role_name_for("t_nordic_cars")}"')


@pytest.mark.usefixtures("new_tenants")
def test_a_tenant_is_dropped_wholly(system: Actor) -> None:
    tenant = provision_tenant(**NORDIC)
    drop_tenant(tenant)
    assert not Tenant.objects.filter(slug="nordic-cars").exists()
    assert not Domain.objects.filter(domain__startswith="nordic").exists()
    with as_owner():
        assert not schema_exists(tenant.schema_name)
        assert not role_exists(tenant.role_name)
    again = provision_tenant(**NORDIC)
    assert again.pk != tenant.pk
    assert is_whole("nordic-cars")


def test_a_tenant_with_a_stream_is_not_dropped(own_db: str, acme: Tenant, system: Actor, now: datetime) -> None:
    fill(litres=1, tenants=[acme], actor=system, now=now)
    with pytest.raises(ProtectedError):
        drop_tenant(acme)
    with tenant_context(Tenant.objects.get(slug="acme")):
        assert Entry.objects.count() == 1
    assert Domain.objects.filter(tenant=acme).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Acme"}, "slug"),
        ({"slug": "a"}, "slug"),
        ({"slug": "a" * 41}, "slug"),
        ({"slug": "under_score"}, "slug"),
        ({"slug": "-dash"}, "slug"),
        ({"slug": "dot.ted"}, "slug"),
        ({"slug": 'quo"te'}, "slug"),
        ({"slug": "车队"}, "slug"),
        ({"slug": "ops"}, "slug"),
        ({"slug": "public"}, "slug"),
        ({"kind": "bank"}, "kind"),
        ({"name": "  "}, "name"),
        ({"slug": "acme", "kind": "dealer"}, "kind"),
    ],
)
def test_what_no_tenant_can_be_is_refused_by_field(change: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        provision_tenant(**{**NORDIC, **change})
    assert list(refused.value.message_dict) == [field]


@pytest.mark.django_db
def test_the_command_says_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="kept for the platform"):
        call_command("provision_tenant", "ops", kind="fleet", name="x")
