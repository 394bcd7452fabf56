"""The rows to mend come back in a file: whichever cells differ are typed over, row by row."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from fleet.access import Action, batch_for, require_may
from fleet.errors import NotValid
from fleet.intake.columns import COLUMNS
from fleet.intake.reading import OrderFile
from fleet.services.mending import mend_rows
from fleet.services.writing import storable
from tenants.actors import Actor

LINE: Final = "row_line"  # the column that our own list of failed rows adds


def read_mended(file: OrderFile) -> dict[int, dict[str, str]]:
    """{line: {column: text}} of a file of mended rows. Raises NotValid without lines, or for one that is none or twice there."""
    if LINE not in file.columns:
        text = _("The file has no column row_line. Use the downloaded list of rows to mend, or send it as a new batch.")
        raise NotValid(text, field="file")
    at = file.columns.index(LINE)
    columns = [(index, column) for index, column in enumerate(file.columns) if column in COLUMNS]
    found: dict[int, dict[str, str]] = {}
    for row in file.rows:
        number = row.cells[at].strip() if at < len(row.cells) else ""
        line = int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 0
        if not line or line in found:
            text = _(
                "In line %(line)d of the file, row_line is “%(text)s”: no line of the batch, or one that is there twice."
            )
            raise NotValid(text % {"line": row.line, "text": number[:40]}, field="file")
        found[line] = {column: row.cells[index] if index < len(row.cells) else "" for index, column in columns}
    return found


def mend_from_file(*, batch_id: UUID | str, mended: dict[int, dict[str, str]], actor: Actor, now: datetime) -> int:
    """Type over what differs; how many rows that were. Rows that are right already are left alone.

    Raises Http404, PermissionDenied, TransitionError, NotValid (a line that the batch has not, or nothing that differs).
    """
    require_may(actor, Action.SUBMIT)
    batch = batch_for(actor, batch_id)
    held = dict(batch.rows.filter(line__in=list(mended)).values_list("line", "cells"))
    unknown = sorted(set(mended) - set(held))
    if unknown:
        raise NotValid(_("There is no line %(line)d in this batch.") % {"line": unknown[0]}, field="file")
    cells = {line: differing(mended[line], found) for line, found in held.items() if found is not None}
    cells = {line: texts for line, texts in cells.items() if texts}
    if not cells:
        raise NotValid(_("Nothing in this file differs from the rows of the batch."), field="file")
    mend_rows(batch_id=batch.pk, cells=cells, actor=actor, now=now)
    return len(cells)


def differing(texts: dict[str, str], held: dict[str, str]) -> dict[str, str]:
    """The cells that hold something else than before."""
    return {column: text for column, text in texts.items() if storable(text).strip() != held.get(column, "").strip()}
