"""Celery's way into dispatch: the planner, the offers, the clocks."""

from celery import shared_task

from config import clock
from dispatch.clocks import find_breaches
from dispatch.services.assigning import solve
from dispatch.services.offers import expire_offers, open_due_offers
from dispatch.services.staffing.watching import watch_cover
from tenants.actors import system_actor


@shared_task(name="dispatch.solve")
def solve_legs() -> int:
    """Name agents for what waits; returns how many legs got one."""
    return solve(now=clock.now()).assigned


@shared_task(name="dispatch.offers")
def keep_offers() -> int:
    """Hold out the offers whose hour has come, and pass on those that expired."""
    actor, now = system_actor("offers"), clock.now()
    return open_due_offers(actor=actor, now=now) + expire_offers(actor=actor, now=now)


@shared_task(name="dispatch.clocks")
def keep_clocks() -> int:
    """Record the clocks that have run out."""
    return find_breaches(now=clock.now())


@shared_task(name="dispatch.cover")
def keep_cover() -> int:
    """Open and close the alerts of areas with too few agents."""
    return watch_cover(actor=system_actor("cover"), now=clock.now())
