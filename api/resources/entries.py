"""Entries of the tenant's registers (vehicles, drivers, sites, cost centres): added, and changed only as they were read."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.base import ApiView
from api.etags import changed, require_match, tag_of
from fleet.errors import ChangedMeanwhile
from fleet.selectors.registers import last_change
from fleet.services.places import degrees, yes_no
from fleet.services.registers.saving import save_entry

Shown = Callable[[UUID], Mapping[str, Any]]


def add_entry(
    view: ApiView, request: Request, *, register: str, given: type[serializers.Serializer[Any]], show: Shown, place: str
) -> Response:
    """Add an entry; 201 with its address and ETag."""
    data = given(data=request.data)
    data.is_valid(raise_exception=True)
    key = save_entry(register=register, texts=texts_of(data.validated_data), actor=view.actor, now=view.now)
    shown = show(key)
    return Response(shown, status=201, headers={"Location": f"/api/v1/{place}/{shown['id']}", "ETag": etag_of(shown)})


def show_entry(shown: Mapping[str, Any]) -> Response:
    """An entry with its ETag."""
    return Response(shown, headers={"ETag": etag_of(shown)})


def change_entry(
    view: ApiView, request: Request, *, register: str, key: UUID, given: type[serializers.Serializer[Any]], show: Shown
) -> Response:
    """Change what the body names, if nobody has changed the entry since it was read (If-Match).

    Raises PreconditionRequired, PreconditionFailed; what comes between our look and our writing is seen, too.
    """
    seen = last_change(register, key)
    require_match(request.headers.get("If-Match", ""), etag_of(show(key)))
    data = given(data=request.data, partial=True)
    data.is_valid(raise_exception=True)
    texts = texts_of(data.validated_data)
    try:
        save_entry(register=register, texts=texts, key=key, seen=seen, actor=view.actor, now=view.now)
    except ChangedMeanwhile as error:
        raise changed() from error
    return show_entry(show(key))


def texts_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The values as a file would say them; null takes away what was there."""
    return {name: text_of(value) for name, value in values.items()}


def text_of(value: Any) -> str:
    """One value."""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, float):
        return degrees(value)
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def etag_of(shown: Mapping[str, Any]) -> str:
    """Changes with what is shown."""
    return tag_of(msgspec.json.encode(dict(shown)).decode())
