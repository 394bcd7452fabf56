"""The documents of an order: what the operator has made out, each with its copies in both languages and links that expire."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import MomentField, PublicIdField, page_of
from api.paging import Listing, one_of
from api.schema import listing_parameters
from files.links import file_url
from fleet.access import order_for, own_tenant
from fleet.models import OrderDocument
from fleet.selectors.documents import Paper, with_copies
from repair.models import DocumentKind
from tenants.actors import Actor
from tenants.hosts import tenant_url

TAGS = ["Orders"]
KINDS = [kind for kind in DocumentKind.values if kind != DocumentKind.AWARD]
STATES = ["valid", "superseded", "withdrawn"]


class DocumentCopySerializer(serializers.Serializer[Any]):
    """A PDF/A in one language. Its link is for the credential that asked, for an hour: send the same `Authorization` with it."""

    file = PublicIdField("fil", source="file_id")
    language = serializers.ChoiceField([code for code, _name in settings.LANGUAGES])
    sha256 = serializers.CharField(help_text="Of the PDF.")
    size_bytes = serializers.IntegerField()
    printed_at = MomentField()
    url = serializers.SerializerMethodField()

    def get_url(self, copy: Any) -> str:
        """Where it is downloaded."""
        actor: Actor = self.context["actor"]
        return tenant_url(own_tenant(actor).slug, file_url(file_id=copy.file_id, actor=actor))


class DocumentSerializer(serializers.Serializer[Any]):
    """A document. Its content never changes: a correction is another version, which takes its place."""

    id = PublicIdField("doc", source="document.document_id")
    kind = serializers.ChoiceField(KINDS, source="document.kind")
    number = serializers.CharField(source="document.number")
    version = serializers.IntegerField(source="document.version")
    state = serializers.ChoiceField(STATES, source="document.state")
    sha256 = serializers.CharField(source="document.sha256", help_text="Of the content; it stands on every page.")
    check_url = serializers.SerializerMethodField(help_text="Where anybody who holds the paper can verify it.")
    issued_at = MomentField(source="document.issued_at")
    superseded_at = MomentField(source="document.superseded_at", allow_null=True)
    withdrawn_at = MomentField(source="document.withdrawn_at", allow_null=True)
    withdrawn_reason = serializers.CharField(source="document.withdrawn_reason", allow_blank=True)
    is_printed = serializers.BooleanField(help_text="Whether every copy is there; they follow within seconds.")
    copies = serializers.SerializerMethodField()

    def get_check_url(self, paper: Paper) -> str:
        """The address in the QR code."""
        actor: Actor = self.context["actor"]
        return tenant_url(own_tenant(actor).slug, f"/check/{paper.document.check_code}/")

    @extend_schema_field(DocumentCopySerializer(many=True))
    def get_copies(self, paper: Paper) -> list[dict[str, Any]]:
        """By language."""
        rows = [paper.copies[code] for code in sorted(paper.copies)]
        return list(DocumentCopySerializer(rows, many=True, context=self.context).data)


DOCUMENTS = Listing(
    name="documents", sorts={"seq": "seq"}, default="seq", key="seq", filters={"kind": one_of("kind", KINDS)}
)


class OrderDocuments(ApiView):
    """GET /orders/{id}/documents."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read"}

    @extend_schema(
        operation_id="listOrderDocuments",
        summary="List an order's documents",
        tags=TAGS,
        parameters=listing_parameters(DOCUMENTS),
        responses={200: page_of(DocumentSerializer)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """What was made out for one order, those that were replaced too; `kind` narrows them, such as to `settlement`."""
        order = order_for(self.actor, order_id)
        page = DOCUMENTS.read(request, OrderDocument.objects.filter(order=order))
        papers = with_copies(order, page.rows)
        return Response(page.answer(DocumentSerializer(papers, many=True, context={"actor": self.actor}).data))
