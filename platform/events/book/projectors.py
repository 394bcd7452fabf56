"""Every event is first copied into the book's log."""

from collections.abc import Sequence
from typing import Any

from events.book.models import Entry
from events.copying import copy_rows
from events.projecting import Told, projects_every

FIELDS = (
    "seq", "type", "version", "subject", "data", "actor_kind", "actor_name", "credential", "on_behalf_of", "occurred_at",
)  # fmt: skip


@projects_every
def copy_entries(told: Sequence[Told]) -> None:
    """COPY the events of one command into the log."""
    copy_rows(Entry, FIELDS, map(entry_row, told))


def entry_row(told: Told) -> tuple[Any, ...]:
    """One event, in the order of FIELDS."""
    by = told.author
    return (
        told.seq, told.event.type, told.version, told.event.subject, told.data,
        by.kind, by.name, by.credential, by.on_behalf_of, told.occurred_at,
    )  # fmt: skip
