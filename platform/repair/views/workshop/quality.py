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
from files.photos import MOST_BYTES, PhotoRefused, keep_photo
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
from tenants.actors import Actor, StaffRole
from tenants.people.models import User

MOST_PHOTOS = 12


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
        photos = keep_photos(request, form, job, actor)
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


def keep_photos(request: HttpRequest, form: QualityForm, job: Job, actor: Actor) -> list[StoredFile] | None:
    """The pictures that came with the form; None when one is refused, with the reason on the form."""
    uploads = request.FILES.getlist("photos")
    if any((upload.size or 0) > MOST_BYTES for upload in uploads):
        form.add_error(None, _("The photo is larger than %(limit_mb)s MB.") % {"limit_mb": MOST_BYTES >> 20})
        return None
    if len(uploads) > MOST_PHOTOS:
        form.add_error(None, _("Add at most %(count)s photos.") % {"count": MOST_PHOTOS})
        return None
    kept = []
    for upload in uploads:
        name = upload.name or "photo"
        try:
            file = keep_photo(
                tenant=job.tenant, name=name, content=upload.read(), purpose="photo", actor=actor, now=form.now
            )
        except PhotoRefused as refusal:
            form.add_error(None, f"{name}: {refusal.message} {refusal.fix}")
            return None
        kept.append(file)
    return kept


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
