"""The agent's own page, for a phone: the offer that waits, the next legs, and the one button that is due."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dispatch import texts
from dispatch.access import require_agent
from dispatch.models import OCCUPIED, Leg, Offer
from dispatch.services import driving, offers
from dispatch.states import LEG
from dispatch.views.acting import act, actor_of, ask_reason, leg_of, now_of
from events.ids import public_id

SHOWN = 20
# event → the service and what the button says; what follows the arrival is done at the hand-over
STEPS: dict[str, tuple[Callable[..., Leg], Any]] = {
    "accept": (offers.accept_offer, gettext_lazy("Accept")),
    "contact": (driving.contact, gettext_lazy("I have called the customer")),
    "set_out": (driving.set_out, gettext_lazy("I am on my way")),
    "arrive": (driving.arrive, gettext_lazy("I have arrived")),
}


@require_safe
def list_mine(request: HttpRequest) -> HttpResponse:
    """The agent's legs in the order in which they are due."""
    actor, now = actor_of(request), now_of(request)
    agent = require_agent(actor)
    legs = list(agent.legs.filter(status__in=OCCUPIED).select_related("tenant").order_by("busy", "pk")[:SHOWN])
    ends = dict(Offer.objects.filter(leg__in=legs, answer="").values_list("leg_id", "expires_at"))
    context = {
        "agent": agent,
        "now": now,
        "legs": [
            {
                "leg": leg,
                "ref": public_id("leg", leg.pk),
                "state": texts.LEG_STATES[leg.status],
                "step": next(((e, STEPS[e][1]) for e in LEG.legal(leg, actor.parties) if e in STEPS), None),
                "is_offer": leg.status == "offered",
                "answer_by": ends.get(leg.pk),
                "vehicle_class": texts.CLASSES.get(leg.vehicle_class, leg.vehicle_class),
            }
            for leg in legs
        ],
    }
    return render(request, "dispatch/mine.html", context)


@require_POST
def take_step(request: HttpRequest, ref: str, event: str) -> HttpResponse:
    """The agent's next step."""
    actor = actor_of(request)
    require_agent(actor)
    if event not in STEPS:
        raise Http404
    leg, service = leg_of(request, ref), STEPS[event][0]
    call = lambda: service(leg_id=leg.pk, actor=actor, now=now_of(request))  # noqa: E731
    return act(request, call, done=_("Noted."), back=reverse("dispatch:mine"))


@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, ref: str) -> HttpResponse:
    """The agent will not, and says why."""
    actor = actor_of(request)
    require_agent(actor)
    leg, now = leg_of(request, ref), now_of(request)
    return ask_reason(
        request,
        title=_("Decline this leg"),
        text=_("It goes to the next agent."),
        label=_("Decline"),
        back=reverse("dispatch:mine"),
        done=_("The leg went to somebody else."),
        call=lambda reason: offers.decline_offer(leg_id=leg.pk, reason=reason, actor=actor, now=now),
    )
