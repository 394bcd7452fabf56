"""The end of a clock: met, or without a verdict."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from dispatch.clocks.breaching import breach_late
from dispatch.clocks.pausing import resume_clocks
from dispatch.clocks.rules import WAITS
from dispatch.clocks.standing import end_pauses, lock_clocks, running
from dispatch.models import Clock
from events.commands import current_work


def stop_clocks(*, kind: str, subject_ids: Sequence[UUID], now: datetime) -> int:
    """Stop what runs; one that had run out already is recorded as breached first. Returns how many were stopped."""
    current_work()
    if not subject_ids:
        return 0
    clocks = close_clocks(lock_clocks(running(kinds=[kind], subject_ids=subject_ids), now=now), now=now)
    if not clocks:
        return 0
    Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(stopped_at=now, next_at=None)
    if kind in WAITS:
        resume_clocks(subject_ids=[clock.subject_id for clock in clocks], reason=kind, now=now)
    return len(clocks)


def cancel_clocks(*, subject_ids: Sequence[UUID], now: datetime) -> int:
    """End every clock of these subjects without a verdict: what they ran for ended otherwise. Breaches stay."""
    current_work()
    if not subject_ids:
        return 0
    clocks = close_clocks(lock_clocks(running(subject_ids=subject_ids), now=now), now=now)
    Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(cancelled_at=now, next_at=None)
    return len(clocks)


def close_clocks(clocks: list[Clock], *, now: datetime) -> list[Clock]:
    """Write the breach of those that have run out, and end the pauses of the others."""
    breach_late(clocks, now=now)
    end_pauses([clock.pk for clock in clocks if clock.paused_at is not None], now=now)
    return clocks
