"""Does every book still say what its events say? The hash chain is verified, the book replayed beside it and compared.

Nothing is kept: one REPEATABLE READ transaction a tenant sees the log and the book as of one moment, and is rolled back.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from django.db import models, transaction
from psycopg import sql

from events.catalogue import canonical
from events.models import Event, Stream
from events.projecting import ProjectionFailed
from events.replaying import UnknownEvent, make_scratch, projected_models, read_pages, replay
from events.settling import STAMP, chain_hash
from tenants.models import Tenant
from tenants.owner import as_owner, execute
from tenants.postgresql.base import WallError, current_wrapper

SHOWN = 200  # rows of one side of one table
NO_HASH = bytes(32)
ROWS: LiteralString = """
SELECT to_jsonb(only_here) FROM (SELECT * FROM {here} EXCEPT SELECT * FROM {there}) AS only_here ORDER BY {keys} LIMIT {limit}
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the events say.

    `kind`: missing (in the book), extra, changed; number, chain, counter (of the log itself); error (the replay stopped).
    """

    table: str
    key: str
    kind: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.kind}{f' ({self.detail})' if self.detail else ''}"


def check_book(tenant: Tenant) -> list[Difference]:
    """Every difference between the tenant's book and its events, and every break in the chain of the events; none is right.

    Needs the owner's login and no transaction around it: it looks at what is committed. At most SHOWN rows of each side of
    a table are listed.
    """
    with as_owner():
        if current_wrapper().in_atomic_block:
            raise WallError("A book is checked in a transaction of its own.")
        with transaction.atomic():
            execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found = [*verify_stream(tenant), *compare_book(tenant)]
            transaction.set_rollback(True)
    return found


def compare_book(tenant: Tenant) -> list[Difference]:
    """Replay beside the book, and compare table by table; the caller's transaction is to be rolled back."""
    scratch = make_scratch(tenant)
    try:
        replay(tenant=tenant, schema=scratch)
    except (ProjectionFailed, UnknownEvent) as error:
        cause = error.__cause__ if isinstance(error, ProjectionFailed) else error
        return [Difference("events_event", "", "error", f"{type(cause).__name__}: {cause}".strip())]
    found: list[Difference] = []
    for model in projected_models():
        found += compare_table(model, book=tenant.schema_name, replayed=scratch)
    return found


def compare_table(model: type[models.Model], *, book: str, replayed: str) -> list[Difference]:
    """The rows that stand on one side only, EXCEPT both ways; one key on both sides is one changed row."""
    table, keys = model._meta.db_table, key_columns(model)
    in_book = rows_only_in(book, table, keys, other=replayed)
    in_replay = rows_only_in(replayed, table, keys, other=book)
    found = []
    for key in sorted({*in_book, *in_replay}):
        here, there = in_book.get(key), in_replay.get(key)
        if here is None or there is None:
            found.append(Difference(table, key, "missing" if here is None else "extra"))
        else:
            columns = [column for column in here if here[column] != there[column]]
            found.append(Difference(table, key, "changed", ", ".join(columns)))
    return found


def rows_only_in(schema: str, table: str, keys: Sequence[str], *, other: str) -> dict[str, dict[str, Any]]:
    """The rows of `schema` that `other` has not, by key."""
    statement = sql.SQL(ROWS).format(
        here=sql.Identifier(schema, table),
        there=sql.Identifier(other, table),
        keys=sql.SQL(", ").join(map(sql.Identifier, keys)),
        limit=sql.Literal(SHOWN),
    )
    wrapper = current_wrapper()
    with wrapper.cursor() as cursor:
        cursor.execute(statement.as_string(wrapper.connection))
        rows = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
    return {", ".join(f"{key}={row[key]}" for key in keys): row for row in rows}


def key_columns(model: type[models.Model]) -> list[str]:
    """The columns of the model's primary key."""
    return [str(field.column) for field in model._meta.pk_fields]


def verify_stream(tenant: Tenant) -> list[Difference]:
    """The numbers without a gap, each hash over its event and the one before, the counter at the last of them."""
    found: list[Difference] = []
    number, previous = 0, NO_HASH
    columns = ("seq", "because", "prev_hash", "hash", *STAMP)
    for page in read_pages(tenant=tenant, columns=columns):
        for seq, because, prev_hash, digest, *row in page:
            number += 1
            if seq != number:
                found.append(Difference("events_event", f"seq={seq}", "number", f"{number} was to come"))
                number = seq
            data = canonical(row[STAMP.index("data")])
            said = chain_hash(bytes(prev_hash), tenant.pk, seq, because, tuple(row), data)
            if bytes(prev_hash) != previous or said != bytes(digest):
                found.append(Difference("events_event", f"seq={seq}", "chain"))
            previous = bytes(digest)
    return found + verify_counter(tenant, number=number, last_hash=previous)


def verify_counter(tenant: Tenant, *, number: int, last_hash: bytes) -> list[Difference]:
    """The counter's row agrees with the last event; a log that was cut off at its end shows here."""
    counter = Stream.objects.filter(tenant=tenant).first()
    seq, digest = (counter.last_seq, bytes(counter.last_hash)) if counter else (0, NO_HASH)
    if (seq, digest) == (number, last_hash):
        return []
    return [
        Difference("events_stream", f"tenant={tenant.slug}", "counter", f"it says {seq}, the log ends with {number}")
    ]


def count_events(tenant: Tenant) -> int:
    """How long the tenant's log is."""
    return Event.objects.filter(tenant=tenant).count()
