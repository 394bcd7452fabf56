"""How values are shown: public ids, times in UTC, money in fen beside its currency."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _l
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


class StrictSerializer(serializers.Serializer[Any]):
    """A body in which nothing is left out in silence: a name that it does not know is an error, true is no number."""

    strange: ClassVar[tuple[Any, str]] = (_l("There is no such member here."), "unknown_member")

    def to_internal_value(self, data: Any) -> Any:
        """Raise ValidationError for each such member."""
        wrong: dict[str, tuple[Any, str]] = {}
        if isinstance(data, Mapping):
            wrong = {str(name): self.strange for name in sorted(set(data) - set(self.fields))[:50]}
            wrong |= {name: NO_NUMBER for name, field in self.fields.items() if is_no_number(field, data.get(name))}
        if wrong:
            raise serializers.ValidationError(
                {name[:80]: serializers.ValidationError(text, code=code).detail for name, (text, code) in wrong.items()}
            )
        return super().to_internal_value(data)


NO_NUMBER: Final[tuple[Any, str]] = (_l("A number is due here, not true or false."), "invalid")


def is_no_number(field: Any, value: Any) -> bool:
    """Whether true or false stands where a number is due; Python would count it as 1 or 0."""
    return isinstance(value, bool) and isinstance(field, serializers.FloatField | serializers.IntegerField)


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
