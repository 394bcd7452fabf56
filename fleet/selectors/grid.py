"""The rows of a batch as a sheet asks for them: by state, by the field that is wrong, by what they are found by."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from fleet.models import Batch, BatchRow, RowState

COUNT_FAULTS: Final = """
SELECT e ->> 'field', count(DISTINCT r.id) FROM fleet_batchrow r, jsonb_array_elements(r.errors) e
WHERE r.batch_id = %s AND r.status = 'rejected' GROUP BY 1 ORDER BY 2 DESC, 1
"""
SHOWN: Final = (
    "line", "external_ref", "status", "cells", "asked", "errors", "warnings", "number", "mended_by", "mended_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Which rows are wanted; an empty text asks for nothing."""

    status: str = ""  # a stored state, or "warned"
    field: str = ""  # with a fault there
    search: str = ""  # in reference, VIN and plate

    @property
    def is_used(self) -> bool:
        """Whether it leaves anything out that the state alone would not."""
        return bool(self.field or self.search)


def filter_rows(batch: Batch, wanted: RowFilter) -> QuerySet[BatchRow, dict[str, Any]]:
    """The rows by line, as far as a sheet shows them."""
    rows = BatchRow.objects.filter(batch=batch).order_by("line")
    if wanted.field:
        rows = rows.filter(status=RowState.REJECTED, errors__contains=[{"field": wanted.field}])
    elif wanted.status == "warned":
        rows = rows.exclude(warnings=[])
    elif wanted.status:
        rows = rows.filter(status=wanted.status)
    for word in wanted.search.lower().split()[:5]:
        rows = rows.filter(search__contains=word)
    found: QuerySet[BatchRow, dict[str, Any]] = rows.values(*SHOWN)
    return found


def read_rows(batch: Batch, lines: list[int]) -> list[dict[str, Any]]:
    """These rows alone."""
    return list(BatchRow.objects.filter(batch=batch, line__in=lines).order_by("line").values(*SHOWN))


def count_faults(batch_id: UUID) -> dict[str, int]:
    """How many rejected rows have a fault in each field, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_FAULTS, [batch_id])
        return dict(cursor.fetchall())
