"""The operator's first page, and the search over its desks."""

from collections import Counter
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from config import clock
from console import selectors
from console.access import DESK, READERS, STAFF, actor_of, is_watcher, staff_view
from console.duties import duties_of
from dispatch.access import may_watch
from dispatch.todo import count_cover_alerts
from repair.access import jobs_for
from repair.ids import job_ref
from repair.models import Job
from repair.selectors import jobs as reads
from repair.tables import TenantTable
from tenants.actors import StaffRole

STAGES: Final[dict[str, Any]] = {
    "planning": _l("Waiting for an agent"),
    "fetching": _l("Being fetched"),
    "under_way": _l("Under way"),
    "assessing": _l("At the workshop"),
    "deciding": _l("Awaiting approval"),
    "working": _l("In work"),
    "returning": _l("Going back"),
    "after": _l("After the return"),
}


@require_safe
@staff_view(*STAFF)
def show_home(request: HttpRequest) -> HttpResponse:
    """What needs a hand now, what happens today, and how everything stands."""
    actor, now = actor_of(request), clock.now()
    if not is_watcher(actor):
        if actor.is_staff_in(StaffRole.WORKSHOP):
            return redirect("repair:floor")
        return redirect("repair:day")
    counts = reads.count_by_kind(Job.objects.all())
    by_state: Counter[str] = Counter()
    for (_kind, status), number in counts.items():
        by_state[status] += number
    option, chart_table = selectors.chart_of(by_state, STAGES, _("Jobs"))
    chart_table["head"] = [_("State"), _("Jobs")]
    duties = duties_of(actor, counts, now=now)
    legs = selectors.todays_legs(now=now)
    late = selectors.late_by_kind(now=now)
    context: dict[str, Any] = {
        "today": now,
        "duties": duties,
        "has_board": any(duty.url == reverse("dispatch:board") for duty in duties),
        "sees_needs": actor.is_staff_in(*DESK),
        "needs": reads.count_needs(Job.objects.all(), now=now),
        "legs": selectors.count_legs(now=now),
        "late": late,
        "cover_alerts": count_cover_alerts(),
        "late_count": sum(count for _kind, count in late),
        "pickups": legs["pickup"][: selectors.SHOWN],
        "returns": legs["return"][: selectors.SHOWN],
        "option": option,
        "chart_table": chart_table,
        "tenants": TenantTable(reads.count_by_tenant(Job.objects.all(), now=now), orderable=False),
        "open_count": sum(by_state.values()),
        "can_open_legs": may_watch(actor),
    }
    return render(request, "console/home.html", context)


@require_safe
@staff_view(*READERS)
def search(request: HttpRequest) -> HttpResponse:
    """Jobs by what people know of them; one single find is opened at once."""
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:80]
    if len(text) >= 2:
        found = list(reads.search_jobs(jobs_for(actor_of(request)), text).values_list("pk", flat=True)[:2])
        if len(found) == 1:
            return redirect("repair:job", ref=job_ref(found[0]))
    return redirect(f"{reverse('repair:jobs')}?{urlencode({'q': text})}")
