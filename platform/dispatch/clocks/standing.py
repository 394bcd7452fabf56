"""How clocks stand at a moment: locked, with the pauses that have begun or ended meanwhile written down.

A clock's place follows from its pauses alone, in whatever order they were written: the stretches that are their union move its
end, and the one that is open is where it stands. `REST` works that out; a trigger asks for the same.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, QuerySet

from dispatch.clocks.rules import live_alerts
from dispatch.clocks.telling import tell_paused, tell_resumed
from dispatch.models import Clock, ClockPause
from events.copying import copy_rows
from events.ids import new_id

PAUSE_FIELDS: Final = ("id", "clock", "reason", "alert", "began_at", "until_at")

# Clocks that run under an alert of their area whose rule lets them stand still, and do not yet.
UNDER_ALERTS: Final = """
SELECT c.id, a.id, a.kind, greatest(a.starts_at, a.opened_at, c.started_at), a.ends_at
  FROM dispatch_clock AS c
  JOIN dispatch_areaalert AS a
    ON a.status IN ('announced', 'in_force') AND greatest(a.starts_at, a.opened_at) <= %(now)s AND a.ends_at > c.started_at
 WHERE c.id = ANY(%(clocks)s) AND c.breached_at IS NULL
   AND c.area_ids && a.area_ids
   AND (SELECT r.pauses FROM dispatch_pauserule AS r
         WHERE r.cause = a.kind AND r.kind = c.kind AND r.valid_from <= greatest(a.starts_at, a.opened_at, c.started_at)
         ORDER BY r.valid_from DESC, r.id DESC LIMIT 1)
   AND NOT EXISTS (SELECT 1 FROM dispatch_clockpause AS p WHERE p.clock_id = c.id AND p.alert_id = a.id)
 ORDER BY c.id, 4, a.id
"""
# By rule at `until_at`; under an alert when that is over, wherever its end lies by now.
EXPIRE: Final = """
UPDATE dispatch_clockpause AS p SET ended_at = old.over
  FROM (SELECT q.id, greatest(q.began_at, least(q.until_at, coalesce(a.ended_at, a.ends_at))) AS over
          FROM dispatch_clockpause AS q LEFT JOIN dispatch_areaalert AS a ON a.id = q.alert_id
         WHERE q.clock_id = ANY(%s) AND q.ended_at IS NULL
           AND least(q.until_at, coalesce(a.ended_at, a.ends_at)) <= %s) AS old
 WHERE p.id = old.id RETURNING p.clock_id
"""
# In seconds: an interval of days would be as long as the session's time zone makes them.
REST: Final = """
UPDATE dispatch_clock AS c
   SET paused_at = new.since, due_at = new.due_at, next_at = c.next_at + (new.due_at - c.due_at)
  FROM (SELECT k.id, k.paused_at AS was_since, k.due_at AS was_due,
               min(lower(s.stretch)) FILTER (WHERE upper_inf(s.stretch)) AS since,
               max(upper(s.stretch)) AS over,
               max(lower(s.stretch)) FILTER (WHERE NOT upper_inf(s.stretch)) AS last,
               k.started_at + make_interval(secs => (extract(epoch FROM k.length) + coalesce(sum(extract(epoch FROM
                   upper(s.stretch) - lower(s.stretch))) FILTER (WHERE NOT upper_inf(s.stretch)), 0))::float8) AS due_at
          FROM dispatch_clock AS k
          LEFT JOIN LATERAL (SELECT unnest(range_agg(tstzrange(p.began_at, p.ended_at))) AS stretch
                               FROM dispatch_clockpause AS p
                              WHERE p.clock_id = k.id AND p.ended_at IS DISTINCT FROM p.began_at) AS s ON true
         WHERE k.id = ANY(%s)
         GROUP BY k.id) AS new
 WHERE c.id = new.id AND (c.paused_at, c.due_at) IS DISTINCT FROM (new.since, new.due_at)
