"""How values are shown: public ids, times in UTC, money in fen beside its currency."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from events.ids import public_id
from repair.texts import said

CURRENCY = "CNY"


def moment(value: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@extend_schema_field({"type": "string", "pattern": "^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$"})
class PublicIdField(serializers.Field[UUID, str, str, Any]):
    """A prefix and the UUID in Crockford base 32."""

    def __init__(self, prefix: str, **options: Any) -> None:
        options.setdefault("help_text", f"{prefix}_… and 26 letters")
        super().__init__(read_only=True, **options)
        self.prefix = prefix

    def to_representation(self, value: UUID) -> str:
        """`ord_01J…`."""
        return public_id(self.prefix, value)


class MomentField(serializers.DateTimeField):
    """A time: any offset in, UTC out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


@extend_schema_field(
    {"type": "string", "enum": [CURRENCY], "description": "ISO 4217; amounts are in its smallest unit."}
)
class CurrencyField(serializers.Field[str, str, str, Any]):
    """The one currency so far; it stands beside every amount all the same."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, value: object) -> str:
        """CNY."""
        return CURRENCY


class PageSerializer(serializers.Serializer[Any]):
    """What every list answers beside its `data`; subclasses are made by `page_of`."""

    next_cursor = serializers.CharField(
        allow_null=True, help_text="Send it as `cursor` for the next page; null at the end."
    )
    has_more = serializers.BooleanField()


@cache
def page_of(row: type[serializers.BaseSerializer[Any]]) -> type[serializers.BaseSerializer[Any]]:
    """The serializer of a list of `row`, for the schema."""
    name = row.__name__.removesuffix("Serializer")
    made: Mapping[str, Any] = {
        "data": row(many=True),
        "__doc__": f"A page of {name} rows.",
        "__module__": row.__module__,
    }
    return type(f"{name}PageSerializer", (PageSerializer,), dict(made))


class SaidField(serializers.CharField):
    """Why something happened: a person's words as they are, the system's in the caller's language."""

    def to_representation(self, value: str) -> str:
        return said(super().to_representation(value))
