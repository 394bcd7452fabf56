"""A row of a batch: read with what was sent, mended, confirmed."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.errors import InvalidParameter
from api.etags import changed, require_match, tag_of
from api.resources.batches.shown import BatchRowSerializer, show_row, shown_rows
from events.book.models import Entry
from fleet.access import row_for
from fleet.intake.columns import COLUMNS
from fleet.models import Batch, BatchRow
from fleet.services.amending import confirm_row
from fleet.services.submitting import mend_rows

TAGS = ["Batches"]
MOST_LINES = 2**31 - 1


class BatchRowDetailSerializer(BatchRowSerializer):
    """A row with the cells that it was judged by."""

    cells = serializers.DictField(
        child=serializers.CharField(),
        help_text="What was sent or typed, by column; there while it can be mended. Type over these.",
    )
    batch_status = serializers.CharField(help_text="Of the batch; `validating` while mended rows are being checked.")


class MendSerializer(serializers.Serializer[Any]):
    """Columns to type over, as texts; what is not named stays as it was sent. An empty text empties a cell."""

    cells = serializers.DictField(child=serializers.CharField(max_length=5_000, allow_blank=True), allow_empty=False)

    def validate_cells(self, cells: dict[str, str]) -> dict[str, str]:
        """Raise ValidationError for a column that no file has."""
        strange = sorted(set(cells) - set(COLUMNS))
        if strange:
            text = _("There is no column %(column)s.")
            raise serializers.ValidationError(
                {
                    column[:80]: serializers.ValidationError(
                        text % {"column": column[:80]}, code="unknown_column"
                    ).detail
                    for column in strange[:50]
                }
            )
        return cells


class RowDetail(ApiView):
    """GET and PATCH /order-batches/{id}/rows/{line}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "batches:read", "PATCH": "batches:write"}

    @extend_schema(
        operation_id="retrieveBatchRow",
        summary="Retrieve a row",
        tags=TAGS,
        responses={200: BatchRowDetailSerializer},
    )
    def get(self, request: Request, batch_id: str, line: int) -> Response:
        """One row with its cells and what is wrong with them; its ETag goes into If-Match when you mend it."""
        return answer(self.find(batch_id, line))

    @extend_schema(
        operation_id="mendBatchRow",
        summary="Mend a row",
        tags=TAGS,
        request=MendSerializer,
        responses={200: BatchRowDetailSerializer},
        examples=[OpenApiExample("mend", value={"cells": {"vin": "LVBV3PBB6SA071322"}}, request_only=True)],
    )
    def patch(self, request: Request, batch_id: str, line: int) -> Response:
        """Type over cells of a row before the batch is submitted. It is checked again: at once, or by a worker while the
        batch is `validating`."""
        row = self.find(batch_id, line)
        require_match(request.headers.get("If-Match", ""), etag_of(row))
        given = MendSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seen = last_mend(row)
        mend_rows(batch_id=batch_id, cells={line: given.validated_data["cells"]}, actor=self.actor, now=self.now)
        require_alone(row, seen)
        return answer(self.find(batch_id, line))

    def find(self, batch_id: str, line: int) -> BatchRow:
        """The row; raises Http404, InvalidParameter for a line that no file has."""
        return find_row(self, batch_id, line)


class RowConfirm(ApiView):
    """POST /order-batches/{id}/rows/{line}/confirm."""

    scopes: ClassVar[dict[str, str]] = {"POST": "batches:write"}

    @extend_schema(
        operation_id="confirmBatchRow",
        summary="Confirm a changed row",
        tags=TAGS,
        request=None,
        responses={200: BatchRowDetailSerializer},
    )
    def post(self, request: Request, batch_id: str, line: int) -> Response:
        """Say yes to a row that is `changed_since` its order was placed: the order is amended as the row says."""
        find_row(self, batch_id, line)
        confirm_row(batch_id=batch_id, line=line, actor=self.actor, now=self.now)
        return answer(find_row(self, batch_id, line))


def find_row(view: ApiView, batch_id: str, line: int) -> BatchRow:
    """A row as lists show it; raises Http404, InvalidParameter for a line that no file has."""
    if line > MOST_LINES:
        raise InvalidParameter("line", _("No file has that many lines."))
    row = row_for(view.actor, batch_id, line)
    found: BatchRow = shown_rows(BatchRow.objects.filter(pk=row.pk).select_related("batch")).get()
    return found


def mends_of(row: BatchRow) -> QuerySet[Entry]:
    """What the log says of this row's mends."""
    return Entry.objects.filter(type="batch.mended", subject=row.batch.ref, data__lines__contains=[row.line])


def last_mend(row: BatchRow) -> int:
    """The number of the last one; 0 when there is none."""
    return mends_of(row).order_by("-seq").values_list("seq", flat=True).first() or 0


def require_alone(row: BatchRow, seen: int) -> None:
    """Raise PreconditionFailed when the row was mended between our reading and our writing.

    A mend is told under the tenant's counter, which our own telling holds until the end of the transaction: so whatever was
    faster stands in the log by now.
    """
    if mends_of(row).filter(seq__gt=seen).count() != 1:
        raise changed()


def answer(row: BatchRow) -> Response:
    """A row with its ETag."""
    return Response(show_whole(row), headers={"ETag": etag_of(row)})


def show_whole(row: BatchRow) -> Mapping[str, Any]:
    """A row with its cells."""
    batch: Batch = row.batch
    return {**show_row(row), "cells": cells_of(row), "batch_status": batch.status}


def cells_of(row: BatchRow) -> dict[str, str]:
    """The cells while the row still has them, with what was typed over them."""
    typed: dict[str, str] = row.batch.mends.get(str(row.line), {})
    return {**(row.cells or {}), **typed}


def etag_of(row: BatchRow) -> str:
    """Changes with what the row says and with what was typed over it."""
    shown = msgspec.json.encode([row.status, row.errors, row.warnings, cells_of(row)], order="sorted")
    return tag_of(row.pk, row.batch.run, shown.decode())
