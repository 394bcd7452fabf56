"""The scheduler's sign of life: a task that it sends and a worker runs."""

from celery import shared_task

from config.health import note_beat


@shared_task(name="config.heartbeat")
def heartbeat() -> None:
    """Prove that scheduler, broker and worker hang together."""
    note_beat()
