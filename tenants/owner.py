"""The owner's login: migrates, provisions, grants and replays; it serves no request."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from psycopg import sql

from tenants.postgresql.base import DatabaseWrapper, current_wrapper


@contextmanager
def as_owner() -> Iterator[DatabaseWrapper]:
    """This thread's connection is the owner's until the block ends; raises ImproperlyConfigured without DATABASE_OWNER_URL."""
    if current_wrapper().settings_dict.get("IS_OWNER"):
        yield current_wrapper()
        return
    if settings.OWNER_DATABASE is None:
        raise ImproperlyConfigured("This needs the owner's login: set DATABASE_OWNER_URL (docs/operations.md).")
    before = current_wrapper()
    entry = {**deepcopy(before.settings_dict), **deepcopy(settings.OWNER_DATABASE)}
    entry["OPTIONS"] = {key: value for key, value in entry.get("OPTIONS", {}).items() if key != "pool"}
    # an owner's work (a migration, a replay) may take longer than any request, but never waits long for a lock
    entry |= {"IS_OWNER": True, "LIMITS": {"lock_timeout": "20s", "statement_timeout": "0"}}
    wrapper = DatabaseWrapper(entry, "default")
    connections["default"] = wrapper
    try:
        yield wrapper
    finally:
        wrapper.close()
        connections["default"] = before


def application_login() -> str:
    """The name of the login that DATABASE_URL uses, which every tenant's role is granted to."""
    return str(settings.DATABASES["default"]["USER"])


def execute(statement: sql.Composable | str) -> None:
    """Run one statement of DDL on this thread's connection."""
    wrapper = current_wrapper()
    with wrapper.cursor() as cursor:
        cursor.execute(statement if isinstance(statement, str) else statement.as_string(wrapper.connection))
