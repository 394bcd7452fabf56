"""The vehicle leaves: who fetches it and when, what goes with it, and the hand-over."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config import clock
from repair.access import actor_of, job_for, staff_view
from repair.forms.workshop import GiveForm
from repair.selectors.giving import read_giving
from repair.services import returning
from repair.views.asking import did
from repair.views.workshop.moving import tell_moved_on
from tenants.actors import StaffRole


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
    if request.method == "POST" and form.is_valid():
        visit_id = job.visit_id
        if did(form, lambda: returning.hand_over(visit_id=visit_id, given=form.given, actor=actor, now=now)):
            messages.success(request, _("%(plate)s is handed over.") % {"plate": job.plate or job.vin})
            return redirect("repair:floor")
    context = {"job": job, "ref": ref, "form": form, "giving": giving}
    return render(request, "repair/giving.html", context, status=422 if form.is_bound and form.errors else 200)
