"""Which licences drive which class: the versions by day; a lead writes new ones."""

from itertools import groupby
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dispatch.fitness import is_in_force
from dispatch.forms import LicenceRuleForm
from dispatch.models import LicenceRule
from dispatch.planning.tables import ZONE
from dispatch.services.staffing.licences import set_licence_rule, withdraw_licence_rule
from dispatch.texts import CLASSES
from dispatch.views.acting import actor_of, now_of
from dispatch.views.staffing.asking import ask, for_lead, for_watchers, key_of, render_page
from events.ids import public_id


@require_safe
@for_watchers
def list_rules(request: HttpRequest) -> HttpResponse:
    """Class by class, the version in force marked, the newest first."""
    today = timezone.localdate(now_of(request), ZONE)
    rows = LicenceRule.objects.order_by("vehicle_class", "-valid_from")
    known = {
        key: [describe(rule, today) for rule in group] for key, group in groupby(rows, lambda rule: rule.vehicle_class)
    }
    order = [*CLASSES, *sorted(known.keys() - CLASSES.keys())]
    classes = [{"key": key, "name": CLASSES.get(key, key), "versions": known.get(key, [])} for key in order]
    return render_page(request, "licences", {"classes": classes}, tab="licences")


def describe(rule: LicenceRule, today: Any) -> dict[str, Any]:
    """A version, and whether it holds, will, or has."""
    state = "active" if is_in_force(rule, today) else "planned" if rule.valid_from > today else "ended"
    return {"rule": rule, "ref": public_id("lic", rule.pk), "state": state, "licences": ", ".join(rule.licences)}


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def set_rule(request: HttpRequest) -> HttpResponse:
    """A new version from a day on."""
    today = timezone.localdate(now_of(request), ZONE)
    asked = request.GET.get("class", "")
    before = LicenceRule.objects.filter(vehicle_class=asked).order_by("-valid_from").first()
    initial = {"vehicle_class": asked, "valid_from": today, "licences": before.licences if before else []}
    form = LicenceRuleForm(request.POST if request.method == "POST" else None, initial=initial)
    return ask(
        request, form, title=_("New version of a licence rule"), label=_("Set"), back=reverse("dispatch:licences"),
        text=_("What holds until then stays in the record. No licence includes another: tick every one that may drive."),
        done=_("The rule is set."),
        call=lambda seen: set_licence_rule(
            **form.cleaned_data, confirmed=seen, actor=actor_of(request), now=now_of(request)
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """A version that will not come."""
    rule = LicenceRule.objects.filter(pk=key_of("lic", ref)).first()
    if rule is None:
        raise Http404
    return ask(
        request, forms.Form(request.POST if request.method == "POST" else None), title=_("Withdraw this version"),
        label=_("Withdraw"), is_danger=True, back=reverse("dispatch:licences"), done=_("The version is withdrawn."),
        text=_("The one before it goes on."),
        call=lambda seen: withdraw_licence_rule(
            rule_id=rule.pk, confirmed=seen, actor=actor_of(request), now=now_of(request)
        ),
    )  # fmt: skip
