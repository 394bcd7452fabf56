"""Pausing and resuming: a cause lets clocks stand still by rule, and each stretch is a row of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, Sum, Value
from django.db.models.functions import Greatest

from dispatch.clocks.breaching import breach_late
from dispatch.clocks.rules import pause_rules
from dispatch.clocks.standing import keep_pauses, lock_clocks, rest, running
from dispatch.models import Clock, ClockPause, PauseRule
from events.commands import current_work
from events.ids import new_id


def pause_clocks(*, subject_ids: Sequence[UUID], reason: str, now: datetime, kinds: Sequence[str] | None = None) -> int:
    """Let clocks stand still for a cause, which stands on each pause; those that have run out are breached first.

    What pauses, and for how long in all, the rules say; `kinds` narrows it. Again for the same cause changes nothing.
    Returns how many pauses began.
    """
    current_work()
    rules = pause_rules(cause=reason, at=now) if subject_ids else {}
    if kinds is not None:
        rules = {kind: rule for kind, rule in rules.items() if kind in kinds}
    if not rules:
        return 0
    clocks = lock_clocks(running(subject_ids=subject_ids, kinds=list(rules)), now=now)
    breach_late(clocks, now=now)
    alive = [clock for clock in clocks if clock.breached_at is None]
    rows = pause_rows(alive, rules, reason=reason, now=now)
    keep_pauses(rows)
    if rows:
        rest([row[1] for row in rows])
    return len(rows)


def pause_rows(
    clocks: Sequence[Clock], rules: dict[str, PauseRule], *, reason: str, now: datetime
) -> list[tuple[Any, ...]]:
    """The pauses that begin, in the order of PAUSE_FIELDS: none where one of this cause lies already or the rule is used up."""
    mine = ClockPause.objects.filter(clock__in=[clock.pk for clock in clocks], reason=reason, alert=None)
    standing = set(mine.filter(ended_at=None).values_list("clock_id", flat=True))
    used = used_up(mine) if any(rule.most_s is not None for rule in rules.values()) else {}
    rows = []
    for clock in clocks:
        most_s = rules[clock.kind].most_s
        left = None if most_s is None else timedelta(seconds=most_s) - used.get(clock.pk, timedelta())
        if clock.pk in standing or (left is not None and left <= timedelta()):
            continue
        began_at = max(now, clock.started_at).astimezone(UTC)
        rows.append((new_id(), clock.pk, reason, None, began_at, None if left is None else began_at + left))
    return rows


def used_up(pauses: Any) -> dict[UUID, timedelta]:
    """How long each clock has stood still for this cause so far."""
    stood = ExpressionWrapper(F("ended_at") - F("began_at"), output_field=DurationField())
    found = pauses.exclude(ended_at=None).order_by().values_list("clock_id").annotate(stood=Sum(stood))
    return dict(found)


def resume_clocks(
    *, subject_ids: Sequence[UUID], reason: str, now: datetime, kinds: Sequence[str] | None = None
) -> int:
    """End the pauses of a cause. A clock on which no other lies runs on: its end moves by as long as it stood. How many do."""
    current_work()
    if not subject_ids:
        return 0
    clocks = lock_clocks(running(subject_ids=subject_ids, kinds=kinds), now=now)
    paused = [clock.pk for clock in clocks if clock.paused_at is not None]
    if not paused:
        return 0
    mine = ClockPause.objects.filter(clock__in=paused, reason=reason, alert=None, ended_at=None)
    mine.update(ended_at=Greatest(F("began_at"), Value(now)))
    return rest(paused)
