"""The keys behind public ids in addresses."""

from uuid import UUID

from django.http import Http404

from events.ids import BadId, read_public_id


def read_key(prefix: str, ref: str) -> UUID:
    """The key behind a public id; raises Http404 when it is none."""
    try:
        return read_public_id(prefix, ref)
    except BadId as error:
        raise Http404 from error
