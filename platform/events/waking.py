"""Waking a worker once everything is kept; what goes wrong then is logged and changes nothing.

A broker that was found dead is left alone for a while: the requests of that time lose no time, the sweep does their work.
"""

import logging
import time
from typing import Any

from celery import Task
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)


class Circuit:
    """Whether this process talks to the broker now; open for a while after the broker was found dead."""

    def __init__(self) -> None:
        self.open_until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the broker is left alone."""
        return time.monotonic() < self.open_until

    def trip(self) -> None:
        """Leave the broker alone from now on."""
        self.open_until = time.monotonic() + settings.BROKER_REST_S

    def reset(self) -> None:
        """It answers again."""
        self.open_until = 0.0


circuit = Circuit()


def wake_after_commit(task: "Task[Any, Any]", *args: Any) -> None:
    """Hand `task` to the broker when the running transaction has committed; a sweep does what nobody was woken for.

    Nothing that a dead broker raises leaves here: the work is committed, and its answer must not say otherwise.
    """

    def wake_worker() -> None:  # not a partial: Django's log line asks for its __qualname__
        send_wake(task, *args)

    transaction.on_commit(wake_worker, robust=True)


def send_wake(task: "Task[Any, Any]", *args: Any) -> None:
    """Hand the task to the broker unless it was found dead a moment ago; raises what the broker's client raises."""
    if circuit.is_open:
        logger.debug("%s is left to the sweep: the broker does not answer.", task.name)
        return
    try:
        task.delay(*args)
    except Exception:
        circuit.trip()
        raise
    circuit.reset()
