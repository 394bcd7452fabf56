"""Where a connection really stands: asked of the server itself, past everything that Python believes."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from tenants.context import place_of
from tenants.models import Tenant
from tenants.postgresql.base import CORE, Place, current_wrapper

Stand = tuple[str, str]  # role, search_path


def stand() -> Stand:
    """The role and the path that the next statement would run with, without the wall's help."""
    wrapper = current_wrapper()
    wrapper.ensure_connection()
    row = wrapper.connection.execute("SELECT current_user::text, current_setting('search_path')").fetchone()
    return row[0], row[1]


def stand_of(tenant: Tenant | None) -> Stand:
    """What `stand` should say in `tenant`, or in the core."""
    place: Place = place_of(tenant) if tenant else CORE
    return place.role or settings.DATABASES["default"]["USER"], place.search_path


@contextmanager
def refused(*states: str) -> Iterator[None]:
    """PostgreSQL itself refuses: 42501 is "insufficient privilege"."""
    with pytest.raises(Exception) as raised:  # told by its SQLSTATE
        yield
    cause = raised.value if isinstance(raised.value, psycopg.Error) else raised.value.__cause__
    assert isinstance(cause, psycopg.Error), raised.value
    assert cause.sqlstate in (states or ("42501",)), raised.value


def run_sql(statement: str, **names: Tenant) -> list[tuple[object, ...]]:
    """Raw SQL on Django's connection; {name} becomes that tenant's quoted schema."""
    composed = sql.SQL(statement).format(**{key: sql.Identifier(t.schema_name) for key, t in names.items()})
    with connection.cursor() as cursor:
        cursor.execute(composed.as_string(None))
        return cursor.fetchall() if cursor.description else []
