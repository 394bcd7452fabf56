"""How batches and their rows are shown."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)  # fmt: skip
from django.db.models.functions import Coalesce
from rest_framework import serializers

from api.fields import MomentField, PublicIdField
from events.ids import public_id
from fleet import states
from fleet.intake.refusals import explain_file
from fleet.intake.rows import RowProblem, explain
from fleet.models import Batch, BatchLines, BatchPolicy, BatchRow, Order, RollbackResult, RowState
from fleet.selectors.batches import COUNTED, BatchSummary, summarise
from repair import states as jobs

STATUS = sorted(states.BATCH.states)
ORDER_STATES = sorted(jobs.JOB.states)
ROW_STATES = list(RowState.values)


class CountsSerializer(serializers.Serializer[Any]):
    """What became of the rows; the counts after `total` add up to it once the check is done."""

    total = serializers.IntegerField()
    valid = serializers.IntegerField()
    rejected = serializers.IntegerField()
    submitted = serializers.IntegerField()
    already_submitted = serializers.IntegerField()
    changed_since = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class FileNoticeSerializer(serializers.Serializer[Any]):
    """What is to be said of the file as a whole."""

    code = serializers.CharField()
    message = serializers.CharField()
    fix = serializers.CharField()


class BatchSerializer(serializers.Serializer[Any]):
    """A batch. From `submitted` on its status follows its orders."""

    id = PublicIdField("bat")
    name = serializers.CharField()
    status = serializers.ChoiceField(STATUS)
    policy = serializers.ChoiceField(BatchPolicy.values)
    channel = serializers.CharField()
    dry_run = serializers.BooleanField(help_text="Sent to be checked only; it can be submitted once it is made real.")
    counts = CountsSerializer()
    done_rows = serializers.IntegerField(help_text="Rows that the work going on has done so far, of `counts.total`.")
    warned = serializers.IntegerField(help_text="Rows with warnings.")
    warnings = FileNoticeSerializer(many=True)
    refusal = FileNoticeSerializer(allow_null=True, help_text="Why the file cannot be taken at all (`refused_file`).")
    halt = serializers.CharField(
        allow_blank=True, help_text="Why making orders or rolling back has stopped; `resume` goes on."
    )
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    created_by = serializers.CharField()
    created_at = MomentField()
    submitted_at = MomentField(allow_null=True)
    opened_at = MomentField(allow_null=True, help_text="When every row had become an order.")
    respond_by = MomentField(allow_null=True, help_text="The receipt's expected response time.")
    rolled_back_at = MomentField(allow_null=True)


class RowProblemSerializer(serializers.Serializer[Any]):
    """An error or a warning of a row."""

    field = serializers.CharField()
    code = serializers.CharField(help_text="Stable; the words may change.")
    message = serializers.CharField()
    fix = serializers.CharField()


class BatchRowSerializer(serializers.Serializer[Any]):
    """A row of a batch."""

    line = serializers.IntegerField(help_text="In the file; in JSON its place, from 1.")
    external_ref = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(ROW_STATES)
    order = PublicIdField("ord", allow_null=True)
    number = serializers.CharField(allow_blank=True, help_text="Of the order.")
    order_status = serializers.ChoiceField(ORDER_STATES, allow_null=True, help_text="How far the order is now.")
    rollback = serializers.ChoiceField(
        RollbackResult.values,
        allow_null=True,
        help_text="What the roll-back came to for this line; it stays, whatever becomes of the order later.",
    )
    rollback_order_status = serializers.ChoiceField(
        ORDER_STATES, allow_null=True, help_text="How far the order was at the roll-back: why it was kept."
    )
    errors = RowProblemSerializer(many=True)  # type: ignore[assignment]  # as above
    warnings = RowProblemSerializer(many=True)


def show_batch(batch: Batch) -> Mapping[str, Any]:
    """One batch."""
    return show_batches([batch])[0]


def show_batches(batches: Iterable[Batch]) -> list[Mapping[str, Any]]:
    """Batches with their counts, in two queries however many they are."""
    found = summarise(list(batches))
    counts: dict[UUID, dict[str, int]] = {}
    rows = shown_rows(BatchRow.objects.filter(batch__in=[one.batch.pk for one in found]))
    for key, status, count in rows.values_list("batch_id", "shown").annotate(count=Count("pk")).order_by():
        counts.setdefault(key, {})[status] = count
    return [dict(BatchSerializer(as_shown(one, counts.get(one.batch.pk, {}))).data) for one in found]


def as_shown(summary: BatchSummary, found: Mapping[str, int]) -> dict[str, Any]:
    """The values of a batch."""
    batch = summary.batch
    names = (
        "id", "name", "policy", "channel", "done_rows", "warned", "halt", "size_bytes", "sha256", "created_by",
        "created_at", "submitted_at", "opened_at", "respond_by", "rolled_back_at",
    )  # fmt: skip
    return {
        **{name: getattr(batch, name) for name in names},
        "status": summary.status,
        "dry_run": batch.is_dry_run,
        "counts": {"total": batch.total, **{name: found.get(name, 0) for name in COUNTED}},
        "warnings": [file_notice(notice) for notice in batch.warnings],
        "refusal": file_notice(batch.refusal) if batch.refusal else None,
    }


def shown_batches() -> QuerySet[Any]:
    """All batches with `shown`, which says in SQL what `summarise` says, so that it can be filtered."""
    lines = BatchLines.objects.filter(batch_id=OuterRef("pk"))
    numbers = {
        f"n_{name}": Coalesce(Subquery(lines.values(name)), Value(0), output_field=IntegerField())
        for name in states.LINE_CLASSES
    }
    over = Q(n_waiting=0, n_moving=0)
    started = Q(n_moving__gt=0) | Q(n_delivered__gt=0)
    ended = Q(n_delivered__gt=0) | Q(n_declined__gt=0) | Q(n_cancelled__gt=0)
    shown = Case(
        When(~Q(status=states.SUBMITTED) | Q(opened_at__isnull=True), then=F("status")),
        When(over & ~ended, then=Value(states.SUBMITTED)),
        When(over & Q(n_delivered=0, n_declined=0), then=Value(states.ROLLED_BACK)),
        When(over & Q(n_declined=0, n_cancelled=0), then=Value(states.COMPLETED)),
        When(over, then=Value(states.COMPLETED_WITH_EXCEPTIONS)),
        When(started, then=Value(states.IN_PROGRESS)),
        default=Value(states.SUBMITTED),
        output_field=CharField(),
    )
    return Batch.objects.defer("mends", "menders").annotate(**numbers).annotate(shown=shown)


def file_notice(found: Mapping[str, Any]) -> dict[str, str]:
    """A refusal or warning of the file in the reader's language."""
    message, fix = explain_file(code=found["code"], params=found.get("params") or {})
    return {"code": found["code"], "message": message, "fix": fix}


