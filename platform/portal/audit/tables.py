"""The list of the audit trail."""

import django_tables2 as tables
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.book.models import Entry
from fleet.timeline import tell_entry
from portal.audit.selectors import Called, call_subjects
from portal.audit.words import came_by
from ui.tables import DenseTable, KeyColumn, TimeColumn


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
