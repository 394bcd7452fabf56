"""Photos and papers that come with a form of customer service."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from files.attachments import keep_attachment
from files.photos import MOST_BYTES, PhotoRefused
from repair.services.complaining import MOST_FILES, PURPOSE
from tenants.actors import Actor
from tenants.models import Tenant


def keep_attachments(request: HttpRequest, *, tenant: Tenant, actor: Actor, now: datetime) -> tuple[list[UUID], str]:
    """What came with the form, stored; and why one of them was refused."""
    uploads = [upload for upload in request.FILES.getlist("files") if upload.name]
    if len(uploads) > MOST_FILES:
        return [], _("At most %(count)d files belong to one complaint.") % {"count": MOST_FILES}
    kept: list[UUID] = []
    for upload in uploads:
        name = upload.name or "file"
        if (upload.size or 0) > MOST_BYTES:
            return [], _("A file may have %(limit_mb)s MB.") % {"limit_mb": MOST_BYTES >> 20}
        try:
            file = keep_attachment(
                tenant=tenant, name=name, content=upload.read(), purpose=PURPOSE, actor=actor, now=now
            )
        except PhotoRefused as refusal:
            return [], f"{name}: {refusal.message} {refusal.fix}"
        kept.append(file.pk)
    return kept, ""
