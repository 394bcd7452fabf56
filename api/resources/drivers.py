"""Drivers: who drives the tenant's vehicles and hands them over."""

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
from fleet.access import driver_for
from fleet.models import Driver

TAGS = ["Drivers"]


class DriverSerializer(serializers.ModelSerializer[Driver]):
    """A driver. Of a licence's number only its end is kept."""

    id = PublicIdField("drv")
    site_code = serializers.CharField(source="site.code", default="")

    class Meta:
        model = Driver
        fields = (
            "id", "reference", "name", "phone", "licence_class", "licence_tail", "licence_expires_on", "site_code",
            "is_active",
        )  # fmt: skip


class DriverWriteSerializer(StrictSerializer):
    """What is given for a driver; null or an empty text takes away what was there."""

    reference = serializers.CharField(max_length=40, required=False, allow_blank=True, help_text="Your own number.")
    name = serializers.CharField(max_length=80)
    phone = serializers.CharField(max_length=40, help_text="Kept as E.164; each driver has one of their own.")
    licence_class = serializers.CharField(
        max_length=20, required=False, allow_blank=True, help_text="Such as C1 or A2."
    )
    licence_tail = serializers.CharField(max_length=18, required=False, allow_blank=True)
    licence_expires_on = serializers.DateField(required=False, allow_null=True)
    site_code = serializers.CharField(max_length=40, required=False, allow_blank=True, help_text="One of your sites.")
    is_active = serializers.BooleanField(required=False, help_text="True for a new one.")


DRIVERS = Listing(
    name="drivers",
    sorts={"name": "name", "id": "pk"},
    default="name",
    filters={
        "reference": one_of("reference"),
        "phone": one_of("phone"),
        "site_code": one_of("site__code"),
        "is_active": yes_or_no("is_active"),
    },
)


def shown(key: UUID) -> Mapping[str, Any]:
    """A driver as they stand in the book."""
    return dict(DriverSerializer(Driver.objects.select_related("site").get(pk=key)).data)


class DriverList(ApiView):
    """GET and POST /drivers."""

    scopes: ClassVar[dict[str, str]] = {"GET": "drivers:read", "POST": "drivers:write"}

    @extend_schema(
        operation_id="listDrivers",
        summary="List drivers",
        tags=TAGS,
        parameters=listing_parameters(DRIVERS),
        responses={200: page_of(DriverSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your drivers by name."""
        page = DRIVERS.read(request, Driver.objects.select_related("site"))
        return Response(page.answer(DriverSerializer(page.rows, many=True).data))

    @extend_schema(
        operation_id="createDriver",
        summary="Add a driver",
        tags=TAGS,
        request=DriverWriteSerializer,
        responses={201: DriverSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a driver. Many at once: send a file to `imports`."""
        return add_entry(self, request, register="drivers", given=DriverWriteSerializer, show=shown, place="drivers")


class DriverDetail(ApiView):
    """GET and PATCH /drivers/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "drivers:read", "PATCH": "drivers:write"}

    @extend_schema(
        operation_id="retrieveDriver", summary="Retrieve a driver", tags=TAGS, responses={200: DriverSerializer}
    )
    def get(self, request: Request, driver_id: str) -> Response:
        """One driver; the ETag goes into If-Match when you change it."""
        return show_entry(shown(driver_for(self.actor, driver_id).pk))

    @extend_schema(
        operation_id="updateDriver",
        summary="Change a driver",
        tags=TAGS,
        request=DriverWriteSerializer,
        responses={200: DriverSerializer},
    )
    def patch(self, request: Request, driver_id: str) -> Response:
        """Change some fields, if nobody else has changed them since you read them (If-Match)."""
        key = driver_for(self.actor, driver_id).pk
        return change_entry(self, request, register="drivers", key=key, given=DriverWriteSerializer, show=shown)
