"""What was picked on the board, done at once, with a result for each leg."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from dispatch.access import legs_for, require_decider
from dispatch.services import many
from dispatch.services.assigning import Seen
from dispatch.views.acting import actor_of, now_of
from events.ids import BadId, read_public_id

TITLES: dict[str, Any] = {
    "best": _("The best agent for each"),
    "take_back": _("Taken back"),
    "windows": _("Other windows"),
}


@require_POST
def act_on_many(request: HttpRequest) -> HttpResponse:
    """The legs that were picked. A leg that the actor may not see is not there."""
    actor = actor_of(request)
    require_decider(actor)
    action = request.POST.get("action", "")
    if action not in TITLES:
        raise Http404
    picked = dict(read_pick(text) for text in request.POST.getlist("pick")[: many.MOST])
    if not picked:
        return redirect("dispatch:board")
    legs = {leg.pk: leg for leg in legs_for(actor).select_related("tenant").filter(pk__in=picked)}
    there = [(key, seen) for key, seen in picked.items() if key in legs]
    outcomes = many.act_on_legs(action=action, picked=there, actor=actor, now=now_of(request))
    context = {
        "title": TITLES[action],
        "rows": [{"leg": legs[outcome.leg_id], "outcome": outcome} for outcome in outcomes],
        "done": sum(outcome.is_done for outcome in outcomes),
        "repeated": sum(outcome.is_repeated for outcome in outcomes),
        "refused": sum(not (outcome.is_done or outcome.is_repeated) for outcome in outcomes),
    }
    return render(request, "dispatch/many.html", context)


def read_pick(text: str) -> tuple[UUID, Seen | None]:
    """A box of the board: the leg, and after a slash the agent it was shown with (nothing for nobody). Raises Http404."""
    ref, slash, agent = text.partition("/")
    try:
        seen = Seen(read_public_id("agt", agent) if agent else None) if slash else None
        return read_public_id("leg", ref), seen
    except BadId:
        raise Http404 from None
