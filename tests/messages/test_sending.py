"""Mail: kept with the work, sent once, tried again, given up, and swept."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connections, transaction

from messages import services
from messages.models import Mail
from messages.services import MOST_ATTEMPTS, keep_letter, send_due, send_kept
from tenants.people.mailing import Letter

LETTER = Letter(to="a@b.example", subject="Hello\nthere", text="text", html="<p>text</p>", language="en", key="one")


@pytest.fixture(autouse=True)
def awake(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom a worker was woken for; no broker in these tests."""
    woken: list[str] = []
    monkeypatch.setattr("messages.tasks.send_mail.delay", woken.append)
    return woken


@pytest.fixture
def kept(db: None) -> Mail:
    found = keep_letter(LETTER)
    assert found is not None
    return found


class Refusing(EmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError("no mail today")


def due(row: Mail) -> datetime:
    row.refresh_from_db()
    assert row.next_try_at is not None
    return row.next_try_at


def test_a_key_makes_it_once_and_another_key_anew(kept: Mail) -> None:
    assert keep_letter(LETTER) is None
    assert Mail.objects.count() == 1
    assert kept.subject == "Hello there"


def test_a_worker_is_woken_after_commit_alone(
    db: None, awake: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        kept = keep_letter(LETTER)
        assert kept is not None and awake == []
    assert awake == [str(kept.pk)]


def test_a_dead_broker_loses_nothing(
    own_db: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_key: str) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("messages.tasks.send_mail.delay", refuse)
    with transaction.atomic():
        kept = keep_letter(LETTER)
    assert kept is not None
    assert "wake_worker in on_commit()" in caplog.text
    assert send_due(now=due(kept)) == 1


def test_it_is_sent_once_under_a_lasting_id(kept: Mail) -> None:
    at = due(kept)
    assert send_kept(mail_id=kept.pk, now=at)
    assert not send_kept(mail_id=kept.pk, now=at + timedelta(days=1))
    assert send_due(now=at + timedelta(days=1)) == 0
    (sent,) = mail.outbox
    assert sent.extra_headers["Message-ID"] == f"<{kept.pk}@baylink.localhost>"
    assert (sent.to, sent.body) == (["a@b.example"], "text")
    kept.refresh_from_db()
    assert (kept.sent_at, kept.body_text, kept.attempts) == (at, "text", 1)


def test_it_is_not_sent_before_its_turn(kept: Mail) -> None:
    assert not send_kept(mail_id=kept.pk, now=due(kept) - timedelta(seconds=1))
    assert mail.outbox == []


def test_it_is_tried_again_later_each_time_and_given_up_in_the_end(kept: Mail, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    pauses = []
    for _attempt in range(MOST_ATTEMPTS - 1):
        at = due(kept)
        assert not send_kept(mail_id=kept.pk, now=at)
        pauses.append((due(kept) - at) / timedelta(minutes=1))
    assert pauses == [2**step for step in range(MOST_ATTEMPTS - 1)]
    assert not send_kept(mail_id=kept.pk, now=due(kept))
    kept.refresh_from_db()
    assert (kept.next_try_at, kept.sent_at, kept.attempts) == (None, None, MOST_ATTEMPTS)
    assert kept.last_error == "ConnectionRefusedError: no mail today"
    assert send_due(now=datetime(2030, 1, 1, tzinfo=UTC)) == 0


def test_a_worker_that_died_with_the_mail_in_hand_is_followed_by_another(kept: Mail) -> None:
    at = due(kept)
    assert services.take_hold(mail_id=kept.pk, now=at) is not None
    assert send_due(now=at + services.HOLD - timedelta(seconds=1)) == 0
    assert send_due(now=at + services.HOLD) == 1


def test_sent_mail_has_no_next_turn(kept: Mail) -> None:
    with pytest.raises(IntegrityError, match="sent_mail_has_no_next_try"), transaction.atomic():
        Mail.objects.filter(pk=kept.pk).update(sent_at=datetime.now(UTC))


@pytest.fixture
def closing() -> Iterator[None]:
    yield
    connections.close_all()


def test_two_workers_at_once_send_once(own_db: str, closing: None) -> None:
    kept = keep_letter(LETTER)
    assert kept is not None
    start, results = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        results.append(send_kept(mail_id=kept.pk, now=kept.created_at))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]
    assert len(mail.outbox) == 1
