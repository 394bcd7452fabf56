"""What can be recorded and told: frozen dataclasses, registered by their dotted names, written and read as JSON."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec

Data = dict[str, Any]
Upcaster = Callable[[Data], Data]


class Happening:
    """The base of facts and events: `type` is past tense and dotted, `subject` the public id of what it is about."""

    type: ClassVar[str]
    version: ClassVar[int] = 1
    if TYPE_CHECKING:

        @property
        def subject(self) -> str: ...  # every happening has this field


class FactBase(Happening):
    """What happened, whole: for the operator's own stream."""


class EventBase(Happening):
    """What one tenant may know of it."""


H = TypeVar("H", bound=type[Happening])

facts: dict[str, type[FactBase]] = {}
events: dict[str, type[EventBase]] = {}
upcasters: dict[tuple[str, int], Upcaster] = {}

_encoder = msgspec.json.Encoder(order="sorted", decimal_format="string")


def register(kind: H) -> H:
    """Class decorator: make a frozen dataclass known under its `type`. Raises TypeError when it is not fit for the log."""
    if not getattr(getattr(kind, "__dataclass_params__", None), "frozen", False):
        raise TypeError(f"{kind.__name__} must be a frozen dataclass.")
    taken = {"type", "version"} & {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if taken:
        raise TypeError(f"{kind.__name__} has a field named {taken}: these belong to the log.")
    table: dict[str, Any] = facts if issubclass(kind, FactBase) else events
    if kind.type in table and table[kind.type].__qualname__ != kind.__qualname__:
        raise TypeError(f"{kind.type} is registered twice.")
    table[kind.type] = kind
    return kind


def upcaster(name: str, *, version: int) -> Callable[[Upcaster], Upcaster]:
    """Register how data of `version` becomes data of the next; upcasters stay for ever."""

    def keep(function: Upcaster) -> Upcaster:
        upcasters[name, version] = function
        return function

    return keep


def encode(happening: Happening) -> bytes:
    """Canonical JSON: sorted keys, no spaces; the same value gives the same bytes."""
    return _encoder.encode(happening)


def canonical(data: Any) -> bytes:
    """Canonical JSON of data read back from the database, byte for byte what `encode` wrote."""
    return _encoder.encode(data)


def decode(kind: type[Happening], data: Mapping[str, Any], *, version: int) -> Any:
    """The happening that stands in the log as `data`; older versions pass through their upcasters first."""
    raised = dict(data)
    for step in range(version, kind.version):
        raised = upcasters[kind.type, step](raised)
    return msgspec.convert(raised, kind)
