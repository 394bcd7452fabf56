"""What is written when a clock has run out: the breach, once; and the alert that excuses it, if there was one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from dispatch.clocks.telling import tell_breach, tell_excused
from dispatch.models import AreaAlert, Clock, ClockExcuse

# Breached while an alert of their area held whose rule, in force at that time, lets such clocks stand still.
EXCUSED: Final = """
SELECT DISTINCT ON (c.id) c.id, a.id
  FROM dispatch_clock AS c
  JOIN dispatch_areaalert AS a
    ON a.status <> 'withdrawn' AND c.due_at BETWEEN a.starts_at AND coalesce(a.ended_at, a.ends_at)
 WHERE c.id = ANY(%s) AND c.breached_at IS NOT NULL
   AND c.area_ids && a.area_ids
   AND (SELECT r.pauses FROM dispatch_pauserule AS r
         WHERE r.cause = a.kind AND r.kind = c.kind AND r.valid_from <= c.due_at
         ORDER BY r.valid_from DESC, r.id DESC LIMIT 1)
   AND NOT EXISTS (SELECT 1 FROM dispatch_clockexcuse AS e WHERE e.clock_id = c.id)
 ORDER BY c.id, a.id
"""


def has_run_out(clock: Clock, *, now: datetime) -> bool:
    """Whether the limit was passed while the clock ran, and nobody has said so yet."""
    return clock.breached_at is None and clock.due_at is not None and clock.due_at < (clock.paused_at or now)


def breach_late(clocks: Sequence[Clock], *, now: datetime) -> list[Clock]:
    """Of locked clocks that were brought up to `now`, write the breach of each that has run out; returns those."""
    late = [clock for clock in clocks if has_run_out(clock, now=now)]
    if not late:
        return []
    Clock.objects.filter(pk__in=[clock.pk for clock in late]).update(breached_at=now, next_at=None)
    for clock in late:
        clock.breached_at, clock.next_at = now, None
    record_breaches(late, now=now)
    return late


def record_breaches(clocks: Sequence[Clock], *, now: datetime) -> None:
    """The facts of breaches that are written, and their excuses."""
    for clock in clocks:
        tell_breach(clock, breached_at=now)
    excuse([clock.pk for clock in clocks], now=now)


def excuse(clock_ids: Sequence[UUID], *, now: datetime) -> int:
    """Write which of these breaches an area alert excuses, by rule alone; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(EXCUSED, [list(clock_ids)])
        pairs = cursor.fetchall()
    if not pairs:
        return 0
    ClockExcuse.objects.bulk_create([ClockExcuse(clock_id=key, alert_id=alert, excused_at=now) for key, alert in pairs])
    clocks = Clock.objects.in_bulk([key for key, _alert in pairs])
    alerts = AreaAlert.objects.in_bulk({alert for _key, alert in pairs})
    for key, alert in pairs:
        tell_excused(clocks[key], alert=alerts[alert])
    return len(pairs)
