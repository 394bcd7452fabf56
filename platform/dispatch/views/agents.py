"""The agents: who is fit and who is not, and why."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.access import require_watcher
from dispatch.coverage import annotate_agents, cover_areas, floor_licences, why_unfit
from dispatch.filters import AgentFilter
from dispatch.models import OCCUPIED, Agent
from dispatch.planning.tables import ZONE
from dispatch.rows import rows_of
from dispatch.selectors import open_legs
from dispatch.tables import AgentTable, LegTable
from dispatch.views.acting import actor_of, now_of
from events.ids import BadId, read_public_id
from ui.tables import paginate_table

ROWS = 50


@require_safe
def list_agents(request: HttpRequest) -> HttpResponse:
    """Every agent, with what keeps him from driving now."""
    require_watcher(actor_of(request))
    now = now_of(request)
    floor = floor_licences(timezone.localdate(now, ZONE))
    found = AgentFilter(request.GET, queryset=annotate_agents(Agent.objects.all(), now=now), now=now)
    table = AgentTable(found.qs, reasons_of=lambda agent: why_unfit(agent, now=now, floor=floor))
    paginate_table(table=table, request=request, per_page=ROWS)
    cover = cover_areas(now=now)
    context = {
        "table": table,
        "filter": found,
        "cover": cover,
        "cover_key": repr([item.shown for item in cover]),
        "short": [item for item in cover if item.is_short],
    }
    return render(request, "dispatch/agents.html", context)


@require_safe
def show_agent(request: HttpRequest, ref: str) -> HttpResponse:
    """One agent: papers, shifts, leave, training, legs."""
    require_watcher(actor_of(request))
    now = now_of(request)
    agent = agent_by(ref, now)
    legs = rows_of(open_legs().filter(agent=agent, status__in=OCCUPIED))
    context = {
        "agent": agent,
        "reasons": [
            reason.text for reason in why_unfit(agent, now=now, floor=floor_licences(timezone.localdate(now, ZONE)))
        ],
        "values": [
            (_("Phone"), agent.phone),
            (_("Licence"), agent.licence),
            (_("Licence until"), agent.licence_expires_on),
            (_("Probation until"), agent.probation_until or ""),
            (_("In the trade since"), agent.in_trade_since),
            (_("Training until"), agent.trained_until or ""),
            (_("Areas"), ", ".join(sorted(area.name for area in agent.areas.all()))),
            (_("Legs a shift"), agent.load),
        ],
        "shifts": agent.shifts.filter(ends_at__gt=now).order_by("starts_at")[:14],
        "leaves": agent.leaves.filter(ends_at__gt=now).order_by("starts_at"),
        "trainings": agent.trainings.order_by("-valid_until"),
        "table": paginate_table(table=LegTable(legs, now=now, exclude=("pick",)), request=request, per_page=ROWS),
    }
    return render(request, "dispatch/agent.html", context)


def agent_by(ref: str, now: datetime) -> Agent:
    """The annotated agent behind a public id. Raises Http404."""
    try:
        key = read_public_id("agt", ref)
    except BadId:
        raise Http404 from None
    found = annotate_agents(Agent.objects.filter(pk=key), now=now).first()
    if found is None:
        raise Http404
    return found
