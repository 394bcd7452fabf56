"""Sites: places where vehicles stand; coordinates are WGS-84."""

from typing import Any, ClassVar

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.etags import changed, require_match, tag_of
from api.fields import PublicIdField, page_of
from api.paging import Listing, one_of, yes_or_no
from api.schema import listing_parameters
from events.book.models import Entry
from events.ids import public_id
from fleet.access import site_for
from fleet.models import Site
from fleet.services.places import save_site

TAGS = ["Sites and cost centres"]


class SiteSerializer(serializers.ModelSerializer[Site]):
    """A site."""

    id = PublicIdField("sit")

    class Meta:
        model = Site
        fields = ("id", "code", "address", "lat", "lng", "is_active")


class SiteWriteSerializer(serializers.Serializer[Any]):
    """What is given for a site."""

    code = serializers.CharField(max_length=40, help_text="Yours; orders name the site by it.")
    address = serializers.CharField(max_length=300)
    lat = serializers.FloatField(min_value=-90, max_value=90, help_text="WGS-84")
    lng = serializers.FloatField(min_value=-180, max_value=180, help_text="WGS-84")
    is_active = serializers.BooleanField(default=True)


SITES = Listing(
    name="sites",
    sorts={"code": "code", "id": "pk"},
    default="code",
    filters={"code": one_of("code"), "is_active": yes_or_no("is_active")},
)


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
        given = SiteWriteSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        site = save_site(**given.validated_data, actor=self.actor, now=self.now)
        return show_site(site, status=201, headers={"Location": f"/api/v1/sites/{public_id('sit', site.pk)}"})


class SiteDetail(ApiView):
    """GET and PATCH /sites/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "sites:read", "PATCH": "sites:write"}

    @extend_schema(operation_id="retrieveSite", summary="Retrieve a site", tags=TAGS, responses={200: SiteSerializer})
    def get(self, request: Request, site_id: str) -> Response:
        """One site; its ETag goes into If-Match when you change it."""
        return show_site(site_for(self.actor, site_id))

    @extend_schema(
        operation_id="updateSite",
        summary="Change a site",
        tags=TAGS,
        request=SiteWriteSerializer,
        responses={200: SiteSerializer},
    )
    def patch(self, request: Request, site_id: str) -> Response:
        """Change some fields of a site, if nobody else has changed it since you read it (If-Match)."""
        site = site_for(self.actor, site_id)
        require_match(request.headers.get("If-Match", ""), etag_of(site))
        given = SiteWriteSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        before = {name: getattr(site, name) for name in ("code", "address", "lat", "lng", "is_active")}
        seen = last_change(site)
        saved = save_site(site_id=site.pk, **{**before, **given.validated_data}, actor=self.actor, now=self.now)
        require_alone(saved, seen)
        return show_site(saved)


def show_site(site: Site, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A site with its ETag."""
    return Response(SiteSerializer(site).data, status=status, headers={**(headers or {}), "ETag": etag_of(site)})


def etag_of(site: Site) -> str:
    """Changes with what is shown."""
    return tag_of(msgspec.json.encode(dict(SiteSerializer(site).data)).decode())


def last_change(site: Site) -> int:
    """The number of the last event of this site; 0 when there is none."""
    return (
        Entry.objects.filter(subject=public_id("sit", site.pk)).order_by("-seq").values_list("seq", flat=True).first()
        or 0
    )


def require_alone(site: Site, seen: int) -> None:
    """Raise PreconditionFailed when another change was told between our reading and our writing.

    Every change is told under the tenant's counter, which our own telling holds until the end of the transaction: so whatever
    was faster stands in the log by now, and no row had to be locked out of order.
    """
    if Entry.objects.filter(subject=public_id("sit", site.pk), seq__gt=seen).count() != 1:
        raise changed()
