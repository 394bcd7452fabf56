"""The vehicle leaves: who fetches it and when, what goes with it, and the hand-over."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config import clock
from files.links import photo_url
from files.models import StoredFile
from repair.access import actor_of, job_for, staff_view
from repair.forms.workshop import GiveForm
from repair.selectors.giving import Giving, read_giving
from repair.services import returning
from repair.views.asking import did
from repair.views.workshop.moving import tell_moved_on
from repair.views.workshop.uploads import KEPT, SHOT, keep_shots
from tenants.actors import Actor, StaffRole


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(StaffRole.WORKSHOP)
def hand_over(request: HttpRequest, ref: str) -> HttpResponse:
    """J16b: keys, things and papers are ticked one by one; what is missing is said in words."""
    actor, now = actor_of(request), clock.now()
    job = job_for(actor, ref)
    giving = read_giving(job)
    if giving is None or job.visit_id is None or (request.method == "POST" and not giving.is_due):
        return tell_moved_on(request, job)
    form = GiveForm(request.POST or None, job=job, actor=actor, now=now, giving=giving)
    photos: dict[str, StoredFile] = {}
    if request.method == "POST":
        is_filled_in = form.is_valid()
        photos = keep_shots(request, form, giving.shots)
        if is_filled_in and not form.errors and hand(form, job.visit_id, photos):
            messages.success(request, _("%(plate)s is handed over.") % {"plate": job.plate or job.vin})
            return redirect("repair:floor")
    context = {"job": job, "ref": ref, "form": form, "giving": giving, "shots": describe_shots(giving, photos, actor)}
    return render(request, "repair/giving.html", context, status=422 if form.is_bound and form.errors else 200)


def hand(form: GiveForm, visit_id: UUID, photos: Mapping[str, StoredFile]) -> bool:
    """Give it; what is missing is said on the form."""
    return did(
        form,
        lambda: returning.hand_over(visit_id=visit_id, given=form.given(photos), actor=form.actor, now=form.now),
    )


def describe_shots(giving: Giving, photos: Mapping[str, StoredFile], actor: Actor) -> list[dict[str, Any]]:
    """Each shot with the photo that has arrived, so that nobody takes it twice."""
    return [
        {
            "field": SHOT + shot.code,
            "kept_field": KEPT + shot.code,
            "name": shot.name,
            "file": photos[shot.code].ref if shot.code in photos else "",
            "thumb": photo_url(file_id=photos[shot.code].pk, actor=actor, variant="thumb")
            if shot.code in photos
            else "",
        }
        for shot in giving.shots
    ]
