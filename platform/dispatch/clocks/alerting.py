"""What an area alert does to the clocks of its areas, tenant by tenant: those that run stand still, those that had run out
while it held are excused, and when it is over all run on.

Whoever touches a single clock finds the same by himself (`standing`); this reaches those that nobody touches.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from dispatch.clocks.breaching import excuse
from dispatch.clocks.standing import lock_clocks
from dispatch.models import Clock
from events.commands import command
from events.each import each_alone
from tenants.actors import Actor, system_actor

CLOCKS_A_COMMAND: Final = 200
TO_PAUSE: Final = """
SELECT {what} FROM dispatch_areaalert AS a
  JOIN dispatch_clock AS c ON c.area_ids && a.area_ids AND c.started_at < a.ends_at
   AND c.stopped_at IS NULL AND c.cancelled_at IS NULL AND c.breached_at IS NULL
 WHERE a.status IN ('announced', 'in_force') AND greatest(a.starts_at, a.opened_at) <= %(now)s
   AND (SELECT r.pauses FROM dispatch_pauserule AS r
         WHERE r.cause = a.kind AND r.kind = c.kind AND r.valid_from <= greatest(a.starts_at, a.opened_at, c.started_at)
         ORDER BY r.valid_from DESC, r.id DESC LIMIT 1)
   AND (c.due_at IS NULL OR c.due_at >= coalesce(c.paused_at, greatest(a.starts_at, a.opened_at, c.started_at)))
   AND NOT EXISTS (SELECT 1 FROM dispatch_clockpause AS p WHERE p.clock_id = c.id AND p.alert_id = a.id)
"""
TO_EXCUSE: Final = """
SELECT {what} FROM dispatch_areaalert AS a
  JOIN dispatch_clock AS c ON c.area_ids && a.area_ids AND c.breached_at IS NOT NULL
   AND c.due_at BETWEEN a.starts_at AND coalesce(a.ended_at, a.ends_at)
 WHERE (a.status IN ('announced', 'in_force') OR a.ended_at > %(now)s - interval '1 day') AND a.opened_at <= %(now)s
   AND (SELECT r.pauses FROM dispatch_pauserule AS r
         WHERE r.cause = a.kind AND r.kind = c.kind AND r.valid_from <= c.due_at
         ORDER BY r.valid_from DESC, r.id DESC LIMIT 1)
   AND NOT EXISTS (SELECT 1 FROM dispatch_clockexcuse AS e WHERE e.clock_id = c.id)
"""
TO_RUN_ON: Final = """
SELECT {what} FROM dispatch_clockpause AS p
  JOIN dispatch_areaalert AS a ON a.id = p.alert_id AND coalesce(a.ended_at, a.ends_at) <= %(now)s
  JOIN dispatch_clock AS c ON c.id = p.clock_id
 WHERE p.ended_at IS NULL
"""
Step = Callable[..., int]


def apply_alerts(*, now: datetime) -> int:
    """Do what alerts have to do to clocks and have not done; returns to how many. Two at once do each once."""
    steps = ((TO_RUN_ON, bring_up_some), (TO_PAUSE, bring_up_some), (TO_EXCUSE, excuse_some))
    return sum(apply_step(asked, step, now) for asked, step in steps)


def apply_step(asked: str, step: Step, now: datetime) -> int:
    """One step for every tenant that has clocks for it, in commands of at most two hundred."""
    tenants = sorted({row[0] for row in ask(asked, "DISTINCT c.tenant_id", now=now)})
    actor = system_actor("alerts")

    def work(tenant_id: UUID) -> int:
        total = 0
        while True:
            done: int = step(asked=asked, tenant_id=tenant_id, actor=actor, now=now)
            total += done
            if done < CLOCKS_A_COMMAND:
                return total

    return sum(each_alone(tenants, work))


def ask(asked: str, what: str, *, now: datetime, tenant_id: UUID | None = None) -> list[tuple[Any, ...]]:
    """Which tenants have clocks for a step, or which clocks of one tenant are next."""
    ending = "" if tenant_id is None else " AND c.tenant_id = %(tenant)s ORDER BY c.id LIMIT %(most)s"
    statement = asked.format(what=what) + ending
    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": now, "tenant": tenant_id, "most": CLOCKS_A_COMMAND})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def lock_asked(asked: str, tenant_id: UUID, *, now: datetime) -> list[Clock]:
    """The next clocks of a step, locked and brought up; what another command holds is left to it."""
    keys = [row[0] for row in ask(asked, "DISTINCT c.id", now=now, tenant_id=tenant_id)]
    return lock_clocks(Clock.objects.filter(pk__in=keys), now=now, skip_locked=True)


@command
def bring_up_some(*, asked: str, tenant_id: UUID, actor: Actor, now: datetime) -> int:
    """Let clocks of one tenant stand still, or run on: that is what bringing them up does."""
    return len(lock_asked(asked, tenant_id, now=now))


@command
def excuse_some(*, asked: str, tenant_id: UUID, actor: Actor, now: datetime) -> int:
    """Excuse breaches of one tenant."""
    return excuse([clock.pk for clock in lock_asked(asked, tenant_id, now=now)], now=now)
