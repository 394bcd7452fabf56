"""Complaints: filed about orders, added to, and what is offered taken or refused; the same services as in the portal."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, prefetch_related_objects
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.examples import COMPLAINT, ORDER_ID
from api.fields import CurrencyField, MomentField, PublicIdField, StrictSerializer, page_of
from api.paging import Listing, one_of, since, yes_or_no
from api.parsers import require_single
from api.schema import listing_parameters
from events.ids import BadId, public_id, read_public_id
from files.attachments import keep_attachment
from files.links import file_url, photo_url
from files.models import StoredFile
from files.photos import MOST_BYTES, PhotoRefused
from fleet.access import Action, complaint_for, own_tenant, require_may
from fleet.models import Complaint, ComplaintFile, ComplaintOrder
from fleet.selectors.complaints import YOUR_TURN
from fleet.services import complaining
from fleet.services.complaining import MOST_ORDERS
from repair.models import ComplaintSource
from repair.requests import ComplaintDraft
from repair.services.complaining import PURPOSE
from repair.states import COMPLAINT as MACHINE
from tenants.actors import Actor
from tenants.hosts import tenant_url

TAGS = ["Complaints"]
STATES = sorted(MACHINE.states)
SOURCES = list(ComplaintSource.values)


class ComplaintFileSerializer(serializers.Serializer[ComplaintFile]):
    """A photo or paper. Its link is for the credential that asked: send the same `Authorization` with it."""

    file = PublicIdField("fil", source="file_id")
    name = serializers.CharField()
    is_photo = serializers.BooleanField()
    added_at = MomentField()
    url = serializers.SerializerMethodField()

    def get_url(self, file: ComplaintFile) -> str:
        """A photo to look at, a paper to download."""
        actor: Actor = self.context["actor"]
        address = photo_url if file.is_photo else file_url
        return tenant_url(own_tenant(actor).slug, address(file_id=file.file_id, actor=actor))


class ComplaintSerializer(serializers.ModelSerializer[Complaint]):
    """A complaint. `solution_by` is when the operator has promised a solution; `version` grows with every change."""

    id = PublicIdField("cmp")
    status = serializers.ChoiceField(STATES)
    source = serializers.ChoiceField(SOURCES)  # type: ignore[assignment]  # a name of REST framework, too
    orders = serializers.SerializerMethodField()
    filed_at = MomentField()
    status_since = MomentField()
    solution_by = MomentField(allow_null=True)
    evidence_wanted = serializers.CharField(allow_blank=True, help_text="What the operator still needs from you.")
    compensation_fen = serializers.IntegerField(allow_null=True, help_text="Offered with the solution.")
    currency = CurrencyField()
    updated_at = MomentField()
    version = serializers.IntegerField(source="updated_seq")

    class Meta:
        model = Complaint
        fields = (
            "id", "number", "source", "status", "status_since", "orders", "filed_at", "filed_by", "contact", "phone", "text",
            "wish", "handler", "solution_by", "evidence_wanted", "solution", "compensation_fen", "currency", "updated_at",
            "version",
        )  # fmt: skip

    def get_orders(self, complaint: Complaint) -> list[str]:
        """The orders that it is about."""
        return [public_id("ord", link.order_id) for link in complaint.orders.all()]


class ComplaintDetailSerializer(ComplaintSerializer):
    """A complaint with its photos and papers."""

    files = ComplaintFileSerializer(many=True)

    class Meta(ComplaintSerializer.Meta):
        fields = (*ComplaintSerializer.Meta.fields, "files")  # type: ignore[assignment]


class ComplaintNewSerializer(StrictSerializer):
    """What is wrong, and with which orders. Contact and phone are the first order's unless you say others."""

    orders = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=MOST_ORDERS, help_text="Ids of orders."
    )
    text = serializers.CharField(max_length=5_000)
    wish = serializers.CharField(
        max_length=1_000, required=False, allow_blank=True, default="", help_text="What would put it right."
    )
    contact = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True, default="")


class ComplaintReasonSerializer(StrictSerializer):
    """Why."""

    reason = serializers.CharField(max_length=1_000)


