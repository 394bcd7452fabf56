"""Photos that come with a form of the desk's pages."""

from typing import Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from files.models import StoredFile
from files.photos import MOST_BYTES, PhotoRefused, keep_photo
from repair.forms import StepForm

MOST_PHOTOS: Final = 12


def keep_photos(request: HttpRequest, form: StepForm) -> list[StoredFile] | None:
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
                tenant=form.job.tenant,
                name=name,
                content=upload.read(),
                purpose="photo",
                actor=form.actor,
                now=form.now,
            )
        except PhotoRefused as refusal:
            form.add_error(None, f"{name}: {refusal.message} {refusal.fix}")
            return None
        kept.append(file)
    return kept
