"""The tenant's settings: how batches are taken; the limits of approvals have pages of their own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.access import Action, may, require_may
from fleet.forms import PolicyForm
from fleet.selectors.settings import read_settings
from fleet.services import rules
from fleet.views.acting import act, actor_of, now_of


@require_http_methods(["GET", "HEAD", "POST"])
def edit_settings(request: HttpRequest) -> HttpResponse:
    """Show the settings, or save them."""
    actor = actor_of(request)
    require_may(actor, Action.READ if request.method != "POST" else Action.CONFIGURE)
    form = PolicyForm(request.POST if request.method == "POST" else None, initial={"policy": read_settings().policy})
    if request.method == "POST" and form.is_valid():
        return act(
            request,
            lambda: rules.set_policy(policy=form.cleaned_data["policy"], actor=actor, now=now_of(request)),
            done=_("The settings were saved."),
            back=request.path,
        )
    context = {"policy_form": form, "can_configure": may(actor, Action.CONFIGURE)}
    return render(request, "fleet/settings.html", context, status=422 if form.errors else 200)
