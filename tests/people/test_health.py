"""`/healthz`: 200 only when every part is up, on every host."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from config import health
from config.tasks import heartbeat

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker and a scheduler that were just heard."""
    monkeypatch.setattr(health, "_noted", {})
    health.note_worker()
    heartbeat()


@pytest.mark.parametrize("slug", ["", "acme"])
def test_all_parts_are_up(alive: None, browser: Browser, slug: str) -> None:
    answer = browser(slug).get("/healthz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "parts": dict.fromkeys(("database", "cache", "broker", "worker", "scheduler"), "up")},
    )
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("part", list(health.PARTS))
def test_one_part_that_fails_is_named(
    alive: None, browser: Browser, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def fail() -> bool:
        raise ConnectionError

    monkeypatch.setitem(health.PARTS, part, fail)
    answer = browser().get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert [name for name, state in answer.json()["parts"].items() if state == "down"] == [part]


@pytest.mark.parametrize(("key", "part"), [(health.WORKER_KEY, "worker"), (health.BEAT_KEY, "scheduler")])
def test_a_silent_worker_or_scheduler_is_down(alive: None, browser: Browser, key: str, part: str) -> None:
    cache.delete(key)
    assert browser().get("/healthz").json()["parts"][part] == "down"


def test_a_worker_says_so_every_few_seconds_at_most(alive: None, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Any] = []
    monkeypatch.setattr(cache, "set", lambda *args: written.append(args))
    health.note_worker()
    assert written == []
    health._noted[health.WORKER_KEY] -= health.EVERY_S
    health.note_worker()
    assert len(written) == 1


def test_a_dead_cache_stops_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(health, "_noted", {})
    monkeypatch.setattr(cache, "set", refuse)
    health.note_worker()
    heartbeat()
