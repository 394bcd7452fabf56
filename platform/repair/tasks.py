"""Celery's way into the desk: what time alone brings about."""

from celery import shared_task

from config import clock
from repair.services.working import expire_estimates
from tenants.actors import system_actor


@shared_task(name="repair.expire_estimates")
def expire() -> int:
    """J12b: estimates that were not decided in time."""
    return expire_estimates(actor=system_actor("estimates"), now=clock.now())
