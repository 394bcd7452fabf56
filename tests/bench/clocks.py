"""Figure: the clock sweep over 100,000 running clocks, beside one indexed query that returns the due ones.

The first figure is the sweep as it mostly is, with no clock due: it must find that out. The second writes 100 breaches, each with
its fact and its step in the log, which no query does; it has no floor to reach.
"""

from datetime import datetime, timedelta
from statistics import median
from typing import Final

from django.db import connection

from config import clock
from dispatch.clocks import start_clocks, sweep_clocks
from dispatch.models import Clock
from dispatch.requests import ClockStart
from events.commands import command
from events.ids import new_id
from tenants.actors import Actor, system_actor
from tenants.models import Tenant
from tests.bench.figures import Figure
from tests.bench.grid import timed

CLOCKS: Final = 100_000
DUE: Final = 100
ROUNDS, WARM_UP = 300, 20
FLOOR: Final = "SELECT id FROM dispatch_clock WHERE next_at < %s AND paused_at IS NULL"


def run() -> list[Figure]:
    """Medians, rounds of sweep and query interleaved; needs a seeded database."""
    now = clock.now()
    tenants = list(Tenant.objects.order_by("slug"))
    for place, tenant in enumerate(tenants):
        count = CLOCKS // len(tenants) + (place < CLOCKS % len(tenants))
        start_many(tenant=tenant, count=count, actor=system_actor("bench"), now=now)
    if Clock.objects.filter(stopped_at=None).count() < CLOCKS:
        raise AssertionError(Clock.objects.count())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dispatch_clock")
    sweeps, floors = [], []
    for number in range(WARM_UP + ROUNDS):
        sweep, floor = timed(lambda: sweep_clocks(now=now)), timed(lambda: ask_due(now))
        if number >= WARM_UP:
            sweeps.append(sweep)
            floors.append(floor)
    value, floor = median(sweeps), median(floors)
    due, asked = measure_due(tenants, now)
    return [
        Figure(
            f"clock sweep over {CLOCKS:,} running clocks, none due",
            value * 1000,
            floor * 1000,
            value / floor,
            3.0,
            "ms",
        ),
        Figure(f"  the same, {DUE} due and written down", due * 1000, asked * 1000, due / asked, None, "ms"),
    ]


@command
def start_many(*, tenant: Tenant, count: int, actor: Actor, now: datetime) -> None:
    """Progress clocks that began within the last eleven hours: none is due, in no share of its day."""
    start_clocks(
        tenant_id=tenant.pk,
        clocks=[
            ClockStart(
                kind="progress", subject_id=new_id(), subject=f"job_{number:06d}",
                started_at=now - timedelta(seconds=number % 39_600),
            )
            for number in range(count)
        ],
        now=now,
    )  # fmt: skip


def ask_due(now: datetime) -> int:
    """The floor: one indexed query, every row fetched."""
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, [now])
        return len(cursor.fetchall())


def measure_due(tenants: list[Tenant], now: datetime) -> tuple[float, float]:
    """Clocks of ten minutes that ran out, started anew for each round; the query is asked just before the sweep."""
    sweeps, floors = [], []
    for number in range(10):
        later = now + timedelta(seconds=number)
        for tenant in tenants:
            start_late(tenant=tenant, count=DUE // len(tenants), actor=system_actor("bench"), now=later)
        floors.append(timed(lambda later=later: ask_due(later)))  # type: ignore[misc]
        sweeps.append(timed(lambda later=later: sweep_clocks(now=later)))  # type: ignore[misc]
    if Clock.objects.filter(breached_at__isnull=False).count() != 10 * DUE:
        raise AssertionError(Clock.objects.filter(breached_at__isnull=False).count())
    return median(sweeps), median(floors)


@command
def start_late(*, tenant: Tenant, count: int, actor: Actor, now: datetime) -> None:
    """Clocks that have run out already."""
    begun = now - timedelta(hours=1)
    clocks = [
        ClockStart(kind="dispatch", subject_id=new_id(), subject=f"job_{number}", started_at=begun)
        for number in range(count)
    ]
    start_clocks(tenant_id=tenant.pk, clocks=clocks, now=now)
