"""Every event is first copied into the book's log."""

from collections.abc import Sequence

from events.book.models import Entry
from events.copying import copy_rows
from events.projecting import Told, projects_every

FIELDS = (
    "seq", "type", "version", "subject", "data", "actor_kind", "actor_name", "credential", "on_behalf_of", "occurred_at",
)  # fmt: skip


@projects_every
def copy_entries(told: Sequence[Told]) -> None:
    """COPY the events of one command into the log."""
    copy_rows(
        Entry,
        FIELDS,
        (
            (
                t.seq, t.event.type, t.version, t.event.subject, t.data,
                t.author.kind, t.actor_name, t.author.credential, t.author.on_behalf_of, t.occurred_at,
            )  # fmt: skip
            for t in told
        ),
    )
