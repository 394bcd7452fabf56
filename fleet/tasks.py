"""Celery's ways into batches and imports: each task is many short entries into one tenant, and may be killed at any time."""

from uuid import UUID

from celery import shared_task

from config import clock
from fleet.services.checking import check_file
from fleet.services.imports.applying import write_import as write_rows
from fleet.services.imports.checking import check_import as check_rows
from fleet.services.imports.forgetting import forget_files
from fleet.services.opening import open_orders
from fleet.services.rollback import roll_back_orders
from fleet.services.sweeping import sweep_tenants
from tenants.models import Tenant


@shared_task(name="fleet.check_batch")
def check_batch(tenant_id: str, batch_id: str) -> None:
    """Read the file and check its rows."""
    check_file(tenant=find_tenant(tenant_id), batch_id=UUID(batch_id), clock=clock.now)


@shared_task(name="fleet.open_batch")
def open_batch(tenant_id: str, batch_id: str) -> None:
    """Make orders of the valid rows of a submitted batch."""
    open_orders(tenant=find_tenant(tenant_id), batch_id=UUID(batch_id), clock=clock.now)


@shared_task(name="fleet.roll_back_batch")
def roll_back_batch(tenant_id: str, batch_id: str) -> None:
    """Cancel the orders of a batch that are not in custody yet."""
    roll_back_orders(tenant=find_tenant(tenant_id), batch_id=UUID(batch_id), clock=clock.now)


@shared_task(name="fleet.check_import")
def check_import(tenant_id: str, import_id: str) -> None:
    """Read a register's file and check its rows."""
    check_rows(tenant=find_tenant(tenant_id), import_id=UUID(import_id), clock=clock.now)


@shared_task(name="fleet.write_import")
def write_import(tenant_id: str, import_id: str) -> None:
    """Write the new and changed rows of an import that somebody has said yes to."""
    write_rows(tenant=find_tenant(tenant_id), import_id=UUID(import_id), clock=clock.now)


@shared_task(name="fleet.sweep")
def sweep() -> int:
    """Take up what a worker that died has left."""
    return sweep_tenants(now=clock.now())


@shared_task(name="fleet.close_files")
def close_files() -> int:
    """Let go of the files of drivers whose time is over."""
    return forget_files(now=clock.now())


def find_tenant(tenant_id: str) -> Tenant:
    """The tenant; raises Tenant.DoesNotExist."""
    found: Tenant = Tenant.objects.get(pk=UUID(tenant_id))
    return found
