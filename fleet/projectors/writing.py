"""What every projector of orders asks of a run: its last word on each order, and one statement for all."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from events.projecting import Told


def last_of_each(told: Iterable[Told]) -> list[Told]:
    """The last word on each order, in the order in which they were first named."""
    last: dict[UUID, Told] = {}
    for item in told:
        last[item.event.order_id] = item
    return list(last.values())


def update_orders(told: Iterable[Told], changes: dict[str, tuple[str, Any]]) -> None:
    """Set columns of many orders in one statement: {column: (type in PostgreSQL, what it becomes by event)}."""
    steps = last_of_each(told)
    names = [*changes, "updated_seq", "updated_at"]
    kinds = [*(kind for kind, _value in changes.values()), "bigint", "timestamptz"]
    values = [[value(t.event) for t in steps] for _kind, value in changes.values()]
    values += [[t.seq for t in steps], [t.occurred_at for t in steps]]
    sets = ", ".join(f"{name} = v.{name}" for name in names)
    source = ", ".join(["%s::uuid[]", *(f"%s::{kind}[]" for kind in kinds)])
    statement = f"UPDATE fleet_order o SET {sets} FROM unnest({source}) AS v(id, {', '.join(names)}) WHERE o.id = v.id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [[t.event.order_id for t in steps], *values])
