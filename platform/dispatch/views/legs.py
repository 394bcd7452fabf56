"""One leg: who could go, why each other one was not taken, its offers and history; and a dispatcher's hand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dispatch import texts
from dispatch.access import may_decide, require_decider, require_watcher
from dispatch.checking import judge_leg
from dispatch.models import Agent, Assignment, Leg
from dispatch.planning import GateReason
from dispatch.selectors import group_rejected, names_of, open_legs
from dispatch.services import assigning, offers
from dispatch.states import ASSIGNED, LEG
from dispatch.views.acting import act, actor_of, ask_reason, leg_of, now_of
from events.ids import BadId, public_id, read_public_id
from events.models import Fact
from ui.tones import tone_of_status

FACTS_SHOWN = 60
TONES = {"leg.alerted": "bad", "leg.unassigned": "warn", "decline": "warn", "expire": "warn", "leg.assigned": "info"}
AGENTS_SHOWN = 100


def back_to(leg: Leg) -> str:
    """The leg's page."""
    return reverse("dispatch:leg", args=[public_id("leg", leg.pk)])


@require_safe
def show_leg(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything about one leg."""
    require_watcher(actor_of(request))
    actor, now = actor_of(request), now_of(request)
    leg = leg_of(request, ref)
    legal = LEG.legal(leg, actor.parties) if may_decide(actor) else []
    namings = list(leg.assignments.select_related("agent").order_by("-assigned_at", "-pk"))
    named = {str(key) for naming in namings[:1] for key in ids_in(naming)} | {str(key) for key in leg.refused_by}
    names = names_of(named)
    context = {
        "leg": leg,
        "ref": ref,
        "now": now,
        "state": texts.LEG_STATES[leg.status],
        "due": open_legs().filter(pk=leg.pk).first(),
        "due_label": texts.DUE.get(leg.status, ""),
        "reason": texts.reason_text(leg.unassigned_reason),
        "vehicle_class": texts.CLASSES.get(leg.vehicle_class, leg.vehicle_class),
        "windows": [(parse_datetime(start), parse_datetime(end)) for start, end in leg.other_windows],
        "why": why_of(namings[0], names) if namings else None,
        "namings": [
            {"naming": item, "by": who_named(item), "reason": texts.reason_text(item.ended_reason)} for item in namings
        ],
        "offers": [
            {
                "offer": offer,
                "answer": texts.ANSWERS.get(offer.answer, offer.answer),
                "reason": texts.reason_text(offer.reason),
            }
            for offer in leg.offers.select_related("agent").order_by("-opens_at", "-pk")
        ],
        "refused": [names[str(key)].name for key in leg.refused_by if str(key) in names],
        "timeline": timeline_of(ref),
        "points": points_of(leg),
        "can_name": "assign" in legal or "reassign" in legal,
        "can_take_back": "unassign" in legal,
        "can_look_again": "assign" in legal,
        "can_offer": "offer" in legal and leg.status == ASSIGNED,
    }
    return render(request, "dispatch/leg.html", context)


def ids_in(naming: Assignment) -> list[str]:
    """Every agent that the reasons of a naming name."""
    return [item["agent"] for item in naming.candidates] + list(naming.rejected.get("agents", {}))


def why_of(naming: Assignment, names: dict[str, Agent]) -> dict[str, Any]:
    """The candidates by time, and the others by the reason that kept them out."""
    candidates = [
        {
            "name": names[item["agent"]].name if item["agent"] in names else "–",
            "drive": texts.minutes(item["drive_s"]),
            "fate": texts.FATES.get(item["fate"], item["fate"]),
            "is_chosen": item["fate"] == "chosen",
        }
        for item in naming.candidates
    ]
    groups = group_rejected(naming.rejected, names)
    return {
        "naming": naming,
        "named_by": who_named(naming),
        "candidates": candidates,
        "more": max(0, naming.rejected.get("candidates", 0) - len(candidates)),
        "rejected": [{"text": reason.text, "count": count, "names": listed} for reason, count, listed in groups],
        "note": naming.rejected.get("note", ""),
    }


def who_named(naming: Assignment) -> str:
    """The dispatcher, or the planner."""
    return texts.actor_text(naming.assigned_by, kind="user" if naming.is_by_hand else "system")


def timeline_of(ref: str) -> list[dict[str, Any]]:
    """What happened, the newest first."""
    facts = Fact.objects.filter(subject=ref).order_by("-id")[:FACTS_SHOWN]
    return [timeline_item(fact) for fact in facts]


def timeline_item(fact: Fact) -> dict[str, Any]:
    """A fact in words."""
    data = fact.data
    event = data.get("event", fact.type)
    text = data.get("agent_name", "") or texts.event_text(event, data.get("reason", ""))
    return {
        "time": fact.occurred_at,
        "who": texts.actor_text(fact.actor_name, kind=fact.actor_kind),
        "title": texts.EVENTS.get(event, event),
        "text": text,
        "icon": texts.ICONS.get(event, "point"),
        "tone": TONES.get(event) or tone_of_status(status=data.get("after", "planned")),
    }


def points_of(leg: Leg) -> list[dict[str, Any]]:
    """From, to, and where the agent starts."""
    points = [{"lat": leg.from_lat, "lng": leg.from_lng, "label": leg.from_address, "tone": "active", "kind": "site"}]
    if leg.to_lat is not None and leg.to_lng is not None:
        points.append({"lat": leg.to_lat, "lng": leg.to_lng, "label": leg.to_address, "tone": "good", "kind": "site"})
    if leg.agent is not None:
        points.append({"lat": leg.agent.lat, "lng": leg.agent.lng, "label": leg.agent.name, "tone": "info"})
    return points


@require_http_methods(["GET", "HEAD", "POST"])
def choose_agent(request: HttpRequest, ref: str) -> HttpResponse:
    """Every agent asked now: those who can, by time, with a button; the others with their reasons."""
    actor = actor_of(request)
    require_decider(actor)
    leg = leg_of(request, ref)
    if request.method == "POST":
        return name_agent(request, leg)
    now = now_of(request)
    verdicts = judge_leg(leg, now=now).verdicts
    names = names_of([verdict.agent_id for verdict in verdicts])
    able = [verdict for verdict in verdicts if not verdict.reasons]
    unable = sorted((v for v in verdicts if v.reasons), key=lambda verdict: GateReason.AREA in verdict.reasons)
    context = {
        "leg": leg,
        "ref": ref,
        "seen": public_id("agt", leg.agent_id) if leg.agent_id else "",
        "back": back_to(leg),
        "able": [
            {
                "agent": names[verdict.agent_id],
                "ref": public_id("agt", UUID(verdict.agent_id)),
                "drive": texts.minutes(verdict.drive_seconds),
                "departs_at": verdict.departs_at,
                "arrives_at": verdict.arrives_at,
                "is_now": verdict.agent_id == str(leg.agent_id),
            }
            for verdict in able[:AGENTS_SHOWN]
        ],
        "unable": [
            {"agent": names[verdict.agent_id], "reasons": [reason.text for reason in verdict.reasons]}
            for verdict in unable[:AGENTS_SHOWN]
        ],
        "able_count": len(able),
        "unable_count": len(unable),
    }
    return render(request, "dispatch/choose.html", context)


def name_agent(request: HttpRequest, leg: Leg) -> HttpResponse:
    """The choice of `choose_agent`; whoever chose meanwhile is not overruled unseen."""
    try:
        agent_id = read_public_id("agt", request.POST.get("agent", ""))
        before = request.POST.get("seen")
        seen = None if before is None else assigning.Seen(read_public_id("agt", before) if before else None)
    except BadId:
        raise Http404 from None

    def call() -> Leg:
        return assigning.reassign_leg(
            leg_id=leg.pk,
            agent_id=agent_id,
            reason=request.POST.get("reason", "").strip()[:200],
            actor=actor_of(request),
            now=now_of(request),
            seen=seen,
        )

    return act(request, call, done=_("The agent is named."), back=back_to(leg))


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the leg from its agent, with a reason."""
    actor = actor_of(request)
    require_decider(actor)
    leg = leg_of(request, ref)
    now: datetime = now_of(request)
    return ask_reason(
        request,
        title=_("Take the leg back"),
        text=_("Its agent is told, and it waits for you: the planner leaves it alone until you give it back."),
        label=_("Take back"),
        back=back_to(leg),
        done=_("The leg waits for you."),
        call=lambda reason: assigning.unassign_leg(leg_id=leg.pk, reason=reason, actor=actor, now=now),
    )


@require_POST
def look_again(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the leg back to the planner."""
    actor = actor_of(request)
    require_decider(actor)
    leg = leg_of(request, ref)
    call = lambda: assigning.plan_again(leg_id=leg.pk, actor=actor, now=now_of(request))  # noqa: E731
    return act(request, call, done=_("The planner looks for an agent again."), back=back_to(leg))


@require_POST
def offer_windows(request: HttpRequest, ref: str) -> HttpResponse:
    """Look for other windows with room, and offer them to the customer."""
    actor = actor_of(request)
    require_decider(actor)
    leg = leg_of(request, ref)
    call = lambda: assigning.offer_windows(leg_id=leg.pk, actor=actor, now=now_of(request))  # noqa: E731
    return act(request, call, done=_("Other windows were looked for and offered."), back=back_to(leg))


@require_POST
def offer_now(request: HttpRequest, ref: str) -> HttpResponse:
    """Hold the offer out before its hour."""
    actor = actor_of(request)
    require_decider(actor)
    leg = leg_of(request, ref)
    call = lambda: offers.open_offers(leg_ids=[leg.pk], actor=actor, now=now_of(request))  # noqa: E731
    return act(request, call, done=_("The agent has the offer now."), back=back_to(leg))
