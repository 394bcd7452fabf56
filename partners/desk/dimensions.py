"""What a price may name: areas, vehicle classes, operations, services. Their registers stand in rooms above, which tell us."""

from collections.abc import Callable, Mapping
from typing import Final

from partners.desk.charges import FIXED_NAMES, SHAPES

Read = Callable[[], Mapping[str, str]]
NAMES: Final = ("area", "vehicle_class", "operation", "service")
_registers: dict[str, Read] = {}


def register_dimension(*, name: str, read: Read) -> None:
    """Say where the codes of a dimension are read, with their names in the reader's language."""
    assert name in NAMES, name
    _registers[name] = read


def codes_of(name: str) -> Mapping[str, str]:
    """The codes of a dimension with their names; of the words that are ours alone, too."""
    if name in FIXED_NAMES:
        return {code: str(text) for code, text in FIXED_NAMES[name].items()}
    return _registers[name]() if name in _registers else {}


def named_by(kind: str) -> str:
    """What a kind's `operation` names; empty: nothing."""
    return SHAPES[kind].names if kind in SHAPES else ""
