"""Listeners: what a desk does when a fact happens, in the same transaction."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from events.catalogue import FactBase
from events.commands import Recorded

Listener = Callable[[Sequence[Recorded]], None]
L = TypeVar("L", bound=Listener)

listeners: dict[str, list[Listener]] = {}


def listens(*kinds: type[FactBase]) -> Callable[[L], L]:
    """Decorator: call the function with each run of facts of these types, in the order they were recorded."""

    def keep(function: L) -> L:
        for kind in kinds:
            listeners.setdefault(kind.type, []).append(function)
        return function

    return keep
