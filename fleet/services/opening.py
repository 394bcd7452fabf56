"""The rows of a submitted batch become orders, chunk by chunk; each chunk is one stay in the tenant and one command.

A killed worker loses at most the chunk it was at. A reference that has its order already makes none: whoever goes on, and
whoever submits at the same moment, gets the order that stands.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import translation
from django.utils.translation import gettext_noop

from events.announcing import announce
from events.machine import TransitionError
from fleet.errors import Superseded
from fleet.events import BatchOpened
from fleet.models import Batch, BatchRow, RowState
from fleet.selectors.intake import read_known
from fleet.services.attempts import count_attempt
from fleet.services.checking import ref_of
from fleet.services.people import thaw_actor
from fleet.services.writing import decode_lines
from repair.requests import OpenedLine
from repair.services.opening import open_jobs
from tenants.actors import system_actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.now import Now

logger = logging.getLogger(__name__)
CHUNK: Final = 2_000
OPENED = """
UPDATE fleet_batchrow r SET status = v.status, order_id = v.order_id, number = v.number, done_at = v.done_at
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::timestamptz[]) AS v(id, status, order_id, number, done_at)
WHERE r.id = v.id
"""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A row on its way to an order."""

    id: UUID
    external_ref: str
    digest: bytes
    asked: str


def open_orders(*, tenant: Tenant, batch_id: UUID, clock: Now) -> None:
    """Open the orders of a batch that was submitted; leaves alone what is open already."""
    if not note_attempt(tenant, batch_id, now=clock(tenant)):
        return
    with translation.override(tenant.language):
        open_all(tenant=tenant, batch_id=batch_id, clock=clock)


def open_all(*, tenant: Tenant, batch_id: UUID, clock: Now) -> None:
    """Chunk after chunk; what the desk refuses is written on the batch."""
    try:
        while open_chunk(tenant=tenant, batch_id=batch_id, now=clock(tenant)):
            pass
        finish_opening(tenant=tenant, batch_id=batch_id, now=clock(tenant))
    except Superseded:
        return
    except TransitionError as error:
        halt(tenant, batch_id, error.message)
    except ValidationError as error:
        halt(tenant, batch_id, " ".join(error.messages))


def note_attempt(tenant: Tenant, batch_id: UUID, *, now: datetime) -> bool:
    """Whether there is something to open; what has failed many times waits for a person."""
    with tenant_context(tenant):
        batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None or not batch.is_opening:
            return False
        return count_attempt(batch, gettext_noop("Opening failed several times and was stopped."), now=now)


def open_chunk(*, tenant: Tenant, batch_id: UUID, now: datetime, size: int = CHUNK) -> bool:
    """Open the next rows; whether there were any. Raises Superseded when another worker is at it, and what open_jobs raises."""
    with tenant_context(tenant):
        claim(batch_id)
        batch = Batch.objects.get(pk=batch_id)
        rows = next_rows(batch, size) if batch.is_opening else []
        if not rows:
            return False
        assert batch.submitted_by is not None
        opened = open_jobs(
            tenant_id=tenant.pk,
            lines=list(decode_lines(row.asked for row in rows)),
            channel=batch.channel,
            batch_id=batch.pk,
            actor=thaw_actor(batch.submitted_by, tenant),
            now=now,
        )
        write_opened(rows, opened, now)
        Batch.objects.filter(pk=batch_id).update(done_rows=batch.done_rows + len(rows), touched_at=now, attempts=0)
    return True


def claim(batch_id: UUID) -> None:
    """One worker a batch, for this transaction; raises Superseded when another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 2))", [str(batch_id)])
        if not cursor.fetchone()[0]:
            raise Superseded


def next_rows(batch: Batch, size: int) -> list[WaitingRow]:
    """The next valid rows by line; `asked` stays text, the desk's request is decoded from it once."""
    rows = BatchRow.objects.filter(batch=batch, status=RowState.VALID).order_by("line")
    columns = rows.annotate(text=Cast("asked", TextField())).values_list("id", "external_ref", "digest", "text")
    return [WaitingRow(key, ref, bytes(digest or b""), text) for key, ref, digest, text in columns[:size]]


def write_opened(rows: Sequence[WaitingRow], opened: Sequence[OpenedLine], now: datetime) -> None:
    """One UPDATE: which order each row has become, or found standing."""
    known = read_known([line.external_ref for line in opened if not line.is_new])
    values: list[tuple[Any, ...]] = []
    for row, line in zip(rows, opened, strict=True):
        status = RowState.SUBMITTED if line.is_new else state_of_standing(row, known)
        values.append((row.id, status.value, line.order_id, line.number, now if line.is_new else None))
    with connection.cursor() as cursor:
        cursor.execute(OPENED, [list(column) for column in zip(*values, strict=True)])


def state_of_standing(row: WaitingRow, known: dict[str, Any]) -> RowState:
    """A row whose reference got its order from elsewhere since the check: the same row, or other content."""
    stands = known.get(row.external_ref)
    is_same = stands is None or not stands.digest or stands.digest == row.digest
    return RowState.ALREADY_SUBMITTED if is_same else RowState.CHANGED_SINCE


def finish_opening(*, tenant: Tenant, batch_id: UUID, now: datetime) -> None:
    """The receipt: every row is an order. Raises Superseded when it was written before."""
    with tenant_context(tenant):
        batch = Batch.objects.get(pk=batch_id)
        if not batch.is_opening:
            return
        counts = {
            state: batch.rows.filter(status=state).count() for state in (RowState.SUBMITTED, RowState.ALREADY_SUBMITTED)
        }
        event = BatchOpened(
            subject=ref_of(batch_id),
            orders=counts[RowState.SUBMITTED],
            already_submitted=counts[RowState.ALREADY_SUBMITTED],
            respond_by=batch.respond_by,
        )
        announce(tenant_id=tenant.pk, events=[event], actor=system_actor("intake"), now=now)
        if not Batch.objects.filter(pk=batch_id, opened_at__isnull=True).update(opened_at=now, touched_at=now, halt=""):
            raise Superseded


def halt(tenant: Tenant, batch_id: UUID, why: str) -> None:
    """The work stops until a person has seen to the reason."""
    logger.warning("Batch %s of %s was halted: %s", batch_id, tenant.slug, why)
    with tenant_context(tenant):
        Batch.objects.filter(pk=batch_id).update(halt=why[:500])
