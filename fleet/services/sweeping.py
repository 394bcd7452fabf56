"""What a dead worker or a dead broker has left is taken up again."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db.models import Q

from events.each import each_alone
from events.waking import send_wake
from fleet import states
from fleet.models import Batch, Import
from tenants.context import tenant_context
from tenants.models import Tenant, TenantState

SILENT_FOR = timedelta(seconds=90)  # a worker at work shows a sign of life with every chunk


def sweep_tenants(*, now: datetime) -> int:
    """Wake workers for the batches of every tenant that nobody has touched for a while; returns how many."""
    tenants = Tenant.objects.filter(state=TenantState.READY).order_by("slug")
    return sum(each_alone(tenants, partial(sweep_tenant, now=now)))


def sweep_tenant(tenant: Tenant, *, now: datetime) -> int:
    """The same for one tenant; a batch for which no worker can be woken stops no other."""
    with tenant_context(tenant):
        left = list_left(now=now)
    return len(each_alone(left, lambda item: wake(item[1], tenant.pk, item[0])))


def list_left(*, now: datetime) -> list[tuple[UUID, str]]:
    """The batches that wait for a worker, each with what it waits for; called inside a tenant."""
    waits = Q(status__in=[states.RECEIVED, states.VALIDATING])
    opens = Q(submitted_at__isnull=False, opened_at__isnull=True, halt="")
    takes_back = Q(rollback_at__isnull=False, rolled_back_at__isnull=True, halt="")
    rows = Batch.objects.filter(waits | opens | takes_back, touched_at__lt=now - SILENT_FOR).order_by("touched_at")
    return [(batch.pk, task_of(batch)) for batch in rows[:100]] + list_left_imports(now=now)


def list_left_imports(*, now: datetime) -> list[tuple[UUID, str]]:
    """The same for the files of registers."""
    tasks = {states.RECEIVED: "check_import", states.CHECKING: "check_import", states.APPLYING: "write_import"}
    rows = Import.objects.filter(status__in=tasks, halt="", touched_at__lt=now - SILENT_FOR).order_by("touched_at")
    return [(source.pk, tasks[source.status]) for source in rows[:100]]


def task_of(batch: Batch) -> str:
    """Which task goes on with it."""
    if batch.is_rolling_back:
        return "roll_back_batch"
    return "open_batch" if batch.is_opening else "check_batch"


def wake(task: str, tenant_id: UUID, batch_id: UUID) -> None:
    """Hand it to a worker."""
    from fleet import tasks

    send_wake(getattr(tasks, task), str(tenant_id), str(batch_id))
