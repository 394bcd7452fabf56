"""A register's file comes in, is put away, or is to be written: what a person asks for; workers do it."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from events.announcing import announce
from events.ids import new_id, public_id
from events.waking import wake_after_commit
from files.models import StoredFile
from files.services import keep_file
from fleet import states
from fleet.access import Action, import_for, own_tenant, require_may
from fleet.errors import NothingToSubmit, NotValid
from fleet.events import ImportDiscarded, ImportReceived, ImportStarted
from fleet.intake.refusals import check_size
from fleet.models import Import, ImportRow, Register, Verdict
from fleet.services.people import freeze_actor
from fleet.services.receiving import keep_for_good
from tenants.actors import Actor
from tenants.context import require_tenant, tenant_context

PURPOSE = "register_import"
WRITTEN = (Verdict.NEW, Verdict.CHANGED)


def receive_import(
    *, register: str, name: str, content: bytes, channel: str, actor: Actor, now: datetime, content_type: str = ""
) -> Import:
    """Take a file; called outside the wall, it enters the actor's tenant itself.

    Raises FileRefused for an empty or too large file, PermissionDenied, NotValid.
    """
    require_may(actor, Action.MANAGE)
    check_size(len(content))
    tenant = own_tenant(actor)
    file = keep_file(
        tenant=tenant, name=name, content=content, purpose=PURPOSE, content_type=content_type, actor=actor, now=now
    )
    with tenant_context(tenant):
        return record_import(file=file, register=register, channel=channel, actor=actor, now=now)


def record_import(*, file: StoredFile, register: str, channel: str, actor: Actor, now: datetime) -> Import:
    """Write a stored file into the book, and wake a worker to check it; called inside the actor's tenant.

    Raises PermissionDenied, NotValid (no such register).
    """
    require_may(actor, Action.MANAGE)
    tenant = own_tenant(actor)
    require_tenant(tenant)
    if register not in Register.values:
        raise NotValid(_("Choose one of: %(choices)s.") % {"choices": ", ".join(Register.values)}, field="register")
    keep_for_good(file=file, tenant=tenant, now=now)
    source = Import(
        id=new_id(),
        register=register,
        name=file.name,
        file_id=file.pk,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        channel=channel,
        status=states.IMPORT.begin("receive", kind="", actor=actor),
        status_since=now,
        created_by=actor.name,
        created_at=now,
        touched_at=now,
    )
    event = ImportReceived(
        subject=public_id("imp", source.pk), register=register, name=source.name, size_bytes=source.size_bytes,
        sha256=source.sha256, channel=channel,
    )  # fmt: skip
    announce(tenant_id=tenant.pk, events=[event], actor=actor, now=now)
    source.save(force_insert=True)
    wake("check_import", tenant.pk, source.pk)
    return source


def apply_import(*, import_id: UUID | str, actor: Actor, now: datetime) -> Import:
    """Yes: write the new and changed rows. Raises Http404, PermissionDenied, TransitionError, NothingToSubmit."""
    require_may(actor, Action.MANAGE)
    source = import_for(actor, import_id)
    states.IMPORT.check(source, "apply", actor=actor, evidence={})
    rows = source.rows.filter(verdict__in=WRITTEN).count()
    if not rows:
        raise NothingToSubmit(_("There is nothing to write: no row is new or changed."))
    event = ImportStarted(subject=source.ref, rows=rows)
    announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
    source = Import.objects.select_for_update().get(pk=source.pk)
    states.IMPORT.transition(source, "apply", actor=actor, now=now)
    source.applied_by, source.applied_at, source.touched_at = freeze_actor(actor), now, now
    source.done_rows = source.attempts = 0
    source.save(
        update_fields=["status", "status_since", "applied_by", "applied_at", "touched_at", "done_rows", "attempts"]
    )
    wake("write_import", own_tenant(actor).pk, source.pk)
    return source


def discard_import(*, import_id: UUID | str, actor: Actor, now: datetime) -> Import:
    """Put it away; nothing was written. Raises Http404, PermissionDenied, TransitionError."""
    require_may(actor, Action.MANAGE)
    source = import_for(actor, import_id)
    states.IMPORT.check(source, "discard", actor=actor, evidence={})
    announce(tenant_id=own_tenant(actor).pk, events=[ImportDiscarded(subject=source.ref)], actor=actor, now=now)
    source = Import.objects.select_for_update().get(pk=source.pk)
    states.IMPORT.transition(source, "discard", actor=actor, now=now)
    source.save(update_fields=["status", "status_since"])
    return source


def resume_import(*, import_id: UUID | str, actor: Actor, now: datetime) -> Import:
    """Go on with an import whose writing was stopped. Raises Http404, PermissionDenied."""
    require_may(actor, Action.MANAGE)
    source = Import.objects.select_for_update().get(pk=import_for(actor, import_id).pk)
    if source.halt and source.status == states.APPLYING:
        source.halt, source.attempts, source.touched_at = "", 0, now
        source.save(update_fields=["halt", "attempts", "touched_at"])
        wake("write_import", own_tenant(actor).pk, source.pk)
    return source


def count_import(import_id: UUID) -> dict[str, int]:
    """How many rows there are of each state."""
    rows = ImportRow.objects.filter(source_id=import_id)
    found = dict(rows.values_list("verdict").annotate(Count("pk")).order_by())
    return {name: found.get(name, 0) for name in Verdict.values}


def wake(task: str, tenant_id: UUID, import_id: UUID) -> None:
    """After the commit; a broker that is down is logged, and the sweep finds the import."""
    from fleet import tasks

    wake_after_commit(getattr(tasks, task), str(tenant_id), str(import_id))
