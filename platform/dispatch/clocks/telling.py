"""The facts of the clocks, said in one place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from dispatch.events import ClockBreached, ClockExcused, ClockPaused, ClockResumed, ClockWarned
from dispatch.models import AreaAlert, Clock, ClockPause
from events.commands import record
from events.ids import public_id


def head_of(clock: Clock) -> dict[str, Any]:
    """What every fact of a clock says."""
    return {
        "subject": clock.subject, "clock": clock.kind, "clock_id": clock.pk, "tenant_id": clock.tenant_id,
        "subject_id": clock.subject_id,
    }  # fmt: skip


def tell_breach(clock: Clock, *, breached_at: datetime) -> None:
    """It ran out."""
    assert clock.due_at is not None
    record(ClockBreached(**head_of(clock), due_at=clock.due_at, breached_at=breached_at))


def tell_warning(clock: Clock, *, share: int, reached_at: datetime) -> None:
    """So much of its time is used up."""
    assert clock.due_at is not None
    record(ClockWarned(**head_of(clock), share=share, reached_at=reached_at, due_at=clock.due_at))


def tell_paused(rows: Sequence[tuple[Any, ...]]) -> None:
    """They stand still; the rows are those of the pauses."""
    clocks = Clock.objects.in_bulk([row[1] for row in rows])
    for _key, clock_id, reason, alert_id, began_at, until_at in rows:
        alert = public_id("alr", alert_id) if alert_id else ""
        record(
            ClockPaused(
                **head_of(clocks[clock_id]),
                reason=reason,
                alert=alert,
                alert_id=alert_id,
                began_at=began_at,
                until_at=until_at,
            )
        )


def tell_resumed(rows: Sequence[tuple[UUID, datetime, datetime, datetime | None, datetime | None]]) -> None:
    """They run again: from when to when they stood, which pause ended last, and where their end was and is."""
    if not rows:
        return
    ids = [row[0] for row in rows]
    clocks = Clock.objects.in_bulk(ids)
    last = ClockPause.objects.filter(clock__in=ids).order_by("clock_id", "-ended_at", "-pk").distinct("clock_id")
    reasons = dict(last.values_list("clock_id", "reason"))
    for clock_id, paused_at, resumed_at, before, due_at in rows:
        record(
            ClockResumed(
                **head_of(clocks[clock_id]), reason=reasons[clock_id], paused_at=paused_at, resumed_at=resumed_at,
                before=before, due_at=due_at,
            )
        )  # fmt: skip


def tell_excused(clock: Clock, *, alert: AreaAlert) -> None:
    """Its breach was in an area alert."""
    record(ClockExcused(**head_of(clock), alert=alert.ref, alert_id=alert.pk))
