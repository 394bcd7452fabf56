"""Every test runs on a real PostgreSQL, as the application's login, in a seeded world with two tenants.

A test that rolls back uses `db`. One that commits (races, live server, journeys, on_commit) uses `own_db`: a database copied
from the worker's seeded one and dropped afterwards.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.test import Client

from events.waking import circuit
from tenants.actors import Actor, system_actor
from tenants.migrating import migrate_all
from tenants.models import Tenant
from tenants.provisioning import provision_tenant
from tests.databases import drop_database, drop_roles, make_database, use_database

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai: the day before the first windows


def pytest_configure() -> None:
    """Each worker has a cache of its own: a test may empty it."""
    cache = settings.CACHES["default"]
    if "LOCATION" in cache and WORKER.startswith("gw"):
        address, _sep, query = cache["LOCATION"].partition("?")
        asked = {**dict(parse_qsl(query)), "db": str(int(WORKER.removeprefix("gw")) + 4)}
        cache["LOCATION"] = f"{address}?{urlencode(asked)}"
        with suppress(AttributeError):
            del caches["default"]  # made before this hook, with the address of all


@pytest.fixture(scope="session")
def seeded_database() -> Iterator[str]:
    """The worker's seeded database: its name."""
    name = f"bltest_{secrets.token_hex(4)}_{WORKER}"
    make_database(name)
    use_database(name)
    try:
        migrate_all()
        provision_tenant(slug="acme", kind="fleet", name="ACME 物流")
        provision_tenant(slug="pacific", kind="insurer", name="太平洋财险")
        seed_world()
        roles = list(Tenant.objects.values_list("role_name", flat=True))
        connections.close_all()
        yield name
    finally:
        connections.close_all()
        drop_database(name)
    drop_roles(roles)


def seed_world() -> None:
    """What every test finds; grows with the rooms."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest, request: pytest.FixtureRequest) -> None:
    """pytest-django's hook: our databases instead of Django's."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        request.getfixturevalue("seeded_database")


@pytest.fixture
def own_db(django_db_setup: None, seeded_database: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test's own, where commits are real; dropped afterwards."""
    name = f"{seeded_database}_{secrets.token_hex(3)}"
    connections.close_all()
    make_database(name, template=seeded_database)
    use_database(name)
    try:
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            yield name
            connections.close_all()
    finally:
        use_database(seeded_database)
        drop_database(name)


@pytest.fixture(autouse=True)
def fresh_circuit() -> None:
    """No test leans on what another found out about the broker: a worker that is not woken checks no file."""
    circuit.reset()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def acme(request: pytest.FixtureRequest) -> Tenant:
    return Tenant.objects.get(slug="acme")


@pytest.fixture
def pacific(request: pytest.FixtureRequest) -> Tenant:
    return Tenant.objects.get(slug="pacific")


@pytest.fixture
def system() -> Actor:
    return system_actor("test")


@pytest.fixture
def browser_of() -> Callable[[str], Client]:
    """A test client for a tenant's host: browser_of("acme")."""
    return lambda slug: Client(headers={"host": f"{slug}.{settings.BASE_DOMAIN}" if slug else settings.BASE_DOMAIN})
