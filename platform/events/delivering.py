"""After commit: readers of the log (mail, notices, documents, webhooks) catch up with each tenant's stream.

A reader is idempotent: it may be handed the same events again when a worker dies between its work and its position.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from events.models import Delivery, Event, Stream

logger = logging.getLogger(__name__)
PAGE = 500
Reader = Callable[[Sequence[Event]], None]
Re = TypeVar("Re", bound=Reader)

readers: dict[str, Reader] = {}


def reads_log(name: str) -> Callable[[Re], Re]:
    """Decorator: register a reader under a name that stays (its position is kept under it)."""

    def keep(function: Re) -> Re:
        readers[name] = function
        return function

    return keep


def deliver_to_all(*, tenant_id: UUID) -> int:
    """Let every reader catch up with one tenant; returns how many events were handed over.

    A reader that fails is logged and left where it stood: the others go on, and the sweep comes back to it.
    """
    total = 0
    for name in readers:
        try:
            total += catch_up(name=name, tenant_id=tenant_id)
        except Exception:
            logger.exception("Reader %s failed with the stream of tenant %s.", name, tenant_id)
    return total


def catch_up(*, name: str, tenant_id: UUID) -> int:
    """Hand the events after its position to one reader, page by page; a reader at work elsewhere is left alone."""
    Delivery.objects.get_or_create(reader=name, tenant_id=tenant_id)  # at once: nobody waits for a row in the making
    total = 0
    while True:
        with transaction.atomic():
            position = (
                Delivery.objects.select_for_update(skip_locked=True).filter(reader=name, tenant_id=tenant_id).first()
            )
            if position is None:
                return total
            page = list(Event.objects.filter(tenant_id=tenant_id, seq__gt=position.last_seq).order_by("seq")[:PAGE])
            if not page:
                return total
            readers[name](page)
            Delivery.objects.filter(pk=position.pk).update(last_seq=page[-1].seq)
        total += len(page)


def tenants_behind() -> list[UUID]:
    """The tenants whose stream is ahead of some reader: what the sweep has to deliver."""
    behind: set[UUID] = set()
    for name in readers:
        position = Delivery.objects.filter(reader=name, tenant=OuterRef("pk")).values("last_seq")[:1]
        rows = Stream.objects.annotate(seen=Coalesce(Subquery(position), Value(0))).filter(last_seq__gt=F("seen"))
        behind.update(rows.values_list("tenant_id", flat=True))
    return sorted(behind)
