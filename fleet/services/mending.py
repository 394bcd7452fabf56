"""Cells of a batch are typed over: what was typed is kept beside the file, and the rows are checked again.

A few rows are checked at once, each with what stands beside it in its batch. Where a row's own cells are not at hand, or
very many are mended, a worker checks the whole file again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from events.announcing import announce, wait_for_turn
from events.catalogue import EventBase
from fleet import states
from fleet.access import Action, batch_for, own_tenant, require_may
from fleet.errors import NotValid
from fleet.events import BatchChecked, BatchMended
from fleet.intake.checks import Beside, CheckedRow, iter_checked
from fleet.intake.columns import COLUMNS
from fleet.intake.reading import OrderFile, SourceRow
from fleet.models import Batch, BatchRow, RowState
from fleet.selectors.batches import count_stored
from fleet.selectors.intake import read_context
from fleet.services.amending import judge_changes
from fleet.services.receiving import wake_checker
from fleet.services.seen import Left, Mended, is_mended_by_another, mender_of, note_menders, require_unchanged
from fleet.services.writing import LONGEST_CELL, plain_problems, plain_request, search_text, storable
from tenants.actors import Actor, system_actor

MOST_AT_ONCE: Final = 500
MOST_MENDS: Final = 10_000
WRITTEN: Final = (
    "external_ref", "status", "cells", "search", "asked", "digest", "errors", "warnings", "order_id", "mended_by", "mended_at",
)  # fmt: skip
Cells = Mapping[int, Mapping[str, str]]  # {line: {column: text}}


def mend_rows(*, batch_id: UUID | str, cells: Cells, actor: Actor, now: datetime, seen: Cells | None = None) -> Batch:
    """Type over cells of rows; each is checked again. `seen`: what the cells held when the actor read them.

    Raises Http404, PermissionDenied, TransitionError (nothing is to be mended now), NotValid (an unknown line or column),
    RowChanged (somebody else typed over a cell since).
    """
    require_may(actor, Action.SUBMIT)
    wait_for_turn(tenant_id=own_tenant(actor).pk)  # the second of two menders reads what the first has written
    batch = batch_for(actor, batch_id)
    states.BATCH.check(batch, "mend", actor=actor, evidence={})
    typed = {line: {column: storable(text) for column, text in each.items()} for line, each in cells.items()}
    rows = find_rows(batch, typed)
    for line, texts in (seen or {}).items():
        require_unchanged(rows[line], texts)
    if len(rows) > MOST_AT_ONCE or any(row.cells is None for row in rows.values()):
        return check_all(batch, typed, actor, now)
    return check_few(batch, rows, typed, actor, now)


def replace_value(
    *, batch_id: UUID | str, column: str, was: str, text: str, lines: Sequence[int], actor: Actor, now: datetime
) -> Mended:
    """Put `text` into a column of those of `lines` that hold `was` there and are wrong still; the others are left.

    `lines`: what the actor was offered. Raises as `mend_rows`.
    """
    require_may(actor, Action.SUBMIT)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    batch = batch_for(actor, batch_id)
    held = list(same_value(batch, column, was).filter(line__in=lines).values_list("line", flat=True))
    left = list_left(batch, column, sorted(set(lines) - set(held)), actor)
    if held:
        mend_rows(batch_id=batch.pk, cells={line: {column: text} for line in held}, actor=actor, now=now)
    elif not left:
        raise NotValid(_("No other row holds this value any more."), field=column[:80])
    return Mended(count=len(held), left=left)


def list_left(batch: Batch, column: str, lines: Sequence[int], actor: Actor) -> tuple[Left, ...]:
    """What somebody else has made of these lines."""
    theirs = [line for line in lines if is_mended_by_another(batch, line, actor)]
    held = dict(batch.rows.filter(line__in=theirs).values_list("line", "cells"))
    return tuple(
        Left(line=line, by=mender_of(batch, line)[0], cells={column: (held[line] or {}).get(column, "")})
        for line in theirs
        if line in held
    )


def same_value(batch: Batch, column: str, text: str) -> QuerySet[BatchRow]:
    """The rejected rows of a batch that hold this text in a column."""
    return batch.rows.filter(status=RowState.REJECTED, cells__contains={column: text})


def find_rows(batch: Batch, typed: Cells) -> dict[int, BatchRow]:
    """The rows that are to be mended, by line; raises NotValid for what no row of the batch has."""
    if not 1 <= len(typed) <= MOST_MENDS:
        raise NotValid(_("Mend between 1 and %(limit)d rows at a time.") % {"limit": MOST_MENDS}, field="rows")
    rows = {row.line: row for row in batch.rows.filter(line__in=list(typed))}
    for line, texts in typed.items():
        if line not in rows:
            raise NotValid(_("There is no line %(line)d in this batch.") % {"line": line}, field="line")
        for column, text in texts.items():
            if column not in COLUMNS:
                raise NotValid(_("There is no column %(column)s.") % {"column": column[:80]}, field=column[:80])
            if len(text) >= LONGEST_CELL:
                raise NotValid(_("This text is too long."), field=column)
    return rows


def keep_mends(batch: Batch, typed: Cells, actor: Actor, now: datetime) -> None:
    """Beside the file, for the next check of the whole."""
    note_menders(batch, typed, actor, now)
    for line, texts in typed.items():
        batch.mends[str(line)] = {**batch.mends.get(str(line), {}), **texts}


def check_all(batch: Batch, typed: Cells, actor: Actor, now: datetime) -> Batch:
    """A worker checks the whole file with what was typed."""
    tell(BatchMended(subject=batch.ref, lines=tuple(sorted(typed))), actor, now)
    batch = lock_batch(batch.pk)
    states.BATCH.transition(batch, "mend", actor=actor, now=now)
    keep_mends(batch, typed, actor, now)
    batch.done_rows, batch.touched_at = 0, now
    batch.save(update_fields=["status", "status_since", "mends", "menders", "done_rows", "touched_at"])
    wake_checker(own_tenant(actor).pk, batch.pk)
    return batch


def check_few(batch: Batch, rows: Mapping[int, BatchRow], typed: Cells, actor: Actor, now: datetime) -> Batch:
    """The rows are checked here and now, and those that waited for their references with them."""
    batch = lock_batch(batch.pk)
    states.BATCH.transition(batch, "mend", actor=actor, now=now)
    keep_mends(batch, typed, actor, now)
    affected = {**rows, **find_freed(batch, rows, typed)}
    columns = columns_of(batch, typed)
    texts = {line: {**(row.cells or {}), **typed.get(line, {})} for line, row in affected.items()}
    checked = check_beside(batch, columns, texts, actor, now)
    for row, request in checked:
        take_over(affected[row.line], row, request, texts[row.line])
        if row.line in typed:
            affected[row.line].mended_by, affected[row.line].mended_at = actor.name[:200], now
    BatchRow.objects.bulk_update(affected.values(), WRITTEN, batch_size=MOST_AT_ONCE)
    batch.columns, batch.touched_at = columns, now
    finish(batch, tuple(sorted(typed)), actor, now)
    return batch


def columns_of(batch: Batch, typed: Cells) -> list[str]:
    """The batch's columns, and those that were typed into and that its file has not."""
    wanted = {column for texts in typed.values() for column in texts}
    return [*batch.columns, *(column for column in COLUMNS if column in wanted and column not in batch.columns)]


