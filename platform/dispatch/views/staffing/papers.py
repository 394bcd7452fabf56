"""What runs out soon, and trainings: for many agents at once, or struck when entered by mistake."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from dispatch.filters import agent_key
from dispatch.fitness import expiring
from dispatch.forms import StrikeForm, TrainingForm
from dispatch.models import Training, TrainingTopic
from dispatch.planning.tables import ZONE
from dispatch.services.staffing.training import record_training, strike_training
from dispatch.views.acting import actor_of, now_of
from dispatch.views.staffing.agents import page_of
from dispatch.views.staffing.asking import ask, for_lead, for_watchers, key_of, render_page

SHOWN = 200


@require_safe
@for_watchers
def list_papers(request: HttpRequest) -> HttpResponse:
    """Licences and trainings that have run out or will within 14 days, and the topics."""
    found = expiring(now=now_of(request))
    context = {
        "rows": found[:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "topics": TrainingTopic.objects.order_by("code"),
    }
    return render_page(request, "papers", context, tab="papers")


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def train(request: HttpRequest) -> HttpResponse:
    """A training that was held, for whoever was there."""
    today = timezone.localdate(now_of(request), ZONE)
    picked = [key for key in map(agent_key, request.GET.getlist("agent")) if key is not None]
    form = TrainingForm(
        request.POST if request.method == "POST" else None, initial={"taken_on": today, "agents": picked}
    )
    return ask(
        request, form, title=_("Training held"), label=_("Write it down"), back=reverse("dispatch:papers"),
        text=_("Everybody who is ticked was there. Who has this topic of that day already is left out."),
        call=lambda _seen: record_training(
            agent_ids=[agent.pk for agent in form.cleaned_data["agents"]], topic_id=form.cleaned_data["topic"].pk,
            taken_on=form.cleaned_data["taken_on"], valid_until=form.cleaned_data["valid_until"], actor=actor_of(request),
            now=now_of(request),
        ),
        done=lambda rows: ngettext("%(count)d agent is trained.", "%(count)d agents are trained.", len(rows)) % {
            "count": len(rows)
        },
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def strike(request: HttpRequest, ref: str) -> HttpResponse:
    """A training that was entered by mistake."""
    row = Training.objects.select_related("agent", "topic").filter(pk=key_of("trn", ref), struck_at=None).first()
    if row is None:
        raise Http404
    form = StrikeForm(request.POST if request.method == "POST" else None)
    return ask(
        request, form, title=_("Strike the training %(topic)s") % {"topic": row.topic.name}, label=_("Strike"),
        back=page_of(row.agent), done=_("It counts no longer."), is_danger=True,
        text=_("It was entered by mistake. It stays in the record, and counts no longer."),
        call=lambda seen: strike_training(
            training_id=row.pk, reason=form.cleaned_data["reason"], confirmed=seen, actor=actor_of(request),
            now=now_of(request),
        ),
    )  # fmt: skip
