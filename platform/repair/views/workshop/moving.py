"""Two people on one job: the second is told what the first did."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from events.models import Fact
from repair import texts
from repair.ids import job_ref
from repair.models import Job
from ui.formats import format_moment


def tell_moved_on(request: HttpRequest, job: Job) -> HttpResponse:
    """Back to the job, with the step that was taken last, by whom and when."""
    messages.warning(request, f"{_('This cannot be done now.')} {say_last_step(job)}".strip())
    return redirect("repair:job", ref=job_ref(job.pk))


def say_last_step(job: Job) -> str:
    """Who took which step when: the reason why another cannot be taken now; empty when nothing has happened yet."""
    fact = Fact.objects.filter(subject=job_ref(job.pk), type="job.moved").order_by("-id").first()
    if fact is None:
        return ""
    return _("Last step: %(step)s, by %(who)s, %(when)s.") % {
        "step": texts.title_of(fact.data),
        "who": texts.name_actor(fact.actor_name),
        "when": format_moment(moment=fact.occurred_at),
    }