class EvidenceSerializer(StrictSerializer):
    """Something to add."""

    text = serializers.CharField(max_length=2_000)


class EvidenceFileSerializer(serializers.Serializer[Any]):
    """A photo or a PDF, and a word about it."""

    file = serializers.FileField(allow_empty_file=True, help_text="JPEG, PNG, WebP, HEIC or PDF, 15 MB at most.")
    text = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")


def of_order(name: str, value: str) -> Q:
    """Complaints about one order."""
    try:
        key = read_public_id("ord", value)
    except BadId:
        return Q(pk__in=[])
    return Q(pk__in=ComplaintOrder.objects.filter(order_id=key).values("complaint_id"))


COMPLAINTS = Listing(
    name="complaints",
    sorts={"filed_at": "filed_at", "updated_at": "updated_at"},
    default="-filed_at",
    filters={
        "status": one_of("status", STATES),
        "order": of_order,
        "is_waiting": yes_or_no(YOUR_TURN),
        "filed_since": since("filed_at"),
        "updated_since": since("updated_at"),
    },
)
LINKS = Prefetch("orders", ComplaintOrder.objects.order_by("order_id"))


def show_complaint(complaint: Complaint, actor: Actor) -> dict[str, Any]:
    """A complaint as a whole."""
    files = Prefetch("files", ComplaintFile.objects.order_by("seq", "no"))
    prefetch_related_objects([complaint], LINKS, files)
    return dict(ComplaintDetailSerializer(complaint, context={"actor": actor}).data)


