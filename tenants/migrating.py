"""Migrations of the core, of the template and of every tenant's schema, each only where something is missing."""

import hashlib
from collections.abc import Callable
from io import StringIO

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate
from django.db.migrations.loader import MigrationLoader
from django_tenants.routers import TenantSyncRouter
from psycopg import sql

from tenants.grants import declared_rights, grant_book, grant_core, make_role
from tenants.models import Tenant, TenantState
from tenants.owner import as_owner, execute
from tenants.postgresql.base import current_wrapper

EXTENSIONS = ("btree_gist", "pg_trgm")
Progress = Callable[[str], None]


def migrate_all(*, progress: Progress = lambda _line: None) -> None:
    """Bring every schema to the code's state and re-apply the grants; quick when there is nothing to do."""
    with as_owner():
        prepare_database()
        wanted_core, wanted_book = known_migrations(settings.SHARED_APPS), known_migrations(settings.TENANT_APPS)
        changed = bring_up("public", wanted_core, progress)
        if not schema_exists(settings.TENANT_TEMPLATE_SCHEMA):
            execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(settings.TENANT_TEMPLATE_SCHEMA)))
        changed |= bring_up(settings.TENANT_TEMPLATE_SCHEMA, wanted_book, progress)
        version = current_version(settings.TENANT_TEMPLATE_SCHEMA)
        for tenant in Tenant.objects.exclude(state__in=[TenantState.NEW, TenantState.CLOSED]).order_by("slug"):
            if tenant.schema_version != version:
                bring_up(tenant.schema_name, wanted_book, progress)
                make_role(tenant)
                grant_book(schema=tenant.schema_name, role=tenant.role_name)
                # last: whoever is stopped before it comes back to this tenant
                Tenant.objects.filter(pk=tenant.pk).update(schema_version=current_version(tenant.schema_name))
        if changed:
            progress("grants")
        grant_core()


def prepare_database() -> None:
    """The schema of the extensions, and those we use; both are trusted, so the database's owner may make them."""
    extensions = sql.Identifier(settings.EXTENSIONS_SCHEMA)
    execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(extensions))
    for name in EXTENSIONS:
        execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}").format(sql.Identifier(name), extensions))


def bring_up(schema: str, wanted: set[tuple[str, str]], progress: Progress) -> bool:
    """Run Django's migrate in `schema` if something is missing there; whether it was."""
    if wanted <= applied_migrations(schema):
        return False
    progress(schema)
    wrapper = current_wrapper()
    wrapper.stand_in_for_migration(schema)
    try:
        Migrate(stdout=StringIO(), stderr=StringIO()).execute(
            database="default", verbosity=0, interactive=False, skip_checks=True, run_syncdb=False, prune=False,
            app_label=None, migration_name=None, fake=False, fake_initial=False, plan=False, check_unapplied=False,
            no_color=True, force_color=False, settings=None, pythonpath=None, traceback=False,
        )  # fmt: skip
    finally:
        wrapper.stand_in_for_migration("public")
    return True


def known_migrations(app_names: list[str]) -> set[tuple[str, str]]:
    """Every migration on disk of these apps."""
    router = TenantSyncRouter()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {key for key in loader.disk_migrations if router.app_in_list(key[0], app_names)}


def applied_migrations(schema: str) -> set[tuple[str, str]]:
    """What `schema` says it has; nothing if it has no such table."""
    with current_wrapper().cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f'"{schema}".django_migrations'])
        if cursor.fetchone()[0] is None:
            return set()
        cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations')  # noqa: S608  # our own schema name
        return set(cursor.fetchall())


def current_version(schema: str) -> str:
    """A short hash of the migrations that `schema` has of the books' apps, and of the rights declared on their tables."""
    router = TenantSyncRouter()
    own = {f"{app}.{name}" for app, name in applied_migrations(schema) if router.app_in_list(app, settings.TENANT_APPS)}
    return hashlib.sha256("\n".join([*sorted(own), *declared_rights()]).encode()).hexdigest()[:16]


def schema_exists(schema: str) -> bool:
    """Whether the database has it."""
    with current_wrapper().cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        return cursor.fetchone() is not None
