"""After commit: a dead broker, a killed worker, two workers at once, a reader that fails; each event gets to each reader."""

import signal
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connections

from events import delivering
from events.delivering import catch_up, deliver_to_all, tenants_behind
from events.models import Delivery, Event
from events.tasks import deliver, sweep
from tenants.actors import Actor
from tenants.models import Tenant
from tests.events.children import run_child
from tests.events.toys import fill

Notebook = list[int]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    """One reader, which writes down the numbers that it is handed."""
    written: Notebook = []
    monkeypatch.setattr(delivering, "readers", {"notebook": lambda page: written.extend(event.seq for event in page)})
    return written


def position(tenant: Tenant) -> int:
    return Delivery.objects.get(reader="notebook", tenant=tenant).last_seq


def test_a_dead_broker_is_logged_the_commit_stands_and_the_sweep_delivers(
    own_db: str, acme: Tenant, notebook: Notebook
) -> None:
    done = run_child(
        "fill(litres=1, tenants=[acme], **who); print('returned')", CELERY_BROKER_URL="redis://127.0.0.1:1/0"
    )
    assert (done.returncode, done.stdout) == (0, "returned\n"), done.stderr
    assert "wake_worker in on_commit()" in done.stderr
    assert Event.objects.filter(tenant=acme).count() == 1
    assert tenants_behind() == [acme.pk]
    assert sweep() == 1
    assert notebook == [1]
    assert (tenants_behind(), sweep(), notebook) == ([], 0, [1])


def test_a_worker_killed_after_commit_loses_nothing(own_db: str, acme: Tenant, notebook: Notebook) -> None:
    done = run_child("from events import waking; waking.send_wake = die; fill(litres=1, tenants=[acme], **who)")
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert sweep() == 1
    assert notebook == [1]


def test_a_worker_killed_before_commit_leaves_nothing(own_db: str, acme: Tenant, notebook: Notebook) -> None:
    done = run_child(
        "from events import settling; settling.wake_after_commit = die; fill(litres=1, tenants=[acme], **who)"
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (Event.objects.filter(tenant=acme).count(), sweep(), notebook) == (0, 0, [])


def test_a_worker_killed_between_its_work_and_its_position_is_handed_the_same_again(
    own_db: str, acme: Tenant, system: Actor, now: datetime, notebook: Notebook, tmp_path: Path
) -> None:
    fill(litres=1, tenants=[acme, acme], actor=system, now=now)
    sent = tmp_path / "sent"
    code = f"""
from events import delivering
def send(page):
    with open({str(sent)!r}, "w") as file:
        file.write(",".join(str(event.seq) for event in page))
    die()
delivering.readers["notebook"] = send
delivering.deliver_to_all(tenant_id=acme.pk)
"""
    done = run_child(code)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert sent.read_text() == "1,2"
    assert deliver(str(acme.pk)) == 2
    assert notebook == [1, 2]
    assert (position(acme), deliver(str(acme.pk)), notebook) == (2, 0, [1, 2])


def test_a_reader_at_work_elsewhere_is_left_alone(
    own_db: str, acme: Tenant, system: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, may_end = threading.Event(), threading.Event()
    written: Notebook = []

    def slow(page: Sequence[Event]) -> None:
        at_work.set()
        assert may_end.wait(20)
        written.extend(event.seq for event in page)

    monkeypatch.setattr(delivering, "readers", {"notebook": slow})
    fill(litres=1, tenants=[acme], actor=system, now=now)
    first = in_thread(lambda: deliver_to_all(tenant_id=acme.pk))
    assert at_work.wait(20)
    assert catch_up(name="notebook", tenant_id=acme.pk) == 0
    may_end.set()
    first.join()
    assert written == [1]


def in_thread(call: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            call()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db
def test_a_long_stream_is_read_page_by_page_in_order(
    acme: Tenant, pacific: Tenant, system: Actor, now: datetime, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PAGE", 3)
    fill(litres=1, tenants=[acme] * 8, actor=system, now=now)
    fill(litres=1, tenants=[pacific], actor=system, now=now)
    assert tenants_behind() == sorted([acme.pk, pacific.pk])
    assert deliver_to_all(tenant_id=acme.pk) == 8
    assert notebook == [1, 2, 3, 4, 5, 6, 7, 8]
    assert (position(acme), tenants_behind()) == (8, [pacific.pk])


@pytest.mark.django_db
def test_a_reader_that_fails_stays_where_it_was_and_stops_no_other(
    acme: Tenant, system: Actor, now: datetime, notebook: Notebook, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_page: Sequence[Event]) -> None:
        raise OSError("no route to the mail server")

    delivering.readers = {"broken": fail, **delivering.readers}
    fill(litres=1, tenants=[acme], actor=system, now=now)
    assert deliver_to_all(tenant_id=acme.pk) == 1
    assert notebook == [1]
    assert "Reader broken failed" in caplog.text
    assert tenants_behind() == [acme.pk]
    assert not Delivery.objects.filter(reader="broken", last_seq__gt=0).exists()
