"""Starting clocks: thousands at once, each with the limit that is in force now."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from dispatch.clocks.breaching import record_breaches
from dispatch.clocks.pausing import pause_clocks
from dispatch.clocks.rules import WAITS, require_rules
from dispatch.clocks.standing import lock_clocks
from dispatch.desk import locate
from dispatch.models import Clock, ClockRule
from dispatch.models.clocks import first_of
from dispatch.requests import ClockStart
from events.commands import current_work
from events.copying import copy_rows
from events.ids import new_id

FIELDS: Final = (
    "id", "tenant", "kind", "subject_id", "subject", "rule", "area_ids", "started_at", "length", "due_at", "next_at", "warned",
    "stopped_at", "breached_at",
)  # fmt: skip


def start_clocks(*, tenant_id: UUID, clocks: Sequence[ClockStart], now: datetime) -> int:
    """Start clocks of one tenant; returns how many. Raises UnknownClock for a kind without a rule."""
    current_work()
    if not clocks:
        return 0
    rules = require_rules({clock.kind for clock in clocks}, at=now)
    areas = areas_of(clocks)
    rows = [row_of(tenant_id, item, rules[item.kind], areas) for item in clocks]
    copy_rows(Clock, FIELDS, rows)
    late = [row[0] for row in rows if row[-1] is not None]
    if late:
        record_breaches(list(Clock.objects.filter(pk__in=late).order_by("pk")), now=now)
    going = [row[0] for row in rows if row[-2] is None]
    if going and any(rule.has_alerts for rule in rules.values()):  # type: ignore[attr-defined]
        lock_clocks(Clock.objects.filter(pk__in=going), now=now)
    for kind in sorted(WAITS & rules.keys()):
        waiting = [item.subject_id for item in clocks if item.kind == kind and item.stopped_at is None]
        pause_clocks(subject_ids=waiting, reason=kind, now=now)
    return len(rows)


def areas_of(clocks: Sequence[ClockStart]) -> dict[tuple[float, float], UUID]:
    """The area of every place that is named."""
    places = list({place for clock in clocks for place in clock.places})
    found = zip(places, locate(points=places), strict=True)
    return {place: area_id for place, area_id in found if area_id is not None}


def row_of(
    tenant_id: UUID, item: ClockStart, rule: ClockRule, areas: dict[tuple[float, float], UUID]
) -> tuple[Any, ...]:
    """A clock in the order of FIELDS; one that was stopped too late is breached at once."""
    started_at, due_at = item.started_at.astimezone(UTC), due_of(item, rule)
    length = None if due_at is None else due_at - started_at
    breached_at = item.stopped_at if item.stopped_at and due_at and item.stopped_at > due_at else None
    next_at = None if item.stopped_at or due_at is None else moment_of(due_at, length, first_of(rule.warn_at, after=0))
    places = sorted({areas[place] for place in item.places if place in areas})
    head = (new_id(), tenant_id, item.kind, item.subject_id, item.subject, rule.pk, places, started_at)
    return (*head, length, due_at, next_at, 0, item.stopped_at, breached_at)


def due_of(clock: ClockStart, rule: ClockRule) -> datetime | None:
    """When a clock runs out (None: it only measures), in UTC: in a zone with summer time a day would be added on the wall."""
    if clock.due_at is not None:
        return clock.due_at.astimezone(UTC)
    return None if rule.limit_s is None else clock.started_at.astimezone(UTC) + timedelta(seconds=rule.limit_s)


def moment_of(due_at: datetime, length: timedelta | None, share: int) -> datetime:
    """When so many per cent of a clock's time are used up; one that had none is over at once."""
    left = max(length or timedelta(), timedelta()) * (100 - share) / 100
    return due_at - left
