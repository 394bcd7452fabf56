"""The agents: who is fit and who is not, and why."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch import texts
from dispatch.access import may_staff, require_watcher
from dispatch.coverage import annotate_agents, cover_areas, floor_licences, why_unfit
from dispatch.events import AgentChanged
from dispatch.filters import AgentFilter
from dispatch.fitness import classes_for
from dispatch.models import OCCUPIED, Agent, Assignment
from dispatch.planning.tables import ZONE
from dispatch.roster import load_of
from dispatch.rows import rows_of
from dispatch.selectors import open_legs
from dispatch.tables import AgentTable, LegTable
from dispatch.views.acting import actor_of, now_of
from dispatch.views.staffing.asking import tabs_of
from events.ids import BadId, public_id, read_public_id
from events.models import Fact
from ui.tables import paginate_table

ROWS = 50
LATELY = 10


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
        "tabs": tabs_of(request, "agents"),
        "can_staff": may_staff(actor_of(request)),
    }
    return render(request, "dispatch/agents.html", context)


@require_safe
def show_agent(request: HttpRequest, ref: str) -> HttpResponse:
    """One agent: papers and what they let him drive, shifts, leave, training, his week, and the legs that he had."""
    require_watcher(actor_of(request))
    now = now_of(request)
    agent = agent_by(ref, now)
    legs = rows_of(open_legs().filter(agent=agent, status__in=OCCUPIED))
    lately = agent.assignments.select_related("leg", "leg__tenant").order_by("-assigned_at", "-pk")[:LATELY]
    context = {
        "agent": agent,
        "ref": ref,
        "can_staff": may_staff(actor_of(request)),
        "classes": classes_for(agent, now=now),
        "load": load_of(agent, now=now),
        "lately": [describe_naming(naming) for naming in lately],
        "roster_url": roster_of(agent),
        "changes": changes_of(ref),
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
            (_("Home place"), agent.home),
            (_("Legs a shift"), agent.load),
        ],
        "shifts": agent.shifts.filter(ends_at__gt=now).order_by("starts_at")[:14],
        "leaves": [
            (public_id("lve", leave.pk), leave) for leave in agent.leaves.filter(ends_at__gt=now).order_by("starts_at")
        ],
        "trainings": [
            (public_id("trn", row.pk), row)
            for row in agent.trainings.select_related("topic").order_by("-taken_on", "-pk")[:LATELY]
        ],
        "table": paginate_table(table=LegTable(legs, now=now, exclude=("pick",)), request=request, per_page=ROWS),
    }
    return render(request, "dispatch/agent.html", context)


def describe_naming(naming: Assignment) -> dict[str, Any]:
    """A leg that he was named for, and how that went on."""
    return {
        "leg": naming.leg,
        "assigned_at": naming.assigned_at,
        "ended_at": naming.ended_at,
        "why_ended": texts.reason_text(naming.ended_reason),
        "state": texts.LEG_STATES[naming.leg.status],
    }


def roster_of(agent: Agent) -> str:
    """The roster of one of his areas."""
    area = min(agent.areas.all(), key=lambda area: area.name, default=None)
    return f"{reverse('dispatch:roster')}?area={area.code if area else 'all'}"


def changes_of(ref: str) -> list[dict[str, Any]]:
    """What the lead changed, the newest first."""
    facts = Fact.objects.filter(subject=ref, type=AgentChanged.type).order_by("-id")[:LATELY]
    return [
        {
            "time": fact.occurred_at,
            "who": texts.actor_text(fact.actor_name, kind=fact.actor_kind),
            "title": texts.change_text(Agent, fact.data),
            "icon": "pencil",
        }
        for fact in facts
    ]


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
