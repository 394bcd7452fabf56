"""Cost centres: whom an order is charged to inside the tenant; orders name them by their names."""

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
from api.resources.sites import TAGS
from api.schema import listing_parameters
from fleet.access import cost_center_for
from fleet.models import CostCenter


class CostCenterSerializer(serializers.ModelSerializer[CostCenter]):
    """A cost centre."""

    id = PublicIdField("cct")

    class Meta:
        model = CostCenter
        fields = ("id", "name", "code", "is_active")


class CostCenterWriteSerializer(StrictSerializer):
    """What is given for a cost centre."""

    name = serializers.CharField(max_length=80, help_text="Orders and vehicles name it exactly so.")
    code = serializers.CharField(max_length=40, required=False, allow_blank=True, help_text="Yours, if you have one.")
    is_active = serializers.BooleanField(required=False, help_text="True for a new one.")


COST_CENTERS = Listing(
    name="cost-centers",
    sorts={"name": "name", "id": "pk"},
    default="name",
    filters={"name": one_of("name"), "code": one_of("code"), "is_active": yes_or_no("is_active")},
)


def shown(key: UUID) -> Mapping[str, Any]:
    """A cost centre as it stands."""
    return dict(CostCenterSerializer(CostCenter.objects.get(pk=key)).data)


class CostCenterList(ApiView):
    """GET and POST /cost-centers."""

    scopes: ClassVar[dict[str, str]] = {"GET": "sites:read", "POST": "sites:write"}

    @extend_schema(
        operation_id="listCostCenters",
        summary="List cost centres",
        tags=TAGS,
        parameters=listing_parameters(COST_CENTERS),
        responses={200: page_of(CostCenterSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your cost centres by name."""
        page = COST_CENTERS.read(request, CostCenter.objects.all())
        return Response(page.answer(CostCenterSerializer(page.rows, many=True).data))

    @extend_schema(
        operation_id="createCostCenter",
        summary="Add a cost centre",
        tags=TAGS,
        request=CostCenterWriteSerializer,
        responses={201: CostCenterSerializer},
    )
    def post(self, request: Request) -> Response:
        """Add a cost centre."""
        return add_entry(
            self, request, register="cost_centers", given=CostCenterWriteSerializer, show=shown, place="cost-centers"
        )  # fmt: skip


class CostCenterDetail(ApiView):
    """GET and PATCH /cost-centers/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "sites:read", "PATCH": "sites:write"}

    @extend_schema(
        operation_id="retrieveCostCenter",
        summary="Retrieve a cost centre",
        tags=TAGS,
        responses={200: CostCenterSerializer},
    )
    def get(self, request: Request, cost_center_id: str) -> Response:
        """One cost centre; its ETag goes into If-Match when you change it."""
        return show_entry(shown(cost_center_for(self.actor, cost_center_id).pk))

    @extend_schema(
        operation_id="updateCostCenter",
        summary="Change a cost centre",
        tags=TAGS,
        request=CostCenterWriteSerializer,
        responses={200: CostCenterSerializer},
    )
    def patch(self, request: Request, cost_center_id: str) -> Response:
        """Change some fields, if nobody else has changed it since you read it (If-Match). Vehicles follow a new name."""
        key = cost_center_for(self.actor, cost_center_id).pk
        return change_entry(
            self, request, register="cost_centers", key=key, given=CostCenterWriteSerializer, show=shown
        )  # fmt: skip
