"""Rows of a batch as the database keeps them: written by COPY, read back as what the desk is asked for."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from events.copying import copy_rows
from events.ids import new_id
from fleet.intake.checks import CheckContext, CheckedRow
from fleet.intake.columns import COLUMNS
from fleet.intake.context import Site
from fleet.intake.reading import OrderFile, SourceRow
from fleet.intake.rows import OrderRow, RowProblem, RowStatus
from fleet.models import Batch, BatchRow
from fleet.services.seen import mender_of
from repair.requests import JobLine

FIELDS: Final = (
    "id", "batch", "line", "external_ref", "status", "cells", "asked", "digest", "errors", "warnings", "order_id", "number",
    "search", "mended_by", "mended_at", "rollback_result", "rollback_state",
)  # fmt: skip
LONGEST_CELL: Final = 6_000  # above every limit: what is too long stays too long
NUL: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(JobLine)


def write_rows(
    *, batch: Batch, file: OrderFile, sources: Sequence[SourceRow], rows: Sequence[CheckedRow], context: CheckContext
) -> None:
    """COPY a chunk of checked rows; called inside the tenant."""
    kept = [(index, column) for index, column in enumerate(file.columns) if column in COLUMNS]
    pairs = zip(sources, rows, strict=True)
    copy_rows(BatchRow, FIELDS, (row_values(batch, source, row, kept, context) for source, row in pairs))


def row_values(
    batch: Batch, source: SourceRow, row: CheckedRow, kept: Sequence[tuple[int, str]], context: CheckContext
) -> tuple[Any, ...]:
    """The columns of one row, in the order of FIELDS."""
    is_rejected = row.status == RowStatus.REJECTED or row.row is None
    is_kept = is_rejected or bool(row.warnings) or str(row.line) in batch.mends
    asked = None if row.row is None or is_rejected else _encoder.encode(job_line(row.row, context)).decode()
    found = read_cells(source, kept) if is_kept else None
    digest = row.row.digest if row.row is not None else None
    return (
        new_id(), batch.pk, row.line, row.external_ref, str(row.status),
        None if found is None else _encoder.encode(found).decode(), asked, digest, encode_problems(row.errors),
        encode_problems(row.warnings), row.order_id, "", search_text(row, found), *mender_of(batch, row.line), "", "",
    )  # fmt: skip


def search_text(row: CheckedRow, cells: Mapping[str, str] | None) -> str:
    """What a row is found by, in small letters: reference, VIN and plate."""
    found = row.row
    vin, plate = (found.vin, found.plate or "") if found else ("", "")
    of_cells = cells or {}
    wanted = {"external_ref": row.external_ref, "vin": vin, "plate": plate}
    parts = (text or of_cells.get(column, "") for column, text in wanted.items())
    return " ".join(part.strip()[:64] for part in parts).lower()[:120]


def read_cells(source: SourceRow, kept: Sequence[tuple[int, str]]) -> dict[str, str]:
    """What was sent, by column, without empty cells; only as much of each as a page can show."""
    cells = source.cells
    found = ((column, cells[index]) for index, column in kept if index < len(cells))
    return {column: storable(text) for column, text in found if text}


def storable(text: str) -> str:
    """A text that the database takes: SUB for NUL, which stays a fault, no half characters, of a length that people read."""
    short = text[:LONGEST_CELL]
    return short if short.isprintable() else short.replace("\x00", "\x1a").encode("utf-8", "ignore").decode()


def without_nul(text: str) -> str:
    """JSON without the one sign that jsonb refuses; a backslash that was typed before `u0000` stays."""
    return NUL.sub(r"\1", text)


def encode_problems(problems: Iterable[RowProblem]) -> str:
    """Errors or warnings as JSON; the words are found when they are shown."""
    found = [{"field": p.field, "code": p.code, "params": p.params} for p in problems]
    return without_nul(_encoder.encode(found).decode()) if found else "[]"


def plain_problems(problems: Iterable[RowProblem]) -> Any:
    """The same as values."""
    return msgspec.json.decode(encode_problems(problems))


def plain_request(row: CheckedRow, context: CheckContext) -> Any:
    """What the desk is to be asked, as values; None for a rejected row."""
    if row.row is None or row.status == RowStatus.REJECTED:
        return None
    return msgspec.json.decode(_encoder.encode(job_line(row.row, context)))


def job_line(row: OrderRow, context: CheckContext) -> JobLine:
    """A clean row as the desk is asked for it."""
    back: Site | None = context.sites.get(row.return_site_code) if row.return_site_code else None
    return JobLine(
        external_ref=row.external_ref,
        vin=row.vin,
        service=row.service,
        description=row.description,
        address=row.address,
        lat=row.lat,
        lng=row.lng,
        contact=row.contact,
        phone=row.phone,
        window_start=row.window_start,
        window_end=row.window_end,
        plate=row.plate or "",
        model=row.model,
        vehicle_class=row.vehicle_class or "",
        transmission=row.transmission or "",
        site_code=row.site_code or "",
        return_address=back.address if back else "",
        return_lat=back.lat if back else None,
        return_lng=back.lng if back else None,
        return_by=row.return_by,
        cost_center=row.cost_center,
        po_number=row.po_number,
        courtesy_car=row.courtesy_car,
        key_with=row.key_with,
        notes=row.notes,
        suggestions=tuple(wish.code for wish in row.suggestions),
        pre_approved_up_to_fen=row.pre_approved_up_to_fen,
    )


def decode_lines(texts: Iterable[str]) -> Iterator[JobLine]:
    """Lines from the JSON text of `asked`."""
    return map(_decoder.decode, texts)
