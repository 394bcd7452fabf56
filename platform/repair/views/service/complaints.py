"""Complaints at the desk: the list, one of them with its steps, filing one for a customer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config import clock
from repair import states, texts
from repair.access import SERVICE, actor_of, complaint_for, job_for, staff_view
from repair.forms.complaints import (
    AcceptedForm,
    AskForm,
    ComplaintForm,
    ComplaintStepForm,
    FindingsForm,
    GivenForm,
    NoteForm,
    SolutionForm,
    WhyForm,
)
from repair.ids import complaint_ref, job_ref
from repair.models import Complaint, Job
from repair.requests import ComplaintDraft
from repair.selectors import complaints as reads
from repair.services import complaining, investigating
from repair.services.investigating import FINDINGS, Findings
from repair.states import COMPLAINT
from repair.views.asking import did, is_dialog
from repair.views.service.filters import ComplaintFilter
from repair.views.service.tables import ComplaintTable
from repair.views.service.uploads import keep_attachments
from tenants.actors import Actor
from ui.tables import paginate_table

Run = Callable[[Complaint, Any, Actor, datetime], Any]


@dataclass(frozen=True, slots=True)
class Step:
    """A button of a complaint's page, the form behind it and the service that it calls."""

    key: str
    label: Any
    icon: str
    run: Run
    form: type[ComplaintStepForm] = ComplaintStepForm
    text: Any = ""
    style: str = ""


def plain(service: Callable[..., Any]) -> Run:
    """A service that takes the form's fields by name."""
    return lambda complaint, form, actor, now: service(
        complaint_id=complaint.pk, actor=actor, now=now, **form.cleaned_data
    )


def solve(complaint: Complaint, form: Any, actor: Actor, now: datetime) -> None:
    """F5."""
    investigating.give_solution(
        complaint_id=complaint.pk,
        solution=form.cleaned_data["solution"],
        compensation_fen=form.fen,
        actor=actor,
        now=now,
    )


STEPS: Final[tuple[Step, ...]] = (
    Step("investigate", _l("Take it up"), "search", plain(investigating.take_up), style="primary"),
    Step("give_solution", _l("Give the solution"), "bulb", solve, SolutionForm,
         _l("The clock stops, and the customer reads it at once. Write down cause and who answers for it before."),
         "primary"),
    Step("accept", _l("Customer takes it"), "check", plain(complaining.accept_solution), AcceptedForm, style="primary"),
    Step("close", _l("Close"), "archive", plain(investigating.close_complaint), style="primary"),
    Step("ask_evidence", _l("Ask for evidence"), "help", plain(investigating.ask_evidence), AskForm,
         _l("The clock stands still until it is here, for 24 hours in all.")),
    Step("give_evidence", _l("Evidence came in"), "paperclip", plain(complaining.give_evidence), GivenForm),
    Step("hand_on", _l("Take it over"), "users", plain(investigating.hand_on),
         text=_l("From whoever has it in hand now.")),
    Step("reopen", _l("Open again"), "refresh", plain(complaining.reopen_complaint), WhyForm,
         _l("Another 72 hours begin.")),
    Step("close_unanswered", _l("Close without an answer"), "archive", plain(investigating.close_unanswered), WhyForm,
         _l("The customer has the solution and says nothing more.")),
    Step("withdraw", _l("Customer withdraws it"), "ban", plain(complaining.withdraw_complaint), WhyForm, style="danger"),
)  # fmt: skip
NOTE: Final = Step("note", _l("Note among ourselves"), "lock", plain(investigating.note_complaint), NoteForm)
BY_KEY: Final = {step.key: step for step in (*STEPS, NOTE)}


@require_safe
@staff_view(*SERVICE)
def list_complaints(request: HttpRequest) -> HttpResponse:
    """The complaints of every customer."""
    actor, now = actor_of(request), clock.now()
    rows = reads.list_complaints(Complaint.objects.all())
    found = ComplaintFilter(request.GET or {"group": "open"}, queryset=rows, actor=actor, now=now)
    table = paginate_table(table=ComplaintTable(found.qs, now=now), request=request)
    return render(request, "repair/service/complaints.html", {"filter": found, "table": table})


