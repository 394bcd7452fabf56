"""The list of jobs, a job's page, and the steps that its reader may take."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from config import clock
from dispatch.access import may_watch
from dispatch.texts import LEG_STATES
from events.ids import public_id
from partners.desk.models import TenantTerms
from repair import texts
from repair.access import READERS, SERVICE, actor_of, job_for, jobs_for, sees_business, staff_view
from repair.actions import BY_KEY, Action, actions_for, legal_events
from repair.filters import JobFilter
from repair.forms import StepForm
from repair.ids import job_ref
from repair.models import Job
from repair.selectors import jobs as reads
from repair.selectors.complaints import complaints_of_job
from repair.selectors.costs import read_costs
from repair.selectors.documents import read_documents
from repair.selectors.giving import read_giving, read_handed_over
from repair.selectors.pictures import pictures_of_notes, pictures_of_receipts
from repair.services.laying_out import CLOSED
from repair.tables import JobTable
from repair.views.asking import did, is_dialog
from repair.views.incidents import describe_incident
from repair.views.workshop.moving import say_last_step
from tenants.actors import Actor, StaffRole
from ui.tables import paginate_table


@require_safe
@staff_view(*READERS)
def list_jobs(request: HttpRequest) -> HttpResponse:
    """The jobs that the reader may see."""
    actor, now = actor_of(request), clock.now()
    found = JobFilter(request.GET or None, queryset=reads.list_jobs(jobs_for(actor)), actor=actor, now=now)
    table = JobTable(found.qs, now=now, exclude=() if sees_business(actor) else ("workshop",))
    context = {
        "filter": found,
        "table": paginate_table(table=table, request=request),
        "is_business": sees_business(actor),
    }
    return render(request, "repair/jobs.html", context)


@require_safe
@staff_view(*READERS)
def show_job(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything about a job, what happens now, and what the reader may do."""
    actor, now = actor_of(request), clock.now()
    job = job_for(actor, ref)
    context = {
        **describe(job),
        **read_parts(job),
        "notes": pictures_of_notes(job, actor),
        "papers": read_documents(job, actor),
        "giving": read_giving(job),
        "handed_over": read_handed_over(job, actor),
        "now": now,
        "actions": actions_for(job, actor),
        "ref": ref,
    }
    if sees_business(actor):
        context |= read_business(job) | read_money(job, actor)
    context["can_open_legs"] = may_watch(actor)
    context["is_service"] = actor.is_staff_in(*SERVICE)
    return render(request, "repair/job.html", context)


def describe(job: Job) -> dict[str, Any]:
    """The head of the page."""
    return {
        "job": job,
        "status_label": texts.JOB_STATES.get(job.status, job.status),
        "next_text": texts.NEXT.get(job.status, ""),
        "is_open": job.status in texts.JOB_STATES and job.status not in {"closed", "cancelled", "declined_scope"},
        "declined": {name: texts.in_language(value) for name, value in job.declined_reason.items()},
        "points": [
            {"lat": job.lat, "lng": job.lng, "label": job.site_code or job.address, "kind": "site", "tone": "active"}
        ],
    }


def read_parts(job: Job) -> dict[str, Any]:
    """What every reader of the job sees."""
    beside = Job.objects.filter(visit=job.visit_id).exclude(pk=job.pk) if job.visit_id else Job.objects.none()
    return {
        "timeline": reads.read_timeline(job),
        "clocks": reads.read_clocks(job),
        "legs": [
            (public_id("leg", leg.pk), leg, LEG_STATES.get(leg.status, leg.status)) for leg in reads.read_legs(job)
        ],
        "estimates": [(e, texts.DECISIONS.get(e.decision, e.decision)) for e in reads.read_estimates(job)],
        "reports": reads.read_reports(job),
        "checks": reads.read_checks(job),
        "incidents": [describe_incident(file) for file in reads.incidents_of(job)],
        "beside": [(job_ref(other.pk), other, texts.JOB_STATES.get(other.status)) for other in beside.order_by("pk")],
    }


def read_business(job: Job) -> dict[str, Any]:
    """What a workshop outside does not see: terms, how its rivals fared, calls and ratings, what was approved beforehand."""
    terms = TenantTerms.objects.filter(tenant=job.tenant_id).first()
    return {
        "is_business": True,
        "terms": terms,
        "tenant_ref": public_id("ten", job.tenant_id),
        "choice": reads.read_choice(job.visit),
        "calls": list(job.calls.order_by("called_at")),
        "rating": getattr(job, "rating", None),
        "complaints": complaints_of_job(job),
        "comeback_ref": job_ref(job.comeback_of_id) if job.comeback_of_id else "",
    }


def read_money(job: Job, actor: Actor) -> dict[str, Any]:
    """What it costs, with receipts; and who may note, strike out or waive what."""
    costs = read_costs(job)
    is_desk = actor.is_staff_in(StaffRole.DISPATCHER, StaffRole.LEAD)
    return {
        "costs": costs,
        "receipts": pictures_of_receipts(costs["paid"], job, actor),
        "can_lay_out": is_desk and job.status not in CLOSED,
        "can_strike": is_desk or actor.is_staff_in(StaffRole.FINANCE),
        "can_waive": actor.is_staff_in(StaffRole.LEAD, StaffRole.FINANCE),
    }


# --- steps --------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*READERS)
def take_step(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """Ask what the step needs, then take it; a refusal is shown beside what was typed."""
    actor, now = actor_of(request), clock.now()
    job = job_for(actor, ref)
    action = BY_KEY.get(key)
    if action is None:
        raise PermissionDenied
    if not action.is_legal(legal_events(job, actor)):
        return show_refusal(request, job, action)
    if action.run is None:
        return go_to_page(request, reverse(action.page, args=[ref]))
    try:
        form = action.form(request.POST if request.method == "POST" else None, job=job, actor=actor, now=now)
    except ValidationError as error:
        return show_refusal(request, job, action, " ".join(error.messages))
    run = action.run
    if request.method == "POST" and form.is_valid() and did(form, lambda: run(job, form, actor, now)):
        messages.success(request, _("Done: %(step)s.") % {"step": action.label})
        return redirect("repair:job", ref=ref)
    return ask(request, job, action, form, status=422 if form.errors else 200)


def go_to_page(request: HttpRequest, url: str) -> HttpResponse:
    """What has a page of its own is done there; a dialog that was open makes way for it."""
    return HttpResponse(headers={"HX-Redirect": url}) if is_dialog(request) else redirect(url)


def show_refusal(request: HttpRequest, job: Job, action: Action, words: str = "") -> HttpResponse:
    """The step is not open to the reader, or no longer: said kindly, with the way back."""
    if not words:
        words = _("This cannot be done now: the job has moved on, or it is somebody else's step.")
        words = f"{words} {say_last_step(job)}".strip()
    context = {"job": job, "ref": job_ref(job.pk), "action": action, "refusal": words}
    return render(request, template_of(request), context, status=200 if is_dialog(request) else 409)


def ask(request: HttpRequest, job: Job, action: Action, form: StepForm, *, status: int) -> HttpResponse:
    """The form, in a dialog or on a page of its own."""
    context = {
        "job": job,
        "ref": job_ref(job.pk),
        "action": action,
        "form": form,
    }
    return render(request, template_of(request), context, status=status)


def template_of(request: HttpRequest) -> str:
    """Dialogs are asked for by htmx."""
    return "repair/step_dialog.html" if is_dialog(request) else "repair/step.html"
