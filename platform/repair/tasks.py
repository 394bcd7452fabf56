"""Celery's way into the desk: what time alone brings about, and what is not done inside a command."""

from uuid import UUID

from celery import shared_task

from config import clock
from repair.services.aftercare import close_rated
from repair.services.evidence import resume_waited
from repair.services.incidents import open_late_returns
from repair.services.insuring import check_cover
from repair.services.printing import print_copies, print_due
from repair.services.silence import pass_silent_legs_on
from repair.services.visit_ends import begin_left_waiting
from repair.services.working import expire_estimates
from tenants.actors import system_actor


@shared_task(name="repair.expire_estimates")
def expire() -> int:
    """J12b: estimates that were not decided in time."""
    return expire_estimates(actor=system_actor("estimates"), now=clock.now())


@shared_task(name="repair.pass_silent_legs_on")
def pass_on() -> int:
    """Legs whose agent has not called the customer in time."""
    return pass_silent_legs_on(now=clock.now())


@shared_task(name="repair.close_rated")
def close() -> int:
    """J18: what is rated, or past asking, is closed."""
    return close_rated(actor=system_actor("closing"), now=clock.now())


@shared_task(name="repair.begin_left_waiting")
def begin() -> int:
    """Visits that were left waiting for one that has ended."""
    return begin_left_waiting(actor=system_actor("visits"), now=clock.now())


@shared_task(name="repair.print_document")
def print_document(document_id: str) -> int:
    """The copies of one document."""
    return print_copies(document_id=UUID(document_id), now=clock.now())


@shared_task(name="repair.print_due")
def sweep_copies() -> int:
    """The copies that nobody was woken for, and those whose turn has come again."""
    return print_due(now=clock.now())


@shared_task(name="repair.open_late_returns")
def open_late() -> int:
    """A file for each vehicle that is later back than promised."""
    return open_late_returns(now=clock.now())


@shared_task(name="repair.check_cover")
def check() -> int:
    """P25: vehicles in custody that no policy covers."""
    return check_cover(now=clock.now())


@shared_task(name="repair.resume_complaints")
def resume() -> int:
    """Complaints that have waited a day for what their customer was asked for."""
    return resume_waited(actor=system_actor("complaints"), now=clock.now())
