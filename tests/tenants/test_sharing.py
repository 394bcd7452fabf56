"""Connections that pass from hand to hand, and threads that change tenants: never another's role, path or rows."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, connections, transaction

from events.book.models import Entry
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.postgresql.base import DatabaseWrapper
from tests.tenants.places import refused, run_sql, stand, stand_of

THREADS = 8
TURNS = 40
Row = tuple[int, str]


def write_mark(tenant: Tenant) -> None:
    """A row in the tenant's book that says whose it is."""
    with tenant_context(tenant):
        Entry.objects.create(
            seq=1, type="mark", version=1, subject=tenant.slug, data={}, occurred_at="2026-01-01T00:00Z"
        )


def pooled_wrapper(size: int) -> DatabaseWrapper:
    """A connection as `DATABASE_POOL=1` makes it."""
    entry = deepcopy(connections["default"].settings_dict)
    entry["OPTIONS"] = {**entry["OPTIONS"], "pool": {"min_size": size, "max_size": size, "timeout": 20}}
    return DatabaseWrapper(entry, "default")


@pytest.fixture
def pool(own_db: str) -> Iterator[DatabaseWrapper]:
    """A pool of one connection; everyone gets what the last one gave back."""
    before = connections["default"]
    wrapper = pooled_wrapper(1)
    connections["default"] = wrapper
    try:
        yield wrapper
    finally:
        wrapper.close()
        wrapper.close_pool()
        connections["default"] = before


def backend() -> object:
    return run_sql("SELECT pg_backend_pid()")[0][0]


def test_a_pooled_connection_is_handed_on_clean(pool: DatabaseWrapper, acme: Tenant, pacific: Tenant) -> None:
    first = backend()

    def hand_on() -> None:
        connection.close()
        assert stand() == stand_of(None)
        assert backend() == first

    with tenant_context(acme):
        assert stand() == stand_of(acme)
    hand_on()
    with pytest.raises(DatabaseError), tenant_context(acme):
        run_sql("SELECT 1/0")
    hand_on()
    with pytest.raises(ValueError), tenant_context(acme):
        raise ValueError
    hand_on()
    with tenant_context(pacific):
        assert stand() == stand_of(pacific)


def test_a_pooled_connection_given_back_in_the_middle_of_a_stay_is_clean(pool: DatabaseWrapper, acme: Tenant) -> None:
    """As when a request is torn down: the pool itself rolls back."""
    first = backend()
    atomic = transaction.atomic()
    atomic.__enter__()
    stay = tenant_context(acme)
    stay.__enter__()
    assert stand() == stand_of(acme)
    connection.close()
    stay.__exit__(None, None, None)
    atomic.__exit__(None, None, None)
    assert stand() == stand_of(None)
    assert backend() == first
    with refused(), transaction.atomic():
        run_sql("SELECT * FROM {acme}.events_book_entry", acme=acme)


def wander(seed: int, tenants: list[Tenant]) -> list[Row]:
    """Enter tenants at random, in every way that ends; what was seen where."""
    rng = random.Random(seed)
    seen: list[Row] = []
    for _turn in range(TURNS):
        tenant, other = rng.sample(tenants, 2)
        ending = rng.choice(["commit", "error", "database", "savepoint", "nested"])
        try:
            with tenant_context(tenant):
                seen.append((tenants.index(tenant), Entry.objects.get(seq=1).subject))
                if ending == "error":
                    raise ValueError
                if ending == "database":
                    run_sql("SELECT 1/0")
                if ending == "nested":
                    with tenant_context(other):
                        seen.append((tenants.index(other), Entry.objects.get(seq=1).subject))
                if ending == "savepoint":
                    with pytest.raises(ValueError), transaction.atomic(), tenant_context(other):
                        raise ValueError
                seen.append((tenants.index(tenant), Entry.objects.get(seq=1).subject))
        except (ValueError, DatabaseError):
            pass
        assert stand() == stand_of(None)
        if rng.random() < 0.2:
            connection.close()
    return seen


@pytest.mark.parametrize("pool_size", [0, 3])
def test_eight_threads_that_change_tenants_see_their_own_rows_alone(
    pool_size: int, own_db: str, acme: Tenant, pacific: Tenant
) -> None:
    tenants = [acme, pacific]
    for tenant in tenants:
        write_mark(tenant)
    shared = pooled_wrapper(pool_size) if pool_size else None

    def work(seed: int) -> list[Row]:
        if pool_size:
            connections["default"] = pooled_wrapper(pool_size)
        try:
            return wander(seed, tenants)
        finally:
            connections.close_all()

    try:
        with ThreadPoolExecutor(THREADS) as threads:
            seen = [row for rows in threads.map(work, range(THREADS)) for row in rows]
    finally:
        if shared:
            shared.close_pool()
    assert len(seen) > THREADS * TURNS
    assert {(index, subject) for index, subject in seen} == {(0, "acme"), (1, "pacific")}


@pytest.mark.django_db
def test_caches_are_keyed_by_tenant(acme: Tenant, pacific: Tenant) -> None:
    cache.set("greeting", "core")
    for tenant in (acme, pacific):
        with tenant_context(tenant):
            assert cache.get("greeting") is None
            cache.set("greeting", tenant.slug)
            assert cache.add("greeting", "again") is False
    with tenant_context(acme):
        assert cache.get_many(["greeting"]) == {"greeting": "acme"}
        cache.delete("greeting")
        assert cache.get("greeting") is None
    with tenant_context(pacific):
        assert cache.get("greeting") == "pacific"
        cache.delete("greeting")
    assert cache.get("greeting") == "core"
    cache.delete("greeting")
