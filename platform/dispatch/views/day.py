"""The agents' day: a lane an agent; a leg is dragged to a lane, or named by key, and the answer says what came of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from dispatch import lanes, texts
from dispatch.access import may_decide, require_decider, require_watcher
from dispatch.errors import AgentUnfit, DispatchError
from dispatch.filters import LegFilter
from dispatch.planning import Verdict
from dispatch.selectors import names_of
from dispatch.services import assigning
from dispatch.services.assigning import Seen
from dispatch.views.acting import actor_of, agent_of_ref, leg_of, now_of
from events.ids import public_id
from events.machine import TransitionError
from ui.tones import tone_of_status

OTHERS = 4


@require_safe
def show_day(request: HttpRequest) -> HttpResponse:
    """Everybody who works on a day, and what waits."""
    actor, now = actor_of(request), now_of(request)
    require_watcher(actor)
    day = read_day(request.GET.get("day", "")) or timezone.localdate(now)
    query = request.GET.copy()
    query.pop("day", None)
    found = LegFilter(query, queryset=lanes.legs_to_show(), now=now)
    area = found.form.cleaned_data.get("area", "") if found.is_valid() else ""
    waiting = lanes.waiting_on(found.qs, day=day)
    context = {
        "day": day,
        "filter": found,
        "now": now,
        "hours": lanes.HOURS,
        "lanes": lanes.lanes_of(found.qs, day=day, area=area),
        "waiting": [{"leg": leg, "state": texts.LEG_STATES[leg.status]} for leg in waiting],
        "tones": {state: tone_of_status(status=state) for state in texts.LEG_STATES},
        "can_decide": may_decide(actor),
        "query": request.GET.urlencode(),
    }
    return render(request, "dispatch/day.html", context)


def read_day(text: str) -> date | None:
    """A day of the address, or None."""
    try:
        return parse_date(text)
    except ValueError:
        return None


@require_POST
def hand_leg(request: HttpRequest, ref: str) -> HttpResponse:
    """Give a leg to an agent, or (with none) take it back; `seen` is whom the page showed. Answers with what came of it: a
    refusal is an answer like another, with why and who else could go."""
    actor, now = actor_of(request), now_of(request)
    require_decider(actor)
    leg = leg_of(request, ref)
    agent_id, before = agent_key(request, "agent"), agent_key(request, "seen")
    seen = Seen(before)
    context: dict[str, Any] = {"leg": leg, "ref": ref, "seen": request.POST.get("agent", "")}
    try:
        if agent_id is None:
            assigning.unassign_leg(leg_id=leg.pk, reason="undone", actor=actor, now=now, seen=seen)
        else:
            assigning.reassign_leg(leg_id=leg.pk, agent_id=agent_id, reason="", actor=actor, now=now, seen=seen)
    except (DispatchError, TransitionError) as error:
        others = others_of(error.others) if isinstance(error, AgentUnfit) else []
        refused = {"refusal": error.message, "others": others, "seen": request.POST.get("seen", "")}
        return render(request, "dispatch/parts/said.html", context | refused)
    names = names_of([key for key in (agent_id, before) if key])
    context["agent"] = names.get(str(agent_id))
    context["before"] = names.get(str(before))
    context["before_ref"] = request.POST.get("seen", "")
    return render(request, "dispatch/parts/said.html", context)


def agent_key(request: HttpRequest, name: str) -> UUID | None:
    """An agent of the form, or None for nobody. Raises Http404 for one who is not there."""
    text = request.POST.get(name, "")
    return agent_of_ref(text).pk if text else None


def others_of(able: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Who else could go, the nearest first, with what a button needs."""
    names = names_of([verdict.agent_id for verdict in able[:OTHERS]])
    return [
        {
            "name": names[verdict.agent_id].name,
            "ref": public_id("agt", UUID(verdict.agent_id)),
            "drive": texts.minutes(verdict.drive_seconds),
        }
        for verdict in able[:OTHERS]
    ]
