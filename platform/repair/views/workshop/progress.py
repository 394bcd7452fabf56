"""A progress note: what the customer reads, with the photos that show it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config import clock
from repair.access import READERS, actor_of, job_for, staff_view
from repair.actions import legal_events
from repair.forms import TextForm
from repair.selectors.pictures import pictures_of_notes
from repair.services import working
from repair.views.asking import did
from repair.views.workshop.moving import tell_moved_on
from repair.views.workshop.uploads import MOST_PHOTOS, keep_photos


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(*READERS)
def note_progress(request: HttpRequest, ref: str) -> HttpResponse:
    """P10: the tenant sees text and photos on its order at once, and the 24 hours begin anew."""
    actor, now = actor_of(request), clock.now()
    job = job_for(actor, ref)
    if "note" not in legal_events(job, actor):
        return tell_moved_on(request, job)
    form = TextForm(request.POST or None, job=job, actor=actor, now=now)
    if request.method == "POST" and form.is_valid():
        photos, text = keep_photos(request, form), form.cleaned_data["text"]
        if photos is not None and did(
            form, lambda: working.note_progress(job_id=job.pk, text=text, photos=photos, actor=actor, now=now)
        ):
            messages.success(request, _("The customer reads it now."))
            return redirect("repair:job", ref=ref)
    context = {
        "job": job,
        "ref": ref,
        "form": form,
        "most": MOST_PHOTOS,
        "notes": [(note, pictures) for note, pictures in pictures_of_notes(job, actor)],
    }
    return render(request, "repair/progress.html", context, status=422 if form.is_bound and form.errors else 200)
