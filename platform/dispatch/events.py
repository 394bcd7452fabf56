"""The facts of dispatch. Tenants are told by `repair`, which knows whose order a leg serves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from events.catalogue import FactBase, register, upcaster


@register
@dataclass(frozen=True, kw_only=True)
class LegPlanned(FactBase):
    """A leg waits for an agent."""

    type: ClassVar[str] = "leg.planned"
    subject: str  # leg_…
    leg_id: UUID
    tenant_id: UUID
    purpose_id: UUID  # the visit, or for an errand the job
    kind: str
    window_start: datetime
    window_end: datetime


@register
@dataclass(frozen=True, kw_only=True)
class LegAssigned(FactBase):
    """An agent was named for the leg's window; `why` holds the candidates with their times and who was not taken, and why."""

    type: ClassVar[str] = "leg.assigned"
    version: ClassVar[int] = 2
    subject: str
    leg_id: UUID
    tenant_id: UUID
    purpose_id: UUID
    kind: str
    agent_id: UUID
    agent_name: str
    agent_phone: str
    planned_at: datetime  # the planned arrival
    drive_s: int
    is_by_hand: bool = False


@upcaster("leg.assigned", version=1)
def name_by_hand(data: dict[str, Any]) -> dict[str, Any]:
    """It was called `by_hand`."""
    return {("is_by_hand" if name == "by_hand" else name): value for name, value in data.items()}


@register
@dataclass(frozen=True, kw_only=True)
class LegMoved(FactBase):
    """A leg went from one state to another: offered, declined, expired, accepted, contacted, set out, arrived, done, failed, …"""

    type: ClassVar[str] = "leg.moved"
    subject: str
    leg_id: UUID
    tenant_id: UUID
    purpose_id: UUID
    kind: str
    event: str
    before: str
    after: str
    agent_id: UUID | None
    reason: str = ""


@register
@dataclass(frozen=True, kw_only=True)
class LegUnassigned(FactBase):
    """Nobody is left, or a dispatcher took the leg back; `windows` are other windows with capacity."""

    type: ClassVar[str] = "leg.unassigned"
    subject: str
    leg_id: UUID
    tenant_id: UUID
    purpose_id: UUID
    kind: str
    reason: str
    windows: tuple[tuple[datetime, datetime], ...] = ()


@register
@dataclass(frozen=True, kw_only=True)
class LegAlerted(FactBase):
    """Nobody is left for a leg: the dispatchers are alerted, and its clock runs on."""

    type: ClassVar[str] = "leg.alerted"
    subject: str
    leg_id: UUID
    tenant_id: UUID
    purpose_id: UUID
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ClockFact(FactBase):
    """What every fact of a clock says."""

    subject: str  # what it runs for, e.g. job_…
    clock: str
    clock_id: UUID
    tenant_id: UUID
    subject_id: UUID


@register
@dataclass(frozen=True, kw_only=True)
class ClockWarned(ClockFact):
    """So many per cent of a clock's time are used up."""

    type: ClassVar[str] = "clock.warned"
    share: int
    reached_at: datetime
    due_at: datetime


@register
@dataclass(frozen=True, kw_only=True)
class ClockPaused(ClockFact):
    """A clock stands still, for a cause or under an area alert, at most until `until_at`."""

    type: ClassVar[str] = "clock.paused"
    reason: str
    alert: str
    alert_id: UUID | None
    began_at: datetime
    until_at: datetime | None


@register
@dataclass(frozen=True, kw_only=True)
class ClockResumed(ClockFact):
    """No pause lies on a clock any more, the last one for `reason`: its end moved by as long as it stood."""

    type: ClassVar[str] = "clock.resumed"
    reason: str
    paused_at: datetime
    resumed_at: datetime
    before: datetime | None
    due_at: datetime | None


@register
@dataclass(frozen=True, kw_only=True)
class ClockBreached(ClockFact):
    """A clock ran out before it was stopped; never edited."""

    type: ClassVar[str] = "clock.breached"
    version: ClassVar[int] = 2
    due_at: datetime
    breached_at: datetime


@register
@dataclass(frozen=True, kw_only=True)
class ClockExcused(ClockFact):
    """A breach was in an area alert: its area, its time and its kind cover it."""

    type: ClassVar[str] = "clock.excused"
    alert: str
    alert_id: UUID


@upcaster("clock.breached", version=1)
def without_a_clock(data: dict[str, Any]) -> dict[str, Any]:
    """The first breaches did not say which clock of the subject it was."""
    return {**data, "clock_id": str(UUID(int=0))}
