"""A file comes in: stored outside the wall, written into the book, checked by a worker."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from events.announcing import announce
from events.ids import new_id, public_id
from events.waking import wake_after_commit
from files.models import StoredFile
from files.services import hold_file, keep_file
from fleet import states
from fleet.access import Action, own_tenant, require_may
from fleet.errors import NotValid
from fleet.events import BatchReceived
from fleet.intake.refusals import check_size
from fleet.models import Batch, BatchPolicy
from fleet.selectors.settings import read_settings
from tenants.actors import Actor
from tenants.context import core_context, require_tenant, tenant_context
from tenants.models import Tenant

PURPOSE = "order_batch"


def receive_batch(
    *,
    name: str,
    content: bytes,
    policy: str | None,
    channel: str,
    actor: Actor,
    now: datetime,
    content_type: str = "",
    is_dry_run: bool = False,
) -> Batch:
    """Take a file of orders; called outside the wall, it enters the actor's tenant itself.

    `policy` None: as the tenant has it set. `is_dry_run`: only to be checked.
    Raises FileRefused for an empty or too large file, PermissionDenied, NotValid.
    """
    require_may(actor, Action.SUBMIT)
    check_size(len(content))
    tenant = own_tenant(actor)
    file = keep_file(
        tenant=tenant, name=name, content=content, purpose=PURPOSE, content_type=content_type, actor=actor, now=now
    )
    with tenant_context(tenant):
        return record_batch(file=file, policy=policy, channel=channel, is_dry_run=is_dry_run, actor=actor, now=now)


def record_batch(
    *,
    file: StoredFile,
    policy: str | None,
    channel: str,
    actor: Actor,
    now: datetime,
    is_dry_run: bool = False,
) -> Batch:
    """Write a stored file into the book as a batch, and wake a worker to check it; called inside the actor's tenant.

    Raises PermissionDenied, NotValid (an unknown policy, or a file that has been swept).
    """
    require_may(actor, Action.SUBMIT)
    tenant = own_tenant(actor)
    require_tenant(tenant)
    keep_for_good(file=file, tenant=tenant, now=now)
    key = new_id()
    batch = Batch(
        id=key,
        name=file.name,
        file_id=file.pk,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        channel=channel,
        is_dry_run=is_dry_run,
        policy=choose_policy(policy),
        status=states.BATCH.begin("receive", kind="", actor=actor),
        status_since=now,
        created_by=actor.name,
        created_at=now,
        touched_at=now,
    )
    event = BatchReceived(
        subject=public_id("bat", key), name=batch.name, size_bytes=batch.size_bytes, sha256=batch.sha256, channel=channel,
        policy=batch.policy, is_dry_run=is_dry_run,
    )  # fmt: skip
    announce(tenant_id=tenant.pk, events=[event], actor=actor, now=now)
    batch.save(force_insert=True)
    wake_checker(tenant.pk, key)
    return batch


def keep_for_good(*, file: StoredFile, tenant: Tenant, now: datetime) -> None:
    """Claim a file for what is written of it in this stay. Raises NotValid when nothing named it for so long that it is gone."""
    try:
        with core_context():
            hold_file(file_id=file.pk, tenant=tenant, now=now)
    except StoredFile.DoesNotExist as error:
        text = _("There is no such file. Send it again: what nothing names is gone after a day.")
        raise NotValid(text, field="file") from error


def choose_policy(wanted: str | None) -> str:
    """What the request asks for, or else what the tenant has set; raises NotValid for an unknown one."""
    if not wanted:
        return read_settings().policy
    if wanted not in BatchPolicy.values:
        raise NotValid(_("Choose one of: %(choices)s.") % {"choices": ", ".join(BatchPolicy.values)}, field="policy")
    return wanted


def wake_checker(tenant_id: UUID, batch_id: UUID) -> None:
    """After the commit; a broker that is down is logged, and the sweep finds the batch."""
    from fleet.tasks import check_batch

    wake_after_commit(check_batch, str(tenant_id), str(batch_id))
