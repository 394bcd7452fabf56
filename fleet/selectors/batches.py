"""Batches as pages and API show them: from `submitted` on, state and counts are computed from their orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from fleet import states
from fleet.models import Batch, BatchLines, BatchRow, Order, RollbackResult
from fleet.states import state_of_lines

COUNTED = ("valid", "rejected", "submitted", "already_submitted", "changed_since", "cancelled")
COUNT_ROWS = """
SELECT CASE WHEN r.status = 'submitted' AND o.status = 'cancelled' THEN 'cancelled' ELSE r.status END, count(*)
FROM fleet_batchrow r LEFT JOIN fleet_order o ON o.id = r.order_id WHERE r.batch_id = %s GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch with its shown state, and how far its orders have come."""

    batch: Batch
    status: str
    lines: BatchLines

    @property
    def orders(self) -> int:
        """How many orders it has made."""
        lines = self.lines
        return lines.waiting + lines.moving + lines.delivered + lines.declined + lines.cancelled

    def get_absolute_url(self) -> str:
        """The batch's page."""
        return self.batch.get_absolute_url()


def summarise(batches: Sequence[Batch]) -> list[BatchSummary]:
    """Batches with their shown states; one query for all of them."""
    lines = BatchLines.objects.in_bulk([batch.pk for batch in batches])
    return [
        BatchSummary(batch, shown_status(batch, lines.get(batch.pk)), lines.get(batch.pk) or BatchLines())
        for batch in batches
    ]


def summarise_one(batch: Batch) -> BatchSummary:
    """One batch with its shown state."""
    return summarise([batch])[0]


def shown_status(batch: Batch, lines: BatchLines | None) -> str:
    """The stored state, or what the lines of a submitted batch say."""
    if batch.status != states.SUBMITTED or lines is None or batch.is_opening:
        return batch.status
    return state_of_lines(
        waiting=lines.waiting,
        moving=lines.moving,
        delivered=lines.delivered,
        declined=lines.declined,
        cancelled=lines.cancelled,
    )


def count_rows(batch_id: UUID) -> dict[str, int]:
    """How many rows a batch has in all, and of each state; a submitted row whose order was cancelled is cancelled."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ROWS, [batch_id])
        found: dict[str, int] = dict(cursor.fetchall())
    return {"total": sum(found.values()), **{name: found.get(name, 0) for name in COUNTED}}


def count_stored(batch_id: UUID) -> dict[str, int]:
    """The counts that a check writes into its batch: by what became of the rows, and those with warnings."""
    rows = BatchRow.objects.filter(batch_id=batch_id)
    found = dict(rows.values_list("status").annotate(Count("pk")).order_by())
    names = ("valid", "rejected", "already_submitted", "changed_since")
    return {**{name: found.get(name, 0) for name in names}, "warned": rows.exclude(warnings=[]).count()}


def list_rows(batch: Batch, *, status: str = "") -> QuerySet[BatchRow]:
    """The rows of a batch by line, each with `order_status`; `status` as `count_rows` names it, or "warned"."""
    of_order = Order.objects.filter(pk=OuterRef("order_id")).values("status")[:1]
    rows = BatchRow.objects.filter(batch=batch).annotate(order_status=Subquery(of_order)).order_by("line")
    if status == "warned":
        return rows.exclude(warnings=[])
    if status == "cancelled":
        return rows.filter(Q(status="submitted", order_status="cancelled") | Q(status="cancelled"))
    if status == "submitted":
        return rows.filter(status=status).exclude(order_status="cancelled")
    return rows.filter(status=status) if status else rows


def count_results(batch_id: UUID) -> dict[str, int]:
    """What the roll-back came to, by result."""
    rows = BatchRow.objects.filter(batch_id=batch_id).exclude(rollback_result="")
    found = dict(rows.values_list("rollback_result").annotate(Count("pk")).order_by())
    return {name: found.get(name, 0) for name in RollbackResult.values}


def list_results(batch_id: UUID) -> QuerySet[BatchRow]:
    """The rows that a roll-back has had to do with, by line."""
    return BatchRow.objects.filter(batch_id=batch_id).exclude(rollback_result="").order_by("line")


def row_status(row: Any) -> str:
    """The shown state of a row that `list_rows` gave."""
    return "cancelled" if row.status == "submitted" and row.order_status == "cancelled" else str(row.status)
