"""The incident files over an order: what happened, who answers for it, and what the tenant gets."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import MomentField, PublicIdField, page_of
from api.paging import Listing
from api.schema import listing_parameters
from fleet.access import order_for
from fleet.models import OrderIncident
from repair.models import IncidentKind, Liability
from repair.states import INCIDENT

TAGS = ["Orders"]


class IncidentSerializer(serializers.Serializer[Any]):
    """An incident file as it stands. `compensation_fen` is due once it is `closed`."""

    id = PublicIdField("inc")
    number = serializers.CharField()
    kind = serializers.ChoiceField(IncidentKind.values)
    status = serializers.ChoiceField(sorted(INCIDENT.states))
    text = serializers.CharField()
    happened_at = MomentField()
    place = serializers.CharField(allow_blank=True)
    police_number = serializers.CharField(allow_blank=True)
    liability = serializers.ChoiceField(
        Liability.values, allow_blank=True, help_text="Who answers for it; empty until judged."
    )
    liability_reason = serializers.CharField(allow_blank=True)
    compensation_fen = serializers.IntegerField(allow_null=True)


INCIDENTS = Listing(name="incidents", sorts={"id": "id"}, default="id", key="id")


class OrderIncidents(ApiView):
    """GET /orders/{id}/incidents."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read"}

    @extend_schema(
        operation_id="listOrderIncidents",
        summary="List an order's incident files",
        tags=TAGS,
        parameters=listing_parameters(INCIDENTS),
        responses={200: page_of(IncidentSerializer)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """What went wrong while the vehicle was with the operator: an accident, a fine, a loss, damage, a late return."""
        order = order_for(self.actor, order_id)
        page = INCIDENTS.read(request, OrderIncident.objects.filter(order=order))
        return Response(page.answer(IncidentSerializer(page.rows, many=True).data))
