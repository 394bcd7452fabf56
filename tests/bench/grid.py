"""Figure: a page of the sheet of a 10,000-row batch over HTTP, beside its SQL alone."""

import csv
import io
import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from fleet.models import Batch
from fleet.services.checking import check_file
from fleet.services.receiving import receive_batch
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tenants.people.models import User
from tests.bench.batch import make_csv
from tests.bench.figures import Figure

ROUNDS: Final = 40
WRONG: Final = 10  # every tenth row has a fault
PLACES: Final = ("?", "?status=all&page=100", "?field=vin", "?status=all&q=bench-0099")


def run() -> list[Figure]:
    """Median of several pages of the sheet, and the most queries that one of them costs; needs a seeded database."""
    tenant = Tenant.objects.get(slug="acme")
    client = Client(headers={"host": f"acme.{settings.BASE_DOMAIN}"})
    client.force_login(
        User.objects.get(email="manager@acme.example"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    address = f"{make_batch(tenant).get_absolute_url()}grid/"
    queries = {place: read_queries(client, address + place) for place in PLACES}
    pages, floors = [], []
    for round_ in range(ROUNDS):
        place = PLACES[round_ % len(PLACES)]
        pages.append(timed(lambda place=place: client.get(address + place)))  # type: ignore[misc]
        floors.append(timed(lambda place=place: ask_again(tenant, queries[place])))  # type: ignore[misc]
    value, floor = median(pages), median(floors)
    most = max(sum(is_of_book(query) for query in found) for found in queries.values())
    return [
        Figure("page of a 10,000-row batch's sheet", value * 1000, floor * 1000, value / floor, 3.0, "ms"),
        Figure("  its queries", most, None, None, 9, "queries"),
    ]


def make_batch(tenant: Tenant) -> Batch:
    """10,000 rows, checked, every tenth with a wrong VIN."""
    rows = list(csv.DictReader(io.StringIO(make_csv().decode("utf-8-sig"))))
    for row in rows[::WRONG]:
        row["vin"] = row["vin"][:15]
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    actor = Actor(kind="user", id="bench", name="Bench", tenant=tenant, roles=frozenset({"admin", "fleet_manager"}))
    batch = receive_batch(
        name="sheet.csv", content=out.getvalue().encode(), policy=None, channel="portal", actor=actor, now=clock.now()
    )
    check_file(tenant=tenant, batch_id=batch.pk, clock=clock.now)
    with tenant_context(tenant):
        return Batch.objects.get(pk=batch.pk)


def read_queries(client: Client, address: str) -> list[str]:
    """The SQL of one page, after one that warmed the caches."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return [
        str(query["sql"]) for query in found.captured_queries if str(query["sql"]).startswith(("SELECT", "\nSELECT"))
    ]


def is_of_book(query: str) -> bool:
    """Whether it reads the tenant's own rows; the person and the session are of the core."""
    return "fleet_" in query


def ask_again(tenant: Tenant, queries: list[str]) -> None:
    """A page's SQL alone, as text, each where the page asked it, every row fetched."""
    with connection.cursor() as cursor:
        fetch(cursor, [query for query in queries if not is_of_book(query)])
    with tenant_context(tenant), connection.cursor() as cursor:
        fetch(cursor, [query for query in queries if is_of_book(query)])


def fetch(cursor: Any, queries: list[str]) -> None:
    """Each query and its rows."""
    for query in queries:
        cursor.execute(query)
        if cursor.description:
            cursor.fetchall()


def timed(call: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
