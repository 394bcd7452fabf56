"""Files: sent once, named by their id where a request wants one, fetched again by a link that expires.

A file that nothing names within a day is swept away.
"""

from typing import Any, ClassVar, Final

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import actor_of
from api.base import ApiView
from api.fields import MomentField, PublicIdField
from api.parsers import require_single
from events.ids import BadId, read_public_id
from files.links import file_url
from files.models import StoredFile
from files.services import keep_file
from fleet.access import Action, own_tenant, require_may
from fleet.intake.refusals import check_size
from fleet.services.receiving import PURPOSE
from tenants.actors import Actor
from tenants.hosts import tenant_url

TAGS = ["Files"]
PURPOSES: Final = [PURPOSE]  # what a file may be sent for; each is named by some request


class FileUploadSerializer(serializers.Serializer[Any]):
    """A file and what it is for."""

    file = serializers.FileField(allow_empty_file=True)
    purpose = serializers.ChoiceField(PURPOSES, help_text="`order_batch`: a file of orders, for `POST /order-batches`.")


class FileSerializer(serializers.ModelSerializer[StoredFile]):
    """A file. Its link is for the credential that asked, for an hour: send the same `Authorization` with it."""

    id = PublicIdField("fil")
    purpose = serializers.ChoiceField(PURPOSES)
    created_at = MomentField()
    is_used = serializers.SerializerMethodField(help_text="Whether something names it; else it is gone after a day.")
    url = serializers.SerializerMethodField()

    class Meta:
        model = StoredFile
        fields = ("id", "name", "purpose", "size_bytes", "sha256", "created_by", "created_at", "is_used", "url")

    def get_is_used(self, file: StoredFile) -> bool:
        """Whether it stays."""
        return file.claimed_at is not None

    def get_url(self, file: StoredFile) -> str:
        """Where it is downloaded."""
        actor: Actor = self.context["actor"]
        return tenant_url(own_tenant(actor).slug, file_url(file_id=file.pk, actor=actor))


class FileView(ApiView):
    """A file lies in the core: it is kept and found outside the wall, for the tenant of who asks alone."""

    file: StoredFile | None = None

    def shown(self) -> Any:
        """The file as it is shown."""
        assert self.file is not None
        return FileSerializer(self.file, context={"actor": self.actor}).data


class FileList(FileView):
    """POST /files."""

    scopes: ClassVar[dict[str, str]] = {"POST": "batches:write"}
    parser_classes = (MultiPartParser,)
    keeps_files = True

    @extend_schema(
        operation_id="createFile",
        summary="Send a file",
        tags=TAGS,
        request={"multipart/form-data": FileUploadSerializer},
        responses={201: FileSerializer},
    )
    def post(self, request: Request) -> Response:
        """Send a file to name in a later request. Compare `sha256` with your own: then it arrived whole."""
        shown = self.shown()
        return Response(shown, status=201, headers={"Location": f"/api/v1/files/{shown['id']}"})

    def prepare(self, request: Request) -> None:
        """Store it."""
        require_may(self.actor, Action.SUBMIT)
        require_single(request.data, "file", "purpose")
        given = FileUploadSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        sent = given.validated_data["file"]
        check_size(sent.size)
        self.file = keep_file(
            tenant=own_tenant(self.actor),
            name=sent.name,
            content=sent.read(),
            purpose=given.validated_data["purpose"],
            content_type=sent.content_type or "",
            actor=self.actor,
            now=self.now,
        )


class FileDetail(FileView):
    """GET /files/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "batches:read"}

    @extend_schema(operation_id="retrieveFile", summary="Retrieve a file", tags=TAGS, responses={200: FileSerializer})
    def get(self, request: Request, file_id: str) -> Response:
        """What a file is, and a link to download it."""
        return Response(self.shown())

    def prepare(self, request: Request) -> None:
        """Find it."""
        self.file = find_file(str(self.kwargs["file_id"]), actor_of(request))


def find_file(public_id: str, actor: Actor) -> StoredFile:
    """A file of the actor's tenant that a program may send and read; raises Http404. Outside the wall."""
    try:
        key = read_public_id("fil", public_id)
    except BadId as error:
        raise Http404 from error
    found = StoredFile.objects.filter(pk=key, tenant=own_tenant(actor), purpose__in=PURPOSES).first()
    if found is None:
        raise Http404
    return found
