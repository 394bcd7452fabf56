"""The clock engine. Whoever owns the fact starts, stops, pauses and cancels, inside its own running command.

A clock runs out at `due_at`. Whoever finds that first writes the breach, once, and nobody can change it afterwards: a
trigger holds that. A paused clock stands still, and its end moves by the length of the pause.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, DurationField, ExpressionWrapper, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Extract

from dispatch.events import ClockBreached
from dispatch.models import Clock, ClockRule
from dispatch.requests import ClockStart
from events.commands import command, current_work, record
from events.copying import copy_rows
from events.each import each_alone
from events.ids import new_id
from tenants.actors import Actor, system_actor

FIELDS = (
    "id",
    "tenant",
    "kind",
    "subject_id",
    "subject",
    "started_at",
    "due_at",
    "stopped_at",
    "breached_at",
    "paused_s",
    "pause_reason",
)
BREACHES_A_COMMAND = 500


class UnknownClock(LookupError):
    """There is no rule for a clock of this kind."""


def start_clocks(*, tenant_id: UUID, clocks: Sequence[ClockStart], now: datetime) -> int:
    """Start clocks of one tenant; returns how many. Raises UnknownClock for a kind without a rule."""
    current_work()
    limits = dict(ClockRule.objects.values_list("kind", "limit_s"))
    for kind in {clock.kind for clock in clocks} - limits.keys():
        raise UnknownClock(kind)
    if not clocks:
        return 0
    rows = [row_of(tenant_id, item, due_of(item, limits)) for item in clocks]
    return copy_rows(Clock, FIELDS, rows)


def row_of(tenant_id: UUID, item: ClockStart, due_at: datetime | None) -> tuple[Any, ...]:
    """A clock in the order of FIELDS; one that was stopped too late is breached at once."""
    breached_at = item.stopped_at if item.stopped_at and due_at and item.stopped_at > due_at else None
    if due_at and breached_at:
        record_breach(item, tenant_id, due_at, breached_at)
    head = (new_id(), tenant_id, item.kind, item.subject_id, item.subject, item.started_at)
    return (*head, due_at, item.stopped_at, breached_at, 0, "")


def due_of(clock: ClockStart, limits: dict[str, int | None]) -> datetime | None:
    """When a clock runs out; None when it is only measured."""
    limit_s = limits[clock.kind]
    if clock.due_at is not None or limit_s is None:
        return clock.due_at
    return clock.started_at + timedelta(seconds=limit_s)


def stop_clocks(*, kind: str, subject_ids: Sequence[UUID], now: datetime) -> int:
    """Stop what runs; one that had run out already is recorded as breached first. Returns how many were stopped."""
    current_work()
    if not subject_ids:
        return 0
    clocks = running(kinds=[kind], subject_ids=subject_ids)
    record_breaches(clocks.filter(run_out(now)), now=now)
    return clocks.update(stopped_at=now)


def cancel_clocks(*, subject_ids: Sequence[UUID], now: datetime) -> int:
    """End every clock of these subjects without a verdict: what they ran for ended otherwise. Breaches stay."""
    current_work()
    clocks = running(subject_ids=subject_ids)
    record_breaches(clocks.filter(run_out(now)), now=now)
    return clocks.update(cancelled_at=now)


def pause_clocks(*, kinds: Sequence[str], subject_ids: Sequence[UUID], reason: str, now: datetime) -> int:
    """Let clocks stand still, for a reason that stands on each; those that have run out are breached first."""
    current_work()
    clocks = running(kinds=kinds, subject_ids=subject_ids).filter(paused_at__isnull=True)
    record_breaches(clocks.filter(run_out(now)), now=now)
    return clocks.update(paused_at=now, pause_reason=reason)


def resume_clocks(*, kinds: Sequence[str], subject_ids: Sequence[UUID], reason: str, now: datetime) -> int:
    """Let paused clocks run on: their end moves by the length of the pause. `reason` says what ended it."""
    current_work()
    pause = ExpressionWrapper(Value(now) - F("paused_at"), output_field=DurationField())
    later = ExpressionWrapper(F("due_at") + pause, output_field=Clock._meta.get_field("due_at"))
    seconds = Cast(Extract(pause, "epoch"), IntegerField())
    return (
        running(kinds=kinds, subject_ids=subject_ids)
        .filter(paused_at__isnull=False)
        .update(
            due_at=Case(When(breached_at__isnull=True, then=later), default=F("due_at")),
            paused_s=F("paused_s") + seconds,
            pause_reason=reason,
            paused_at=None,
        )
    )


def running(*, subject_ids: Iterable[UUID], kinds: Sequence[str] | None = None) -> QuerySet[Clock]:
    """Clocks of these subjects (and kinds) that have not ended."""
    clocks = Clock.objects.filter(subject_id__in=list(subject_ids), stopped_at__isnull=True, cancelled_at__isnull=True)
    return clocks if kinds is None else clocks.filter(kind__in=list(kinds))


def run_out(now: datetime) -> Q:
    """The limit was passed while the clock ran, and nobody has said so yet."""
    return Q(breached_at__isnull=True, due_at__lt=Coalesce(F("paused_at"), Value(now)))


def record_breaches(clocks: QuerySet[Clock], *, now: datetime, **lock: Any) -> int:
    """Write the breach of each of `clocks` and record it; a clock that another command holds is waited for."""
    found = list(clocks.select_for_update(**lock).order_by("pk"))
    if not found:
        return 0
    Clock.objects.filter(pk__in=[clock.pk for clock in found]).update(breached_at=now)
    for clock in found:
        assert clock.due_at is not None
        record_breach(clock, clock.tenant_id, clock.due_at, now)
    return len(found)


def record_breach(clock: Clock | ClockStart, tenant_id: UUID, due_at: datetime, breached_at: datetime) -> None:
    """The fact of a breach."""
    record(
        ClockBreached(
            subject=clock.subject,
            clock=clock.kind,
            tenant_id=tenant_id,
            subject_id=clock.subject_id,
            due_at=due_at,
            breached_at=breached_at,
        )
    )


def find_breaches(*, now: datetime) -> int:
    """Record every clock that has run out, tenant by tenant; returns how many. Two at once record each once."""
    over = Clock.objects.filter(run_out(now), stopped_at__isnull=True, cancelled_at__isnull=True)
    tenants = sorted(set(over.values_list("tenant_id", flat=True)))
    return sum(each_alone(tenants, lambda tenant_id: breach_tenant(tenant_id, now)))


def breach_tenant(tenant_id: UUID, now: datetime) -> int:
    """One tenant's clocks, in commands of a few hundred; returns how many were recorded."""
    actor = system_actor("clocks")
    total = 0
    while count := breach_some(tenant_id=tenant_id, actor=actor, now=now):
        total += count
    return total


@command
def breach_some(*, tenant_id: UUID, actor: Actor, now: datetime) -> int:
    """One step of `find_breaches`: it locks clocks and nothing else; those that another command holds are left to it."""
    keys = (
        Clock.objects.filter(run_out(now), tenant_id=tenant_id, stopped_at__isnull=True, cancelled_at__isnull=True)
        .select_for_update(skip_locked=True)
        .order_by("due_at")
        .values_list("pk", flat=True)[:BREACHES_A_COMMAND]
    )
    return record_breaches(Clock.objects.filter(pk__in=list(keys), breached_at__isnull=True), now=now)
