"""Batches: a file or a list of order lines comes in, is checked, submitted, and becomes orders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import msgspec
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
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.examples import LINE
from api.fields import MomentField, PublicIdField, page_of
from api.paging import Listing, one_of, since
from api.parsers import LINES, JsonLinesParser
from api.schema import listing_parameters
from events.ids import public_id
from files.models import StoredFile
from files.services import claim_file, keep_file
from fleet import states
from fleet.access import Action, batch_for, own_tenant, require_may
from fleet.intake.jsonrows import read_json
from fleet.intake.refusals import check_size, explain_file
from fleet.intake.rows import RowProblem, explain
from fleet.models import Batch, BatchLines, BatchPolicy, BatchRow, Order, RowState
from fleet.selectors.batches import COUNTED, BatchSummary, summarise
from fleet.services.receiving import PURPOSE, record_batch
from fleet.services.rollback import rollback_batch
from fleet.services.submitting import discard_batch, submit_batch

TAGS = ["Batches"]
CHANNEL = "api"
STATUS = sorted(states.BATCH.states)


# --- how they are shown -------------------------------------------------------------------------------------------------


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
    counts = CountsSerializer()
    done_rows = serializers.IntegerField(help_text="Rows that the work going on has done so far, of `counts.total`.")
    warned = serializers.IntegerField(help_text="Rows with warnings.")
    warnings = FileNoticeSerializer(many=True)
    refusal = FileNoticeSerializer(allow_null=True, help_text="Why the file cannot be taken at all (`refused_file`).")
    halt = serializers.CharField(allow_blank=True, help_text="Why making orders or rolling back has stopped.")
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
    status = serializers.ChoiceField(RowState.values)
    order = PublicIdField("ord", allow_null=True)
    number = serializers.CharField(allow_blank=True, help_text="Of the order.")
    errors = RowProblemSerializer(many=True)  # type: ignore[assignment]  # as above
    warnings = RowProblemSerializer(many=True)


# --- what they take -----------------------------------------------------------------------------------------------------


class OrderLineSerializer(serializers.Serializer[Any]):
    """An order line; its fields are the columns of the file. They are checked by the batch, row by row, not by this request."""

    external_ref = serializers.CharField(max_length=64, help_text="Yours, unique among your live orders.")
    vin = serializers.CharField()
    plate = serializers.CharField(required=False, help_text="Fleets must give it.")
    model = serializers.CharField(required=False)
    service = serializers.CharField(help_text="maintenance, repair, claim, inspection, violation or parts")
    description = serializers.CharField()
    site_code = serializers.CharField(required=False, help_text="One of your sites; else address, lat and lng.")
    address = serializers.CharField(required=False)
    lat = serializers.FloatField(required=False)
    lng = serializers.FloatField(required=False)
    contact = serializers.CharField()
    phone = serializers.CharField()
    window_start = serializers.CharField(help_text="RFC 3339, or local time such as 2026-11-26 13:00.")
    window_end = serializers.CharField()
    return_by = serializers.CharField(required=False)
    cost_center = serializers.CharField(required=False)
    po_number = serializers.CharField(required=False)
    courtesy_car = serializers.BooleanField(required=False)
    key_with = serializers.CharField(required=False)
    notes = serializers.CharField(required=False)


class BatchUploadSerializer(serializers.Serializer[Any]):
    """A file of orders: CSV, XLSX or JSON lines."""

    file = serializers.FileField(allow_empty_file=True)
    policy = serializers.ChoiceField(BatchPolicy.values, required=False, help_text="Empty: as your tenant has it set.")


class BatchLinesSerializer(serializers.Serializer[Any]):
    """Order lines in the request itself."""

    orders = serializers.ListField(child=serializers.DictField(), allow_empty=True)
    policy = serializers.ChoiceField(BatchPolicy.values, required=False)
    name = serializers.CharField(max_length=200, required=False)


class BatchLinesShownSerializer(BatchLinesSerializer):
    """Order lines in the request itself."""

    orders = OrderLineSerializer(many=True)  # type: ignore[assignment]


class SubmitSerializer(serializers.Serializer[Any]):
    """How to submit."""

    policy = serializers.ChoiceField(BatchPolicy.values, required=False, help_text="Overrides the batch's own.")


class ReasonSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=300)


class OptionalReasonSerializer(serializers.Serializer[Any]):
    """Why, if you like."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it came in, by whatever way."""

    name: str
    content: bytes
    content_type: str
    policy: str | None


