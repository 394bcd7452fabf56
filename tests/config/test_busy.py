"""Somebody else is at the same rows: portal and console say so in a page, nothing is kept, and the same goes through later."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connection, connections, transaction
from django.test import Client

from config import clock
from events.ids import public_id
from events.models import Fact
from repair.models import Job
from tenants.models import Tenant
from tenants.people.seed import ensure_membership, ensure_staff, ensure_user
from tests.repair.world import build_world


@contextmanager
def held(job: Job) -> Iterator[None]:
    """Another connection holds the job's row."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM repair_job WHERE id = %s FOR UPDATE", [job.pk])
        yield
        with other.cursor() as cursor:
            cursor.execute("ROLLBACK")
    finally:
        other.close()


@pytest.fixture
def job(own_db: str, acme: Tenant, settings: Any) -> Job:
    settings.STORAGES = {
        **project.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with transaction.atomic():
        made = build_world(acme, clock.now()).order()
    settings.DATABASE_LIMITS = {**project.DATABASE_LIMITS, "lock_timeout": "200ms"}
    connections.close_all()
    return made


def client_at(host: str, user: Any, language: str) -> Client:
    client = Client(headers={"host": f"{host}.{project.BASE_DOMAIN}", "accept-language": language})
    client.raise_request_exception = False
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Somebody else is changing the same thing"), ("zh-hans", "他人正在修改")]
)
def test_a_page_of_the_portal_says_busy_and_keeps_nothing(
    job: Job, acme: Tenant, language: str, said: str, now: datetime
) -> None:
    user = ensure_user(email="wang@acme.example", name="王")
    ensure_membership(user=user, tenant=acme, roles=["fleet_manager"])
    client = client_at("acme", user, language)
    url = f"/orders/{public_id('ord', job.order_id)}/cancel/"
    before = Fact.objects.count()
    with held(job):
        answer = client.post(url, {"reason": "no need"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert said in answer.content.decode()
    assert Fact.objects.count() == before
    assert client.post(url, {"reason": "no need"}).status_code == 302
    assert Job.objects.get(pk=job.pk).status == "cancelled"


def test_a_page_of_the_console_says_busy_and_keeps_nothing(job: Job) -> None:
    user = ensure_user(email="lead@console.example", name="lead")
    ensure_staff(user=user, roles=["lead"])
    client = client_at("ops", user, "en")
    url = f"/repair/jobs/{public_id('job', job.pk)}/steps/hold/"
    with held(job):
        answer = client.post(url, {"cause": "ours", "reason": "storm"})
    assert answer.status_code == 503
    assert "Somebody else is changing the same thing" in answer.content.decode()
    assert Job.objects.get(pk=job.pk).held_since is None
    assert client.post(url, {"cause": "ours", "reason": "storm"}).status_code == 302
    assert Job.objects.get(pk=job.pk).held_since is not None


def test_another_fault_of_the_database_is_still_a_500(job: Job, acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from fleet.views.orders import lists

    def fail(*_args: Any, **_more: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(lists, "render", fail)
    user = ensure_user(email="wang@acme.example", name="王")
    ensure_membership(user=user, tenant=acme, roles=["fleet_manager"])
    assert client_at("acme", user, "en").get("/orders/").status_code == 500
