"""Cost centres: whom an order is charged to inside the tenant; orders name them by their names."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import PublicIdField, page_of
from api.paging import Listing, one_of, yes_or_no
from api.schema import listing_parameters
from fleet.access import cost_center_for
from fleet.models import CostCenter


class CostCenterSerializer(serializers.ModelSerializer[CostCenter]):
    """A cost centre."""

    id = PublicIdField("cct")

    class Meta:
        model = CostCenter
        fields = ("id", "name", "code", "is_active")


COST_CENTERS = Listing(
    name="cost-centers",
    sorts={"name": "name", "id": "pk"},
    default="name",
    filters={"name": one_of("name"), "code": one_of("code"), "is_active": yes_or_no("is_active")},
)


class CostCenterList(ApiView):
    """GET /cost-centers."""

    scopes: ClassVar[dict[str, str]] = {"GET": "sites:read"}

    @extend_schema(
        operation_id="listCostCenters",
        summary="List cost centres",
        tags=["Sites and cost centres"],
        parameters=listing_parameters(COST_CENTERS),
        responses={200: page_of(CostCenterSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your cost centres by name."""
        page = COST_CENTERS.read(request, CostCenter.objects.all())
        return Response(page.answer(CostCenterSerializer(page.rows, many=True).data))


class CostCenterDetail(ApiView):
    """GET /cost-centers/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "sites:read"}

    @extend_schema(
        operation_id="retrieveCostCenter",
        summary="Retrieve a cost centre",
        tags=["Sites and cost centres"],
        responses={200: CostCenterSerializer},
    )
    def get(self, request: Request, cost_center_id: str) -> Response:
        """One cost centre."""
        return Response(CostCenterSerializer(cost_center_for(self.actor, cost_center_id)).data)
