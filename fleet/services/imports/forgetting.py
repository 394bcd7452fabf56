"""The files of drivers go after a while: they hold whole licence numbers, of which the register keeps the end alone."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from events.each import each_alone
from files.services import release_file
from fleet import states
from fleet.models import Import, Register
from tenants.context import tenant_context
from tenants.models import Tenant, TenantState

KEPT_FOR: Final = timedelta(days=30)
NEEDED: Final = (states.RECEIVED, states.CHECKING)  # from then on all is in its rows


def forget_files(*, now: datetime) -> int:
    """Let go of the files of every tenant's drivers whose time is over; returns how many. The sweep of files takes them."""
    tenants = Tenant.objects.filter(state=TenantState.READY).order_by("slug")
    return sum(each_alone(tenants, partial(forget_files_of, now=now)))


def forget_files_of(tenant: Tenant, *, now: datetime) -> int:
    """The same for one tenant. The file is let go first: who dies in between does it again."""
    with tenant_context(tenant):
        old = Import.objects.filter(register=Register.DRIVERS, file_gone_at__isnull=True, created_at__lt=now - KEPT_FOR)
        found = dict(old.exclude(status__in=NEEDED).order_by("created_at").values_list("pk", "file_id")[:500])
    for file_id in found.values():
        release_file(file_id=file_id)
    with tenant_context(tenant):
        Import.objects.filter(pk__in=list(found)).update(file_gone_at=now)
    return len(found)
