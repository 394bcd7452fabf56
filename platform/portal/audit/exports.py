"""The audit trail as a file."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from config import clock
from events.book.models import Entry
from fleet.access import Action, own_tenant, require_may
from fleet.intake.streams import Cell, Page, stream_csv
from fleet.timeline import tell_entry
from fleet.views.streaming import send_stream
from portal.audit.filters import AuditFilter
from portal.audit.selectors import Called, call_subjects
from portal.audit.words import came_by, differences_of
from tenants.actors import Actor, actor_of
from tenants.context import tenant_context

PAGE: Final = 1_000
HEADER: Final = (
    gettext_lazy("Entry"), gettext_lazy("Time"), gettext_lazy("By whom"), gettext_lazy("By way of"), gettext_lazy("For"),
    gettext_lazy("What"), gettext_lazy("About"), gettext_lazy("Id"), gettext_lazy("Before → after"), gettext_lazy("Type"),
)  # fmt: skip


@require_safe
def export_entries(request: HttpRequest) -> HttpResponseBase:
    """The same list as CSV; each page of rows is an entry of its own into the tenant."""
    actor = actor_of(request)
    require_may(actor, Action.CONFIGURE)
    content = stream_csv(header=[str(label) for label in HEADER], pages=export_pages(actor, request.GET.copy()))
    return send_stream(content, stem="audit", kind="csv", now=clock.now(own_tenant(actor)))


def export_pages(actor: Actor, params: QueryDict) -> Iterator[Page]:
    """Page after page by number; nothing is yielded inside the tenant."""
    last: int | None = None
    zone = ZoneInfo(actor.time_zone)
    while True:
        with timezone.override(zone), translation.override(actor.language):
            page, last = read_page(actor, params, last, zone)
        if not page:
            return
        yield page


def read_page(actor: Actor, params: QueryDict, last: int | None, zone: ZoneInfo) -> tuple[list[list[Cell]], int | None]:
    """The rows below `last`, and the number of the lowest."""
    with tenant_context(own_tenant(actor)):
        rows = AuditFilter(params, queryset=Entry.objects.order_by("-seq")).qs
        entries = list((rows.filter(seq__lt=last) if last else rows)[:PAGE])
        called = call_subjects(entries)
    return [export_row(entry, called[entry.subject], zone) for entry in entries], entries[-1].seq if entries else None


def export_row(entry: Entry, called: Called, zone: ZoneInfo) -> list[Cell]:
    """One entry as a row of the file."""
    item = tell_entry(entry)
    said = "; ".join(f"{each.label}: {each.was} → {each.now}" for each in differences_of(entry))
    time: datetime = entry.occurred_at.astimezone(zone).replace(tzinfo=None)
    what = f"{item.title} {item.text}".strip()
    cells: list[Any] = [
        str(entry.seq), time, item.who, came_by(entry), entry.on_behalf_of, what, called.name, entry.subject, said,
        entry.type,
    ]  # fmt: skip
    return cells
