"""Mend a book from its events: replay beside it, then put right the rows that differ, in one transaction."""

from collections.abc import Collection
from typing import LiteralString

from django.db import models, transaction
from psycopg import sql

from events.checking import key_columns, verify_stream
from events.replaying import drop_scratch, make_scratch, projected_models, replay
from events.settling import lock_streams
from tenants.models import Tenant
from tenants.owner import as_owner
from tenants.postgresql.base import current_wrapper

DELETE: LiteralString = """
DELETE FROM {book} WHERE ({keys}) IN (SELECT {keys} FROM (SELECT * FROM {book} EXCEPT SELECT * FROM {replayed}) AS wrong)
"""
INSERT: LiteralString = """
INSERT INTO {book} ({columns}) OVERRIDING SYSTEM VALUE
SELECT {columns} FROM (SELECT * FROM {replayed} EXCEPT SELECT * FROM {book}) AS lost
"""


class BrokenLog(RuntimeError):
    """The log itself is not what was written; a book is never made from such a one."""


class UnknownTable(ValueError):
    """Not a projected table; the text lists those that are."""


def rebuild_book(tenant: Tenant, *, tables: Collection[str] = ()) -> dict[str, int]:
    """Make the tenant's projected tables (all, or `tables`) what its events say; returns the rows written or removed by table.

    Needs the owner's login. Holds the tenant's counter, so its commands wait meanwhile; nobody else's do.
    Raises UnknownTable; BrokenLog when the chain of the events does not hold; ProjectionFailed.
    """
    chosen = choose_models(tables)
    with as_owner(), transaction.atomic():
        lock_streams([tenant.pk])
        breaks = verify_stream(tenant)
        if breaks:
            raise BrokenLog("; ".join(map(str, breaks[:3])))
        scratch = make_scratch(tenant)
        replay(tenant=tenant, schema=scratch)
        changed = {
            model._meta.db_table: mend_table(model, book=tenant.schema_name, replayed=scratch) for model in chosen
        }
        drop_scratch(scratch)
    return changed


def choose_models(tables: Collection[str]) -> list[type[models.Model]]:
    """The projected models behind these table names; all of them for none."""
    known = {model._meta.db_table: model for model in projected_models()}
    unknown = sorted(set(tables) - set(known))
    if unknown:
        raise UnknownTable(f"{', '.join(unknown)}: not projected. Projected are: {', '.join(known)}.")
    return [model for table, model in known.items() if not tables or table in tables]


def mend_table(model: type[models.Model], *, book: str, replayed: str) -> int:
    """Remove the rows that the replay has not, write those that the book has not; returns how many in all."""
    table = model._meta.db_table
    parts = {
        "book": sql.Identifier(book, table),
        "replayed": sql.Identifier(replayed, table),
        "keys": sql.SQL(", ").join(map(sql.Identifier, key_columns(model))),
        "columns": sql.SQL(", ").join(map(sql.Identifier, written_columns(model))),
    }
    wrapper, changed = current_wrapper(), 0
    with wrapper.cursor() as cursor:
        for statement in (DELETE, INSERT):
            cursor.execute(sql.SQL(statement).format(**parts).as_string(wrapper.connection))
            changed += cursor.rowcount
    return changed


def written_columns(model: type[models.Model]) -> list[str]:
    """The columns that take a value; the database makes generated ones itself."""
    return [
        str(field.column)
        for field in model._meta.concrete_fields
        if field.column and not getattr(field, "generated", False)
    ]
