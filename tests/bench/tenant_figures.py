"""Figures of the wall: entering and leaving a tenant, and a new tenant ready for use."""

import time
from statistics import median

from django.conf import settings
from django.db import connection, transaction

from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.owner import as_owner
from tenants.postgresql.base import current_wrapper
from tenants.provisioning import drop_tenant, provision_tenant
from tenants.template import read_ddl, replay_ddl
from tests.bench.figures import Figure

ROUNDS = 2_000
TENANTS = 5


def run() -> list[Figure]:
    """Both figures; needs a seeded database."""
    return [measure_entry(), *measure_provisioning()]


def measure_entry() -> Figure:
    """In and out of a tenant within a transaction, with nothing between; the floor is two SELECT 1, rounds interleaved."""
    tenant = Tenant.objects.get(slug="acme")
    ours: list[float] = []
    floor: list[float] = []
    with transaction.atomic():
        for _round in range(ROUNDS):
            start = time.perf_counter()
            with tenant_context(tenant):
                pass
            with connection.cursor():
                pass  # leaving is sent with the next statement's cursor
            middle = time.perf_counter()
            for _twice in range(2):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
                    cursor.fetchone()
            ours.append(middle - start)
            floor.append(time.perf_counter() - middle)
    value, bare = median(ours) * 1000, median(floor) * 1000
    return Figure("entering and leaving a tenant", value, bare, value / bare, 2.0, "ms")


def measure_provisioning() -> list[Figure]:
    """From the request to ready; the floor is one replay of the DDL; django-tenants' own way beside it."""
    with as_owner():
        ddl = read_ddl(settings.TENANT_TEMPLATE_SCHEMA)
        replays, ours = [], []
        for number in range(TENANTS):
            start = time.perf_counter()
            with transaction.atomic():
                replay_ddl(ddl=ddl, schema=f"floor_{number}")
            replays.append(time.perf_counter() - start)
            start = time.perf_counter()
            tenant = provision_tenant(slug=f"bench{number}", kind="fleet", name="Bench")
            ours.append(time.perf_counter() - start)
            with connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA floor_{number} CASCADE")
            drop_tenant(tenant)
        theirs = measure_their_way()
    floor, value = median(replays), median(ours)
    return [
        Figure("new tenant, ready for use", value, floor, value / floor, 4.0),
        Figure("  django-tenants' own way (migrate)", theirs, floor, theirs / floor, None),
    ]


def measure_their_way() -> float:
    """What TenantMixin.save() does: CREATE SCHEMA, then every migration."""
    from tenants.migrating import bring_up, known_migrations

    wrapper = current_wrapper()
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bench_migrated")
    bring_up("bench_migrated", known_migrations(settings.TENANT_APPS), lambda _line: None)
    took = time.perf_counter() - start
    with wrapper.cursor() as cursor:
        cursor.execute("DROP SCHEMA bench_migrated CASCADE")
    return took
