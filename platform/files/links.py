"""Links to files: signed for one tenant, one person, one file and a while; who shows the link has seen the permission.

The permission is a row of the tenant's book, or of a desk, that names the file. The operator's people get theirs at the
console, where the desk's row has said so, whosever the file is.
"""

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
PHOTO_SALT = "files.photo"


def file_url(*, file_id: UUID, actor: Actor) -> str:
    """The address under which `actor` may fetch the file for the next hour, at the host of its tenant."""
    return reverse("files:download", args=[sign(actor, file_id, "", SALT)])


def photo_url(*, file_id: UUID, actor: Actor, variant: str = "view") -> str:
    """The address at which a photo is shown (`view` or `thumb`) to `actor` alone, for the next hour."""
    if variant not in VARIANTS:
        raise KeyError(variant)
    return reverse("files:photo", args=[sign(actor, file_id, variant, PHOTO_SALT)])


def sign(actor: Actor, file_id: UUID, variant: str, salt: str) -> str:
    """Host's tenant, person, file and variant in one word that nobody else can make."""
    tenant = str(actor.tenant.pk) if actor.tenant else ""
    return signing.dumps([tenant, actor.kind, actor.id, public_id("fil", file_id), variant], salt=salt, compress=True)


def open_link(request: HttpRequest, token: str, salt: str) -> tuple[StoredFile, str]:
    """The file and the variant behind a link, for whom it was made alone; raises Http404."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        tenant, kind, person, ref, variant = signing.loads(token, salt=salt, max_age=VALID_S)
        file_id = read_public_id("fil", ref)
    except (signing.BadSignature, BadId, ValueError) as error:
        raise Http404 from error
    own = str(actor.tenant.pk) if actor.tenant else ""
    if (tenant, kind, person) != (own, actor.kind, actor.id):
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
    file, _variant = open_link(request, token, SALT)
    if file.picture is not None:  # where a photo was taken stays in the record
        response = HttpResponse(read_photo(file=file, variant="view"), content_type="application/octet-stream")
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
    file, variant = open_link(request, token, PHOTO_SALT)
    try:
        content = read_photo(file=file, variant=variant)
    except (FileNotFoundError, KeyError) as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="image/jpeg")
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = f"private, max-age={VALID_S}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def attachment(name: str) -> str:
    """The header that makes a download of this name, whatever letters it has."""
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"
