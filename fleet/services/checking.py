"""The check of a batch: the file is read and judged outside the wall, in many short entries the rows are written.

A later check of the same batch (a mended row, a sweep after a worker died) raises its `run`; an older one then stops.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from events.announcing import announce
from events.ids import public_id
from files.services import claim_file, read_file
from fleet import states
from fleet.errors import Superseded
from fleet.events import BatchChecked, BatchRefused
from fleet.intake.checks import iter_checked
from fleet.intake.columns import COLUMNS
from fleet.intake.reading import FileRefused, OrderFile, read_orders
from fleet.models import Batch, BatchRow, RowState
from fleet.selectors.intake import read_context
from fleet.services.amending import judge_changes
from fleet.services.attempts import MOST_ATTEMPTS
from fleet.services.writing import write_rows
from tenants.actors import system_actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.now import Now

CHUNK = 2_000
CHECKER = "intake"


@dataclass(frozen=True, slots=True)
class Run:
    """One check at work on one batch."""

    tenant: Tenant
    batch_id: UUID
    number: int
    name: str
    file_id: UUID
    mends: dict[str, dict[str, str]]


def check_file(*, tenant: Tenant, batch_id: UUID, clock: Now) -> None:
    """Check a batch that waits for it; leaves alone what is past that."""
    try:
        run = begin_check(tenant=tenant, batch_id=batch_id, now=clock(tenant))
        if run is not None:
            judge_file(run, clock)
    except Superseded:
        return


def judge_file(run: Run, clock: Now) -> None:
    """Read the file and check its rows, or refuse it. Raises Superseded."""
    claim_file(file_id=run.file_id, now=clock(run.tenant))
    try:
        content = read_file(file_id=run.file_id, tenant=run.tenant)
        file = apply_mends(read_orders(name=run.name, content=content), run.mends)
    except FileRefused as refusal:
        refuse_file(run, refusal, now=clock(run.tenant))
        return
    check_rows(run, file, clock)


def begin_check(*, tenant: Tenant, batch_id: UUID, now: datetime) -> Run | None:
    """Take the batch: rows of an earlier check go, `run` rises. None when there is nothing to check. Raises Superseded."""
    actor = system_actor(CHECKER)
    with tenant_context(tenant):
        batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None or batch.status not in {states.RECEIVED, states.VALIDATING}:
            return None
        states.BATCH.transition(batch, "start_check", actor=actor, now=now)
        BatchRow.objects.filter(batch=batch).delete()
        batch.run, batch.attempts, batch.done_rows, batch.touched_at = batch.run + 1, batch.attempts + 1, 0, now
        batch.save(update_fields=["status", "status_since", "run", "attempts", "done_rows", "touched_at"])
        run = Run(tenant, batch_id, batch.run, batch.name, batch.file_id, batch.mends)
        is_hopeless = batch.attempts > MOST_ATTEMPTS
    if is_hopeless:
        refuse_file(run, FileRefused("check_failed"), now=now)  # our fault, not the file's
        return None
    return run


def apply_mends(file: OrderFile, mends: dict[str, dict[str, str]]) -> OrderFile:
    """The file with what was typed over its cells; a column that the file has not is added at its end."""
    if not mends:
        return file
    wanted = {column for cells in mends.values() for column in cells}
    columns = (*file.columns, *(column for column in COLUMNS if column in wanted and column not in file.columns))
    place = {column: index for index, column in enumerate(columns)}
    for row in file.rows:
        typed = mends.get(str(row.line))
        if typed:
            row.cells.extend([""] * (len(columns) - len(row.cells)))
            for column, text in typed.items():
                row.cells[place[column]] = text
    return OrderFile(name=file.name, kind=file.kind, columns=columns, rows=file.rows, warnings=file.warnings)


def refuse_file(run: Run, refusal: FileRefused, *, now: datetime) -> None:
    """The file cannot be taken: why, and what to do. Raises Superseded."""
    actor = system_actor(CHECKER)
    event = BatchRefused(subject=ref_of(run.batch_id), code=refusal.code, params=refusal.params)
    with tenant_context(run.tenant):
        announce(tenant_id=run.tenant.pk, events=[event], actor=actor, now=now)
        batch = lock_run(run)
        states.BATCH.transition(batch, "refuse_file", actor=actor, now=now)
        batch.refusal = {"code": refusal.code, "params": refusal.params}
        batch.touched_at = now
        batch.save(update_fields=["status", "status_since", "refusal", "touched_at"])


def check_rows(run: Run, file: OrderFile, clock: Now) -> None:
    """Judge the rows chunk by chunk, write each chunk, then close the check. Raises Superseded."""
    with tenant_context(run.tenant):
        context = read_context(tenant=run.tenant, file=file, now=clock(run.tenant))
        describe_file(lock_run(run), file)
    counts: dict[str, int] = {}
    warned = 0
    pairs = zip(file.rows, iter_checked(file=file, context=context), strict=True)
    while chunk := list(islice(pairs, CHUNK)):
        with tenant_context(run.tenant):
            batch = lock_run(run)
            rows = judge_changes([checked for _source, checked in chunk])
            write_rows(
                batch=batch, file=file, sources=[source for source, _checked in chunk], rows=rows, context=context
            )
            batch.done_rows += len(chunk)
            batch.touched_at = clock(run.tenant)
            batch.save(update_fields=["done_rows", "touched_at"])
        for row in rows:
            counts[row.status] = counts.get(row.status, 0) + 1
            warned += bool(row.warnings)
    finish_check(run, file, counts, warned, now=clock(run.tenant))


def describe_file(batch: Batch, file: OrderFile) -> None:
    """How long the file is, which columns it has, and what was noticed about it as a whole."""
    batch.total = len(file.rows)
    batch.columns = [column for column in file.columns if column in COLUMNS]
    batch.warnings = [{"code": warning.code, "params": warning.params} for warning in file.warnings]
    batch.save(update_fields=["total", "columns", "warnings"])


def finish_check(run: Run, file: OrderFile, counts: dict[str, int], warned: int, *, now: datetime) -> None:
    """Ready, or rows to mend. Raises Superseded."""
    actor = system_actor(CHECKER)
    is_clean = not counts.get(RowState.REJECTED)
    numbers = {name: counts.get(name, 0) for name in ("valid", "rejected", "already_submitted", "changed_since")}
    status = states.READY if is_clean else states.NEEDS_FIXES
    event = BatchChecked(subject=ref_of(run.batch_id), status=status, total=len(file.rows), **numbers)
    with tenant_context(run.tenant):
        announce(tenant_id=run.tenant.pk, events=[event], actor=actor, now=now)
        batch = lock_run(run)
        states.BATCH.transition(batch, "find_ready" if is_clean else "find_faults", actor=actor, now=now)
        for name, count in numbers.items():
            setattr(batch, name, count)
        batch.warned, batch.touched_at, batch.attempts = warned, now, 0
        batch.save(update_fields=["status", "status_since", "warned", "touched_at", "attempts", *numbers])


def lock_run(run: Run) -> Batch:
    """The batch, locked; raises Superseded when another check has taken over or it is past being checked."""
    batch = Batch.objects.select_for_update().filter(pk=run.batch_id, run=run.number, status=states.VALIDATING).first()
    if batch is None:
        raise Superseded
    return batch


def ref_of(batch_id: UUID) -> str:
    """bat_…"""
    return public_id("bat", batch_id)
