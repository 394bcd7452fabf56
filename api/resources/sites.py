"""Sites: places where vehicles stand; coordinates are WGS-84."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import PublicIdField, StrictSerializer, page_of
from api.paging import Listing, one_of, yes_or_no
from api.resources.entries import add_entry, change_entry, show_entry
from api.schema import listing_parameters
from fleet.access import site_for
from fleet.models import Site

TAGS = ["Sites and cost centres"]


class SiteSerializer(serializers.ModelSerializer[Site]):
    """A site."""

    id = PublicIdField("sit")

    class Meta:
        model = Site
        fields = ("id", "code", "address", "lat", "lng", "contact", "phone", "is_active")


class SiteWriteSerializer(StrictSerializer):
    """What is given for a site."""

    code = serializers.CharField(max_length=40, help_text="Yours; orders name the site by it.")
    address = serializers.CharField(max_length=300)
    lat = serializers.FloatField(min_value=-90, max_value=90, help_text="WGS-84, unless `coord_system` says otherwise.")
    lng = serializers.FloatField(min_value=-180, max_value=180)
    coord_system = serializers.ChoiceField(
        ["wgs84", "gcj02"], required=False, help_text="Of what you send; kept as WGS-84."
    )
    contact = serializers.CharField(max_length=80, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False, help_text="True for a new one.")


SITES = Listing(
    name="sites",
    sorts={"code": "code", "id": "pk"},
    default="code",
    filters={"code": one_of("code"), "is_active": yes_or_no("is_active")},
)


def shown(key: UUID) -> Mapping[str, Any]:
    """A site as it stands."""
    return dict(SiteSerializer(Site.objects.get(pk=key)).data)


class SiteList(ApiView):
    """GET and POST /sites."""

    scopes: ClassVar[dict[str, str]] = {"GET": "sites:read", "POST": "sites:write"}

    @extend_schema(
        operation_id="listSites",
        summary="List sites",
        tags=TAGS,
        parameters=listing_parameters(SITES),
        responses={200: page_of(SiteSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your sites by code."""
        page = SITES.read(request, Site.objects.all())
        return Response(page.answer(SiteSerializer(page.rows, many=True).data))

    @extend_schema(
        operation_id="createSite",
        summary="Add a site",
        tags=TAGS,
        request=SiteWriteSerializer,
        responses={201: SiteSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a place where your vehicles stand."""
        return add_entry(self, request, register="sites", given=SiteWriteSerializer, show=shown, place="sites")


class SiteDetail(ApiView):
    """GET and PATCH /sites/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "sites:read", "PATCH": "sites:write"}

    @extend_schema(operation_id="retrieveSite", summary="Retrieve a site", tags=TAGS, responses={200: SiteSerializer})
    def get(self, request: Request, site_id: str) -> Response:
        """One site; its ETag goes into If-Match when you change it."""
        return show_entry(shown(site_for(self.actor, site_id).pk))

    @extend_schema(
        operation_id="updateSite",
        summary="Change a site",
        tags=TAGS,
        request=SiteWriteSerializer,
        responses={200: SiteSerializer},
    )
    def patch(self, request: Request, site_id: str) -> Response:
        """Change some fields of a site, if nobody else has changed it since you read it (If-Match)."""
        key = site_for(self.actor, site_id).pk
        return change_entry(self, request, register="sites", key=key, given=SiteWriteSerializer, show=shown)
