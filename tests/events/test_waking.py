"""Every waker, with a broker that refuses, on transactions that really commit: the caller hears nothing of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from celery import Celery
from celery.app.task import Task
from django.db import transaction

from dispatch.waking import wake_solver
from events.ids import new_id
from events.settling import wake_readers
from events.waking import circuit, send_wake
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
        circuit.reset()
        with transaction.atomic():
            wake()
            waiting = len(tried)
        assert len(tried) == waiting + 1  # after the commit, and once
    circuit.reset()
    fill(litres=1, tenants=[acme], actor=system, now=now)
    assert len(set(tried)) == len(WAKERS)
    assert len([line for line in caplog.records if "in on_commit()" in line.getMessage()]) == len(WAKERS) + 1


def never() -> None:
    """What a worker would do."""


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "amqp://guest@127.0.0.1:1//"])
def test_a_dead_broker_is_not_waited_for_and_is_then_left_alone(
    broker: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real client: kombu would pause and try for as long as the connection timeout says, in the middle of a request."""
    pauses: list[float] = []
    monkeypatch.setattr("kombu.utils.functional.sleep", pauses.append)
    monkeypatch.setattr("redis.retry.sleep", pauses.append)
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery takes it before what an app is given
    app = Celery("dead", broker=broker, set_as_current=False)
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "max_retries": 0}
    app.conf.update(
        task_publish_retry=settings.CELERY_TASK_PUBLISH_RETRY,
        broker_connection_timeout=settings.CELERY_BROKER_CONNECTION_TIMEOUT,
        broker_transport_options=options if broker.startswith("redis") else {"max_retries": 0, "write_timeout": 5},
    )
    task = app.task(name="never")(never)
    circuit.reset()
    with pytest.raises(Exception, match="refused"):
        send_wake(task)
    assert pauses == []
    assert circuit.is_open
    send_wake(task)  # nothing is asked, nothing raised
    settings.BROKER_REST_S = 0
    circuit.trip()
    with pytest.raises(Exception, match="refused"):
        send_wake(task)


def test_the_settings_let_a_publisher_try_once(settings: Any) -> None:
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["max_retries"] == 0
    assert settings.CELERY_TASK_PUBLISH_RETRY is False
