"""How many requests: told in every answer, refused above, counted by credential, never in the way when the cache is down."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache

from api import limits
from tenants.models import Tenant
from tests.api.conftest import Partner


def stop_clock(monkeypatch: pytest.MonkeyPatch, at: float) -> None:
    """The machine's clock, as the limits read it, stands."""
    monkeypatch.setattr("api.limits.time", SimpleNamespace(time=lambda: at))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three requests in a minute, a hundred a day; the machine's clock stands."""
    monkeypatch.setattr(limits, "POLICIES", [limits.Policy("burst", 3, 60), limits.Policy("daily", 100, 86_400)])
    stop_clock(monkeypatch, 1_800_000_015.0)


def test_every_answer_tells_what_is_left(few: None, erp: Partner) -> None:
    answer = erp.get("sites")
    assert answer["RateLimit-Policy"] == '"burst";q=3;w=60, "daily";q=100;w=86400'
    assert answer["RateLimit"] == '"burst";r=2;t=45, "daily";r=99;t=57585'
    assert erp.get("sites/none")["RateLimit"].startswith('"burst";r=1;')


def test_above_the_limit_is_refused_until_the_window_is_over(
    few: None, erp: Partner, world: Tenant, issue: Callable[..., Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [erp.get("sites").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = erp.get("sites")
    assert refused["Retry-After"] == "45"
    assert refused["RateLimit"].startswith('"burst";r=0;t=45')
    body = refused.json()
    assert body["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert body["violated-policies"] == ["burst"]
    assert issue(world).get("sites").status_code == 200  # another credential is counted apart
    stop_clock(monkeypatch, 1_800_000_060.0)
    assert erp.get("sites").status_code == 200


def test_a_refused_post_does_nothing_and_may_be_sent_again(
    few: None, erp: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = {"code": "NEW-1", "address": "x", "lat": 1, "lng": 1}
    for _ in range(3):
        erp.get("sites")
    assert erp.post("sites", site, Idempotency_Key="k").status_code == 429
    stop_clock(monkeypatch, 1_800_000_060.0)
    assert erp.post("sites", site, Idempotency_Key="k").status_code == 201


def test_a_cache_that_is_down_refuses_nobody(erp: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_options: Any) -> None:
        raise ConnectionError("no cache")

    monkeypatch.setattr(cache, "add", fail)
    assert erp.get("sites").status_code == 200
