"""The rows to mend come back in a file: whichever cells differ are typed over, row by row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from events.announcing import wait_for_turn
from fleet.access import Action, batch_for, own_tenant, require_may
from fleet.errors import NotValid
from fleet.intake.columns import COLUMNS
from fleet.intake.reading import OrderFile, SourceRow
from fleet.services.mending import mend_rows
from fleet.services.seen import Left, Mended, is_mended_by_another, mender_of, version_of
from fleet.services.writing import storable
from tenants.actors import Actor

LINE: Final = "row_line"  # the columns that our own list of failed rows adds
VERSION: Final = "row_version"


@dataclass(frozen=True, slots=True)
class MendedRow:
    """A row of the file; `version`: what its row said when the file was made, empty when the file does not say."""

    cells: dict[str, str]
    version: str = ""


def read_mended(file: OrderFile) -> dict[int, MendedRow]:
    """The rows of a file of mended rows, by their lines in the batch.

    Raises NotValid without lines, or for one that is none or twice there.
    """
    if LINE not in file.columns:
        text = _("The file has no column row_line. Use the downloaded list of rows to mend, or send it as a new batch.")
        raise NotValid(text, field="file")
    at = file.columns.index(LINE)
    columns = [(index, column) for index, column in enumerate(file.columns) if column in COLUMNS]
    version = file.columns.index(VERSION) if VERSION in file.columns else None
    found: dict[int, MendedRow] = {}
    for row in file.rows:
        number = cell_at(row, at).strip()
        line = int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 0
        if not line or line in found:
            text = _(
                "In line %(line)d of the file, row_line is “%(text)s”: no line of the batch, or one that is there twice."
            )
            raise NotValid(text % {"line": row.line, "text": number[:40]}, field="file")
        cells = {column: cell_at(row, index) for index, column in columns}
        found[line] = MendedRow(cells, cell_at(row, version).strip() if version is not None else "")
    return found


def cell_at(row: SourceRow, index: int) -> str:
    """A cell; "" where the row ends before."""
    return row.cells[index] if index < len(row.cells) else ""


def mend_from_file(*, batch_id: UUID | str, mended: dict[int, MendedRow], actor: Actor, now: datetime) -> Mended:
    """Type over what differs. Rows that are right already are left alone, and those that somebody else has mended since.

    Raises Http404, PermissionDenied, TransitionError, NotValid (a line that the batch has not, or nothing that differs).
    """
    require_may(actor, Action.SUBMIT)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    batch = batch_for(actor, batch_id)
    held: dict[int, Any] = dict(batch.rows.filter(line__in=list(mended)).values_list("line", "cells"))
    unknown = sorted(set(mended) - set(held))
    if unknown:
        raise NotValid(_("There is no line %(line)d in this batch.") % {"line": unknown[0]}, field="file")
    cells = {line: differing(mended[line].cells, found) for line, found in held.items() if found is not None}
    cells = {line: texts for line, texts in sorted(cells.items()) if texts}
    if not cells:
        raise NotValid(_("Nothing in this file differs from the rows of the batch."), field="file")
    left = tuple(
        Left(line=line, by=mender_of(batch, line)[0], cells={name: held[line].get(name, "") for name in texts})
        for line, texts in cells.items()
        if is_mended_by_another(batch, line, actor) and version_of(held[line]) != mended[line].version
    )
    for row in left:
        del cells[row.line]
    if cells:
        mend_rows(batch_id=batch.pk, cells=cells, actor=actor, now=now)
    return Mended(count=len(cells), left=left)


def differing(texts: dict[str, str], held: dict[str, str]) -> dict[str, str]:
    """The cells that hold something else than before."""
    return {column: text for column, text in texts.items() if storable(text).strip() != held.get(column, "").strip()}
