"""Databases of our own, for tests and figures: made by the owner, used by both logins, dropped afterwards."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql


@contextmanager
def maintenance() -> Iterator[psycopg.Connection]:
    """The owner's connection to the server's own database, to make and drop others."""
    owner = settings.OWNER_DATABASE
    assert owner is not None, "Tests need DATABASE_OWNER_URL; run them with `make test`."
    parameters = {"host": owner["HOST"], "port": owner["PORT"], "user": owner["USER"], "password": owner["PASSWORD"]}
    given = {key: value for key, value in parameters.items() if value}
    with psycopg.connect(dbname="postgres", autocommit=True, **given) as connection:
        yield connection


def use_database(name: str) -> None:
    """Point both logins at a database."""
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    assert settings.OWNER_DATABASE is not None
    settings.OWNER_DATABASE["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


def end_sessions(name: str) -> None:
    """End the application's sessions in a database, as itself: a browser's event loop may have hidden one from Django."""
    entry = settings.DATABASES["default"]
    given = {"host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"], "password": entry["PASSWORD"]}
    with psycopg.connect(dbname=name, autocommit=True, **{key: value for key, value in given.items() if value}) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def make_database(name: str, *, template: str = "template1") -> None:
    """A copy of `template`, which nobody may be connected to."""
    if template != "template1":
        end_sessions(template)
    with maintenance() as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        patiently(connection, statement)


def drop_database(name: str) -> None:
    """Gone."""
    with maintenance() as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is not None:
            end_sessions(name)
            patiently(connection, sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def patiently(connection: psycopg.Connection, statement: sql.Composed) -> None:
    """Run what needs a database that nobody uses; a session that is just closing is waited for."""
    for _attempt in range(50):
        try:
            connection.execute(statement)
        except psycopg.errors.ObjectInUse:
            time.sleep(0.1)
        else:
            return
    connection.execute(statement)


def drop_roles(names: list[str]) -> None:
    """The tenants' roles of a dropped database; roles belong to the whole server."""
    with maintenance() as connection:
        for name in names:
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
