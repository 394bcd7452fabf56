"""Celery's way into the sweep of files."""

from celery import shared_task

from config import clock
from files.services import sweep_files


@shared_task(name="files.sweep")
def sweep() -> int:
    """Remove what nobody has claimed for a day."""
    return sweep_files(now=clock.now())
