"""The tenant's log: everything that happened, numbered without a gap; and the timeline of one order, cut from it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.errors import InvalidParameter
from api.fields import MomentField, moment, page_of
from api.paging import Filter, Listing, one_of, since
from api.schema import listing_parameters
from events import catalogue
from events.book.models import Entry
from events.ids import public_id
from fleet.access import order_for

# A key that ends in _id inside an event is shown as a public id, without that ending.
PREFIXES: Final = {
    "order": "ord", "comeback_of": "ord", "vehicle": "veh", "batch": "bat", "site": "sit", "file": "fil", "cost_center": "cct",
}  # fmt: skip


class EventSerializer(serializers.Serializer[Any]):
    """One event. New types and new members of `data` may come at any time: read what you know, skip the rest."""

    seq = serializers.IntegerField(help_text="Grows by one with each event of yours; keep the last you have seen.")
    type = serializers.CharField(help_text="Dotted, in the past tense, such as `order.collected`.")
    version = serializers.IntegerField(help_text="Of the form of `data`.")
    subject = serializers.CharField(help_text="The id of what it is about.")
    occurred_at = MomentField()
    actor_name = serializers.CharField(allow_blank=True, help_text="Who did it.")
    data = serializers.DictField(  # type: ignore[assignment]  # REST framework moves it out of the way of its own `data`
        help_text="What happened; its members depend on the type."
    )


def after() -> Filter:
    """Events behind a number."""

    def make(name: str, value: str) -> Q:
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            raise InvalidParameter(name, _("Give the seq of the last event that you have seen, or 0."))
        return Q(seq__gt=int(value))

    return make


EVENTS = Listing(
    name="events",
    sorts={"seq": "seq"},
    default="seq",
    key="seq",
    filters={
        "after": after(),
        "type": one_of("type"),
        "subject": one_of("subject"),
        "occurred_since": since("occurred_at"),
    },
)
TIMELINE = Listing(name="timeline", sorts={"seq": "seq"}, default="seq", key="seq", filters={"after": after()})


class EventList(ApiView):
    """GET /events."""

    scopes: ClassVar[dict[str, str]] = {"GET": "events:read"}

    @extend_schema(
        operation_id="listEvents",
        summary="Read the log",
        tags=["Events"],
        parameters=listing_parameters(EVENTS),
        responses={200: page_of(EventSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Everything that happened, in order. Poll with `after` = the last `seq` you have kept: nothing is missed or repeated."""
        page = EVENTS.read(request, Entry.objects.all())
        return Response(page.answer(show_entry(entry) for entry in page.rows))


class OrderTimeline(ApiView):
    """GET /orders/{id}/timeline."""

    scopes: ClassVar[dict[str, str]] = {"GET": "orders:read"}

    @extend_schema(
        operation_id="listOrderTimeline",
        summary="Read an order's timeline",
        tags=["Orders"],
        parameters=listing_parameters(TIMELINE),
        responses={200: page_of(EventSerializer)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """Every step of one order, the first one first."""
        order = order_for(self.actor, order_id)
        page = TIMELINE.read(request, Entry.objects.filter(subject=public_id("ord", order.pk)))
        return Response(page.answer(show_entry(entry) for entry in page.rows))


def show_entry(entry: Entry) -> Mapping[str, Any]:
    """An event as partners read it: in the newest version of its type, with public ids."""
    data, version = raise_version(entry)
    return {
        "seq": entry.seq,
        "type": entry.type,
        "version": version,
        "subject": entry.subject,
        "occurred_at": moment(entry.occurred_at),
        "actor_name": entry.actor_name,
        "data": {name: value for name, value in map(show_member, data.items()) if name != "subject"},
    }


def raise_version(entry: Entry) -> tuple[dict[str, Any], int]:
    """The data of an event, raised by its upcasters to the newest version of its type."""
    data, kind = dict(entry.data), catalogue.events.get(entry.type)
    newest = kind.version if kind else entry.version
    for step in range(entry.version, newest):
        data = catalogue.upcasters[entry.type, step](data)
    return data, newest


def show_member(item: tuple[str, Any]) -> tuple[str, Any]:
    """A member of an event's data: an id as the rest of the API shows it."""
    name, value = item
    short = name.removesuffix("_id")
    prefix = PREFIXES.get(short)
    if prefix is None or not (name.endswith("_id") or name == "comeback_of"):
        return item
    return short, public_id(prefix, UUID(value)) if isinstance(value, str) and "-" in value else value
