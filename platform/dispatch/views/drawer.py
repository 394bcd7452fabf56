"""A leg at the side of the board: its clocks, why this agent, who else could go, and a dispatcher's hand on it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from dispatch import texts
from dispatch.access import may_decide, require_decider, require_watcher
from dispatch.checking import judge_leg
from dispatch.errors import DispatchError, NoSuchAgent
from dispatch.models import Agent, Clock, Leg
from dispatch.planning import Verdict
from dispatch.rooms import Served, served_by
from dispatch.selectors import names_of, open_legs
from dispatch.services import assigning
from dispatch.services.assigning import Seen
from dispatch.states import LEG
from dispatch.views.acting import actor_of, agent_of_ref, leg_of, now_of
from dispatch.views.legs import ids_in, why_of
from events.ids import public_id
from events.machine import TransitionError
from tenants.actors import Actor

CANDIDATES = 5


@require_http_methods(["GET", "HEAD", "POST"])
def show_drawer(request: HttpRequest, ref: str) -> HttpResponse:
    """The leg in short; what a button sends is done first, and the answer says what came of it."""
    actor, now = actor_of(request), now_of(request)
    require_watcher(actor)
    leg = leg_of(request, ref)
    said: dict[str, Any] = {}
    if request.method == "POST":
        require_decider(actor)
        said = try_action(request, leg, actor=actor, now=now)
        leg = leg_of(request, ref)
    return render(request, "dispatch/drawer.html", context_of(leg, actor=actor, now=now) | said)


def try_action(request: HttpRequest, leg: Leg, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """What was asked, done or refused, in words. Raises Http404 for what is no button of the drawer."""
    act = ACTIONS.get(request.POST.get("action", "name"))
    if act is None:
        raise Http404
    seen_ref = request.POST.get("seen", "")
    seen = Seen(agent_of_ref(seen_ref).pk if seen_ref else None)
    try:
        return {"done": act(request, leg_id=leg.pk, actor=actor, now=now, seen=seen)}
    except (DispatchError, TransitionError) as error:
        return {"refused": error.message}


def name_agent(request: HttpRequest, **of: Any) -> str:
    """The agent of a button, or the one whose name was typed."""
    ref = request.POST.get("agent", "")
    agent = agent_of_ref(ref) if ref else agent_of_name(request.POST.get("name", ""))
    assigning.reassign_leg(agent_id=agent.pk, reason="", **of)
    return _("%(agent)s has it now.") % {"agent": agent.name}


def agent_of_name(text: str) -> Agent:
    """The one agent of this name, or whose name alone begins so. Raises NoSuchAgent."""
    name = " ".join(text.split())
    found = list(Agent.objects.filter(name=name)[:2]) or list(Agent.objects.filter(name__istartswith=name)[:2])
    if not name or not found:
        raise NoSuchAgent(_("No agent is called “%(name)s”.") % {"name": name})
    if len(found) > 1:
        raise NoSuchAgent(_("More than one agent is called “%(name)s”: choose by the button.") % {"name": name})
    return found[0]


def take_back(request: HttpRequest, **of: Any) -> str:
    """With the reason that was written."""
    assigning.unassign_leg(reason=request.POST.get("reason", "").strip()[:200], **of)
    return _("The leg waits for you.")


def offer_windows(_request: HttpRequest, **of: Any) -> str:
    """How many were found."""
    count = len(assigning.offer_windows(**of))
    if not count:
        return _("No other window has room.")
    said = ngettext("%(count)d other window is offered.", "%(count)d other windows are offered.", count)
    return said % {"count": count}


def look_again(_request: HttpRequest, *, seen: Seen, **of: Any) -> str:
    """Back to the planner."""
    assigning.plan_again(**of)
    return _("The planner looks for an agent again.")


ACTIONS: dict[str, Callable[..., str]] = {
    "name": name_agent,
    "take_back": take_back,
    "windows": offer_windows,
    "look_again": look_again,
}


def context_of(leg: Leg, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the drawer shows; the candidates are asked now, for those who may name one."""
    legal = LEG.legal(leg, actor.parties) if may_decide(actor) else []
    can_name = "assign" in legal or "reassign" in legal
    naming = leg.assignments.select_related("agent").order_by("-assigned_at", "-pk").first()
    able = judge_leg(leg, now=now, at_hand=True).able(besides=leg.agent_id) if can_name else []
    names = names_of([*(ids_in(naming) if naming else ()), *(verdict.agent_id for verdict in able)])
    served = served_by(leg.purpose_id)
    return {
        "leg": leg,
        "ref": leg.ref,
        "now": now,
        "state": texts.LEG_STATES[leg.status],
        "due": open_legs().filter(pk=leg.pk).first(),
        "due_label": texts.DUE.get(leg.status, ""),
        "reason": texts.reason_text(leg.unassigned_reason),
        "vehicle_class": texts.CLASSES.get(leg.vehicle_class, leg.vehicle_class),
        "windows": [(parse_datetime(start), parse_datetime(end)) for start, end in leg.other_windows],
        "why": why_of(naming, names) if naming and leg.agent_id else None,
        "served": served,
        "clocks": clocks_of(served),
        "seen": public_id("agt", leg.agent_id) if leg.agent_id else "",
        "candidates": [candidate(verdict, names) for verdict in able[:CANDIDATES]],
        "able_names": sorted({names[verdict.agent_id].name for verdict in able}),
        "more": max(0, len(able) - CANDIDATES),
        "can_name": can_name,
        "can_take_back": "unassign" in legal,
        "can_offer_windows": "assign" in legal,
    }


def candidate(verdict: Verdict, names: dict[str, Agent]) -> dict[str, Any]:
    """Who could go, and when he would be there."""
    return {
        "name": names[verdict.agent_id].name,
        "ref": public_id("agt", UUID(verdict.agent_id)),
        "drive": texts.minutes(verdict.drive_seconds),
        "arrives_at": verdict.arrives_at,
    }


def clocks_of(served: list[Served]) -> list[dict[str, Any]]:
    """The promises that run for what the leg serves, the next to run out first."""
    running = Clock.objects.filter(
        subject_id__in=[item.id for item in served], stopped_at=None, cancelled_at=None, due_at__isnull=False
    )
    return [
        {"clock": clock, "label": texts.CLOCKS.get(clock.kind, clock.kind)}
        for clock in running.order_by("due_at", "pk")
    ]
