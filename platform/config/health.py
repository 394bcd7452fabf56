"""`/healthz`: whether every part of this installation is up. Open on every host; says nothing about anybody.

A worker beats from its main process, so that one with long tasks in all its hands still counts as alive; the scheduler is
proved by a task that a worker ran on its behalf.
"""

import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from celery import current_app
from celery.signals import beat_init, heartbeat_sent, worker_ready
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from tenants.marks import open_view

logger = logging.getLogger(__name__)

WORKER_KEY = "heartbeat:worker"
BEAT_KEY = "heartbeat:beat"
WORKER_SILENT_S = 30
BEAT_SILENT_S = 15 * 60  # its task queues behind long ones
EVERY_S = 5.0
_noted: dict[str, float] = {}  # when this process said so last


def note_worker(**_kwargs: Any) -> None:
    """Say that a worker is alive, at most every few seconds."""
    if time.monotonic() - _noted.get(WORKER_KEY, -EVERY_S) >= EVERY_S:
        _noted[WORKER_KEY] = time.monotonic()
        note(WORKER_KEY, WORKER_SILENT_S)


def note_beat(**_kwargs: Any) -> None:
    """Say that the scheduler started, or that a task of its came through."""
    note(BEAT_KEY, BEAT_SILENT_S)


def note(key: str, lives_s: int) -> None:
    """Keep a sign of life; a cache that is down is the health check's to say."""
    try:
        cache.set(key, time.time(), lives_s)
    except Exception:  # noqa: BLE001  # whatever a cache fails with, the worker goes on
        logger.warning("The cache does not take %s.", key)


worker_ready.connect(note_worker, dispatch_uid="health.worker_ready")
heartbeat_sent.connect(note_worker, dispatch_uid="health.heartbeat_sent")
beat_init.connect(note_beat, dispatch_uid="health.beat_init")


def is_database_up() -> bool:
    """Whether a query is answered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def is_cache_up() -> bool:
    """Whether what is written can be read."""
    key, value = f"healthz:{secrets.token_hex(4)}", secrets.token_hex(4)
    cache.set(key, value, 10)
    is_same: bool = cache.get(key) == value
    cache.delete(key)
    return is_same


def is_broker_up() -> bool:
    """Whether the broker takes a connection, asked once and briefly."""
    with current_app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
        return bool(broker.connected)


def is_worker_up() -> bool:
    """Whether a worker was heard lately."""
    return cache.get(WORKER_KEY) is not None


def is_beat_up() -> bool:
    """Whether the scheduler was heard lately."""
    return cache.get(BEAT_KEY) is not None


PARTS: dict[str, Callable[[], bool]] = {
    "database": is_database_up,
    "cache": is_cache_up,
    "broker": is_broker_up,
    "worker": is_worker_up,
    "scheduler": is_beat_up,
}


@open_view
@never_cache
def show_health(request: HttpRequest) -> JsonResponse:
    """200 when all parts are up, else 503; each part by name."""
    parts = {name: ask(name, is_up) for name, is_up in PARTS.items()}
    is_well = all(parts.values())
    body = {
        "status": "ok" if is_well else "down",
        "parts": {name: "up" if up else "down" for name, up in parts.items()},
    }
    response = JsonResponse(body, status=200 if is_well else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # asked every few seconds; the answer says it all
    return response


def ask(name: str, is_up: Callable[[], bool]) -> bool:
    """One part's answer; a part that fails is down, whatever it failed with."""
    try:
        return is_up()
    except Exception as error:  # noqa: BLE001  # whatever it fails with, the part is down
        logger.warning("Health: %s is down: %s", name, error)
        return False
