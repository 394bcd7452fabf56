"""The order list as a file: what the filter leaves, the newest first, read page by page outside the request's stay."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from events.ids import BadId, read_public_id
from fleet import texts
from fleet.access import Action, own_tenant, require_may
from fleet.filters import OrderFilter
from fleet.intake.streams import Cell, Page, amount_cell, stream_csv, stream_xlsx
from fleet.models import Order
from fleet.views.acting import actor_of, now_of
from fleet.views.streaming import send_stream
from tenants.actors import Actor
from tenants.context import tenant_context

PAGE: Final = 1_000
MOST_PICKED: Final = 200  # as many as a page of the list shows
EXPORTED: Final[tuple[tuple[str, Any], ...]] = (
    ("number", _l("Order")), ("external_ref", _l("Your reference")), ("plate", _l("Plate")),
    ("vin", _l("VIN")), ("model", _l("Model")), ("service", _l("Service")),
    ("status", _l("Status")), ("description", _l("Description")), ("site_code", _l("Site")),
    ("address", _l("Address")), ("contact", _l("Contact")), ("phone", _l("Phone")),
    ("window_start", _l("Window start")), ("window_end", _l("Window end")),
    ("promised_return_at", _l("Promised return")), ("agent_name", _l("Agent")),
    ("workshop", _l("Workshop")), ("cost_center", _l("Cost centre")),
    ("po_number", _l("Purchase order")), ("approved_fen", _l("Approved (yuan)")),
)  # fmt: skip
LABELS: Final[dict[str, dict[str, Any]]] = {"status": texts.ORDER_STATES, "service": texts.SERVICES}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be exported; plain values, so that nothing of the request's stay leaves it."""

    actor: Actor
    params: QueryDict
    now: datetime


@require_safe
def export_orders(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same list as CSV or XLSX; each page of rows is an entry of its own."""
    actor, now = actor_of(request), now_of(request)
    require_may(actor, Action.READ)
    wanted = Wanted(actor=actor, params=request.GET.copy(), now=now)
    header, pages = [str(label) for _name, label in EXPORTED], export_pages(wanted)
    content = (
        stream_csv(header=header, pages=pages)
        if kind == "csv"
        else stream_xlsx(title=_("Orders"), header=header, pages=pages)
    )
    return send_stream(content, stem="orders", kind=kind, now=now)


def export_pages(wanted: Wanted) -> Iterator[Page]:
    """Page after page by key; nothing is yielded inside the tenant."""
    last: UUID | None = None
    zone = ZoneInfo(wanted.actor.time_zone)
    while rows := read_page(wanted, last):
        last = rows[-1][0]
        with translation.override(wanted.actor.language):
            page = [
                [export_cell(name, value, zone) for (name, _label), value in zip(EXPORTED, row[1:], strict=True)]
                for row in rows
            ]
        yield page


def read_page(wanted: Wanted, last: UUID | None) -> list[tuple[Any, ...]]:
    """The rows after `last`, their key first; the filter is built where its rows are read."""
    with timezone.override(ZoneInfo(wanted.actor.time_zone)), tenant_context(own_tenant(wanted.actor)):
        rows = OrderFilter(wanted.params, queryset=Order.objects.order_by("-pk"), now=wanted.now).qs
        if picked := read_picked(wanted.params):
            rows = rows.filter(pk__in=picked)
        rows = rows.filter(pk__lt=last) if last else rows
        return list(rows.values_list("pk", *(name for name, _label in EXPORTED))[:PAGE])


def read_picked(params: QueryDict) -> list[UUID]:
    """The orders that were picked by hand, if any; what is no order's id finds none."""
    return [read_or_none(ref) for ref in params.getlist("pick")[:MOST_PICKED]]


def read_or_none(ref: str) -> UUID:
    """The key of an order's public id, or one that no order has."""
    try:
        return read_public_id("ord", ref)
    except BadId:
        return UUID(int=0)


def export_cell(name: str, value: Any, zone: ZoneInfo) -> Cell:
    """A cell of the export: words for codes, local times, yuan."""
    if name in LABELS:
        return str(LABELS[name].get(value, value))
    if name == "approved_fen":
        return amount_cell(value) if value else None
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    return value  # type: ignore[no-any-return]
