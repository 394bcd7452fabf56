"""The pages of the audit trail: the list, and one entry with what differs."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from events.book.models import Entry
from fleet.access import Action, require_may
from fleet.timeline import tell_entry
from portal.audit.filters import AuditFilter
from portal.audit.selectors import call_subjects
from portal.audit.tables import AuditTable, link_to
from portal.audit.words import came_by, differences_of
from tenants.actors import actor_of
from tenants.people.models import TenantRole
from tenants.people.navigation import register_nav
from ui.tables import paginate_table

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
