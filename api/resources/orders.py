"""Orders: what was asked, how far it has come, what it may cost; cancelled or decided by the same services as in the portal."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, prefetch_related_objects
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import CurrencyField, MomentField, PublicIdField, page_of
from api.paging import Filter, Listing, id_of, one_of, since
from api.schema import listing_parameters
from fleet.access import order_for
from fleet.models import Order, OrderEstimate, OrderEstimateLine, OrderWindow
from fleet.selectors.orders import LONGEST_SEARCH
from fleet.services.ordering import cancel_order, decide_order_estimate
from repair import states as jobs
from repair.models import JobKind
from repair.requests import LineChoice

STATES = sorted(jobs.JOB.states)


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
    text = serializers.CharField()
    quantity = serializers.CharField()
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
    reason = serializers.CharField(allow_blank=True)
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


class CancelSerializer(serializers.Serializer[Any]):
    """Why an order is cancelled."""

    reason = serializers.CharField(max_length=300)


class LineChoiceSerializer(serializers.Serializer[Any]):
    """A decision on one line; a line that is not named is approved whole."""

    no = serializers.IntegerField(min_value=1, max_value=32_000)
    is_approved = serializers.BooleanField()
    amount_fen = serializers.IntegerField(
        min_value=0,
        max_value=10**12,
        required=False,
        allow_null=True,
        help_text="Less than was asked; empty: all of it.",
    )
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class DecisionSerializer(serializers.Serializer[Any]):
    """The decision on an estimate."""

    decision = serializers.ChoiceField(["approve", "send_back", "reject"])
    lines = LineChoiceSerializer(many=True, required=False, default=list)
    reason = serializers.CharField(max_length=1_000, required=False, allow_blank=True, default="")


def search() -> Filter:
    """Every word is a part of the number, reference, plate, VIN, contact or telephone."""

    def make(_name: str, value: str) -> Q:
        wanted = Q()
        for word in value.lower()[:LONGEST_SEARCH].split():
            wanted &= Q(search__text__contains=word)
        return wanted

    return make


ORDERS = Listing(
    name="orders",
    sorts={"created_at": "placed_at", "updated_at": "updated_at", "window_start": "window_start"},
    default="-created_at",
    filters={
        "q": search(),
        "status": one_of("status", STATES),
        "service": one_of("service", JobKind.values),
        "external_ref": one_of("external_ref"),
        "number": one_of("number"),
        "vin": one_of("vin"),
        "plate": one_of("plate"),
        "site_code": one_of("site_code"),
        "cost_center": one_of("cost_center"),
        "batch": id_of("batch_id", "bat"),
        "vehicle": id_of("vehicle_id", "veh"),
        "created_since": since("placed_at"),
        "updated_since": since("updated_at"),
    },
)


class OrderList(ApiView):
    """GET /orders."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read"}

    @extend_schema(
        operation_id="listOrders",
        summary="List and search orders",
        tags=["Orders"],
        parameters=listing_parameters(ORDERS),
        responses={200: page_of(OrderSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your orders, the newest first."""
        page = ORDERS.read(request, Order.objects.all())
        return Response(page.answer(OrderSerializer(page.rows, many=True).data))


class OrderDetail(ApiView):
    """GET /orders/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read"}

    @extend_schema(
        operation_id="retrieveOrder",
        summary="Retrieve an order",
        tags=["Orders"],
        responses={200: OrderDetailSerializer},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """One order with its estimates and the windows that are offered for it."""
        return Response(show_order(order_for(self.actor, order_id)))


class OrderCancel(ApiView):
    """POST /orders/{id}/cancel."""

    scopes: ClassVar[dict[str, str]] = {"POST": "orders:write"}

    @extend_schema(
        operation_id="cancelOrder",
        summary="Cancel an order",
        tags=["Orders"],
        request=CancelSerializer,
        responses={200: OrderDetailSerializer},
        examples=[OpenApiExample("cancel", value={"reason": "The vehicle was sold."}, request_only=True)],
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Cancel before the vehicle is in our custody; afterwards the answer is 409."""
        given = CancelSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(
            show_order(cancel_order(order_id=order_id, actor=self.actor, now=self.now, **given.validated_data))
        )


class EstimateDecide(ApiView):
    """POST /orders/{id}/estimates/{version}/decide."""

    scopes: ClassVar[dict[str, str]] = {"POST": "estimates:decide"}

    @extend_schema(
        operation_id="decideEstimate",
        summary="Decide an estimate",
        tags=["Orders"],
        request=DecisionSerializer,
        responses={200: OrderDetailSerializer},
        examples=[
            OpenApiExample("approve all", value={"decision": "approve"}, request_only=True),
            OpenApiExample(
                "approve in part",
                value={
                    "decision": "approve",
                    "lines": [
                        {"no": 1, "is_approved": True, "amount_fen": 38_000},
                        {"no": 2, "is_approved": False, "reason": "Not now."},
                    ],
                },
                request_only=True,
            ),
            OpenApiExample(
                "send back", value={"decision": "send_back", "reason": "Please add photos."}, request_only=True
            ),
        ],
    )
    def post(self, request: Request, order_id: str, version: int) -> Response:
        """Approve (whole, in part, or for less), send back, or reject the version that waits, within your limit."""
        given = DecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        choices = [LineChoice(**line) for line in wanted["lines"]]
        try:
            order = decide_order_estimate(
                order_id=order_id, version=version, decision=wanted["decision"], choices=choices, reason=wanted["reason"],
                actor=self.actor, now=self.now,
            )  # fmt: skip
        except ValidationError as error:
            raise at_places(error, choices) from error
        return Response(show_order(order))


def at_places(error: ValidationError, choices: list[LineChoice]) -> ValidationError:
    """The desk names lines by their numbers; a pointer needs their places in the request."""
    if not hasattr(error, "error_dict"):
        return error
    places = {f"lines.{choice.no}": f"lines.{place}" for place, choice in enumerate(choices)}
    return ValidationError(
        {places.get(name, name.partition(".")[0]): found for name, found in error.error_dict.items()}
    )


def show_order(order: Order) -> dict[str, Any]:
    """An order as a whole: its estimates by version, their lines and the windows by number."""
    lines = Prefetch("lines", OrderEstimateLine.objects.order_by("no"))
    estimates = Prefetch("estimates", OrderEstimate.objects.order_by("version").prefetch_related(lines))
    prefetch_related_objects([order], estimates, Prefetch("windows", OrderWindow.objects.order_by("no")))
    return dict(OrderDetailSerializer(order).data)
