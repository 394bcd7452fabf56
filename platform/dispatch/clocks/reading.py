"""What is worked out from a clock's row and its pauses, for whoever shows it."""

from datetime import datetime, timedelta

from dispatch.models import Clock


def stood_still(clock: Clock) -> timedelta:
    """How long it has stood still in all, in pauses that are over: its end has moved by that."""
    if clock.due_at is not None and clock.length is not None:
        return clock.due_at - clock.started_at - clock.length
    stretches = sorted((pause.began_at, pause.ended_at) for pause in clock.pauses.all() if pause.ended_at is not None)
    total, reached = timedelta(), clock.started_at
    for began_at, ended_at in stretches:
        total += max(ended_at - max(began_at, reached), timedelta())
        reached = max(reached, ended_at)
    return total


def ended_at(clock: Clock) -> datetime | None:
    """When it was stopped or cancelled."""
    return clock.stopped_at or clock.cancelled_at
