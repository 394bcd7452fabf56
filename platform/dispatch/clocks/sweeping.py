"""What time alone brings about: warnings, breaches, the ends of pauses. Two sweeps at once write each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Q

from dispatch.clocks.breaching import breach_late, has_run_out
from dispatch.clocks.rules import live_alerts
from dispatch.clocks.standing import bring_up
from dispatch.clocks.starting import moment_of
from dispatch.clocks.telling import tell_warning
from dispatch.models import Clock, ClockPause, ClockWarning
from dispatch.models.clocks import first_of
from events.commands import command
from events.copying import copy_rows
from events.each import each_alone
from events.ids import new_id
from tenants.actors import Actor, system_actor

CLOCKS_A_COMMAND: Final = 500
# One question to two partial indexes: the idle sweep costs no more.
TENANTS_DUE: Final = """
SELECT tenant_id FROM dispatch_clock WHERE next_at < %(now)s AND paused_at IS NULL
 UNION SELECT c.tenant_id FROM dispatch_clockpause AS p JOIN dispatch_clock AS c ON c.id = p.clock_id
        WHERE p.ended_at IS NULL AND p.until_at <= %(now)s
"""
WARN: Final = """
UPDATE dispatch_clock AS c SET warned = new.warned, next_at = new.next_at
  FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS new (id, warned, next_at) WHERE c.id = new.id
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep wrote, and how many clocks it looked at."""

    warned: int = 0
    breached: int = 0
    seen: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(self.warned + other.warned, self.breached + other.breached, self.seen + other.seen)


def find_breaches(*, now: datetime) -> int:
    """Sweep; returns how many clocks were found to have run out."""
    return sweep_clocks(now=now).breached


def sweep_clocks(*, now: datetime) -> Swept:
    """Bring every clock whose time for something has come up to `now`, tenant by tenant."""
    with connection.cursor() as cursor:
        cursor.execute(TENANTS_DUE, {"now": now})
        tenants = sorted(key for (key,) in cursor.fetchall())
    return sum(each_alone(tenants, lambda tenant_id: sweep_tenant(tenant_id, now)), Swept())


def sweep_tenant(tenant_id: UUID, now: datetime) -> Swept:
    """One tenant's clocks, in commands of a few hundred."""
    actor, total = system_actor("clocks"), Swept()
    while True:
        step = sweep_some(tenant_id=tenant_id, actor=actor, now=now)
        total += step
        if step.seen < CLOCKS_A_COMMAND:
            return total


@command
def sweep_some(*, tenant_id: UUID, actor: Actor, now: datetime) -> Swept:
    """One step of a sweep: it locks clocks and nothing else; those that another command holds are left to it."""
    clocks = lock_due(tenant_id, now=now)
    late = breach_late(clocks, now=now)
    return Swept(warn([clock for clock in clocks if is_due(clock, now=now)], now=now), len(late), len(clocks))


def lock_due(tenant_id: UUID, *, now: datetime) -> list[Clock]:
    """The clocks of one tenant that wait for a warning or a breach, and those whose pause has ended; up to `now`."""
    over = ClockPause.objects.filter(ended_at__isnull=True, until_at__lte=now, clock__tenant_id=tenant_id)
    over_ids = list(over.values_list("clock_id", flat=True)[:CLOCKS_A_COMMAND])
    mine = Clock.objects.filter(tenant_id=tenant_id).annotate(has_alerts=Exists(live_alerts(now=now)))
    mine = mine.select_related("rule").select_for_update(of=("self",), skip_locked=True)
    due = list(mine.filter(next_at__lt=now, paused_at__isnull=True).order_by("next_at")[:CLOCKS_A_COMMAND])
    resting = mine.filter(pk__in=over_ids).filter(~Q(pk__in=[clock.pk for clock in due])) if over_ids else []
    found = bring_up([*due, *resting], now=now)
    rules = {clock.pk: clock.rule for clock in (*due, *resting)}
    for clock in found:
        clock.rule = rules[clock.pk]
    return found


def is_due(clock: Clock, *, now: datetime) -> bool:
    """Whether a clock that runs and has not run out has used up a share that is warned of."""
    return (
        clock.next_at is not None
        and clock.paused_at is None
        and clock.next_at < now
        and not has_run_out(clock, now=now)
    )


def warn(clocks: Sequence[Clock], *, now: datetime) -> int:
    """Write the highest share that each clock has reached, once; a share that a sleeping beat has passed over is not made up."""
    rows, steps = [], []
    for clock in clocks:
        share, following = share_of(clock, now=now)
        assert clock.due_at is not None
        steps.append((clock.pk, share, moment_of(clock.due_at, clock.length, following)))
        reached_at = moment_of(clock.due_at, clock.length, share)
        rows.append((new_id(), clock.pk, share, reached_at, now))
        tell_warning(clock, share=share, reached_at=reached_at)
    if rows:
        copy_rows(ClockWarning, ("id", "clock", "share", "reached_at", "warned_at"), rows)
        with connection.cursor() as cursor:
            cursor.execute(WARN, columns(steps))
    return len(rows)


def share_of(clock: Clock, *, now: datetime) -> tuple[int, int]:
    """The highest share that is used up and was not warned of, and the next one."""
    assert clock.due_at is not None
    due_at, shares = clock.due_at, clock.rule.warn_at
    reached = [s for s in shares if clock.warned < s < 100 and moment_of(due_at, clock.length, s) < now]
    share = max(reached)
    return share, first_of(shares, after=share)


def columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as columns, for unnest."""
    return [list(column) for column in zip(*rows, strict=True)]
