"""Projectors: how an event changes the projected tables of a book; the same functions serve live work and replay."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from events.catalogue import EventBase

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Author:
    """Who an event is by, as far as its tenant may know; the reason that the operator's people give stays with the fact."""

    name: str
    kind: str = ""  # user, key, system
    credential: str = ""
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a projector sees it: ids, times and numbers come from here, never from the clock or a sequence."""

    seq: int
    event: Any
    data: str
    author: Author
    occurred_at: datetime
    stored_version: int | None = None  # of `data`, when an upcaster has raised `event` above it

    @property
    def actor_name(self) -> str:
        """The name of who it is by."""
        return self.author.name

    @property
    def version(self) -> int:
        """The version that `data` was written in."""
        return int(self.event.version) if self.stored_version is None else self.stored_version


Projector = Callable[[Sequence[Told]], None]
Pr = TypeVar("Pr", bound=Projector)

projectors: dict[str, list[Projector]] = {}
every: list[Projector] = []


class ProjectionFailed(RuntimeError):
    """A projector raised; the log holds the error under `number`, and the caller sees the number alone."""

    code = "projection_failed"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(
            _("Something went wrong on our side; nothing was saved. Quote number %(number)s.") % {"number": number}
        )


def projects(*kinds: type[EventBase]) -> Callable[[Pr], Pr]:
    """Decorator: call the function with each run of events of these types, in seq order."""

    def keep(function: Pr) -> Pr:
        for kind in kinds:
            projectors.setdefault(kind.type, []).append(function)
        return function

    return keep


def projects_every(function: Pr) -> Pr:
    """Decorator: call the function with all events of a command, before the others."""
    every.append(function)
    return function


def project(told: Sequence[Told]) -> None:
    """Apply `told` (one tenant's, in seq order) to the book the connection stands in; raises ProjectionFailed."""
    try:
        for projector in every:
            projector(told)
        for name, run in groupby(told, key=lambda entry: entry.event.type):
            entries = list(run)
            for projector in projectors.get(name, ()):
                projector(entries)
    except Exception as error:
        number = secrets.token_hex(4)
        logger.exception("Projection failed, number %s, events %s to %s.", number, told[0].seq, told[-1].seq)
        raise ProjectionFailed(number) from error
