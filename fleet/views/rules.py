"""The tenant's settings: how batches are taken, and who may approve how much."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.access import Action, may, require_may
from fleet.forms import LimitsForm, PolicyForm
from fleet.selectors.settings import read_limits, read_settings
from fleet.services import rules
from fleet.views.acting import act, actor_of, now_of
from ui.formats import format_plain_fen


@require_http_methods(["GET", "HEAD", "POST"])
def edit_settings(request: HttpRequest) -> HttpResponse:
    """Two forms on one page, each saved by itself."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    is_policy = request.POST.get("form") == "policy"
    limits = {role: None if fen is None else format_plain_fen(amount_fen=fen) for role, fen in read_limits().items()}
    policy_form = PolicyForm(
        request.POST if request.method == "POST" and is_policy else None, initial={"policy": read_settings().policy}
    )
    limits_form = LimitsForm(request.POST if request.method == "POST" and not is_policy else None, initial=limits)
    if request.method == "POST":
        require_may(actor, Action.CONFIGURE)
        form = policy_form if is_policy else limits_form
        if form.is_valid():
            return act(
                request,
                lambda: (
                    rules.set_policy(policy=policy_form.cleaned_data["policy"], actor=actor, now=now_of(request))
                    if is_policy
                    else rules.set_limits(limits=limits_form.limits_fen, actor=actor, now=now_of(request))
                ),
                done=_("The settings were saved."),
                back=request.path,
            )
    status = 422 if policy_form.errors or limits_form.errors else 200
    context = {"policy_form": policy_form, "limits_form": limits_form, "can_configure": may(actor, Action.CONFIGURE)}
    return render(request, "fleet/settings.html", context, status=status)
