"""The floor: what is expected, what is here and where it waits, what leaves; each job with the step that is due."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config import clock
from repair import states, texts
from repair.access import READERS, actor_of, is_watcher, jobs_for, staff_view
from repair.actions import step_due
from repair.ids import job_ref
from repair.models import Job, Workshop
from repair.selectors.floor import read_bays, read_floor
from tenants.actors import Actor

DUE = frozenset({"", "primary"})


@require_safe
@staff_view(*READERS)
def show_floor(request: HttpRequest) -> HttpResponse:
    """The lanes of one workshop: one's own, or the one that a watcher has chosen."""
    actor, now = actor_of(request), clock.now()
    own = Workshop.objects.filter(is_active=True).order_by("name")
    choices = list(own if is_watcher(actor) else own.filter(pk__in=[actor.workshop_id] if actor.workshop_id else []))
    chosen = next((shop for shop in choices if str(shop.pk) == request.GET.get("workshop")), None)
    text = request.GET.get("q", "").replace("\0", "")[:80]
    jobs = jobs_for(actor)
    if chosen is not None:
        jobs = jobs.filter(workshop=chosen)
    lanes = read_floor(jobs, text=text)
    taken, bays = read_bays([chosen] if chosen else choices, now=now)
    context = {
        "lanes": [
            {"key": lane.key, "title": lane.title, "cards": [show_card(job, actor) for job in lane.jobs]}
            for lane in lanes
        ],
        "count": sum(len(lane.jobs) for lane in lanes),
        "choices": choices,
        "chosen": chosen,
        "text": text,
        "taken": taken,
        "bays": bays,
        "now": now,
    }
    template = "repair/parts/floor.html" if request.GET.get("part") else "repair/floor.html"
    return render(request, template, context)


def show_card(job: Job, actor: Actor) -> dict[str, Any]:
    """A job on the floor, and the one step that is due."""
    ref = job_ref(job.pk)
    return {
        "job": job,
        "ref": ref,
        "status_label": texts.JOB_STATES.get(job.status, job.status),
        "is_away": job.status in states.NAMED.split() or job.status in {states.AT_PICKUP, states.IN_CUSTODY},
        "step": step_due(job, actor),
    }
