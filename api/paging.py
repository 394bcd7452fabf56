"""Lists: filters, a sort, and a cursor that names the last row seen, so that new rows never shift a page.

`limit` (50, at most 200), `cursor` (opaque, signed, good for one sort of one tenant's list), `sort=-field`. The answer is
`{data, next_cursor, has_more}`; a page costs one query however long the list is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.authentication import actor_of
from api.errors import InvalidParameter
from events.ids import BadId, read_public_id

DEFAULT_LIMIT: Final = 50
MOST: Final = 200
RESERVED: Final = ("limit", "cursor", "sort")
Filter = Callable[[str, str], Q]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """How one kind of list may be asked for: its sorts (name → column), the first of them as default, and its filters."""

    name: str
    sorts: Mapping[str, str]
    default: str
    filters: Mapping[str, Filter] = field(default_factory=dict)
    key: str = "pk"

    def check(self, request: Request) -> None:
        """Raise InvalidParameter for a name that the list does not know."""
        for name in request.query_params:
            if name not in RESERVED and name not in self.filters:
                known = ", ".join([*RESERVED, *self.filters])
                raise InvalidParameter(
                    name, _("There is no such parameter. Known: %(known)s.") % {"known": known}, code="unknown"
                )

    def read(self, request: Request, rows: QuerySet[Any]) -> "Page":
        """One page of `rows`, one query. Raises InvalidParameter."""
        self.check(request)
        for name, make in self.filters.items():
            value = request.query_params.get(name)
            if value is not None:
                rows = rows.filter(make(name, plain(name, value)))
        limit = read_limit(request)
        sort, after = self.read_place(request)
        column = self.sorts[sort.removeprefix("-")]
        is_down = sort.startswith("-")
        if after is not None:
            rows = rows.filter(beyond(column, self.key, after, is_down=is_down))
        order = [column, self.key] if column != self.key else [column]
        found = list(rows.order_by(*(f"-{name}" if is_down else name for name in order))[: limit + 1])
        shown, has_more = found[:limit], len(found) > limit
        last = shown[-1] if has_more else None
        return Page(rows=shown, next_cursor=self.cursor_of(request, sort, column, last) if last else None)

    def read_place(self, request: Request) -> tuple[str, tuple[str, str] | None]:
        """The sort, and behind which row to go on; raises InvalidParameter."""
        asked = request.query_params.get("sort")
        if asked is not None and asked.removeprefix("-") not in self.sorts:
            known = ", ".join(f"{name}, -{name}" for name in self.sorts)
            raise InvalidParameter("sort", _("Sort by one of: %(known)s.") % {"known": known})
        text = request.query_params.get("cursor")
        if text is None:
            return asked or self.default, None
        try:
            sort, value, key = signing.loads(text, salt=self.salt(request))
        except (signing.BadSignature, ValueError, TypeError, UnicodeError) as error:
            raise no_cursor() from error
        if sort.removeprefix("-") not in self.sorts:
            raise no_cursor()
        if asked is not None and asked != sort:
            raise InvalidParameter("cursor", _("This cursor belongs to another sort; begin again without it."))
        return sort, (value, key)

    def cursor_of(self, request: Request, sort: str, column: str, row: Any) -> str:
        """Opaque, and good for this list of this tenant alone."""
        return signing.dumps(
            [sort, text_of(value_of(row, column)), text_of(value_of(row, self.key))], salt=self.salt(request)
        )

    def salt(self, request: Request) -> str:
        """A cursor of one list or tenant is none in another."""
        tenant = actor_of(request).tenant
        return f"api.cursor:{tenant.schema_name if tenant else ''}:{self.name}"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and where it goes on."""

    rows: Sequence[Any]
    next_cursor: str | None

    def answer(self, data: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """The answer, with `data` as the rows are shown."""
        return {"data": list(data), "next_cursor": self.next_cursor, "has_more": self.next_cursor is not None}


def no_cursor() -> InvalidParameter:
    """What came as a cursor is none of this list."""
    return InvalidParameter("cursor", _("This is no cursor of this list; begin again without it."))


def beyond(column: str, key: str, after: tuple[str, str], *, is_down: bool) -> Q:
    """Rows behind the last one seen: by the column, and by the key where the column is equal."""
    step = "lt" if is_down else "gt"
    value, last = after
    if column == key:
        return Q(**{f"{key}__{step}": last})
    return Q(**{f"{column}__{step}e": value}) & (Q(**{f"{column}__{step}": value}) | Q(**{f"{key}__{step}": last}))


def value_of(row: Model, name: str) -> Any:
    """A column of a row."""
    return getattr(row, name)


def text_of(value: Any) -> str:
    """A value as a cursor carries it."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def read_limit(request: Request) -> int:
    """How many rows; raises InvalidParameter."""
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST):
        raise InvalidParameter("limit", _("Give a number from 1 to %(most)s.") % {"most": MOST})
    return int(text)


def plain(name: str, value: str) -> str:
    """A value that the database can compare; raises InvalidParameter for characters that no text has."""
    if "\x00" in value or len(value) > 2_000:
        raise InvalidParameter(name, _("This value cannot be looked for."))
    return value


# --- filters ------------------------------------------------------------------------------------------------------------


def one_of(column: str, known: Iterable[str] | None = None) -> Filter:
    """`a` or `in:a,b`; a word that is not `known` is refused."""
    words = None if known is None else frozenset(known)

    def make(name: str, value: str) -> Q:
        wanted = [word.strip() for word in value.removeprefix("in:").split(",")] if value.startswith("in:") else [value]
        strange = [word for word in wanted if words is not None and word not in words]
        if strange and words is not None:
            text = _("There is no %(word)s. Known: %(known)s.") % {
                "word": strange[0][:40],
                "known": ", ".join(sorted(words)),
            }
            raise InvalidParameter(name, text)
        return Q(**{f"{column}__in": wanted})

    return make


def since(column: str) -> Filter:
    """From a moment on (RFC 3339, any offset)."""

    def make(name: str, value: str) -> Q:
        return Q(**{f"{column}__gte": read_moment(name, value)})

    return make


def id_of(column: str, prefix: str) -> Filter:
    """A public id; one that is none finds nothing."""

    def make(name: str, value: str) -> Q:
        try:
            return Q(**{column: read_public_id(prefix, value)})
        except BadId:
            return Q(**{column: UUID(int=0)})

    return make


def yes_or_no(condition: str | Q) -> Filter:
    """`true` or `false`, of a column or of a condition."""
    wanted = Q(**{condition: True}) if isinstance(condition, str) else condition

    def make(name: str, value: str) -> Q:
        if value not in {"true", "false"}:
            raise InvalidParameter(name, _("Write true or false."))
        return wanted if value == "true" else ~wanted

    return make


def read_moment(name: str, value: str) -> datetime:
    """A moment in UTC; raises InvalidParameter."""
    try:
        moment = parse_datetime(value.replace(" ", "+"))  # a plus that was not escaped in the address
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)  # PostgreSQL knows fewer offsets than Python
    except (ValueError, OverflowError):
        pass
    raise InvalidParameter(name, _("Write a time with its offset, such as 2026-11-24T09:00:00+08:00."))
