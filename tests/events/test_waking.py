"""Every waker, with a broker that refuses, on transactions that really commit: the caller hears nothing of it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from celery.app.task import Task
from django.db import transaction

from dispatch.waking import wake_solver
from events.ids import new_id
from events.settling import wake_readers
from fleet.services.receiving import wake_checker
from fleet.services.submitting import wake_opener, wake_rollback
from messages.services import wake as wake_sender
from tenants.actors import Actor
from tenants.models import Tenant
from tests.events.toys import fill

WAKERS: tuple[Callable[[], None], ...] = (
    lambda: wake_readers(new_id()),
    lambda: wake_checker(new_id(), new_id()),
    lambda: wake_opener(new_id(), new_id()),
    lambda: wake_rollback(new_id(), new_id()),
    lambda: wake_sender(new_id()),
    wake_solver,
)


def test_a_dead_broker_fails_no_committed_work(
    own_db: str,
    acme: Tenant,
    system: Actor,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tried: list[str] = []

    def refuse(self: "Task[..., object]", *_args: object) -> None:
        tried.append(self.name)
        raise ConnectionRefusedError("no broker today")

    monkeypatch.setattr(Task, "delay", refuse)
    for wake in WAKERS:
        with transaction.atomic():
            wake()
            waiting = len(tried)
        assert len(tried) == waiting + 1  # after the commit, and once
    fill(litres=1, tenants=[acme], actor=system, now=now)
    assert len(set(tried)) == len(WAKERS)
    assert len([line for line in caplog.records if "in on_commit()" in line.getMessage()]) == len(WAKERS) + 1
