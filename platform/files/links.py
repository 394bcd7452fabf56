"""Links to files: signed for one tenant, one person, one file and a while; who shows the link has seen the permission."""

from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from events.ids import BadId, public_id, read_public_id
from files.models import StoredFile
from files.services import read_file
from tenants.actors import Actor
from tenants.marks import token_view

VALID_S = 3600
SALT = "files.download"


def file_url(*, file_id: UUID, actor: Actor) -> str:
    """The address under which `actor` may fetch the file for the next hour, at the host of its tenant."""
    tenant = str(actor.tenant.pk) if actor.tenant else ""
    token = signing.dumps([tenant, actor.kind, actor.id, public_id("fil", file_id)], salt=SALT, compress=True)
    return reverse("files:download", args=[token])


@token_view
def download(request: HttpRequest, token: str) -> HttpResponse:
    """The file, to nobody but whom the link was made for; always as a download, never shown in the page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    try:
        tenant, kind, person, ref = signing.loads(token, salt=SALT, max_age=VALID_S)
        file_id = read_public_id("fil", ref)
    except (signing.BadSignature, BadId, ValueError) as error:
        raise Http404 from error
    own = str(actor.tenant.pk) if actor.tenant else ""
    if (tenant, kind, person) != (own, actor.kind, actor.id):
        raise Http404
    file = StoredFile.objects.filter(pk=file_id, tenant=actor.tenant).first()
    if file is None:
        raise Http404
    response = HttpResponse(read_file(file_id=file.pk, tenant=actor.tenant), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = attachment(file.name)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def attachment(name: str) -> str:
    """The header that makes a download of this name, whatever letters it has."""
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"
