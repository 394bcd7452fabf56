"""Photos that come with a form of the desk's pages."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from files.models import StoredFile
from files.photos import MOST_BYTES, PhotoRefused, keep_photo
from repair.forms import StepForm
from repair.models import RequiredShot
from repair.selectors.pictures import key_of

MOST_PHOTOS: Final = 12
SHOT: Final = "shot-"  # before the code of a shot: the field of its photo
KEPT: Final = "kept-"  # the same, once it has arrived: a form that comes back does not ask for it again


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
        file = keep_one(upload, form)
        if file is None:
            return None
        kept.append(file)
    return kept


def keep_shots(request: HttpRequest, form: StepForm, wanted: Sequence[RequiredShot]) -> dict[str, StoredFile]:
    """The photo of each shot that came with the form, now or before; what is refused is said on the form."""
    found = kept_before(request, form, wanted)
    for shot in wanted:
        upload = request.FILES.get(SHOT + shot.code)
        if upload is not None and (file := keep_one(upload, form, called=shot.name)) is not None:
            found[shot.code] = file
    return found


def kept_before(request: HttpRequest, form: StepForm, wanted: Sequence[RequiredShot]) -> dict[str, StoredFile]:
    """What the same person sent with this form before and nothing names yet."""
    named = {shot.code: key_of(request.POST.get(KEPT + shot.code, "")) for shot in wanted}
    files: Mapping[object, StoredFile] = StoredFile.objects.filter(
        tenant=form.job.tenant_id, claimed_at__isnull=True, picture__isnull=False, created_by=form.actor.name[:200]
    ).in_bulk([key for key in named.values() if key is not None])
    return {code: files[key] for code, key in named.items() if key in files}


def keep_one(upload: "UploadedFile[Any]", form: StepForm, *, called: str = "") -> StoredFile | None:
    """One picture; None when it is refused, with the reason on the form."""
    name = upload.name or "photo"
    if (upload.size or 0) > MOST_BYTES:
        form.add_error(None, _("The photo is larger than %(limit_mb)s MB.") % {"limit_mb": MOST_BYTES >> 20})
        return None
    try:
        return keep_photo(
            tenant=form.job.tenant, name=name, content=upload.read(), purpose="photo", actor=form.actor, now=form.now
        )
    except PhotoRefused as refusal:
        form.add_error(None, f"{called or name}: {refusal.message} {refusal.fix}")
        return None
