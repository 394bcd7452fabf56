"""Waking a worker once everything is kept; what goes wrong then is logged and changes nothing."""

import logging
from typing import Any

from celery import Task
from django.db import transaction

logger = logging.getLogger(__name__)


def wake_after_commit(task: "Task[Any, Any]", *args: Any) -> None:
    """Hand `task` to the broker when the running transaction has committed; a sweep does what nobody was woken for.

    Nothing that a dead broker raises leaves here: the work is committed, and its answer must not say otherwise.
    """

    def wake_worker() -> None:  # not a partial: Django's log line asks for its __qualname__
        send_wake(task, *args)

    transaction.on_commit(wake_worker, robust=True)


def send_wake(task: "Task[Any, Any]", *args: Any) -> None:
    """Hand the task to the broker; raises what the broker's client raises."""
    task.delay(*args)
