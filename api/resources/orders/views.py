"""The addresses of orders: listed, read, amended."""

from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _l
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.etags import changed, require_match
from api.fields import MomentField, StrictSerializer, page_of
from api.paging import Filter, Listing, id_of, one_of, since
from api.resources.orders.shown import (
    STATES,
    OrderDetailSerializer,
    OrderSerializer,
    etag_of,
    show_order,
)
from api.schema import listing_parameters
from events.book.models import Entry
from fleet.access import order_for
from fleet.intake.columns import LIMITS
from fleet.models import Order
from fleet.selectors.orders import searched
from fleet.services.amendments import read_amendment
from fleet.services.ordering import amend_order
from repair.models import JobKind

TAGS = ["Orders"]


class AmendSerializer(StrictSerializer):
    """What may be changed before the vehicle is in our custody. What is not sent stays as it is."""

    strange = _l("This cannot be changed on an order."), "not_amendable"

    window_start = MomentField(required=False, help_text="RFC 3339, any offset.")
    window_end = MomentField(required=False)
    site_code = serializers.CharField(
        max_length=LIMITS["site_code"], required=False, allow_blank=True,
        help_text="One of your sites: its address and coordinates are taken. Empty: `address`, `lat` and `lng` say where.",
    )  # fmt: skip
    address = serializers.CharField(max_length=LIMITS["address"], required=False)
    lat = serializers.FloatField(min_value=-90, max_value=90, required=False, help_text="WGS-84")
    lng = serializers.FloatField(min_value=-180, max_value=180, required=False, help_text="WGS-84")
    contact = serializers.CharField(max_length=LIMITS["contact"], required=False)
    phone = serializers.CharField(max_length=40, required=False)
    plate = serializers.CharField(max_length=20, required=False)
    return_by = MomentField(required=False, allow_null=True)
    courtesy_car = serializers.BooleanField(required=False)
    notes = serializers.CharField(max_length=LIMITS["notes"], required=False, allow_blank=True)
    cost_center = serializers.CharField(max_length=LIMITS["cost_center"], required=False, allow_blank=True)
    po_number = serializers.CharField(max_length=LIMITS["po_number"], required=False, allow_blank=True)


def search() -> Filter:
    """Every word is a part of the number, reference, plate, VIN, contact or telephone."""

    def make(_name: str, value: str) -> Q:
        return searched(value)

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
        tags=TAGS,
        parameters=listing_parameters(ORDERS),
        responses={200: page_of(OrderSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your orders, the newest first."""
        page = ORDERS.read(request, Order.objects.all())
        return Response(page.answer(OrderSerializer(page.rows, many=True).data))


class OrderDetail(ApiView):
    """GET and PATCH /orders/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read", "PATCH": "orders:write"}

    @extend_schema(
        operation_id="retrieveOrder",
        summary="Retrieve an order",
        tags=TAGS,
        responses={200: OrderDetailSerializer},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """One order with its estimates and the windows that are offered for it; its ETag goes into If-Match when you amend it."""
        return answer(order_for(self.actor, order_id))

    @extend_schema(
        operation_id="amendOrder",
        summary="Amend an order",
        tags=TAGS,
        request=AmendSerializer,
        responses={200: OrderDetailSerializer},
        examples=[
            OpenApiExample(
                "another window",
                value={"window_start": "2026-11-27T09:00:00+08:00", "window_end": "2026-11-27T12:00:00+08:00"},
                request_only=True,
            ),
            OpenApiExample("another contact", value={"contact": "陈静", "phone": "19900003295"}, request_only=True),
        ],
    )
    def patch(self, request: Request, order_id: str) -> Response:
        """Change where, when or from whom we fetch the vehicle, or your own marks; before custody, and with the order's ETag."""
        order = order_for(self.actor, order_id)
        require_match(request.headers.get("If-Match", ""), etag_of(order))
        given = AmendSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        amendment = read_amendment(order=order, changes=given.validated_data, actor=self.actor)
        seen = order.updated_seq
        amended = amend_order(order_id=order.pk, amendment=amendment, actor=self.actor, now=self.now)
        require_alone(amended, seen)
        return answer(amended)


def answer(order: Order) -> Response:
    """An order with its ETag."""
    return Response(show_order(order), headers={"ETag": etag_of(order)})


def require_alone(order: Order, seen: int) -> None:
    """Raise PreconditionFailed when something else was told of the order between our reading and our writing.

    The desk has the order's job locked from our change on, so whatever was faster stands in the log before what we told.
    """
    told = Entry.objects.filter(subject=order.ref, seq__gt=seen).order_by("seq").values_list("type", flat=True)
    types = list(told[:100])
    if types and (types[0] != "order.amended" or types.count("order.amended") > 1):
        raise changed()
