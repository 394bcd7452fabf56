"""The inspector's page: the version of the standard, what was done, the pictures; pass, or back to work."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config import clock
from files.models import StoredFile
from repair.access import actor_of, job_for, staff_view
from repair.actions import legal_events
from repair.forms.workshop import QualityForm
from repair.ids import job_ref
from repair.models import Job
from repair.selectors import jobs as reads
from repair.selectors.pictures import (
    last_check,
    pickup_report,
    pictures_of_checks,
    pictures_of_lines,
    pictures_of_report,
)
from repair.services import inspecting
from repair.views.asking import did
from repair.views.workshop.moving import tell_moved_on
from repair.views.workshop.uploads import keep_photos
from tenants.actors import Actor, StaffRole
from tenants.people.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(StaffRole.INSPECTOR)
def check_quality(request: HttpRequest, ref: str) -> HttpResponse:
    """J15: every item is answered; what fails goes back with a remark, and is counted."""
    actor, now = actor_of(request), clock.now()
    job = job_for(actor, ref)
    if legal_events(job, actor).isdisjoint({"pass_quality", "fail_quality"}):
        return tell_moved_on(request, job)
    try:
        form = QualityForm(request.POST or None, job=job, actor=actor, now=now)
    except ValidationError as error:  # no standard is in force
        messages.error(request, " ".join(error.messages))
        return redirect("repair:job", ref=ref)
    if request.method == "POST" and form.is_valid():
        photos = keep_photos(request, form)
        if photos is not None and did(form, lambda: inspect(form, photos)):
            messages.success(request, _("The check of %(job)s is written down.") % {"job": job.number})
            return redirect("repair:job", ref=ref)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "repair/quality.html", describe(job, form, actor), status=status)


def inspect(form: QualityForm, photos: Sequence[StoredFile]) -> None:
    """Write it down."""
    inspecting.inspect(
        job_id=form.job.pk, results=form.results, remarks=form.cleaned_data["remarks"], photos=photos, actor=form.actor,
        now=form.now,
    )  # fmt: skip


def describe(job: Job, form: QualityForm, actor: Actor) -> dict[str, Any]:
    """The page."""
    found = last_check(job)
    return {
        "job": job,
        "ref": job_ref(job.pk),
        "form": form,
        "standard": form.standard,
        "is_own_work": job.technician == actor.id,
        "technician": name_of(job.technician),
        "estimates": reads.read_estimates(job),
        "before": pictures_of_report(pickup_report(job), job, actor),
        "found": pictures_of_lines(job, actor),
        "checked": pictures_of_checks(job, actor),
        "last": found[0] if found else None,
        "last_failed": found[1] if found else [],
        "round": (found[0].round if found else 0) + 1,
    }


def name_of(technician: str) -> str:
    """Who repaired it."""
    user = User.objects.filter(pk=technician).first() if technician else None
    return user.get_full_name() if user else "–"
