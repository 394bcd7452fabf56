"""Agents are taken on and changed, let in to sign in, and their past is read."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dispatch.forms import AgentForm, InviteForm
from dispatch.models import Agent, Assignment
from dispatch.services.staffing.agents import invite_agent, save_agent
from dispatch.tables import AssignmentTable
from dispatch.views.acting import actor_of, agent_of_ref, now_of
from dispatch.views.staffing.asking import ask, for_lead, for_watchers, render_page
from events.ids import public_id
from ui.tables import paginate_table


def page_of(agent: Agent) -> str:
    """The agent's page."""
    return reverse("dispatch:agent", args=[public_id("agt", agent.pk)])


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def new_agent(request: HttpRequest) -> HttpResponse:
    """Take an agent on."""
    form = AgentForm(request.POST if request.method == "POST" else None)
    return ask(
        request, form, title=_("New agent"), label=_("Take on"), back=reverse("dispatch:agents"),
        call=lambda _seen: save_agent(agent_id=None, draft=form.draft, actor=actor_of(request), now=now_of(request)),
        done=lambda agent: _("%(name)s is an agent now. Plan his shifts, and invite him to sign in.") % {"name": agent.name},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def edit_agent(request: HttpRequest, ref: str) -> HttpResponse:
    """Papers, place, areas, load; what he may not drive then is listed before it is taken from him."""
    agent = agent_of_ref(ref)
    form = AgentForm(request.POST if request.method == "POST" else None, initial=AgentForm.values_of(agent))
    return ask(
        request, form, title=agent.name, label=_("Save"), back=page_of(agent), done=_("Saved."),
        call=lambda seen: save_agent(
            agent_id=agent.pk, draft=form.draft, confirmed=seen, actor=actor_of(request), now=now_of(request)
        ),
        more={"points": [{"lat": agent.lat, "lng": agent.lng, "label": agent.home or agent.name, "tone": "active"}],
              "map_title": _("Where his shifts begin")},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def invite(request: HttpRequest, ref: str) -> HttpResponse:
    """Let the agent's person sign in."""
    agent = agent_of_ref(ref)
    if agent.user_id is not None:
        raise Http404
    form = InviteForm(request.POST if request.method == "POST" else None)
    return ask(
        request, form, title=_("Invite %(name)s to sign in") % {"name": agent.name}, label=_("Invite"), back=page_of(agent),
        text=_("A mail with a link goes to this address. Whoever opens an account by it is this agent."),
        call=lambda _seen: invite_agent(
            agent_id=agent.pk, email=form.cleaned_data["email"], actor=actor_of(request), now=now_of(request)
        ),
        done=lambda invitation: _("The invitation is on its way.") if invitation else _("The sign-in is this agent's now."),
    )  # fmt: skip


@require_safe
@for_watchers
def show_history(request: HttpRequest, ref: str) -> HttpResponse:
    """Every leg that he was named for, and how it ended."""
    agent = agent_of_ref(ref)
    rows = Assignment.objects.filter(agent=agent).select_related("leg", "leg__tenant").order_by("-assigned_at", "-pk")
    context: dict[str, Any] = {
        "agent": agent, "ref": ref, "table": paginate_table(table=AssignmentTable(rows), request=request)
    }  # fmt: skip
    return render_page(request, "history", context, tab="agents")