class ComplaintList(ApiView):
    """GET and POST /complaints."""

    scopes: ClassVar[dict[str, str]] = {"GET": "complaints:read", "POST": "complaints:write"}

    @extend_schema(
        operation_id="listComplaints",
        summary="List complaints",
        tags=TAGS,
        parameters=listing_parameters(COMPLAINTS),
        responses={200: page_of(ComplaintSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your complaints, the newest first; `is_waiting=true` leaves those that wait for your answer or your papers."""
        page = COMPLAINTS.read(request, Complaint.objects.prefetch_related(LINKS))
        return Response(page.answer(ComplaintSerializer(page.rows, many=True).data))

    @extend_schema(
        operation_id="createComplaint",
        summary="File a complaint",
        tags=TAGS,
        request=ComplaintNewSerializer,
        responses={201: ComplaintDetailSerializer},
        examples=[
            OpenApiExample(
                "file",
                value={"orders": [ORDER_ID], "text": COMPLAINT["text"], "wish": COMPLAINT["wish"]},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Complain of one order or several; the 72 hours to a solution begin, and the orders stay open until it is closed."""
        given = ComplaintNewSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = dict(given.validated_data)
        orders = wanted.pop("orders")
        draft = ComplaintDraft(source="api", **wanted)
        filed = complaining.file_complaint(order_ids=orders, draft=draft, actor=self.actor, now=self.now)
        shown = show_complaint(filed, self.actor)
        return Response(shown, status=201, headers={"Location": f"/api/v1/complaints/{shown['id']}"})


class ComplaintDetail(ApiView):
    """GET /complaints/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "complaints:read"}

    @extend_schema(
        operation_id="retrieveComplaint",
        summary="Retrieve a complaint",
        tags=TAGS,
        responses={200: ComplaintDetailSerializer},
    )
    def get(self, request: Request, complaint_id: str) -> Response:
        """One complaint with its files. Its timeline is `GET /events?subject={id}`."""
        return Response(show_complaint(complaint_for(self.actor, complaint_id), self.actor))


class ComplaintStep(ApiView):
    """What the POSTs about one complaint share."""

    scopes: ClassVar[dict[str, str]] = {"POST": "complaints:write"}

    def take(
        self, request: Request, body: type[StrictSerializer], step: Callable[..., Complaint], key: str
    ) -> Response:
        """Find the complaint, read the body, take the step, show it."""
        complaint_for(self.actor, key)  # a stranger's is not found, whatever the body says
        given = body(data=request.data)
        given.is_valid(raise_exception=True)
        done = step(complaint_id=key, actor=self.actor, now=self.now, **given.validated_data)
        return Response(show_complaint(done, self.actor))


class ComplaintAccept(ComplaintStep):
    """POST /complaints/{id}/accept."""

    @extend_schema(
        operation_id="acceptSolution",
        summary="Take the solution",
        tags=TAGS,
        request=None,
        responses={200: ComplaintDetailSerializer},
    )
    def post(self, request: Request, complaint_id: str) -> Response:
        """Take what is offered."""
        return self.take(request, StrictSerializer, complaining.accept_solution, complaint_id)


class ComplaintReopen(ComplaintStep):
    """POST /complaints/{id}/reopen."""

    @extend_schema(
        operation_id="reopenComplaint",
        summary="Open a complaint again",
        tags=TAGS,
        request=ComplaintReasonSerializer,
        responses={200: ComplaintDetailSerializer},
        examples=[OpenApiExample("reopen", value={"reason": "划痕还在。"}, request_only=True)],
    )
    def post(self, request: Request, complaint_id: str) -> Response:
        """Refuse the solution, or say that it is not well after all: another 72 hours begin."""
        return self.take(request, ComplaintReasonSerializer, complaining.reopen_complaint, complaint_id)


class ComplaintWithdraw(ComplaintStep):
    """POST /complaints/{id}/withdraw."""

    @extend_schema(
        operation_id="withdrawComplaint",
        summary="Withdraw a complaint",
        tags=TAGS,
        request=ComplaintReasonSerializer,
        responses={200: ComplaintDetailSerializer},
        examples=[OpenApiExample("withdraw", value={"reason": "A misunderstanding."}, request_only=True)],
    )
    def post(self, request: Request, complaint_id: str) -> Response:
        """Let it be, before a solution is there."""
        return self.take(request, ComplaintReasonSerializer, complaining.withdraw_complaint, complaint_id)


class ComplaintEvidence(ComplaintStep):
    """POST /complaints/{id}/evidence."""

    @extend_schema(
        operation_id="addEvidence",
        summary="Add words to a complaint",
        tags=TAGS,
        request=EvidenceSerializer,
        responses={200: ComplaintDetailSerializer},
        examples=[OpenApiExample("add", value={"text": "取车前照片见附件。"}, request_only=True)],
    )
    def post(self, request: Request, complaint_id: str) -> Response:
        """Say more; what was asked of you counts as given."""
        return self.take(request, EvidenceSerializer, complaining.add_evidence, complaint_id)


class ComplaintFiles(ComplaintStep):
    """POST /complaints/{id}/files."""

    parser_classes = (MultiPartParser,)
    keeps_files = True
    file: StoredFile | None = None

    @extend_schema(
        operation_id="addComplaintFile",
        summary="Add a photo or paper to a complaint",
        tags=TAGS,
        request={"multipart/form-data": EvidenceFileSerializer},
        responses={201: ComplaintDetailSerializer},
    )
    def post(self, request: Request, complaint_id: str) -> Response:
        """Send a picture or a PDF; what was asked of you counts as given."""
        assert self.file is not None and isinstance(request.data, Mapping)
        done = complaining.add_evidence(
            complaint_id=complaint_id, text=str(request.data.get("text", "")), files=[self.file.pk], actor=self.actor,
            now=self.now,
        )  # fmt: skip
        return Response(show_complaint(done, self.actor), status=201)

    def prepare(self, request: Request) -> None:
        """Store it."""
        require_may(self.actor, Action.COMPLAIN)
        require_single(request.data, "file", "text")
        given = EvidenceFileSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        sent = given.validated_data["file"]
        try:
            if sent.size > MOST_BYTES:
                raise PhotoRefused("photo_too_large", {"limit_mb": MOST_BYTES >> 20})
            self.file = keep_attachment(
                tenant=own_tenant(self.actor), name=sent.name, content=sent.read(), purpose=PURPOSE, actor=self.actor,
                now=self.now,
            )  # fmt: skip
        except PhotoRefused as refusal:
            raise ValidationError({"file": ValidationError(refusal.message, code=refusal.code)}) from refusal
