"""The version of the API: a date in the header API-Version; without one the current version answers."""

from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.errors import UnknownVersion

CURRENT = "2026-11-01"
KNOWN = frozenset({CURRENT})
HEADER = "API-Version"


def read_version(request: Request) -> str:
    """The version that the request is answered in; raises UnknownVersion."""
    asked = request.headers.get(HEADER, CURRENT).strip()
    if asked not in KNOWN:
        known = ", ".join(sorted(KNOWN))
        raise UnknownVersion(
            _("There is no version %(asked)s. Known: %(known)s.") % {"asked": asked[:40], "known": known}
        )
    return asked
