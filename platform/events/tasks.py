"""Celery's way into delivery."""

from uuid import UUID

from celery import shared_task

from events.delivering import deliver_to_all, tenants_behind


@shared_task(name="events.deliver")
def deliver(tenant_id: str) -> int:
    """Deliver what one tenant was told."""
    return deliver_to_all(tenant_id=UUID(tenant_id))


@shared_task(name="events.sweep")
def sweep() -> int:
    """Deliver what nobody woke a worker for."""
    return sum(deliver_to_all(tenant_id=tenant_id) for tenant_id in tenants_behind())
