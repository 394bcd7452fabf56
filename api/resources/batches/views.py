"""The addresses of batches."""

from typing import ClassVar

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.examples import LINE
from api.fields import page_of
from api.paging import Listing, one_of, since
from api.parsers import LINES, JsonLinesParser, StrictJsonParser
from api.resources.batches.sent import (
    BatchLinesShownSerializer,
    BatchUploadSerializer,
    OptionalReasonSerializer,
    ReasonSerializer,
    SubmitSerializer,
    read_named,
    read_sent,
)
from api.resources.batches.shown import (
    STATUS,
    BatchRowSerializer,
    BatchSerializer,
    show_batch,
    show_batches,
    show_row,
    shown_batches,
    shown_rows,
)
from api.resources.files import find_file
from api.schema import listing_parameters
from files.models import StoredFile
from files.services import keep_file
from fleet.access import Action, batch_for, own_tenant, require_may
from fleet.models import Batch, BatchRow, RowState
from fleet.services.receiving import PURPOSE, record_batch
from fleet.services.rollback import rollback_batch
from fleet.services.submitting import discard_batch, make_real, resume_batch, submit_batch

TAGS = ["Batches"]
CHANNEL = "api"


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
    parser_classes = (MultiPartParser, StrictJsonParser, JsonLinesParser)
    keeps_files = True
    file: StoredFile | None = None
    policy: str | None = None
    is_dry_run = False

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
        batch = record_batch(
            file=self.file,
            policy=self.policy,
            channel=CHANNEL,
            is_dry_run=self.is_dry_run,
            actor=self.actor,
            now=self.now,
        )
        place = f"/api/v1/order-batches/{batch.ref}"
        return Response(show_batch(batch), status=202, headers={"Location": place})

    def prepare(self, request: Request) -> None:
        """Store the file, outside the wall: a storage may lie across a network. What no batch names is swept after a day."""
        if request.method != "POST":
            return
        require_may(self.actor, Action.SUBMIT)
        named = read_named(request)
        if named is not None:
            name, self.policy, self.is_dry_run = named
            self.file = self.find_named(name)
            return
        sent = read_sent(request)
        self.policy, self.is_dry_run = sent.policy, sent.is_dry_run
        self.file = keep_file(
            tenant=own_tenant(self.actor),
            name=sent.name,
            content=sent.content,
            purpose=PURPOSE,
            content_type=sent.content_type,
            actor=self.actor,
            now=self.now,
        )

    def find_named(self, name: str) -> StoredFile:
        """The file sent before; raises ValidationError when there is none of that id."""
        try:
            return find_file(name, self.actor)
        except Http404:
            text = _("There is no such file. Send it again: what nothing names is gone after a day.")
            raise ValidationError({"file": ValidationError(text, code="not_found").detail}) from None


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


class BatchMakeReal(ApiView):
    """POST /order-batches/{id}/make-real."""

    scopes: ClassVar[dict[str, str]] = {"POST": "batches:write"}

    @extend_schema(
        operation_id="makeBatchReal",
        summary="Make a dry run real",
        tags=TAGS,
        request=None,
        responses={200: BatchSerializer},
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """Of a batch that was sent with `dry_run` make one that can be submitted, with all that was mended. Nothing is ordered
        yet. Any other batch is refused (409, `real_already`)."""
        return Response(show_batch(make_real(batch_id=batch_id, actor=self.actor, now=self.now)))


class BatchResume(ApiView):
    """POST /order-batches/{id}/resume."""

    scopes: ClassVar[dict[str, str]] = {"POST": "batches:write"}

    @extend_schema(
        operation_id="resumeBatch",
        summary="Go on with a batch that has stopped",
        tags=TAGS,
        request=None,
        responses={202: BatchSerializer},
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """Go on making orders or rolling back where `halt` says why that has stopped. Of any other batch nothing changes."""
        return accepted(resume_batch(batch_id=batch_id, actor=self.actor, now=self.now))


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


def accepted(batch: Batch) -> Response:
    """The work goes on in a worker."""
    return Response(show_batch(batch), status=202, headers={"Location": f"/api/v1/order-batches/{batch.ref}"})
