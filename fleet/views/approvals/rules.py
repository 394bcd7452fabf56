"""The rules of approval: what holds beside the limits."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fleet.access import Action, may, require_may
from fleet.selectors.delegations import read_policy
from fleet.services.approvals.policy import FIELDS, set_approval_policy
from fleet.views.acting import actor_of, attempt_form, now_of
from fleet.views.approvals.forms import RulesForm


@require_http_methods(["GET", "HEAD", "POST"])
def edit_rules(request: HttpRequest) -> HttpResponse:
    """Read the rules; an administrator changes them."""
    actor = actor_of(request)
    require_may(actor, Action.READ if request.method != "POST" else Action.CONFIGURE)
    held = read_policy()
    initial = {name: getattr(held, name) for name in FIELDS}
    form = RulesForm(request.POST if request.method == "POST" else None, initial=initial)

    def save() -> None:
        set_approval_policy(**form.cleaned_data, actor=actor, now=now_of(request))

    if request.method == "POST" and form.is_valid() and attempt_form(form, save):
        return redirect("fleet:approval_limits")
    if not may(actor, Action.CONFIGURE):
        for field in form.fields.values():
            field.disabled = True
    context = {
        "title": _("Rules of approval"),
        "form": form,
        "can_save": may(actor, Action.CONFIGURE),
        "back": reverse("fleet:approval_limits"),
    }
    return render(request, "fleet/edit.html", context, status=422 if form.errors else 200)
