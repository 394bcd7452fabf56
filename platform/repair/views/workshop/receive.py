"""The vehicle comes: what is to be done, what was signed at the pickup, and what the workshop finds."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config import clock
from repair import texts
from repair.access import actor_of, job_for, jobs_for, staff_view
from repair.actions import legal_events
from repair.forms.workshop import ReceiveForm
from repair.ids import job_ref
from repair.models import ConditionReport, Job
from repair.selectors.pictures import pickup_report, pictures_of_report
from repair.services import collecting
from repair.views.asking import did
from repair.views.workshop.moving import tell_moved_on
from tenants.actors import Actor, StaffRole


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(StaffRole.WORKSHOP)
def receive(request: HttpRequest, ref: str) -> HttpResponse:
    """J10: read the odometer, count the keys, compare with the report; a refusal stands beside its field."""
    actor, now = actor_of(request), clock.now()
    job = job_for(actor, ref)
    if "receive" not in legal_events(job, actor) or job.visit_id is None:
        return tell_moved_on(request, job)
    report = pickup_report(job)
    keys = report.content.get("keys") if report else None
    form = ReceiveForm(request.POST or None, job=job, actor=actor, now=now, keys_at_pickup=keys)
    if request.method == "POST" and form.is_valid():
        data, visit_id = form.cleaned_data, job.visit_id
        if did(form, lambda: collecting.receive_vehicle(visit_id=visit_id, actor=actor, now=now, **data)):
            messages.success(request, _("%(plate)s is here.") % {"plate": job.plate or job.vin})
            return redirect("repair:job", ref=ref)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "repair/receive.html", describe(job, report, form, actor), status=status)


def describe(job: Job, report: ConditionReport | None, form: ReceiveForm, actor: Actor) -> dict[str, Any]:
    """The page: what comes for this visit, and what was signed."""
    jobs = jobs_for(actor).filter(visit=job.visit_id).order_by("pk")
    items = report.content.get("items", {}) if report else {}
    return {
        "job": job,
        "ref": job_ref(job.pk),
        "form": form,
        "needs": [(other, job_ref(other.pk)) for other in jobs],
        "report": report,
        "items": [(texts.ITEMS.get(name, name), has) for name, has in items.items()],
        "pictures": pictures_of_report(report, job, actor),
    }