RETURNING c.id, coalesce(new.was_since, new.last), new.since, coalesce(new.over, new.was_since), new.was_due, c.due_at
"""
Span = tuple[datetime, datetime | None]


def running(*, subject_ids: Iterable[UUID], kinds: Sequence[str] | None = None) -> QuerySet[Clock]:
    """Clocks of these subjects (and kinds) that have not ended."""
    clocks = Clock.objects.filter(subject_id__in=list(subject_ids), stopped_at__isnull=True, cancelled_at__isnull=True)
    return clocks if kinds is None else clocks.filter(kind__in=list(kinds))


def lock_clocks(clocks: QuerySet[Clock], *, now: datetime, **lock: Any) -> list[Clock]:
    """Lock these clocks in the order of their keys, and bring them up to `now`."""
    wanted = clocks.annotate(has_alerts=Exists(live_alerts(now=now))).order_by("pk")
    return bring_up(list(wanted.select_for_update(of=("self",), **lock)), now=now)


def bring_up(clocks: list[Clock], *, now: datetime) -> list[Clock]:
    """Write what has happened to locked clocks until `now`: area alerts let them stand still, pauses have ended by rule."""
    live = {clock.pk: clock for clock in clocks if clock.breached_at is None}
    ids = list(live)
    stands = any(clock.paused_at is not None for clock in live.values())
    has_alerts = any(getattr(clock, "has_alerts", True) for clock in live.values())
    ended = end_expired(ids, now=now) if stands else 0
    begun = stand_under_alerts(live, now=now) if has_alerts else 0
    if not begun and not ended:
        return clocks
    end_expired(ids, now=now)
    rest(ids)
    found = Clock.objects.in_bulk([clock.pk for clock in clocks])
    return [found[clock.pk] for clock in clocks]


def stand_under_alerts(clocks: dict[UUID, Clock], *, now: datetime) -> int:
    """Write the pauses under area alerts, from when an alert was known and had begun. How many; the caller lets them rest.

    A clock that had run out by then is left alone: what the alert does for that is an excuse.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNDER_ALERTS, {"clocks": list(clocks), "now": now})
        found = cursor.fetchall()
    spans = spans_of({row[0] for row in found}) if found else {}
    rows = []
    for clock_id, alert_id, kind, began, ends in found:
        if not has_run_out_by(clocks[clock_id], spans[clock_id], began):
            spans[clock_id].append((began, ends if ends <= now else None))
            rows.append((new_id(), clock_id, kind, alert_id, began, None))
    keep_pauses(rows)
    return len(rows)


def spans_of(clock_ids: Iterable[UUID]) -> dict[UUID, list[Span]]:
    """The pauses of clocks, from and until."""
    spans: dict[UUID, list[Span]] = {clock_id: [] for clock_id in clock_ids}
    pauses = ClockPause.objects.filter(clock__in=list(spans)).values_list("clock_id", "began_at", "ended_at")
    for clock_id, began_at, ended_at in pauses:
        spans[clock_id].append((began_at, ended_at))
    return spans


def has_run_out_by(clock: Clock, spans: Sequence[Span], at: datetime) -> bool:
    """Whether a clock with these pauses had used up its time before a moment."""
    if clock.length is None or any(began <= at and (ended is None or ended > at) for began, ended in spans):
        return False
    stood, reached = timedelta(), clock.started_at
    for began, ended in sorted(span for span in spans if span[1] is not None and span[1] <= at):
        assert ended is not None
        stood += max(ended - max(began, reached), timedelta())
        reached = max(reached, ended)
    return clock.started_at + clock.length + stood < at


def keep_pauses(rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep pauses (in the order of PAUSE_FIELDS) of locked clocks; whoever calls this lets those rest."""
    if rows:
        copy_rows(ClockPause, PAUSE_FIELDS, rows)
        tell_paused(rows)


def end_expired(clock_ids: Sequence[UUID], *, now: datetime) -> int:
    """End the pauses that their rule, or their alert, allowed no longer: at that time, whenever it is found."""
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE, [list(clock_ids), now])
        return len(cursor.fetchall())


def rest(clock_ids: Sequence[UUID]) -> int:
    """Put locked clocks where their pauses put them. Returns how many run again, or have their end elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(REST, [list(clock_ids)])
        moved = [row for row in cursor.fetchall() if row[2] is None]
    tell_resumed([(key, since, over, before, due) for key, since, _stands, over, before, due in moved])
    return len(moved)


def end_pauses(clock_ids: Sequence[UUID], *, now: datetime) -> int:
    """End every pause of locked clocks, whatever its cause: they are stopped, and run for that moment. How many ran on."""
    if not clock_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dispatch_clockpause SET ended_at = greatest(began_at, %s) WHERE clock_id = ANY(%s) AND ended_at IS NULL",
            [now, list(clock_ids)],
        )
    return rest(clock_ids)