@require_safe
@staff_view(*SERVICE)
def show_complaint(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything about one complaint, and what can be done."""
    actor, now = actor_of(request), clock.now()
    complaint = complaint_for(actor, ref)
    return render(request, "repair/service/complaint.html", describe(complaint, actor, now, findings_of(complaint)))


def findings_of(complaint: Complaint) -> FindingsForm:
    """The form as the row holds it."""
    return FindingsForm(initial={name: getattr(complaint, name) for name in FINDINGS})


def describe(complaint: Complaint, actor: Actor, now: datetime, form: FindingsForm) -> dict[str, Any]:
    """The page in values."""
    legal = COMPLAINT.legal(complaint, actor.parties)
    return {
        "complaint": complaint,
        "ref": complaint_ref(complaint.pk),
        "status_label": texts.COMPLAINT_STATES.get(complaint.status, complaint.status),
        "is_open": complaint.status != states.COMPLAINT_CLOSED,
        "steps": [step for step in STEPS if step.key in legal and not is_own_already(step, complaint, actor)],
        "note": NOTE,
        "form": form,
        "can_find": "find" in legal,
        "jobs": reads.read_jobs(complaint),
        "clock": reads.read_clock(complaint),
        "files": reads.read_files(complaint, actor),
        "timeline": reads.read_timeline(complaint),
        "now": now,
    }


def is_own_already(step: Step, complaint: Complaint, actor: Actor) -> bool:
    """Nobody takes over from himself."""
    return step.key == "hand_on" and complaint.handler == actor.id


@require_POST
@staff_view(*SERVICE)
def write_findings(request: HttpRequest, ref: str) -> HttpResponse:
    """Save cause, measures and the rest."""
    actor, now = actor_of(request), clock.now()
    complaint = complaint_for(actor, ref)
    form = FindingsForm(request.POST)

    def save() -> None:
        draft = Findings(**form.cleaned_data)
        investigating.write_findings(complaint_id=complaint.pk, draft=draft, actor=actor, now=now)

    if form.is_valid() and did(form, save):
        messages.success(request, _("Saved."))
        return redirect("repair:complaint", ref=ref)
    context = describe(complaint, actor, now, form)
    return render(request, "repair/service/complaint.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*SERVICE)
def take_step(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """Ask what the step needs, then take it."""
    actor, now = actor_of(request), clock.now()
    complaint, step = complaint_for(actor, ref), BY_KEY.get(key)
    if step is None:
        raise PermissionDenied
    form = step.form(request.POST if request.method == "POST" else None, complaint=complaint)
    if request.method == "POST" and form.is_valid() and did(form, lambda: step.run(complaint, form, actor, now)):
        messages.success(request, _("Done: %(step)s.") % {"step": step.label})
        return redirect("repair:complaint", ref=ref)
    context = {"complaint": complaint, "ref": ref, "step": step, "form": form}
    template = "repair/service/complaint_dialog.html" if is_dialog(request) else "repair/service/complaint_step.html"
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
@staff_view(*SERVICE)
def add_files(request: HttpRequest, ref: str) -> HttpResponse:
    """Photos and papers of ours; what is ticked is shown to the customer."""
    actor, now = actor_of(request), clock.now()
    complaint = complaint_for(actor, ref)
    form = findings_of(complaint)
    kept, problem = keep_attachments(request, tenant=complaint.tenant, actor=actor, now=now)
    if not kept and not problem:
        problem = _("Choose a file.")
    if not problem:
        is_shown = request.POST.get("is_shown") == "yes"
        guard = ComplaintStepForm({}, complaint=complaint)
        guard.is_valid()
        if did(guard, lambda: investigating.add_complaint_files(
            complaint_id=complaint.pk, files=kept, is_shown=is_shown, actor=actor, now=now
        )):  # fmt: skip
            messages.success(request, _("Added."))
            return redirect("repair:complaint", ref=ref)
        problem = " ".join(map(str, guard.non_field_errors()))
    context = {**describe(complaint, actor, now, form), "problem": problem}
    return render(request, "repair/service/complaint.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*SERVICE)
def new_complaint(request: HttpRequest, job_key: str) -> HttpResponse:
    """File one about a job, for a customer on the phone, in WeChat or at the counter."""
    actor, now = actor_of(request), clock.now()
    job = job_for(actor, job_key)
    initial = {"contact": job.contact, "phone": job.phone, "source": "phone"}
    form = ComplaintForm(request.POST if request.method == "POST" else None, initial=initial)
    filed: list[Complaint] = []
    if request.method == "POST" and form.is_valid() and did(form, lambda: filed.append(file(job, form, actor, now))):
        messages.success(
            request, _("%(number)s is filed; a solution is due in 72 hours.") % {"number": filed[0].number}
        )
        return redirect("repair:complaint", ref=complaint_ref(filed[0].pk))
    context = {"job": job, "ref": job_ref(job.pk), "form": form}
    return render(request, "repair/service/complaint_new.html", context, status=422 if form.errors else 200)


def file(job: Job, form: ComplaintForm, actor: Actor, now: datetime) -> Complaint:
    """F1."""
    draft = ComplaintDraft(**form.cleaned_data)
    return complaining.file_complaint(
        tenant_id=job.tenant_id, order_ids=[job.order_id], draft=draft, actor=actor, now=now
    )


@require_safe
@staff_view(*SERVICE)
def report(request: HttpRequest) -> HttpResponse:
    """Complaints by cause and month, and how old the open ones are."""
    now = clock.now()
    by_cause = reads.count_by_cause(now=now)
    context = {"by_cause": by_cause, "ages": reads.count_ages(now=now), **reads.charts_of(by_cause)}
    return render(request, "repair/service/complaint_report.html", context)
