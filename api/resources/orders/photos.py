"""The photos of an order: what was taken at the pickup, on the way and at the return, each with links that expire."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import MomentField, PublicIdField, page_of
from api.paging import Listing, one_of
from api.schema import listing_parameters
from files.links import photo_url
from fleet.access import order_for
from fleet.models import OrderPhoto
from fleet.models.photos import PhotoKind
from tenants.actors import Actor
from tenants.hosts import tenant_url

TAGS = ["Orders"]
KINDS = list(PhotoKind.values)


class PhotoSerializer(serializers.Serializer[Any]):
    """A photo. Its links are for the credential that asked: send the same `Authorization` with them; ask again when they end."""

    file = PublicIdField("fil", source="file_id")
    kind = serializers.ChoiceField(KINDS)
    shot = serializers.CharField(allow_blank=True, help_text="Which side or part, such as `front`.")
    estimate_line = serializers.IntegerField(source="line_no", allow_null=True)
    sha256 = serializers.CharField(allow_blank=True, help_text="Of the photo as it was taken.")
    taken_at = MomentField()
    url = serializers.SerializerMethodField(help_text="The photo upright, without what the camera noted beside it.")
    thumbnail_url = serializers.SerializerMethodField()

    def get_url(self, photo: OrderPhoto) -> str:
        """To look at."""
        return link(photo, self.context["actor"], "view")

    def get_thumbnail_url(self, photo: OrderPhoto) -> str:
        """Small."""
        return link(photo, self.context["actor"], "thumb")


PHOTOS = Listing(name="photos", sorts={"seq": "seq"}, default="seq", key="no", filters={"kind": one_of("kind", KINDS)})


class OrderPhotos(ApiView):
    """GET /orders/{id}/photos."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read"}

    @extend_schema(
        operation_id="listOrderPhotos",
        summary="List an order's photos",
        tags=TAGS,
        parameters=listing_parameters(PHOTOS),
        responses={200: page_of(PhotoSerializer)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """The photos of one order as they were taken; `kind` narrows them to the pickup, the return, an estimate and so on."""
        order = order_for(self.actor, order_id)
        page = PHOTOS.read(request, OrderPhoto.objects.filter(order=order))
        return Response(page.answer(PhotoSerializer(page.rows, many=True, context={"actor": self.actor}).data))


def link(photo: OrderPhoto, actor: Actor, variant: str) -> str:
    """The absolute address of a copy, for this actor alone."""
    assert actor.tenant is not None
    return tenant_url(actor.tenant.slug, photo_url(file_id=photo.file_id, actor=actor, variant=variant))
