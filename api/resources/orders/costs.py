"""What an order costs so far, line by line, and what is still to come."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import CurrencyField
from fleet.access import order_for
from fleet.selectors.costs import OrderCosts, read_costs
from partners.desk.charges import Charge, Unit
from partners.desk.rating import LAID_OUT, WORK
from repair.models import Payer

TAGS = ["Orders"]
KINDS = [*Charge.values, WORK, LAID_OUT]


class ExpectedCostSerializer(serializers.Serializer[Any]):
    """A line that is still to come, as the prices stand that hold for this order."""

    ref = serializers.CharField(
        source="source", help_text="Its name within the order; the same as long as it stands there."
    )
    kind = serializers.ChoiceField(KINDS)
    operation = serializers.CharField(
        allow_blank=True,
        help_text="What it is for: an operation's code, a service, `pickup` or `return`, what was paid.",
    )
    quantity = serializers.CharField()
    unit = serializers.ChoiceField(Unit.values)
    unit_price_fen = serializers.IntegerField()
    amount_fen = serializers.IntegerField(help_text="Tax included.")
    tax_bp = serializers.IntegerField(help_text="The tax rate in hundredths of a per cent.")
    tax_fen = serializers.IntegerField(help_text="The tax in it: gross × r ÷ (1 + r).")


class CostSerializer(ExpectedCostSerializer):
    """A line of what the order costs."""

    no = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)
    payer = serializers.ChoiceField(Payer.values)
    why = serializers.DictField(
        child=serializers.CharField(), help_text="The worked sum, such as the kilometres and how many are included."
    )
    card = serializers.CharField(
        allow_blank=True, help_text="Whose price it is: `agreed` with you, or `standard`; empty for approved work."
    )
    card_version = serializers.IntegerField(allow_null=True)


class OrderCostsSerializer(serializers.Serializer[OrderCosts]):
    """What an order costs. Nothing is billed yet: once `is_final`, no line is added or changed before the bill."""

    currency = CurrencyField()
    is_final = serializers.BooleanField()
    total_fen = serializers.IntegerField()
    tax_fen = serializers.IntegerField()
    lines = CostSerializer(many=True)
    expected = ExpectedCostSerializer(many=True, source="coming")
    cancellation_fen = serializers.IntegerField(
        allow_null=True, help_text="What cancelling would cost now; null: it cannot be cancelled any more."
    )


class OrderCostsDetail(ApiView):
    """GET /orders/{id}/costs."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read"}

    @extend_schema(
        operation_id="retrieveOrderCosts",
        summary="Retrieve what an order costs",
        tags=TAGS,
        responses={200: OrderCostsSerializer},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """The lines so far, those expected, and what a cancellation would cost. An `order.costed` event tells each change."""
        del request
        order = order_for(self.actor, order_id)
        return Response(OrderCostsSerializer(read_costs(order, self.actor)).data)
