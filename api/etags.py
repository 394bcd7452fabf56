"""ETag and If-Match: who changes what others may change too says which state it has read."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from api.errors import PreconditionFailed, PreconditionRequired


def tag_of(*parts: Any) -> str:
    """A strong ETag that is another whenever one of the parts is."""
    text = "\x1f".join(map(str, parts))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def require_match(header: str, current: str) -> None:
    """Raise PreconditionRequired without If-Match, PreconditionFailed when it names another state."""
    if not header.strip():
        raise PreconditionRequired(_("Read it first and send its ETag in If-Match, so that nobody's change is lost."))
    if header.strip() != "*" and current not in {tag.strip() for tag in header.split(",")}:
        raise changed()


def changed() -> PreconditionFailed:
    """Somebody was faster."""
    return PreconditionFailed(_("Somebody has changed it since you read it. Read it again and repeat your change."))