def read_sent(request: Request) -> Sent:
    """The file of a request; raises ValidationError by field, FileRefused for what cannot be a file of orders."""
    if str(request.content_type).startswith(LINES):
        return read_lines(request)
    if str(request.content_type).startswith("multipart/"):
        return read_upload(request)
    given = BatchLinesSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    content = msgspec.json.encode(given.validated_data["orders"])
    name = given.validated_data.get("name") or "orders.json"
    read_json(name=name, content=content)
    return Sent(name, content, "application/json", given.validated_data.get("policy"))


def read_upload(request: Request) -> Sent:
    """A file of a form."""
    given = BatchUploadSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    file = given.validated_data["file"]
    check_size(file.size)
    return Sent(file.name, file.read(), file.content_type or "", given.validated_data.get("policy"))


def read_lines(request: Request) -> Sent:
    """JSON lines as the whole body, with `policy` in the address."""
    policy = request.query_params.get("policy")
    if policy is not None and policy not in BatchPolicy.values:
        raise ValidationError({"policy": _("Use one of: %(choices)s.") % {"choices": ", ".join(BatchPolicy.values)}})
    content: Any = request.data  # the parser of this form leaves the bytes as they came
    check_size(len(content))
    read_json(name="orders.jsonl", content=content)
    return Sent("orders.jsonl", content, LINES, policy)


# --- views --------------------------------------------------------------------------------------------------------------


BATCHES = Listing(
    name="batches",
    sorts={"created_at": "created_at"},
    default="-created_at",
    filters={"status": one_of("shown", STATUS), "created_since": since("created_at")},
)
ROWS = Listing(
    name="rows",
    sorts={"line": "line"},
    default="line",
    key="line",
    filters={"status": one_of("shown", RowState.values), "external_ref": one_of("external_ref")},
)


