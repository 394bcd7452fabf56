"""Estimates: those that wait for an answer, one of them, and the answer."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.fields import PublicIdField, page_of
from api.paging import Listing, id_of, since, yes_or_no
from api.resources.orders.shown import EstimateSerializer, OrderDetailSerializer, show_order
from api.schema import listing_parameters
from fleet.access import order_for
from fleet.models import Order, OrderEstimate, OrderEstimateLine
from fleet.services.ordering import decide_order_estimate
from repair.requests import LineChoice

TAGS = ["Orders"]


class OrderEstimateSerializer(EstimateSerializer):
    """An estimate and the order that it is for."""

    order = PublicIdField("ord", source="order_id")


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

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Raise ValidationError, in the place of the second, for two choices about one line."""
        first = {line["no"]: place for place, line in reversed(list(enumerate(lines)))}
        errors: list[dict[str, Any]] = [{} for _line in lines]
        for place, line in enumerate(lines):
            if first[line["no"]] != place:
                text = _("There is another choice for this line; send one.")
                errors[place] = {"no": serializers.ValidationError(text, code="repeated").detail}
        if any(errors):
            raise serializers.ValidationError(errors)
        return lines


ESTIMATES = Listing(
    name="estimates",
    sorts={"told_at": "told_at"},
    default="-told_at",
    filters={
        "is_waiting": yes_or_no(Q(decision="")),
        "order": id_of("order_id", "ord"),
        "told_since": since("told_at"),
    },
)


class EstimateList(ApiView):
    """GET /estimates."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read"}

    @extend_schema(
        operation_id="listEstimates",
        summary="List estimates",
        tags=TAGS,
        parameters=listing_parameters(ESTIMATES),
        responses={200: page_of(OrderEstimateSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Every version of every estimate, the newest first; `is_waiting=true` leaves what you are asked to decide."""
        page = ESTIMATES.read(request, with_lines())
        return Response(page.answer(OrderEstimateSerializer(page.rows, many=True).data))


class EstimateDetail(ApiView):
    """GET /orders/{id}/estimates/{version}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read"}

    @extend_schema(
        operation_id="retrieveEstimate",
        summary="Retrieve an estimate",
        tags=TAGS,
        responses={200: OrderEstimateSerializer},
    )
    def get(self, request: Request, order_id: str, version: int) -> Response:
        """One version of what the work would cost, line by line."""
        order: Order = order_for(self.actor, order_id)
        found = with_lines().filter(order=order, version=version).first()
        if found is None:
            raise Http404
        return Response(OrderEstimateSerializer(found).data)


class EstimateDecide(ApiView):
    """POST /orders/{id}/estimates/{version}/decide."""

    scopes: ClassVar[dict[str, str]] = {"POST": "estimates:decide"}

    @extend_schema(
        operation_id="decideEstimate",
        summary="Decide an estimate",
        tags=TAGS,
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


def with_lines() -> Any:
    """Estimates with their lines, in two queries however many they are."""
    return OrderEstimate.objects.prefetch_related(Prefetch("lines", OrderEstimateLine.objects.order_by("no")))
