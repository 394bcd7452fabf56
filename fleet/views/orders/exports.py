"""The order list as a file, read page by page."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from fleet import texts
from fleet.access import Action, own_tenant, require_may
from fleet.filters import OrderFilter
from fleet.intake.writing import safe_cell
from fleet.models import Order
from fleet.views.acting import actor_of, now_of
from tenants.actors import Actor
from tenants.context import tenant_context
from ui.formats import format_plain_fen

PAGE: Final = 1_000
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


@require_safe
def export_orders(request: HttpRequest) -> HttpResponseBase:
    """The same list as CSV, read page by page: each page is an entry of its own."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    found = OrderFilter(request.GET, queryset=Order.objects.order_by("-pk"), now=now_of(request))
    rows = found.qs  # the filter reads the book's choices here, inside the wall; the rows are read later
    response = StreamingHttpResponse(export_pages(actor, rows), content_type="text/csv; charset=utf-8")
    response.is_walled = True  # type: ignore[attr-defined]
    response.headers["Content-Disposition"] = (
        f'attachment; filename="orders-{timezone.localtime(now_of(request)):%Y%m%d-%H%M}.csv"'
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def export_pages(actor: Actor, rows: Any) -> Iterator[bytes]:
    """Header, then page after page by key; nothing is yielded inside the tenant."""
    last: UUID | None = None
    with translation.override(actor.language):
        yield b"\xef\xbb\xbf" + csv_lines([[str(label) for _name, label in EXPORTED]])
    while True:
        with tenant_context(own_tenant(actor)):
            page = list((rows.filter(pk__lt=last) if last else rows)[:PAGE])
        if not page:
            return
        last = page[-1].pk
        with translation.override(actor.language), timezone.override(ZoneInfo(actor.time_zone)):
            lines = csv_lines([[export_value(name, getattr(row, name)) for name, _label in EXPORTED] for row in page])
        yield lines


def export_value(name: str, value: Any) -> str:
    """A cell of the export: words for codes, local times, yuan."""
    if value is None:
        return ""
    labels: dict[str, dict[str, Any]] = {"status": texts.ORDER_STATES, "service": texts.SERVICES}
    if name in labels:
        return str(labels[name].get(value, value))
    if name == "approved_fen":
        return format_plain_fen(amount_fen=value) if value else ""
    if name in {"window_start", "window_end", "promised_return_at"}:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(value)


def csv_lines(rows: list[list[str]]) -> bytes:
    """Lines of CSV in which no cell runs as a formula."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([[safe_cell(cell) for cell in row] for row in rows])
    return buffer.getvalue().encode()