class BatchList(ApiView):
    """GET and POST /order-batches."""

    scopes: ClassVar[dict[str, str]] = {"GET": "batches:read", "POST": "batches:write"}
    parser_classes = (MultiPartParser, JSONParser, JsonLinesParser)
    file: StoredFile | None = None
    policy: str | None = None

    @extend_schema(
        operation_id="listBatches",
        summary="List batches",
        tags=TAGS,
        parameters=listing_parameters(BATCHES),
        responses={200: page_of(BatchSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your batches, the newest first."""
        page = BATCHES.read(request, shown_batches())
        return Response(page.answer(show_batches(page.rows)))

    @extend_schema(
        operation_id="createBatch",
        summary="Send a batch of orders",
        tags=TAGS,
        request={
            "multipart/form-data": BatchUploadSerializer,
            "application/json": BatchLinesShownSerializer,
            LINES: {"type": "string", "description": "One order line a line, as a JSON object."},
        },
        responses={202: BatchSerializer},
        examples=[
            OpenApiExample(
                "lines",
                value={"policy": "accept_valid", "orders": [LINE]},
                request_only=True,
                media_type="application/json",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Send a file (CSV, XLSX) or lines. It is checked next: follow `Location` until it is `ready` or `needs_fixes`."""
        assert self.file is not None
        batch = record_batch(file=self.file, policy=self.policy, channel=CHANNEL, actor=self.actor, now=self.now)
        place = f"/api/v1/order-batches/{batch.ref}"
        return Response(show_batch(batch), status=202, headers={"Location": place})

    def prepare(self, request: Request) -> None:
        """Store the file, outside the wall: a storage may lie across a network. What no batch names is swept after a day."""
        if request.method != "POST":
            return
        require_may(self.actor, Action.SUBMIT)
        sent = read_sent(request)
        self.policy = sent.policy
        self.file = keep_file(
            tenant=own_tenant(self.actor),
            name=sent.name,
            content=sent.content,
            purpose=PURPOSE,
            content_type=sent.content_type,
            actor=self.actor,
            now=self.now,
        )

    def finish(self, request: Request) -> None:
        """The batch stands: its file stays."""
        if self.file is not None:
            claim_file(file_id=self.file.pk, now=self.now)


class BatchDetail(ApiView):
    """GET /order-batches/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "batches:read"}

    @extend_schema(
        operation_id="retrieveBatch", summary="Retrieve a batch", tags=TAGS, responses={200: BatchSerializer}
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """A batch with its counts."""
        return Response(show_batch(batch_for(self.actor, batch_id)))


class BatchRows(ApiView):
    """GET /order-batches/{id}/rows."""

    scopes: ClassVar[dict[str, str]] = {"GET": "batches:read"}

    @extend_schema(
        operation_id="listBatchRows",
        summary="List the rows of a batch",
        tags=TAGS,
        parameters=listing_parameters(ROWS),
        responses={200: page_of(BatchRowSerializer)},
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """The rows with what is wrong with them and how to mend it, in the language of Accept-Language."""
        batch = batch_for(self.actor, batch_id)
        page = ROWS.read(request, shown_rows(BatchRow.objects.filter(batch=batch)))
        return Response(page.answer(show_row(row) for row in page.rows))


class BatchSubmit(ApiView):
    """POST /order-batches/{id}/submit."""

    scopes: ClassVar[dict[str, str]] = {"POST": "batches:write"}

    @extend_schema(
        operation_id="submitBatch",
        summary="Submit a batch",
        tags=TAGS,
        request=SubmitSerializer,
        responses={202: BatchSerializer},
        examples=[OpenApiExample("valid rows alone", value={"policy": "accept_valid"}, request_only=True)],
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """Make orders of the valid rows. With `all_or_nothing` a batch that has rejected rows is refused (409)."""
        given = SubmitSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        policy = given.validated_data.get("policy")
        return accepted(submit_batch(batch_id=batch_id, policy=policy, actor=self.actor, now=self.now))


class BatchDiscard(ApiView):
    """POST /order-batches/{id}/discard."""

    scopes: ClassVar[dict[str, str]] = {"POST": "batches:write"}

    @extend_schema(
        operation_id="discardBatch",
        summary="Put a batch away",
        tags=TAGS,
        request=OptionalReasonSerializer,
        responses={200: BatchSerializer},
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """Put a checked batch away instead of submitting it."""
        given = OptionalReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        reason = given.validated_data["reason"]
        return Response(show_batch(discard_batch(batch_id=batch_id, reason=reason, actor=self.actor, now=self.now)))


class BatchRollback(ApiView):
    """POST /order-batches/{id}/rollback."""

    scopes: ClassVar[dict[str, str]] = {"POST": "batches:write"}

    @extend_schema(
        operation_id="rollbackBatch",
        summary="Roll a batch back",
        tags=TAGS,
        request=ReasonSerializer,
        responses={202: BatchSerializer},
        examples=[OpenApiExample("roll back", value={"reason": "Sent by mistake."}, request_only=True)],
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """Cancel every order of the batch whose vehicle is not in our custody yet, free of charge."""
        given = ReasonSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        reason = given.validated_data["reason"]
        return accepted(rollback_batch(batch_id=batch_id, reason=reason, actor=self.actor, now=self.now))


# --- showing ------------------------------------------------------------------------------------------------------------


def accepted(batch: Batch) -> Response:
    """The work goes on in a worker."""
    return Response(show_batch(batch), status=202, headers={"Location": f"/api/v1/order-batches/{batch.ref}"})


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
    return Batch.objects.annotate(**numbers).annotate(shown=shown)


def file_notice(found: Mapping[str, Any]) -> dict[str, str]:
    """A refusal or warning of the file in the reader's language."""
    message, fix = explain_file(code=found["code"], params=found.get("params") or {})
    return {"code": found["code"], "message": message, "fix": fix}


def shown_rows(rows: QuerySet[BatchRow]) -> QuerySet[Any]:
    """The rows with `shown`: their status, or cancelled when their order was."""
    gone = Order.objects.filter(pk=OuterRef("order_id"), status__in=states.CANCELLED)
    cancelled = Q(status=RowState.SUBMITTED) & Exists(gone)
    return rows.annotate(
        shown=Case(When(cancelled, then=Value(RowState.CANCELLED.value)), default=F("status"), output_field=CharField())
    )


def show_row(row: Any) -> Mapping[str, Any]:
    """A row with its errors and warnings in the reader's language."""
    return {
        "line": row.line,
        "external_ref": row.external_ref,
        "status": row.shown,
        "order": public_id("ord", row.order_id) if row.order_id else None,
        "number": row.number,
        "errors": [problem(found) for found in row.errors],
        "warnings": [problem(found) for found in row.warnings],
    }


def problem(found: Mapping[str, Any]) -> dict[str, str]:
    """`field, code, message, fix`."""
    message, fix = explain(RowProblem(found["field"], found["code"], found.get("params") or {}))
    return {"field": found["field"], "code": found["code"], "message": message, "fix": fix}
