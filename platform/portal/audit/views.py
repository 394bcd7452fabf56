"""The pages of the audit trail: the list, one entry with what differs, and the list as a file."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import django_tables2 as tables
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from config import clock
from events.book.models import Entry
from fleet.access import Action, own_tenant, require_may
from fleet.intake.streams import Cell, Page, stream_csv
from fleet.timeline import tell_entry
from portal.audit.filters import AuditFilter
from portal.audit.selectors import Called, call_subjects
from portal.audit.words import came_by, differences_of
from portal.members import actor_of
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.people.models import TenantRole
from tenants.people.navigation import register_nav
from ui.tables import DenseTable, KeyColumn, TimeColumn, paginate_table

PAGE: Final = 1_000
HEADER: Final = (
    gettext_lazy("Entry"), gettext_lazy("Time"), gettext_lazy("By whom"), gettext_lazy("By way of"), gettext_lazy("For"),
    gettext_lazy("What"), gettext_lazy("About"), gettext_lazy("Id"), gettext_lazy("Before → after"), gettext_lazy("Type"),
)  # fmt: skip

register_nav(
    area="portal",
    key="audit",
    label=gettext_lazy("Audit trail"),
    url_name="audit",
    icon="history",
    order=930,
    roles={TenantRole.ADMIN},
    section=gettext_lazy("Administration"),
)


class AuditTable(DenseTable):
    """Entries of the log, the newest first."""

    occurred_at = TimeColumn(verbose_name=gettext_lazy("Time"), orderable=False, attrs={"td": {"class": "ui-nowrap"}})
    title = KeyColumn(
        verbose_name=gettext_lazy("What"),
        accessor="seq",
        orderable=False,
        attrs={"td": {"class": "ui-key ui-wrap-cell"}},
    )
    about = tables.Column(verbose_name=gettext_lazy("About"), orderable=False, empty_values=(), accessor="subject")
    actor_name = tables.Column(verbose_name=gettext_lazy("By whom"), orderable=False, empty_values=())

    class Meta(DenseTable.Meta):
        empty_text = gettext_lazy("Nothing in the log matches")

    called: dict[str, Called]

    def before_render(self, request: HttpRequest) -> None:
        """Look up once what the objects of this page are called."""
        del request
        self.called = call_subjects(row.record for row in self.paginated_rows)

    def row_url(self, record: Entry) -> str:
        return reverse("audit_entry", args=[record.seq])

    def render_title(self, record: Entry) -> SafeString:
        """What happened, in a sentence."""
        item = tell_entry(record)
        return format_html('{} <span class="text-secondary">{}</span>', item.title, item.text)

    def render_about(self, record: Entry) -> SafeString | str:
        """The object, with a link to its page."""
        return link_to(self.called[record.subject])

    def render_actor_name(self, record: Entry) -> SafeString:
        """Who, for whom, and by which way."""
        notes = [came_by(record)]
        if record.on_behalf_of:
            notes.append(_("for %(name)s") % {"name": record.on_behalf_of})
        return format_html(
            '{} <span class="text-secondary">{}</span>', tell_entry(record).who, " · ".join(filter(None, notes))
        )


def link_to(called: Called) -> SafeString | str:
    """The name of an object, leading to its page if it has one."""
    return format_html('<a href="{}">{}</a>', called.url, called.name) if called.url else called.name or "–"


@require_safe
def list_entries(request: HttpRequest) -> HttpResponse:
    """Who did what, as far as the filter leaves it."""
    require_may(actor_of(request), Action.CONFIGURE)
    found = AuditFilter(request.GET, queryset=Entry.objects.order_by("-seq"))
    table = paginate_table(table=AuditTable(found.qs), request=request)
    context = {"filter": found, "table": table, "query": request.GET.urlencode()}
    return render(request, "portal/audit.html", context)


@require_safe
def show_entry(request: HttpRequest, seq: int) -> HttpResponse:
    """One entry: who, how and for whom; before and after; what else happened to its object."""
    require_may(actor_of(request), Action.CONFIGURE)
    entry = Entry.objects.filter(seq=seq).first() if seq < 2**63 else None
    if entry is None:
        raise Http404
    called = call_subjects([entry])[entry.subject]
    item = tell_entry(entry)
    facts = [
        (_("Entry"), entry.seq),
        (_("By whom"), item.who),
        (_("By way of"), came_by(entry) or _("Signed in")),
        *([(_("For"), entry.on_behalf_of)] if entry.on_behalf_of else []),
        (_("About"), link_to(called)),
        (_("Id"), entry.subject),
        (_("Type"), f"{entry.type} v{entry.version}"),
    ]
    context = {
        "entry": entry,
        "item": item,
        "facts": facts,
        "differences": differences_of(entry),
        "raw": json.dumps(entry.data, ensure_ascii=False, indent=2, sort_keys=True),
        "same_url": f"{reverse('audit')}?{urlencode({'q': entry.subject})}",
        "by_url": f"{reverse('audit')}?{urlencode({'who': item.who})}",
        "who": item.who,
    }
    return render(request, "portal/audit_entry.html", context)


@require_safe
def export_entries(request: HttpRequest) -> HttpResponseBase:
    """The same list as CSV; each page of rows is an entry of its own into the tenant."""
    actor = actor_of(request)
    require_may(actor, Action.CONFIGURE)
    header = [str(label) for label in HEADER]
    response = StreamingHttpResponse(
        stream_csv(header=header, pages=export_pages(actor, request.GET.copy())), content_type="text/csv; charset=utf-8"
    )
    response.is_walled = True  # type: ignore[attr-defined]
    name = f"audit-{timezone.localtime(clock.now(own_tenant(actor))):%Y%m%d-%H%M}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


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


urlpatterns: list[URLPattern] = [
    path("", list_entries, name="audit"),
    path("export.csv", export_entries, name="audit_export"),
    path("<int:seq>/", show_entry, name="audit_entry"),
]
