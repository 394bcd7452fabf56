"""What every page of dispatch does the same way: who asks, doing something or saying why not, asking first."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from config import clock
from dispatch.access import legs_for
from dispatch.models import Agent, Leg
from events.ids import BadId, read_public_id
from tenants.actors import actor_of as actor_of  # the pages of this room take it from here
from tenants.refusals import Refused
from ui.asking import render_question


def now_of(_request: HttpRequest) -> datetime:
    """Business time."""
    return clock.now()


def leg_of(request: HttpRequest, ref: str) -> Leg:
    """A leg that the actor may see, by its public id. Raises Http404."""
    try:
        key = read_public_id("leg", ref)
    except BadId:
        raise Http404 from None
    found = legs_for(actor_of(request)).select_related("tenant", "area", "agent").filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def agent_of_ref(ref: str) -> Agent:
    """An agent by the public id. Raises Http404."""
    try:
        key = read_public_id("agt", ref)
    except BadId:
        raise Http404 from None
    found = Agent.objects.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def act(request: HttpRequest, call: Callable[[], Any], *, done: str, back: str) -> HttpResponse:
    """Do it and go back, with a notice of what was done or why not."""
    try:
        call()
    except Refused as error:
        messages.error(request, error.message)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    else:
        messages.success(request, done)
    return redirect(back)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )


def ask_reason(
    request: HttpRequest, *, title: str, text: str, label: str, back: str, done: str, call: Callable[[str], Any]
) -> HttpResponse:
    """Ask for a reason before doing: a dialog, or a page of its own without scripts; with the answer it is done."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason: str = form.cleaned_data["reason"]
        return act(request, lambda: call(reason), done=done, back=back)
    context = {"title": title, "text": text, "label": label, "back": back}
    return render_question(request, form, context, base="dispatch/base.html")