def find_freed(batch: Batch, rows: Mapping[int, BatchRow], typed: Cells) -> dict[int, BatchRow]:
    """Rows that were refused because a mended one had their reference: it may be theirs now."""
    refs = {row.external_ref for line, row in rows.items() if "external_ref" in typed[line] and row.external_ref}
    if not refs:
        return {}
    twice = Q(errors__contains=[{"code": "duplicate_in_file"}])
    waiting = batch.rows.filter(twice, status=RowState.REJECTED, external_ref__in=refs).exclude(line__in=list(rows))
    return {row.line: row for row in waiting.order_by("line")[:MOST_AT_ONCE]}


def check_beside(
    batch: Batch, columns: Sequence[str], texts: Cells, actor: Actor, now: datetime
) -> list[tuple[CheckedRow, Any]]:
    """The rows after their check, each with what the desk is to be asked; others of the batch count as earlier ones."""
    rows = [SourceRow(line, [texts[line].get(column, "") for column in columns]) for line in sorted(texts)]
    file = OrderFile(name=batch.name, kind="mend", columns=tuple(columns), rows=rows)
    context = read_context(tenant=own_tenant(actor), file=file, now=now)
    beside = read_beside(batch, iter_checked(file=file, context=context), list(texts))
    checked = judge_changes(list(iter_checked(file=file, context=context, beside=beside)))
    return [(row, plain_request(row, context)) for row in checked]


def read_beside(batch: Batch, checked: Iterable[CheckedRow], lines: Sequence[int]) -> Beside:
    """What the other rows of the batch have in common with these."""
    found = list(checked)
    others = batch.rows.exclude(line__in=lines)
    refs = others.filter(external_ref__in={row.external_ref for row in found if row.external_ref})
    lines_of = dict(refs.values_list("external_ref").annotate(Min("line")).order_by())
    orders = [row.row for row in found if row.row is not None]
    if not orders:
        return Beside(lines=lines_of)
    alike = Q(asked__vin__in={each.vin for each in orders}) | Q(asked__plate__in={each.plate or "?" for each in orders})
    asked: list[tuple[int, Any]] = list(others.filter(alike).order_by("-line").values_list("line", "asked"))
    return Beside(
        lines=lines_of,
        work={(each["vin"], each["service"], each["description"]): line for line, each in asked},
        plates={each["plate"]: each["vin"] for _line, each in asked if each["plate"]},
    )


def take_over(held: BatchRow, row: CheckedRow, request: Any, texts: Mapping[str, str]) -> None:
    """What the check made of a row, into its record."""
    held.external_ref, held.status, held.order_id = row.external_ref, str(row.status), None
    if row.order_id:
        held.order_id = UUID(row.order_id)
    held.cells = {column: text for column, text in texts.items() if text}
    held.asked = request
    held.digest = row.row.digest if row.row is not None else None
    held.errors, held.warnings = plain_problems(row.errors), plain_problems(row.warnings)
    held.search = search_text(row, held.cells)


def finish(batch: Batch, lines: tuple[int, ...], actor: Actor, now: datetime) -> None:
    """Count anew; the batch is ready, or has rows to mend still. Both are told."""
    counts = count_stored(batch.pk)
    is_clean = not counts["rejected"]
    states.BATCH.transition(batch, "find_ready" if is_clean else "find_faults", actor=system_actor("intake"), now=now)
    for name, count in counts.items():
        setattr(batch, name, count)
    batch.save()
    numbers = {name: counts[name] for name in ("valid", "rejected", "already_submitted", "changed_since")}
    told = [
        BatchMended(subject=batch.ref, lines=lines),
        BatchChecked(subject=batch.ref, status=batch.status, total=batch.total, **numbers),
    ]
    announce(tenant_id=own_tenant(actor).pk, events=told, actor=actor, now=now)


def tell(event: EventBase, actor: Actor, now: datetime) -> None:
    """Into the tenant's log; the one command of this stay."""
    announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)


def lock_batch(batch_id: UUID) -> Batch:
    """The batch as it is now, locked; after the log's counter, as everywhere."""
    return Batch.objects.select_for_update().get(pk=batch_id)
