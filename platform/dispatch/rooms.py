"""What the rooms above tell dispatch when they start: the places they keep, and whom a leg serves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere that stands on the dispatchers' map: its kind names the sign that is drawn."""

    kind: str
    name: str
    lat: float
    lng: float
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a leg is driven for, as its own desk calls it; clocks run for the subject `id`."""

    id: UUID
    label: str
    url: str = ""


Places = Callable[[], Iterable[Place]]
Serves = Callable[[UUID], Iterable[Served]]
_places: dict[str, Places] = {}
_serves: dict[str, Serves] = {}


def register_room(*, key: str, places: Places, serves: Serves) -> None:
    """Let a room above say what it keeps (`places`) and what a purpose stands for (`serves`); again replaces it."""
    _places[key], _serves[key] = places, serves


def read_places() -> list[Place]:
    """Every place that a room keeps."""
    return [place for read in _places.values() for place in read()]


def served_by(purpose_id: UUID) -> list[Served]:
    """What the legs of a purpose are driven for."""
    return [served for read in _serves.values() for served in read(purpose_id)]
