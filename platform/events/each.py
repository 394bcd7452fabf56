"""A loop over things that have nothing to do with each other: one that fails stops none of the others."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

logger = logging.getLogger(__name__)
T = TypeVar("T")
R = TypeVar("R")


def each_alone(items: Iterable[T], call: Callable[[T], R]) -> list[R]:
    """What `call` returns for each item, in order; a failure is logged and left out. Each call is a command of its own."""
    results: list[R] = []
    for item in items:
        try:
            results.append(call(item))
        except Exception:
            logger.exception("One of many failed and is left for the next time: %s", item)
    return results
