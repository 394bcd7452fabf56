"""Replay: a tenant's events, projected anew into an empty copy of its projected tables.

The copy is a schema of its own and the path leads to it alone, so a projector that reads or writes anything but projected
tables fails here: a book is a pure function of its events.
"""

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db import models
from psycopg import sql

from events.catalogue import canonical, decode, events
from events.models import Event
from events.projecting import Author, Told, project
from tenants.grants import models_of
from tenants.models import Tenant
from tenants.owner import execute
from tenants.postgresql.base import Place, current_wrapper

PAGE = 2000
COLUMNS = ("seq", "type", "version", "data", "occurred_at", "actor_name", "actor_kind", "credential", "on_behalf_of")


class UnknownEvent(LookupError):
    """The log holds an event that no room knows; its class or its upcaster is gone."""


def projected_models() -> list[type[models.Model]]:
    """The models of the books that projectors alone write: those with `is_projected = True`, by table."""
    found = [model for model in models_of(settings.TENANT_APPS) if is_projected(model)]
    return sorted(found, key=lambda model: model._meta.db_table)


def is_projected(model: type[models.Model]) -> bool:
    """Whether projectors write this model; a many-to-many table goes with the model that declares it."""
    return bool(getattr(model._meta.auto_created or model, "is_projected", False))


def make_scratch(tenant: Tenant) -> str:
    """Make an empty copy of the tenant's projected tables, in a schema of its own, for this transaction; returns its name."""
    name = f"replay_{secrets.token_hex(6)}"
    execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    for model in projected_models():
        table = model._meta.db_table
        names = sql.Identifier(name, table), sql.Identifier(tenant.schema_name, table)
        execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(*names))
    return name


def drop_scratch(name: str) -> None:
    """Drop such a copy; what is rolled back anyway needs no drop."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come cannot be dropped
    execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


def replay(*, tenant: Tenant, schema: str, page: int = PAGE) -> int:
    """Project all events of `tenant` into `schema`, `page` at a time; returns how many there were.

    Raises ProjectionFailed, and UnknownEvent for a type or version that the code no longer reads.
    """
    wrapper = current_wrapper()
    home, total = wrapper.wanted, 0
    for told in read_told(tenant=tenant, page=page):
        wrapper.move_to(Place(schema=schema, role=None))
        try:
            project(told)
        finally:
            wrapper.move_to(home, at_once=False)
        total += len(told)
    return total


def read_told(*, tenant: Tenant, page: int = PAGE) -> Iterator[list[Told]]:
    """The tenant's events as projectors see them, in seq order, page by page."""
    for rows in read_pages(tenant=tenant, columns=COLUMNS, page=page):
        yield [as_told(*row) for row in rows]


def read_pages(*, tenant: Tenant, columns: Sequence[str], page: int = PAGE) -> Iterator[list[tuple[Any, ...]]]:
    """These columns of the tenant's events, in seq order; `seq` must come first."""
    last = 0
    while True:
        found = Event.objects.filter(tenant=tenant, seq__gt=last).order_by("seq").values_list(*columns)[:page]
        rows = list(found)
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def as_told(seq: int, name: str, version: int, data: dict[str, Any], occurred_at: Any, *author: str) -> Told:
    """One event of the log as it was handed to the projectors when it was told."""
    try:
        event = decode(events[name], data, version=version)
    except KeyError as error:
        raise UnknownEvent(f"{name}, version {version}, number {seq}") from error
    return Told(seq, event, canonical(data).decode(), Author(*author), occurred_at, stored_version=version)
