"""What was picked on the board, done at once, with a result for each leg."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from dispatch.access import legs_for, require_decider
from dispatch.services import many
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
    try:
        keys = [read_public_id("leg", ref) for ref in request.POST.getlist("pick")][: many.MOST]
    except BadId:
        raise Http404 from None
    if not keys:
        return redirect("dispatch:board")
    legs = {leg.pk: leg for leg in legs_for(actor).select_related("tenant").filter(pk__in=keys)}
    outcomes = many.act_on_legs(
        action=action, leg_ids=[key for key in dict.fromkeys(keys) if key in legs], actor=actor, now=now_of(request)
    )
    context = {
        "title": TITLES[action],
        "rows": [{"leg": legs[outcome.leg_id], "outcome": outcome} for outcome in outcomes],
        "done": sum(outcome.is_done for outcome in outcomes),
        "refused": sum(not outcome.is_done for outcome in outcomes),
    }
    return render(request, "dispatch/many.html", context)
