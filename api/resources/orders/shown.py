"""How orders, their estimates and the windows that are offered for them are shown."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.etags import tag_of
from api.fields import CurrencyField, MomentField, PublicIdField, SaidField
from api.resources.batches.shown import ORDER_STATES
from fleet.models import Order, OrderEstimate, OrderEstimateLine, OrderWindow
from repair.models import JobKind

STATES = ORDER_STATES


class AgentSerializer(serializers.Serializer[Order]):
    """Who comes for the vehicle or brings it back."""

    leg = serializers.ChoiceField(["pickup", "return", "errand"])
    name = serializers.CharField(source="agent_name")
    phone = serializers.CharField(source="agent_phone")
    planned_at = MomentField(allow_null=True)


class OrderSerializer(serializers.ModelSerializer[Order]):
    """An order. `status` is one of the states in the guide; `version` grows with every change."""

    id = PublicIdField("ord")
    batch = PublicIdField("bat", source="batch_id", allow_null=True, help_text="The batch that it came with.")
    vehicle = PublicIdField("veh", source="vehicle_id")
    comeback_of = PublicIdField("ord", allow_null=True, help_text="The order whose work comes back under warranty.")
    status = serializers.ChoiceField(STATES)
    status_note = SaidField(read_only=True)
    service = serializers.ChoiceField(JobKind.values)
    status_since = MomentField()
    window_start = MomentField()
    window_end = MomentField()
    return_by = MomentField(allow_null=True)
    respond_by = MomentField(help_text="By when you get an answer.")
    promised_return_at = MomentField(allow_null=True)
    placed_at = MomentField()
    updated_at = MomentField()
    version = serializers.IntegerField(source="updated_seq")
    currency = CurrencyField()
    agent = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = (
            "id", "number", "external_ref", "batch", "vehicle", "vin", "plate", "model", "service", "description",
            "status", "status_since", "status_note", "is_on_hold", "site_code", "address", "lat", "lng", "contact",
            "phone", "window_start", "window_end", "return_by", "cost_center", "po_number", "courtesy_car", "key_with",
            "notes", "pre_approved_up_to_fen", "approved_fen", "currency", "agent", "workshop", "promised_return_at",
            "comeback_of", "placed_at", "respond_by", "updated_at", "version",
        )  # fmt: skip

    @extend_schema_field(AgentSerializer(allow_null=True))
    def get_agent(self, order: Order) -> dict[str, Any] | None:
        """Nobody while no agent is named."""
        return dict(AgentSerializer(order).data) if order.agent_name else None


class EstimateLineSerializer(serializers.Serializer[Any]):
    """A line of an estimate; amounts are in fen, tax included."""

    no = serializers.IntegerField()
    kind = serializers.CharField()
    operation = serializers.CharField(allow_blank=True, help_text="The workshop's code of what is done; empty: none.")
    text = serializers.CharField()
    quantity = serializers.CharField()
    unit_price_fen = serializers.IntegerField(
        allow_null=True, help_text="amount_fen is quantity × unit_price_fen, half a fen upwards; null: a flat price."
    )
    amount_fen = serializers.IntegerField()
    decision = serializers.CharField(help_text="pending, approved or declined")
    approved_fen = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)


class EstimateSerializer(serializers.Serializer[Any]):
    """A version of what the work would cost."""

    version = serializers.IntegerField()
    is_supplement = serializers.BooleanField(help_text="An extra fault that was found during the work.")
    total_fen = serializers.IntegerField()
    currency = CurrencyField()
    valid_until = MomentField()
    told_at = MomentField()
    decision = serializers.CharField(allow_blank=True, help_text="Empty while it waits for you.")
    approved_fen = serializers.IntegerField()
    reason = SaidField(allow_blank=True)
    decided_at = MomentField(allow_null=True)
    decided_by = serializers.CharField(allow_blank=True)
    lines = EstimateLineSerializer(many=True)


class WindowSerializer(serializers.Serializer[Any]):
    """A time that is offered because there is no capacity in the one that was asked for."""

    no = serializers.IntegerField()
    starts_at = MomentField()
    ends_at = MomentField()


class OrderDetailSerializer(OrderSerializer):
    """An order with its estimates and the windows that are offered for it."""

    estimates = EstimateSerializer(many=True)
    windows = WindowSerializer(many=True)

    class Meta(OrderSerializer.Meta):
        fields = (*OrderSerializer.Meta.fields, "estimates", "windows")  # type: ignore[assignment]


def show_order(order: Order) -> dict[str, Any]:
    """An order as a whole: its estimates by version, their lines and the windows by number."""
    lines = Prefetch("lines", OrderEstimateLine.objects.order_by("no"))
    estimates = Prefetch("estimates", OrderEstimate.objects.order_by("version").prefetch_related(lines))
    prefetch_related_objects([order], estimates, Prefetch("windows", OrderWindow.objects.order_by("no")))
    return dict(OrderDetailSerializer(order).data)


def etag_of(order: Order) -> str:
    """Changes with every event about the order."""
    return tag_of(order.pk, order.updated_seq)
