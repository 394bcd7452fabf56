"""Figure: the dispatch board with 2,000 open legs over HTTP, beside its SQL alone, and how many queries it costs."""

from datetime import datetime, timedelta
from statistics import median
from typing import Final

from django.conf import settings
from django.db import connection
from django.test import Client

from config import clock
from dispatch.models import Area, Leg
from dispatch.requests import LegSpec
from dispatch.services.assigning import solve
from dispatch.services.legs import plan_legs
from events.ids import new_id
from tenants.actors import system_actor
from tenants.models import Tenant
from tenants.people.models import User
from tests.bench.figures import Figure
from tests.bench.grid import fetch, read_queries, timed

LEGS: Final = 2_000
ROUNDS, WARM_UP = 60, 10
PLACES: Final = ("", "?group=late", "?group=named&window=later", "?q=00199&page=1", "?page=20")


def run() -> list[Figure]:
    """Medians over several narrowings of the board, and the most queries that one of them costs; needs a seeded database."""
    make_legs(clock.now())
    client = Client(headers={"host": settings.OPERATOR_HOST})
    client.force_login(
        User.objects.get(email="dispatcher@baylink.example"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    queries = {place: read_queries(client, f"/dispatch/{place}") for place in PLACES}
    pages, floors = [], []
    for number in range(WARM_UP + ROUNDS):
        place = PLACES[number % len(PLACES)]
        page = timed(lambda place=place: client.get(f"/dispatch/{place}"))  # type: ignore[misc]
        floor = timed(lambda place=place: ask_again(queries[place]))  # type: ignore[misc]
        if number >= WARM_UP:
            pages.append(page)
            floors.append(floor)
    value, floor = median(pages), median(floors)
    most = max(len(found) for found in queries.values())
    return [
        Figure(f"dispatch board with {LEGS:,} open legs, p50", value * 1000, floor * 1000, value / floor, 3.0, "ms"),
        Figure("  its queries", most, None, None, 14, "queries"),
    ]


def make_legs(now: datetime) -> None:
    """Legs of three days from every area; the planner names agents for as many as the shifts hold."""
    areas = list(Area.objects.order_by("code"))
    tenants = list(Tenant.objects.order_by("slug"))
    specs = [leg_spec(number, areas[number % len(areas)], now) for number in range(LEGS)]
    for place, tenant in enumerate(tenants):
        plan_legs(tenant_id=tenant.pk, legs=specs[place :: len(tenants)], actor=system_actor("bench"), now=now)
    solve(now=now)
    if Leg.objects.count() != LEGS:
        raise AssertionError(f"{Leg.objects.count()} legs")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dispatch_leg")


def leg_spec(number: int, area: Area, now: datetime) -> LegSpec:
    """A pickup near the centre of an area, in a window of four hours."""
    start = now + timedelta(minutes=30 + (number * 37) % (3 * 24 * 60))
    return LegSpec(
        purpose_id=new_id(),
        kind="pickup",
        label=f"沪B{number:05d}",
        window_start=start,
        window_end=start + timedelta(hours=4),
        received_at=now - timedelta(minutes=number % 20),
        from_address=f"{area.name}路{number}号",
        from_lat=area.lat + (number % 9 - 4) * 0.004,
        from_lng=area.lng + (number % 7 - 3) * 0.004,
        to_address="车间",
        to_lat=area.lat,
        to_lng=area.lng,
        vehicle_class="small_car",
        contact="王娟平",
        phone="13900000000",
    )


def ask_again(queries: list[str]) -> None:
    """A page's SQL alone, every row fetched."""
    with connection.cursor() as cursor:
        fetch(cursor, queries)
