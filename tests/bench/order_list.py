"""The order list, 50 rows of 100,000, over HTTP: in its tenant, and as plain Django with the same rows (tests/bench/plain.py)."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection, connections
from django.test import Client

from events.book.models import Entry
from events.copying import copy_rows
from events.ids import new_id
from fleet.models import Order, OrderSearch, Vehicle
from fleet.projectors import ORDER_FIELDS, VEHICLE_FIELDS
from repair import states as jobs
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.owner import application_login, as_owner
from tenants.people.models import Membership
from tests.bench.figures import Figure

ORDERS = 100_000
ROUNDS, WARM_UP = 200, 30
STATES = sorted(jobs.JOB.states)
PATHS = {"50 rows of 100,000": "/orders/", "narrowed and searched": "/orders/?group=open&q=%E6%B2%AAk00"}
SCHEMA = "plain"


def run() -> list[Figure]:
    """Needs a seeded database that nobody else uses: the book is filled, and copied for the floor."""
    tenant = Tenant.objects.get(slug="acme")
    fill(tenant)
    copy_plainly(tenant)
    cookie = sign_in(tenant)
    connections.close_all()
    with served("config.wsgi:application") as ours, served("tests.bench.plain:application") as plain:
        return [measure(name, path, tenant, cookie, ours, plain) for name, path in PATHS.items()]


def fill(tenant: Tenant) -> None:
    """A book of a hundred thousand orders, most of them over, with what they are looked up by and one entry each."""
    now = datetime.now(UTC)
    vehicle = new_id()
    with tenant_context(tenant):
        first = Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        copy_rows(Vehicle, VEHICLE_FIELDS, [(vehicle, "LSVBENCH000000001", "沪A00001", "V80", "van", "manual", now, 1)])
        orders = [order_row(number, vehicle, now) for number in range(ORDERS)]
        copy_rows(Order, ORDER_FIELDS, orders)
        copy_rows(
            OrderSearch,
            ("order", "text"),
            ((row[0], f"{row[2]}\n{row[3]}\n{row[9]}\n{row[8]}".lower()) for row in orders),
        )
        entries = (
            (first + n, "order.placed", 1, str(row[0]), "{}", "bench", now) for n, row in enumerate(orders, start=1)
        )
        copy_rows(Entry, ("seq", "type", "version", "subject", "data", "actor_name", "occurred_at"), entries)


def order_row(number: int, vehicle: Any, now: datetime) -> tuple[Any, ...]:
    """The columns of an order, in the order of ORDER_FIELDS."""
    status = STATES[number % len(STATES)] if number % 5 == 0 else jobs.CLOSED
    start = now + timedelta(minutes=number % 10_000 - 5_000)
    asked = (
        f"BENCH-{number:06d}", f"R-{number}", None, "api", "repair", "保养", f"LSVKF{number:012d}", f"沪K{number:06d}", "V80",
        f"SH-{number % 10}", "上海市", 31.2, 121.4, "王娟平", "+8613900000000", start, start + timedelta(hours=2), None,
        "华东干线", "", False, "", "", None, None, now,
    )  # fmt: skip
    return (new_id(), vehicle, *asked, now, status, now, "", False, "", "", "", "", 0, 1, now)


def copy_plainly(tenant: Tenant) -> None:
    """The same tables, indexes and rows in a schema that plain Django reads as its own."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename ~ '^(fleet|events_book)_'",
            [tenant.schema_name],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'CREATE TABLE {SCHEMA}."{table}" (LIKE "{tenant.schema_name}"."{table}" INCLUDING ALL)')
            cursor.execute(f'INSERT INTO {SCHEMA}."{table}" SELECT * FROM "{tenant.schema_name}"."{table}"')
        cursor.execute(f'GRANT USAGE ON SCHEMA {SCHEMA} TO "{application_login()}"')
        cursor.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO "{application_login()}"')
        cursor.execute("VACUUM ANALYZE")


def sign_in(tenant: Tenant) -> str:
    """The cookie of a fleet manager's session."""
    client = Client(headers={"host": f"{tenant.slug}.{settings.BASE_DOMAIN}"})
    manager = Membership.objects.select_related("user").filter(tenant=tenant, roles__contains=["fleet_manager"])[0].user
    client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@contextmanager
def served(application: str) -> Iterator[int]:
    """One worker of the server that production runs, over the bench's database; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    name = str(settings.DATABASES["default"]["NAME"])
    database_url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    env = os.environ | {"DATABASE_URL": database_url, "DATABASE_POOL": "1", "PYTHONPATH": os.pathsep.join(sys.path[:2])}
    command = ["gunicorn", application, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "2"]
    child = subprocess.Popen([sys.executable, "-m", *command, "--no-control-socket", "--log-level", "warning"], env=env)
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.2)
        yield port
    finally:
        child.terminate()
        child.wait(timeout=20)


def measure(name: str, path: str, tenant: Tenant, cookie: str, ours: int, plain: int) -> Figure:
    """The median of requests to both in turn."""
    headers = {"Host": f"{tenant.slug}.{settings.BASE_DOMAIN}", "Cookie": cookie}
    took: dict[int, list[float]] = {ours: [], plain: []}
    for number in range(WARM_UP + ROUNDS):
        for port in (ours, plain):
            seconds, body = ask(port, path, headers)
            if number == 0 and body.count(b"data-href") != 50:
                raise AssertionError(f"{path} at {port} shows {body.count(b'data-href')} rows: {body[:300]!r}")
            if number >= WARM_UP:
                took[port].append(seconds)
    value, floor = median(took[ours]) * 1000, median(took[plain]) * 1000
    return Figure(f"order list over HTTP, p50: {name}", value, floor, value / floor, 1.3, "ms")


def ask(port: int, path: str, headers: dict[str, str]) -> tuple[float, bytes]:
    """One request on a connection of its own; the seconds until all of the answer was read."""
    start = time.perf_counter()
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    client.request("GET", path, headers=headers)
    response = client.getresponse()
    body = response.read()
    client.close()
    if response.status != 200:
        raise AssertionError(f"{path} at {port}: {response.status} {response.headers.items()} {body[:300]!r}")
    return time.perf_counter() - start, body
