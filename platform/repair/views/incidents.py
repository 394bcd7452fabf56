"""Incident files: the list, a file's page, and its steps."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config import clock
from repair import texts
from repair.access import READERS, actor_of, job_for, jobs_for, read_key, sees_business, staff_view
from repair.actions import legal_events
from repair.filters import IncidentFilter
from repair.forms import IncidentNoteForm, IncidentReportForm, JudgeForm
from repair.ids import incident_ref, job_ref
from repair.models import Incident
from repair.selectors.incidents import list_incidents, notes_of
from repair.selectors.pictures import show
from repair.services import incidents
from repair.states import INCIDENT
from repair.tables import IncidentTable
from repair.views.asking import did
from repair.views.workshop.moving import tell_moved_on
from repair.views.workshop.uploads import MOST_PHOTOS, keep_photos
from tenants.actors import Actor
from ui.tables import paginate_table


@require_safe
@staff_view(*READERS)
def list_files(request: HttpRequest) -> HttpResponse:
    """The files over the jobs that the reader may see."""
    actor = actor_of(request)
    found = IncidentFilter(request.GET or None, queryset=list_incidents(jobs_for(actor)), actor=actor)
    hidden = () if sees_business(actor) else ("tenant", "liability", "compensation_fen")
    table = IncidentTable(found.qs, exclude=hidden)
    return render(
        request, "repair/incidents.html", {"filter": found, "table": paginate_table(table=table, request=request)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*READERS)
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """J25: what happened to the vehicle of a job, with photos."""
    actor, now = actor_of(request), clock.now()
    job = job_for(actor, ref)
    if "report_incident" not in legal_events(job, actor):
        return tell_moved_on(request, job)
    form = IncidentReportForm(request.POST or None, job=job, actor=actor, now=now)
    if request.method == "POST" and form.is_valid():
        photos = keep_photos(request, form)
        if photos is not None and did(
            form,
            lambda: incidents.report_incident(job_id=job.pk, report=form.report(photos=photos), actor=actor, now=now),
        ):
            messages.success(request, _("The file is open, and the customer has been told."))
            return redirect("repair:job", ref=ref)
    context = {"job": job, "ref": ref, "form": form, "most": MOST_PHOTOS}
    return render(request, "repair/incident_report.html", context, status=422 if form.is_bound and form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*READERS)
def show_file(request: HttpRequest, ref: str) -> HttpResponse:
    """A file with all that is known; what is found out is added here."""
    actor, now = actor_of(request), clock.now()
    incident = incident_for(actor, ref)
    legal = set(INCIDENT.legal(incident, actor.parties))
    form = IncidentNoteForm(request.POST or None, job=incident.job, actor=actor, now=now)
    if request.method == "POST" and "add" not in legal:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        photos = keep_photos(request, form)
        if photos is not None and did(
            form,
            lambda: incidents.add_to_incident(
                incident_id=incident.pk, photos=photos, actor=actor, now=now, **form.cleaned_data
            ),
        ):
            messages.success(request, _("It stands in the file."))
            return redirect("repair:incident", ref=ref)
    context = {
        **describe_incident(incident), "form": form if "add" in legal else None, "legal": legal, "most": MOST_PHOTOS,
        "notes": notes_of(incident, actor), "is_business": sees_business(actor),
        "photos": show([(str(file), _("Incident")) for file in incident.photos], incident.job, actor),
    }  # fmt: skip
    return render(request, "repair/incident.html", context, status=422 if form.is_bound and form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*READERS)
def judge(request: HttpRequest, ref: str) -> HttpResponse:
    """N2: who answers for it, and what the customer gets."""
    actor, now = actor_of(request), clock.now()
    incident = incident_for(actor, ref)
    if "judge" not in INCIDENT.legal(incident, actor.parties):
        raise PermissionDenied
    known: dict[str, Any] = {"liability": incident.liability or None, "reason": incident.liability_reason}
    if incident.compensation_fen is not None:
        known["compensation"] = f"{incident.compensation_fen // 100}.{incident.compensation_fen % 100:02d}"
    form = JudgeForm(
        request.POST or None, job=incident.job, actor=actor, now=now, initial={k: v for k, v in known.items() if v}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        amount = data["compensation"]
        if did(
            form,
            lambda: incidents.judge_incident(
                incident_id=incident.pk, liability=data["liability"], reason=data["reason"],
                compensation_fen=int(amount * 100) if amount else None, actor=actor, now=now,
            ),
        ):  # fmt: skip
            messages.success(request, _("Judged; the customer has been told."))
            return redirect("repair:incident", ref=ref)
    context = {**describe_incident(incident), "form": form}
    return render(request, "repair/incident_judge.html", context, status=422 if form.is_bound and form.errors else 200)


@require_POST
@staff_view(*READERS)
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """N3."""
    actor = actor_of(request)
    incident = incident_for(actor, ref)
    if "close" not in INCIDENT.legal(incident, actor.parties):
        raise PermissionDenied
    incidents.close_incident(incident_id=incident.pk, actor=actor, now=clock.now())
    messages.success(request, _("The file %(number)s is closed.") % {"number": incident.number})
    return redirect("repair:incident", ref=ref)


def incident_for(actor: Actor, ref: str) -> Incident:
    """The file with this public id, if `actor` may read its job; raises Http404."""
    found = list_incidents(jobs_for(actor)).select_related("job__visit", "leg").filter(pk=read_key("inc", ref)).first()
    if found is None:
        raise Http404
    return found


def describe_incident(incident: Incident) -> dict[str, Any]:
    """A file as the pages show it."""
    return {
        "incident": incident,
        "incident_ref": incident_ref(incident.pk),
        "job_ref": job_ref(incident.job_id),
        "kind_label": texts.INCIDENTS.get(incident.kind, incident.kind),
        "state_label": texts.INCIDENT_STATES.get(incident.status, incident.status),
        "liability_label": texts.LIABILITIES.get(incident.liability, ""),
        "said": texts.said(incident.text),
    }
