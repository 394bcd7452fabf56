"""The tenant's vehicles; identity is the VIN."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.errors import InvalidParameter
from api.fields import MomentField, PublicIdField, StrictSerializer, page_of
from api.paging import Listing, one_of, since, yes_or_no
from api.resources.entries import add_entry, change_entry, show_entry
from api.schema import listing_parameters
from fleet.access import vehicle_for
from fleet.models import OdometerReading, PlateHistory, PlateType, Vehicle
from fleet.selectors.registers import expiring_q, record_of

TAGS = ["Vehicles"]
SHOWN_READINGS = 20
READERS = ["tenant", "pickup", "workshop", "return"]


class VehicleSerializer(serializers.ModelSerializer[Vehicle]):
    """A vehicle: what we know of it, and what your people keep."""

    id = PublicIdField("veh")
    plate_type = serializers.CharField(source="kept.plate_type")
    odometer_km = serializers.IntegerField(allow_null=True, help_text="The latest reading.")
    odometer_at = MomentField(allow_null=True, help_text="When it was read.")
    inspection_expires_on = serializers.DateField(source="kept.inspection_expires_on", allow_null=True)
    compulsory_expires_on = serializers.DateField(source="kept.compulsory_expires_on", allow_null=True)
    commercial_expires_on = serializers.DateField(source="kept.commercial_expires_on", allow_null=True)
    site_code = serializers.CharField(source="kept.site_code")
    cost_center = serializers.CharField(source="kept.cost_center")
    is_active = serializers.BooleanField(source="kept.is_active", help_text="In use by you.")
    registered_at = MomentField(help_text="Since when we know it.")
    version = serializers.IntegerField(source="updated_seq", help_text="Grows with every change.")

    class Meta:
        model = Vehicle
        fields = (
            "id", "vin", "plate", "plate_type", "model", "vehicle_class", "transmission", "odometer_km", "odometer_at",
            "inspection_expires_on", "compulsory_expires_on", "commercial_expires_on", "site_code", "cost_center", "is_active",
            "registered_at", "version",
        )  # fmt: skip

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """What your people keep is there for every vehicle, also where they keep nothing."""
        instance.kept = record_of(instance)
        return super().to_representation(instance)


class VehicleWriteSerializer(StrictSerializer):
    """What is given for a vehicle; null or an empty text takes away what your people keep, not what we know."""

    plate = serializers.CharField(max_length=20, required=False, help_text="A new one is kept beside the old ones.")
    plate_type = serializers.ChoiceField(PlateType.values, required=False)
    model = serializers.CharField(max_length=80, required=False)
    vehicle_class = serializers.CharField(max_length=20, required=False)
    transmission = serializers.ChoiceField(["automatic", "manual"], required=False)
    odometer_km = serializers.IntegerField(min_value=0, required=False, help_text="A reading; it never runs back.")
    odometer_on = serializers.DateField(required=False, help_text="The day of the reading; today when it is left out.")
    inspection_expires_on = serializers.DateField(required=False, allow_null=True)
    compulsory_expires_on = serializers.DateField(required=False, allow_null=True)
    commercial_expires_on = serializers.DateField(required=False, allow_null=True)
    site_code = serializers.CharField(max_length=40, required=False, allow_blank=True, help_text="One of your sites.")
    cost_center = serializers.CharField(
        max_length=80, required=False, allow_blank=True, help_text="By name or code."
    )  # fmt: skip
    is_active = serializers.BooleanField(required=False, help_text="True for a new one.")


class VehicleNewSerializer(VehicleWriteSerializer):
    """What is given for a new vehicle."""

    vin = serializers.CharField(max_length=40)


class PlateSerializer(serializers.Serializer[Any]):
    """A plate that a vehicle carried."""

    plate = serializers.CharField()
    since = MomentField()


class ReadingSerializer(serializers.Serializer[Any]):
    """What an odometer showed."""

    km = serializers.IntegerField()
    read_at = MomentField()
    source = serializers.ChoiceField(READERS)  # type: ignore[assignment]  # a name of REST framework, too
    order = PublicIdField("ord", source="order_id", allow_null=True)


class VehicleDetailSerializer(VehicleSerializer):
    """A vehicle with the plates that it has carried and its last readings, the newest first."""

    plates = PlateSerializer(many=True)
    readings = ReadingSerializer(many=True, source="last_readings")

    class Meta(VehicleSerializer.Meta):
        fields = (*VehicleSerializer.Meta.fields, "plates", "readings")  # type: ignore[assignment]


def in_use(name: str, value: str) -> Q:
    """A vehicle of which nobody has said otherwise is in use."""
    yes_or_no("record__is_active")(name, value)
    retired = Q(record__is_active=False)
    return ~retired if value == "true" else retired


def expiring(name: str, value: str) -> Q:
    """Something is over by that day."""
    try:
        return expiring_q(date.fromisoformat(value))
    except ValueError as error:
        raise InvalidParameter(name, _("Write a day as 2026-11-24.")) from error


VEHICLES = Listing(
    name="vehicles",
    sorts={"registered_at": "registered_at", "vin": "vin"},
    default="-registered_at",
    filters={
        "vin": one_of("vin"),
        "plate": one_of("plate"),
        "site_code": one_of("record__site_code"),
        "cost_center": one_of("record__cost_center"),
        "is_active": in_use,
        "expires_before": expiring,
        "registered_since": since("registered_at"),
    },
)


def shown(key: UUID) -> Mapping[str, Any]:
    """A vehicle as it stands."""
    vehicle: Any = Vehicle.objects.select_related("record").get(pk=key)
    prefetch_related_objects([vehicle], Prefetch("plates", PlateHistory.objects.order_by("-seq")))
    vehicle.last_readings = OdometerReading.objects.filter(vehicle=vehicle).order_by("-read_at", "-seq")[
        :SHOWN_READINGS
    ]
    return dict(VehicleDetailSerializer(vehicle).data)


class VehicleList(ApiView):
    """GET and POST /vehicles."""

    scopes: ClassVar[dict[str, str]] = {"GET": "vehicles:read", "POST": "vehicles:write"}

    @extend_schema(
        operation_id="listVehicles",
        summary="List vehicles",
        tags=TAGS,
        parameters=listing_parameters(VEHICLES),
        responses={200: page_of(VehicleSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your vehicles, the newest first: those you have put in, and those an order has named."""
        page = VEHICLES.read(request, Vehicle.objects.select_related("record"))
        return Response(page.answer(VehicleSerializer(page.rows, many=True).data))

    @extend_schema(
        operation_id="createVehicle",
        summary="Add a vehicle",
        tags=TAGS,
        request=VehicleNewSerializer,
        responses={201: VehicleDetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a vehicle before it has an order. Many at once: send a file to `imports`."""
        return add_entry(self, request, register="vehicles", given=VehicleNewSerializer, show=shown, place="vehicles")


class VehicleDetail(ApiView):
    """GET and PATCH /vehicles/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "vehicles:read", "PATCH": "vehicles:write"}

    @extend_schema(
        operation_id="retrieveVehicle",
        summary="Retrieve a vehicle",
        tags=TAGS,
        responses={200: VehicleDetailSerializer},
    )
    def get(self, request: Request, vehicle_id: str) -> Response:
        """One vehicle with the plates that it has carried and its readings; its ETag goes into If-Match."""
        return show_entry(shown(vehicle_for(self.actor, vehicle_id).pk))

    @extend_schema(
        operation_id="updateVehicle",
        summary="Change a vehicle",
        tags=TAGS,
        request=VehicleWriteSerializer,
        responses={200: VehicleDetailSerializer},
    )
    def patch(self, request: Request, vehicle_id: str) -> Response:
        """Change some fields or add a reading, if nobody else has changed the vehicle since you read it (If-Match)."""
        key = vehicle_for(self.actor, vehicle_id).pk
        return change_entry(self, request, register="vehicles", key=key, given=VehicleWriteSerializer, show=shown)
