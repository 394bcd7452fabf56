"""What is done with an order: cancelled (alone or with many), another window, rated."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.examples import ORDER_ID
from api.fields import MomentField
from api.resources.orders.shown import OrderDetailSerializer, show_order
from fleet.services.cancelling import MOST, CancelResult, cancel_several
from fleet.services.ordering import cancel_order, choose_window, rate_order, reschedule

TAGS = ["Orders"]


class CancelSerializer(serializers.Serializer[Any]):
    """Why an order is cancelled."""

    reason = serializers.CharField(max_length=300)


class CancellationsSerializer(serializers.Serializer[Any]):
    """Several orders to cancel, for one reason."""

    orders = serializers.ListField(
        child=serializers.CharField(max_length=40), min_length=1, max_length=MOST, help_text="Ids of orders."
    )
    reason = serializers.CharField(max_length=300)


class CancellationSerializer(serializers.Serializer[CancelResult]):
    """What became of one order."""

    order = serializers.CharField(help_text="As you sent it.")
    is_cancelled = serializers.BooleanField()
    code = serializers.CharField(allow_blank=True, help_text="Empty, `not_found`, `repeated` or `not_cancellable`.")
    message = serializers.CharField(allow_blank=True)


class CancellationsShownSerializer(serializers.Serializer[Any]):
    """The results in the order of the request."""

    results = CancellationSerializer(many=True)
    cancelled = serializers.IntegerField()
    kept = serializers.IntegerField()


class WindowChoiceSerializer(serializers.Serializer[Any]):
    """One of the windows that are offered, by its number; or a window of your own."""

    no = serializers.IntegerField(min_value=1, max_value=32_000, required=False)
    window_start = MomentField(required=False)
    window_end = MomentField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raise ValidationError unless exactly one of the two is said."""
        own = {name for name in ("window_start", "window_end") if name in attrs}
        if ("no" in attrs and own) or ("no" not in attrs and len(own) != 2):
            raise serializers.ValidationError(_("Send either no, or window_start and window_end."), code="either_or")
        return attrs


class RatingSerializer(serializers.Serializer[Any]):
    """How it went."""

    score = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(max_length=1_000, required=False, allow_blank=True, default="")


class OrderCancel(ApiView):
    """POST /orders/{id}/cancel."""

    scopes: ClassVar[dict[str, str]] = {"POST": "orders:write"}

    @extend_schema(
        operation_id="cancelOrder",
        summary="Cancel an order",
        tags=TAGS,
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


class OrderCancellations(ApiView):
    """POST /orders/cancellations."""

    scopes: ClassVar[dict[str, str]] = {"POST": "orders:write"}

    @extend_schema(
        operation_id="cancelOrders",
        summary="Cancel several orders",
        tags=TAGS,
        request=CancellationsSerializer,
        responses={200: CancellationsShownSerializer},
        examples=[
            OpenApiExample(
                "cancel", value={"orders": [ORDER_ID], "reason": "The vehicles were sold."}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Cancel each that is not in our custody yet; what cannot be cancelled stays, and its result says why."""
        given = CancellationsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        results = cancel_several(**given.validated_data, actor=self.actor, now=self.now)
        done = sum(result.is_cancelled for result in results)
        shown = {"results": results, "cancelled": done, "kept": len(results) - done}
        return Response(CancellationsShownSerializer(shown).data)


class OrderWindowChoice(ApiView):
    """POST /orders/{id}/window."""

    scopes: ClassVar[dict[str, str]] = {"POST": "orders:write"}

    @extend_schema(
        operation_id="chooseWindow",
        summary="Choose a window",
        tags=TAGS,
        request=WindowChoiceSerializer,
        responses={200: OrderDetailSerializer},
        examples=[
            OpenApiExample("one that is offered", value={"no": 1}, request_only=True),
            OpenApiExample(
                "one of your own",
                value={"window_start": "2026-11-27T09:00:00+08:00", "window_end": "2026-11-27T12:00:00+08:00"},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Take one of the windows that are offered, or say when the vehicle can be fetched, also after a failed pickup."""
        given = WindowChoiceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        if "no" in wanted:
            order = choose_window(order_id=order_id, no=wanted["no"], actor=self.actor, now=self.now)
        else:
            window = (wanted["window_start"], wanted["window_end"])
            order = reschedule(order_id=order_id, window=window, actor=self.actor, now=self.now)
        return Response(show_order(order))


class OrderRating(ApiView):
    """POST /orders/{id}/rating."""

    scopes: ClassVar[dict[str, str]] = {"POST": "orders:write"}

    @extend_schema(
        operation_id="rateOrder",
        summary="Rate an order",
        tags=TAGS,
        request=RatingSerializer,
        responses={200: OrderDetailSerializer},
        examples=[OpenApiExample("rate", value={"score": 5, "comment": "准时"}, request_only=True)],
    )
    def post(self, request: Request, order_id: str) -> Response:
        """Say how it went once the vehicle is back: 1 to 5."""
        given = RatingSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(
            show_order(rate_order(order_id=order_id, actor=self.actor, now=self.now, **given.validated_data))
        )