def shown_rows(rows: QuerySet[BatchRow]) -> QuerySet[Any]:
    """The rows with `shown`: their status, or cancelled when their order was."""
    placed = Order.objects.filter(pk=OuterRef("order_id"))
    cancelled = Q(status=RowState.SUBMITTED) & Exists(placed.filter(status__in=states.CANCELLED))
    return rows.annotate(
        order_status=Subquery(placed.values("status")),
        shown=Case(
            When(cancelled, then=Value(RowState.CANCELLED.value)), default=F("status"), output_field=CharField()
        ),
    )


def show_row(row: Any) -> Mapping[str, Any]:
    """A row with its errors and warnings in the reader's language."""
    return {
        "line": row.line,
        "external_ref": row.external_ref,
        "status": row.shown,
        "order": public_id("ord", row.order_id) if row.order_id else None,
        "number": row.number,
        "order_status": row.order_status,
        "rollback": row.rollback_result or None,
        "rollback_order_status": row.rollback_state or None,
        "errors": [problem(found) for found in row.errors],
        "warnings": [problem(found) for found in row.warnings],
    }


def problem(found: Mapping[str, Any]) -> dict[str, str]:
    """`field, code, message, fix`."""
    message, fix = explain(RowProblem(found["field"], found["code"], found.get("params") or {}))
    return {"field": found["field"], "code": found["code"], "message": message, "fix": fix}
