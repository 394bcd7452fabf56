"""Photos: kept as they came, for the record; shown as copies that stand upright and tell nothing but the picture."""

import hashlib
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from files.models import StoredFile
from files.pictures import VARIANTS, NoPicture, read_picture
from files.services import keep_file, require_core
from files.storing import current_storage
from tenants.actors import Actor
from tenants.models import Tenant

MOST_BYTES: Final = 15 * 1024 * 1024

# code → what is wrong, and what helps
REFUSALS: Final[dict[str, tuple[Any, Any]]] = {
    "empty_file": (_("The photo is empty."), _("Take it again.")),
    "photo_too_large": (_("The photo is larger than %(limit_mb)s MB."), _("Take it again in the camera's normal size.")),
    "too_many_pixels": (_("The photo has too many pixels."), _("Take it again in the camera's normal size.")),
    "no_picture": (_("This is not a photo."), _("Choose a picture: JPEG, PNG, WebP or HEIC.")),
    "broken_picture": (_("The photo is damaged or not complete."), _("Take or send it again.")),
    "no_attachment": (_("This is neither a photo nor a PDF."), _("Choose a picture or a PDF.")),
    "key_reused": (_("Another photo was sent under the same number."), _("Take it again.")),
}  # fmt: skip


class PhotoRefused(Exception):
    """The upload is no photo that is kept: `code`, `params`, and in the reader's language `message` and `fix`."""

    def __init__(self, code: str, params: dict[str, object] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}

    @property
    def message(self) -> str:
        """What is wrong."""
        return str(REFUSALS[self.code][0]) % self.params

    @property
    def fix(self) -> str:
        """What helps."""
        return str(REFUSALS[self.code][1])


def keep_photo(
    *,
    tenant: Tenant | None,
    name: str,
    content: bytes,
    purpose: str,
    actor: Actor,
    now: datetime,
    upload_key: UUID | None = None,
) -> StoredFile:
    """Keep a photo and its copies; unclaimed it lives a day. Outside the wall.

    With `upload_key`, made by who sends it, the same photo sent again is the same file. Raises PhotoRefused.
    """
    require_core()
    if not content:
        raise PhotoRefused("empty_file")
    if len(content) > MOST_BYTES:
        raise PhotoRefused("photo_too_large", {"limit_mb": MOST_BYTES // 1024 // 1024})
    if upload_key is not None and (known := kept_before(tenant, upload_key, content)) is not None:
        return known
    try:
        picture = read_picture(content)
    except NoPicture as error:
        raise PhotoRefused(error.code, dict(error.params)) from error
    try:
        with transaction.atomic():
            file = keep_file(
                tenant=tenant, name=name, content=content, purpose=purpose, content_type=picture.content_type, actor=actor,
                now=now, picture=picture.about, upload_key=upload_key,
            )  # fmt: skip
            for variant, copy in picture.copies.items():
                current_storage().put(file.key_of(variant), copy)
    except IntegrityError:  # the same upload, twice at once: the other one was first
        known = kept_before(tenant, upload_key, content) if upload_key is not None else None
        if known is None:
            raise
        return known
    return file


def kept_before(tenant: Tenant | None, upload_key: UUID, content: bytes) -> StoredFile | None:
    """The file that this upload made before. Raises PhotoRefused when it was another picture."""
    known = StoredFile.objects.filter(tenant=tenant, upload_key=upload_key).first()
    if known is not None and known.sha256 != hashlib.sha256(content).hexdigest():
        raise PhotoRefused("key_reused")
    return known


def read_photo(*, file: StoredFile, variant: str) -> bytes:
    """A copy that may leave. Raises FileNotFoundError when the bytes are gone, KeyError for an unknown variant."""
    require_core()
    if variant not in VARIANTS:
        raise KeyError(variant)
    return current_storage().get(file.key_of(variant))
