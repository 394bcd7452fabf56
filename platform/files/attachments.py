"""What people add to their words: a photo, or a paper as a PDF. Told by its content, whatever it is called."""

from datetime import datetime
from typing import Final

from files.models import StoredFile
from files.photos import MOST_BYTES, PhotoRefused, keep_photo
from files.services import keep_file
from tenants.actors import Actor
from tenants.models import Tenant

PDF: Final = b"%PDF-"


def keep_attachment(
    *, tenant: Tenant | None, name: str, content: bytes, purpose: str, actor: Actor, now: datetime
) -> StoredFile:
    """Keep it; unclaimed it lives a day. Outside the wall. Raises PhotoRefused."""
    if content.startswith(PDF):
        if len(content) > MOST_BYTES:
            raise PhotoRefused("photo_too_large", {"limit_mb": MOST_BYTES // 1024 // 1024})
        return keep_file(
            tenant=tenant, name=name, content=content, purpose=purpose, content_type="application/pdf", actor=actor,
            now=now,
        )  # fmt: skip
    try:
        return keep_photo(tenant=tenant, name=name, content=content, purpose=purpose, actor=actor, now=now)
    except PhotoRefused as refusal:
        raise PhotoRefused("no_attachment") if refusal.code == "no_picture" else refusal from refusal
