"""Celery's way into sending."""

from uuid import UUID

from celery import shared_task

from config import clock
from messages.services import send_due, send_kept


@shared_task(name="messages.send_mail")
def send_mail(mail_id: str) -> bool:
    """Send one mail."""
    return send_kept(mail_id=UUID(mail_id), now=clock.now())


@shared_task(name="messages.sweep_mail")
def sweep_mail() -> int:
    """Send what nobody woke a worker for."""
    return send_due(now=clock.now())
