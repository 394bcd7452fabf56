"""What a person has seen before they type, beside what stands there now: nobody types over a colleague's mend unseen.

The sheet and the form of one row send the texts that they showed; the list of rows to mend carries a word for each row that
changes with its cells; who replaces a value everywhere sends the lines that were offered.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fleet.errors import RowChanged
from fleet.intake.texts import LABELS
from fleet.models import Batch, BatchRow
from tenants.actors import Actor

SHOWN_TEXT: Final = 200
TOLD_AT_ONCE: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A row that was left as somebody else has mended it meanwhile."""

    line: int
    by: str
    cells: Mapping[str, str]  # what stands there now, in the columns that would have been typed over

    @property
    def words(self) -> str:
        """The cells in one line."""
        return ", ".join(f"{_(LABELS.get(name, name))} “{text[:SHOWN_TEXT]}”" for name, text in self.cells.items())

    @property
    def message(self) -> str:
        """Who did it, and what stands there now."""
        text = _("Line %(line)d was left: %(name)s has mended it meanwhile. It says now: %(cells)s.")
        return text % {"line": self.line, "name": self.by or _("Somebody"), "cells": self.words}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """How many rows were mended, and which were left to the colleague who was faster."""

    count: int
    left: tuple[Left, ...] = ()


def version_of(cells: Mapping[str, str]) -> str:
    """A short word that changes with any cell of a row. It begins with a letter: no spreadsheet takes it for a number."""
    text = msgspec.json.encode({name: text for name, text in cells.items() if text}, order="sorted")
    return "v" + hashlib.blake2b(text, digest_size=6).hexdigest()


def note_menders(batch: Batch, lines: Iterable[int], actor: Actor, now: datetime) -> None:
    """Keep on the batch who has mended these lines last; a later check of the whole file gives it back to its rows."""
    batch.menders |= {str(line): [f"{actor.kind}:{actor.id}", actor.name[:200], now.isoformat()] for line in lines}


def mender_of(batch: Batch, line: int) -> tuple[str, datetime | None]:
    """Name and time of a line's last mend; an empty name when nobody has mended it."""
    found = batch.menders.get(str(line))
    return (found[1], datetime.fromisoformat(found[2])) if found else ("", None)


def is_mended_by_another(batch: Batch, line: int, actor: Actor) -> bool:
    """Whether the last one who mended a line is not `actor`."""
    found = batch.menders.get(str(line))
    return found is not None and found[0] != f"{actor.kind}:{actor.id}"


def require_unchanged(row: BatchRow, seen: Mapping[str, str]) -> None:
    """Raise RowChanged when a cell holds something else than the actor saw."""
    held = row.cells or {}
    column = next((column for column, text in seen.items() if held.get(column, "") != text), None)
    if column is None:
        return
    text = _("%(name)s has changed line %(line)d meanwhile: %(label)s is now “%(text)s”.")
    params = {"line": row.line, "by": row.mended_by, "field": column, "text": held.get(column, "")[:SHOWN_TEXT]}
    words = {"name": row.mended_by or _("Somebody"), "label": _(LABELS.get(column, column))}
    raise RowChanged(text % {**params, **words}, field=column, params=params)


def say_left(left: Sequence[Left]) -> str:
    """The first of them by line, and how many more there are."""
    told = " ".join(each.message for each in left[:TOLD_AT_ONCE])
    rest = len(left) - TOLD_AT_ONCE
    if rest < 1:
        return told
    more = ngettext("%(count)d more row was left.", "%(count)d more rows were left.", rest) % {"count": rest}
    return f"{told} {more}"
