"""The agent's own page: his shifts, his papers and trainings, and the leave that he asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dispatch.access import require_agent
from dispatch.coverage import annotate_agents, floor_licences, why_unfit
from dispatch.fitness import REMINDED, classes_for
from dispatch.forms import AskLeaveForm
from dispatch.models import Agent, LeaveRequest
from dispatch.outlook import DAY
from dispatch.planning.tables import ZONE
from dispatch.services.staffing.leaves import ask_leave, withdraw_leave
from dispatch.states import REQUESTED
from dispatch.texts import LEAVE_REQUESTS
from dispatch.views.acting import actor_of, now_of
from dispatch.views.staffing.asking import ask, key_of
from events.ids import public_id

SHIFTS = 28
TRAININGS = 12
REQUESTS = 12


def for_agents(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for an agent about himself: the view gets him as `me`."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, me=require_agent(actor_of(request)), **kwargs)

    return run


@require_safe
@for_agents
def show_mine(request: HttpRequest, *, me: Agent) -> HttpResponse:
    """Everything that the desk keeps of him."""
    now = now_of(request)
    today = timezone.localdate(now, ZONE)
    agent = annotate_agents(Agent.objects.filter(pk=me.pk), now=now).get()
    soon = today + REMINDED
    context = {
        "agent": agent,
        "now": now,
        "reasons": [reason.text for reason in why_unfit(agent, now=now, floor=floor_licences(today))],
        "shifts": me.shifts.filter(ends_at__gt=now).order_by("starts_at")[:SHIFTS],
        "leaves": me.leaves.filter(ends_at__gt=now).order_by("starts_at"),
        "trainings": me.trainings.filter(struck_at=None)
        .select_related("topic")
        .order_by("-taken_on", "-pk")[:TRAININGS],
        "classes": classes_for(agent, now=now),
        "requests": [
            {
                "row": row,
                "ref": public_id("lvr", row.pk),
                "state": LEAVE_REQUESTS[row.status],
                "is_open": row.status == REQUESTED,
            }
            for row in me.leave_requests.order_by("-asked_at", "-pk")[:REQUESTS]
        ],
        "ends_soon": {
            "licence": agent.licence_expires_on <= soon,
            "training": (agent.trained_until or today - DAY) <= soon,
        },
    }
    return render(request, "dispatch/staff/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def ask_for_leave(request: HttpRequest, *, me: Agent) -> HttpResponse:
    """A lead answers."""
    form = AskLeaveForm(request.POST if request.method == "POST" else None)
    return ask(
        request, form, title=_("Ask for leave"), label=_("Ask"), back=reverse("dispatch:mine"),
        text=_("A lead answers; the answer stands on this page."), done=_("You have asked. A lead answers."),
        call=lambda _seen: ask_leave(
            starts_at=form.span[0], ends_at=form.span[1], reason=form.cleaned_data["reason"], actor=actor_of(request),
            now=now_of(request),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_agents
def withdraw(request: HttpRequest, ref: str, *, me: Agent) -> HttpResponse:
    """Take one's own request back."""
    row = LeaveRequest.objects.filter(pk=key_of("lvr", ref), agent=me).first()
    if row is None:
        raise Http404
    return ask(
        request, forms.Form(request.POST if request.method == "POST" else None), title=_("Take the request back"),
        label=_("Take back"), back=reverse("dispatch:mine"), done=_("Your request is taken back."),
        call=lambda _seen: withdraw_leave(request_id=row.pk, actor=actor_of(request), now=now_of(request)),
        more={"span": (row.starts_at, row.ends_at)},
    )  # fmt: skip
