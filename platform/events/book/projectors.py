"""Every event is first copied into the book's log."""

from collections.abc import Sequence

from events.book.models import Entry
from events.copying import copy_rows
from events.projecting import Told, projects_every

FIELDS = ("seq", "type", "version", "subject", "data", "actor_name", "occurred_at")


@projects_every
def copy_entries(told: Sequence[Told]) -> None:
    """COPY the events of one command into the log."""
    copy_rows(
        Entry,
        FIELDS,
        ((t.seq, t.event.type, t.version, t.event.subject, t.data, t.actor_name, t.occurred_at) for t in told),
    )
