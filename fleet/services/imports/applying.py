"""The new and changed rows of an import, written in short entries; each row is judged again on what stands then."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_noop

from events.announcing import announce
from fleet import states
from fleet.errors import Superseded
from fleet.events import ImportDone
from fleet.intake.registers.judging import CHANGED, NEW, REJECTED, SAME, Judge, JudgedRow
from fleet.intake.registers.others import REGISTERS
from fleet.intake.rows import RowProblem
from fleet.models import Import, ImportRow
from fleet.selectors.registers import read_register, sought_by
from fleet.services.attempts import count_attempt
from fleet.services.imports.checking import CHECKER, claim
from fleet.services.imports.receiving import WRITTEN
from fleet.services.people import thaw_actor
from fleet.services.registers.saving import hold, write
from tenants.actors import Actor, system_actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.now import Now

logger = logging.getLogger(__name__)
CHUNK: Final = 1_000


def write_import(*, tenant: Tenant, import_id: UUID, clock: Now) -> None:
    """Chunk after chunk; what is left when a worker dies, the sweep hands to another. What is refused is written on it."""
    if not note_attempt(tenant, import_id, now=clock(tenant)):
        return
    with translation.override(tenant.language):
        write_all(tenant=tenant, import_id=import_id, clock=clock)


def write_all(*, tenant: Tenant, import_id: UUID, clock: Now) -> None:
    """Write the rows that wait, then say that all is done."""
    try:
        while write_chunk(tenant=tenant, import_id=import_id, now=clock(tenant)):
            pass
        finish(tenant=tenant, import_id=import_id, now=clock(tenant))
    except Superseded:
        return
    except ValidationError as error:
        halt(tenant, import_id, " ".join(error.messages))


def note_attempt(tenant: Tenant, import_id: UUID, *, now: datetime) -> bool:
    """Whether there is something to write; what has failed many times waits for a person."""
    with tenant_context(tenant):
        source = Import.objects.select_for_update().filter(pk=import_id, status=states.APPLYING).first()
        if source is None:
            return False
        return count_attempt(source, gettext_noop("Writing failed several times and was stopped."), now=now)


def halt(tenant: Tenant, import_id: UUID, why: str) -> None:
    """The work stops until a person has seen to the reason."""
    logger.warning("Import %s of %s was halted: %s", import_id, tenant.slug, why)
    with tenant_context(tenant):
        Import.objects.filter(pk=import_id, status=states.APPLYING).update(halt=why[:500])


def write_chunk(*, tenant: Tenant, import_id: UUID, now: datetime, size: int = CHUNK) -> bool:
    """Write the next rows; whether there were any. Raises Superseded when another worker is at it."""
    with tenant_context(tenant):
        claim(import_id)
        source = Import.objects.filter(pk=import_id, status=states.APPLYING).first()
        if source is None or source.applied_by is None:
            return False
        waiting = source.rows.filter(verdict__in=WRITTEN, done_at__isnull=True).order_by("line")
        rows = list(waiting[:size])
        if not rows:
            return False
        actor = thaw_actor(source.applied_by, tenant)
        hold(source.register, actor)
        judged = judge_again(source, rows, tenant, now)
        write_sound(source, rows, judged, actor, now)
        Import.objects.filter(pk=import_id).update(done_rows=source.done_rows + len(rows), touched_at=now, attempts=0)
    return True


def judge_again(source: Import, rows: Sequence[ImportRow], tenant: Tenant, now: datetime) -> list[JudgedRow]:
    """The rows as they stand to the book now: what a person has changed since the check is not written over unseen."""
    register = REGISTERS[source.register]
    sought = sought_by(register, [row.values for row in rows])
    judge = Judge(register, read_register(register=register, tenant=tenant, now=now, sought=sought))
    found = []
    for row in rows:
        judged = judge.judge_values(row.line, dict(row.values), [])
        if judged.status in {NEW, CHANGED} and dict(judged.changes) != row.changes:
            problem = RowProblem(register.keys[0], "changed_meanwhile")
            judged = JudgedRow(row.line, row.key, REJECTED, judged.values, {}, judged.known, (problem,))
        found.append(judged)
    return found


def write_sound(
    source: Import, rows: Sequence[ImportRow], judged: Sequence[JudgedRow], actor: Actor, now: datetime
) -> None:
    """Write the rows that still hold, and on each row what became of it."""
    sound = [found for found in judged if found.status in {NEW, CHANGED}]
    keys: dict[int, UUID] = {}
    if sound:
        written = write(source.register, sound, actor=actor, now=now)
        keys = {found.line: key for found, key in zip(sound, written, strict=True)}
    for row, found in zip(rows, judged, strict=True):
        row.done_at = now
        row.object_id = keys.get(row.line) or (UUID(found.known.id) if found.known else None)
        if found.status == SAME:
            row.verdict = SAME
        elif found.status == REJECTED:
            row.verdict, row.cells = REJECTED, {name: text_of(value) for name, value in row.values.items()}
            row.errors = [{"field": e.field, "code": e.code, "params": e.params} for e in found.errors]
    ImportRow.objects.bulk_update(rows, ["done_at", "object_id", "verdict", "cells", "errors"], batch_size=500)


def text_of(value: Any) -> str:
    """A value as a file would say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def finish(*, tenant: Tenant, import_id: UUID, now: datetime) -> None:
    """Every row is written or refused. Raises Superseded when that was said before."""
    actor = system_actor(CHECKER)
    with tenant_context(tenant):
        source = Import.objects.filter(pk=import_id, status=states.APPLYING).first()
        if source is None:
            return
        written = source.rows.filter(verdict__in=WRITTEN, done_at__isnull=False).count()
        rejected = source.rows.filter(verdict=REJECTED).count()
        event = ImportDone(subject=source.ref, written=written, rejected=rejected)
        announce(tenant_id=tenant.pk, events=[event], actor=actor, now=now)
        locked = Import.objects.select_for_update().filter(pk=import_id, status=states.APPLYING).first()
        if locked is None:
            raise Superseded
        states.IMPORT.transition(locked, "finish", actor=actor, now=now)
        locked.done_at, locked.touched_at = now, now
        locked.save(update_fields=["status", "status_since", "done_at", "touched_at"])
