"""Every right in the database, declared in one place and applied after every migration.

A model may narrow what the application may do with its table: `app_rights = ("SELECT", "INSERT")` makes it append-only.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from psycopg import sql

from tenants.models import Tenant
from tenants.owner import application_login, execute
from tenants.postgresql.base import current_wrapper

ALL_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
READ_ONLY_CORE = ("django_migrations",)
GRANTING = "SELECT pg_advisory_xact_lock(hashtextextended('baylink grants', 0))"


def role_name_for(schema: str) -> str:
    """The role of a schema: roles belong to the whole server, so the database's name is part of the hash."""
    database = current_wrapper().settings_dict["NAME"]
    digest = hashlib.sha256(f"{database}/{settings.SECRET_KEY[:8]}".encode()).hexdigest()[:8]
    return f"bl_{digest}_{schema}"[:63]


def rights_of(model: type[models.Model]) -> tuple[str, ...]:
    """What the application may do with the model's table."""
    return tuple(getattr(model, "app_rights", ALL_RIGHTS))


def declared_rights() -> list[str]:
    """A line for each table of a book with what may be done with it: rights may change without a migration."""
    return sorted(f"{model._meta.db_table}: {', '.join(rights_of(model))}" for model in models_of(settings.TENANT_APPS))


def models_of(app_names: list[str]) -> list[type[models.Model]]:
    """The models whose tables lie in the core (SHARED_APPS) or in a book (TENANT_APPS), many-to-many tables included."""
    from django_tenants.routers import TenantSyncRouter

    router = TenantSyncRouter()
    found = [m for m in apps.get_models(include_auto_created=True) if router.app_in_list(m._meta.app_label, app_names)]
    return [model for model in found if model._meta.managed and not model._meta.proxy]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """One transaction: requests under way never meet a table without rights, and two who grant do not collide.

    PostgreSQL answers two grants on one object at once with "tuple concurrently updated".
    """
    with transaction.atomic():
        execute(GRANTING)
        yield


@one_at_a_time()
def grant_core() -> None:
    """PUBLIC has nothing; the application's login has what the models say on each table of the core."""
    login = sql.Identifier(application_login())
    extensions = sql.Identifier(settings.EXTENSIONS_SCHEMA)
    database = sql.Identifier(current_wrapper().settings_dict["NAME"])
    execute(sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
    execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    execute(sql.SQL("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC"))
    # without IN SCHEMA: a schema's defaults only add to the global ones, and those let PUBLIC execute
    execute(sql.SQL("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"))
    execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, login))
    execute(sql.SQL("GRANT USAGE ON SCHEMA public, {} TO {}").format(extensions, login))
    execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(login))
    execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(login))
    for model in models_of(settings.SHARED_APPS):
        grant_table("public", model._meta.db_table, rights_of(model), login)
    for table in READ_ONLY_CORE:
        grant_table("public", table, ("SELECT",), login)


@one_at_a_time()
def grant_book(*, schema: str, role: str) -> None:
    """The tenant's role has rights on its own schema and USAGE on the extensions, and on nothing else."""
    to = sql.Identifier(role)
    execute(
        sql.SQL("GRANT USAGE ON SCHEMA {}, {} TO {}").format(
            *map(sql.Identifier, (schema, settings.EXTENSIONS_SCHEMA)), to
        )
    )
    execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}").format(sql.Identifier(schema), to))
    execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(sql.Identifier(schema), to))
    for model in models_of(settings.TENANT_APPS):
        grant_table(schema, model._meta.db_table, rights_of(model), to)


def grant_table(schema: str, table: str, rights: tuple[str, ...], to: sql.Identifier) -> None:
    """Grant `rights` on one table."""
    execute(
        sql.SQL("GRANT {} ON {} TO {}").format(
            sql.SQL(", ").join(map(sql.SQL, rights)),
            sql.Identifier(schema, table),
            to,
        )
    )


@one_at_a_time()
def make_role(tenant: Tenant) -> None:
    """The tenant's NOLOGIN role, and the application's membership in it; nothing happens if both stand."""
    role = sql.Identifier(tenant.role_name)
    if not role_exists(tenant.role_name):
        execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
    execute(sql.SQL("GRANT {} TO {}").format(role, sql.Identifier(application_login())))


def role_exists(name: str) -> bool:
    """Whether the server has this role."""
    with current_wrapper().cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        return cursor.fetchone() is not None
