"""The check of a register's file: read and judged outside the wall; nothing but the import's own rows is written."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

from events.announcing import announce
from events.copying import copy_rows
from events.ids import new_id, public_id
from files.services import claim_file, read_file
from fleet import states
from fleet.errors import Superseded
from fleet.events import ImportChecked, ImportRefused
from fleet.intake.reading import FileRefused, OrderFile, SourceRow, read_table
from fleet.intake.registers.judging import NEW, REJECTED, JudgedRow, judge_file
from fleet.intake.registers.others import REGISTERS
from fleet.intake.registers.values import only_tail
from fleet.intake.registers.vehicles import parse_number
from fleet.intake.tables import named_in
from fleet.intake.values import parse_vin
from fleet.models import Import, ImportRow
from fleet.selectors.registers import Sought, read_register
from fleet.services.attempts import MOST_ATTEMPTS
from fleet.services.imports.receiving import count_import
from fleet.services.writing import encode_problems, read_cells, without_nul
from tenants.actors import system_actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.now import Now

CHUNK: Final = 2_000
CHECKER: Final = "intake"
FIELDS: Final = (
    "id", "source", "line", "key", "verdict", "cells", "values", "changes", "errors", "warnings", "object_id",
)  # fmt: skip
_encoder = msgspec.json.Encoder()


def check_import(*, tenant: Tenant, import_id: UUID, clock: Now) -> None:
    """Check an import that waits for it; leaves alone what is past that, or what another worker is at."""
    try:
        source = begin_check(tenant=tenant, import_id=import_id, now=clock(tenant))
        if source is not None:
            judge(tenant, source, clock)
    except Superseded:
        return


def begin_check(*, tenant: Tenant, import_id: UUID, now: datetime) -> Import | None:
    """Take the import; rows of an earlier check that died go. None when there is nothing to check. Raises Superseded."""
    with tenant_context(tenant):
        source = Import.objects.select_for_update().filter(pk=import_id).first()
        if source is None or source.status not in {states.RECEIVED, states.CHECKING}:
            return None
        states.IMPORT.transition(source, "start_check", actor=system_actor(CHECKER), now=now)
        source.rows.all().delete()
        source.attempts, source.done_rows, source.touched_at = source.attempts + 1, 0, now
        source.save(update_fields=["status", "status_since", "attempts", "done_rows", "touched_at"])
        is_hopeless = source.attempts > MOST_ATTEMPTS
    if is_hopeless:
        refuse(tenant, source, FileRefused("check_failed"), now=now)  # our fault, not the file's
        return None
    return source


def judge(tenant: Tenant, source: Import, clock: Now) -> None:
    """Read the file and judge its rows, or refuse it."""
    register = REGISTERS[source.register]
    claim_file(file_id=source.file_id, now=clock(tenant))
    try:
        content = read_file(file_id=source.file_id, tenant=tenant)
        file = read_table(name=source.name, content=content, shape=register.shape)
    except FileRefused as refusal:
        refuse(tenant, source, refusal, now=clock(tenant))
        return
    with tenant_context(tenant):
        describe(lock(source), file, register.columns)
        context = read_register(register=register, tenant=tenant, now=clock(tenant), sought=sought_in(file))
    pairs = zip(file.rows, judge_file(register=register, file=file, context=context), strict=True)
    while chunk := list(islice(pairs, CHUNK)):
        with tenant_context(tenant):
            lock(source)
            write_rows(source, file, chunk)
            source.done_rows += len(chunk)
            Import.objects.filter(pk=source.pk).update(done_rows=source.done_rows, touched_at=clock(tenant))
    finish(tenant, source, now=clock(tenant))


def lock(source: Import) -> Import:
    """The import while this check has it; raises Superseded when a later check took over."""
    found = Import.objects.select_for_update().filter(pk=source.pk, status=states.CHECKING, attempts=source.attempts)
    locked = found.first()
    if locked is None:
        raise Superseded
    return locked


def describe(source: Import, file: OrderFile, known: Iterable[str]) -> None:
    """How long the file is, which columns it has, and what was noticed about it as a whole."""
    source.total = len(file.rows)
    source.columns = [column for column in file.columns if column in set(known)]
    source.warnings = [{"code": warning.code, "params": warning.params} for warning in file.warnings]
    source.save(update_fields=["total", "columns", "warnings"])


def sought_in(file: OrderFile) -> Sought | None:
    """The vehicles that a file names; None for a file of something else."""
    if "vin" not in file.columns:
        return None
    return Sought({"vin": named_in(file, "vin", parse_vin), "plate": named_in(file, "plate", parse_number)})


def write_rows(source: Import, file: OrderFile, chunk: list[tuple[SourceRow, JudgedRow]]) -> None:
    """COPY judged rows; called inside the tenant."""
    known = set(REGISTERS[source.register].columns)
    kept = [(index, column) for index, column in enumerate(file.columns) if column in known]

    def values() -> Iterator[tuple[Any, ...]]:
        for cells, row in chunk:
            is_rejected = row.status == REJECTED
            yield (
                new_id(), source.pk, row.line, row.key[:80], row.status, encode(kept_cells(cells, kept)) if is_rejected else None,
                encode({} if is_rejected else row.values), encode(row.changes), encode_problems(row.errors),
                encode_problems(row.warnings), UUID(row.known.id) if row.known and row.status != NEW else None,
            )  # fmt: skip

    copy_rows(ImportRow, FIELDS, values())


def kept_cells(source: SourceRow, kept: Sequence[tuple[int, str]]) -> dict[str, str]:
    """What a refused row said; of a licence's number no more than its end, as in the register."""
    cells = read_cells(source, kept)
    return {name: only_tail(text) if name == "licence_tail" else text for name, text in cells.items()}


def encode(value: Any) -> str:
    """JSON as COPY takes it."""
    return without_nul(_encoder.encode(value).decode())


def refuse(tenant: Tenant, source: Import, refusal: FileRefused, *, now: datetime) -> None:
    """The file cannot be taken: why, and what to do. Raises Superseded."""
    actor = system_actor(CHECKER)
    event = ImportRefused(subject=public_id("imp", source.pk), code=refusal.code, params=refusal.params)
    with tenant_context(tenant):
        announce(tenant_id=tenant.pk, events=[event], actor=actor, now=now)
        locked = lock(source)
        states.IMPORT.transition(locked, "refuse_file", actor=actor, now=now)
        locked.refusal, locked.touched_at = {"code": refusal.code, "params": refusal.params}, now
        locked.save(update_fields=["status", "status_since", "refusal", "touched_at"])


def finish(tenant: Tenant, source: Import, *, now: datetime) -> None:
    """Every row is judged. Raises Superseded."""
    actor = system_actor(CHECKER)
    with tenant_context(tenant):
        counts = count_import(source.pk)
        event = ImportChecked(subject=public_id("imp", source.pk), total=sum(counts.values()), **counts)
        announce(tenant_id=tenant.pk, events=[event], actor=actor, now=now)
        locked = lock(source)
        states.IMPORT.transition(locked, "find_ready", actor=actor, now=now)
        locked.touched_at, locked.attempts = now, 0
        locked.save(update_fields=["status", "status_since", "touched_at", "attempts"])


def claim(import_id: UUID) -> None:
    """One worker an import, for this transaction; raises Superseded when another holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 3))", [str(import_id)])
        if not cursor.fetchone()[0]:
            raise Superseded
