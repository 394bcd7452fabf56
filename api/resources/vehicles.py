"""Vehicles that the tenant has ordered work for; identity is the VIN."""

from typing import Any, ClassVar

from django.db.models import Prefetch, prefetch_related_objects
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import MomentField, PublicIdField, page_of
from api.paging import Listing, one_of, since
from api.schema import listing_parameters
from fleet.access import vehicle_for
from fleet.models import PlateHistory, Vehicle


class VehicleSerializer(serializers.ModelSerializer[Vehicle]):
    """A vehicle."""

    id = PublicIdField("veh")
    registered_at = MomentField(help_text="Since when we know it.")
    version = serializers.IntegerField(source="updated_seq", help_text="Grows with every change.")

    class Meta:
        model = Vehicle
        fields = ("id", "vin", "plate", "model", "vehicle_class", "transmission", "registered_at", "version")


class PlateSerializer(serializers.Serializer[Any]):
    """A plate that a vehicle carried."""

    plate = serializers.CharField()
    since = MomentField()


class VehicleDetailSerializer(VehicleSerializer):
    """A vehicle with the plates that it has carried, the newest first."""

    plates = PlateSerializer(many=True)

    class Meta(VehicleSerializer.Meta):
        fields = (*VehicleSerializer.Meta.fields, "plates")  # type: ignore[assignment]


VEHICLES = Listing(
    name="vehicles",
    sorts={"registered_at": "registered_at", "vin": "vin"},
    default="-registered_at",
    filters={"vin": one_of("vin"), "plate": one_of("plate"), "registered_since": since("registered_at")},
)


class VehicleList(ApiView):
    """GET /vehicles."""

    scopes: ClassVar[dict[str, str]] = {"GET": "vehicles:read"}

    @extend_schema(
        operation_id="listVehicles",
        summary="List vehicles",
        tags=["Vehicles"],
        parameters=listing_parameters(VEHICLES),
        responses={200: page_of(VehicleSerializer)},
    )
    def get(self, request: Request) -> Response:
        """The vehicles that you have ordered work for, the newest first."""
        page = VEHICLES.read(request, Vehicle.objects.all())
        return Response(page.answer(VehicleSerializer(page.rows, many=True).data))


class VehicleDetail(ApiView):
    """GET /vehicles/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "vehicles:read"}

    @extend_schema(
        operation_id="retrieveVehicle",
        summary="Retrieve a vehicle",
        tags=["Vehicles"],
        responses={200: VehicleDetailSerializer},
    )
    def get(self, request: Request, vehicle_id: str) -> Response:
        """One vehicle with the plates that it has carried."""
        vehicle = vehicle_for(self.actor, vehicle_id)
        prefetch_related_objects([vehicle], Prefetch("plates", PlateHistory.objects.order_by("-seq")))
        return Response(VehicleDetailSerializer(vehicle).data)
