"""Links to files: signed for one tenant, one person, one file and a while; who shows the link has seen the permission.

The permission is a row of the tenant's book, or of a desk, that names the file. The operator's people get theirs at the
console, where the desk's row has said so, whosever the file is.
"""

import time
from collections.abc import Callable, Sequence
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from events.ids import BadId, public_id, read_public_id
from files.models import StoredFile
from files.photos import read_photo
from files.pictures import VARIANTS
from files.services import read_file
from tenants.actors import Actor
from tenants.marks import token_view

VALID_S = 3600
SALT = "files.download"
PHOTOS = signing.Signer(salt="files.photo")


def file_url(*, file_id: UUID, actor: Actor) -> str:
    """The address under which `actor` may fetch the file for the next hour, at the host of its tenant."""
    return reverse("files:download", args=[sign(actor, file_id, "", SALT)])


def photo_url(*, file_id: UUID, actor: Actor, variant: str = "view") -> str:
    """The address at which a photo is shown (`view` or `thumb`) to `actor` alone, for one to two hours.

    Within an hour it stays the same, so that a browser need not fetch a photo again each time a page is shown.
    """
    if variant not in VARIANTS:
        raise KeyError(variant)
    until = (int(time.time()) // VALID_S + 2) * VALID_S
    return reverse("files:photo", args=[PHOTOS.sign_object([*claim(actor, file_id, variant), until], compress=True)])


def sign(actor: Actor, file_id: UUID, variant: str, salt: str) -> str:
    """The claim in one word that nobody else can make."""
    return signing.dumps(claim(actor, file_id, variant), salt=salt, compress=True)


def claim(actor: Actor, file_id: UUID, variant: str) -> list[str]:
    """What a link says: host's tenant, person, file and variant."""
    tenant = str(actor.tenant.pk) if actor.tenant else ""
    return [tenant, actor.kind, actor.id, public_id("fil", file_id), variant]


def read_claim(token: str) -> list[str]:
    """What a photo's link says. Raises BadSignature, also when its hours are over."""
    *said, until = PHOTOS.unsign_object(token)
    if until < time.time():
        raise signing.SignatureExpired(token)
    return [str(word) for word in said]


def open_link(request: HttpRequest, said: Callable[[], Sequence[str]]) -> tuple[StoredFile, str]:
    """The file and the variant of what a link said, for whom it was made alone; raises Http404."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        tenant, kind, person, ref, variant = said()
        file_id = read_public_id("fil", ref)
    except (signing.BadSignature, BadId, ValueError) as error:
        raise Http404 from error
    own = str(actor.tenant.pk) if actor.tenant else ""
    if (tenant, kind, person) != (own, actor.kind, actor.id) or not (actor.is_member or actor.is_staff):
        raise Http404
    files = StoredFile.objects.filter(pk=file_id)
    if not (actor.tenant is None and actor.is_staff):
        files = files.filter(tenant=actor.tenant)
    file = files.first()
    if file is None:
        raise Http404
    return file, variant


@token_view
def download(request: HttpRequest, token: str) -> HttpResponse:
    """The file, to nobody but whom the link was made for; always as a download, never shown in the page."""
    file, _variant = open_link(request, lambda: signing.loads(token, salt=SALT, max_age=VALID_S))
    if file.picture is not None:  # where a photo was taken stays in the record
        response = HttpResponse(copy_of(file), content_type="application/octet-stream")
        response.headers["Content-Disposition"] = attachment(f"{file.name.rpartition('.')[0] or file.name}.jpg")
    else:
        content = read_file(file_id=file.pk, tenant=file.tenant)
        response = HttpResponse(content, content_type="application/octet-stream")
        response.headers["Content-Disposition"] = attachment(file.name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@token_view
def show_photo(request: HttpRequest, token: str) -> HttpResponse:
    """A photo's copy, in the page. It is our own JPEG, whatever was uploaded."""
    file, variant = open_link(request, lambda: read_claim(token))
    try:
        content = read_photo(file=file, variant=variant)
    except (FileNotFoundError, KeyError) as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="image/jpeg")
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = f"private, max-age={VALID_S}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def copy_of(file: StoredFile) -> bytes:
    """What may leave of a photo; raises Http404 when its bytes are gone."""
    try:
        return read_photo(file=file, variant="view")
    except FileNotFoundError as error:
        raise Http404 from error


def attachment(name: str) -> str:
    """The header that makes a download of this name, whatever letters it has."""
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"
