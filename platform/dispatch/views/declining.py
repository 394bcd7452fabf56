"""An agent's no to a trip that is held out to him: his day lies with the repair desk (`repair:day`)."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dispatch.access import require_agent
from dispatch.services import offers
from dispatch.views.acting import actor_of, ask_reason, leg_of, now_of


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
        back=reverse("repair:day"),
        done=_("The leg went to somebody else."),
        call=lambda reason: offers.decline_offer(leg_id=leg.pk, reason=reason, actor=actor, now=now),
    )
