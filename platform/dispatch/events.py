"""The facts of dispatch: legs, clocks, alerts, who drives, areas. Tenants are told by `repair`, which knows whose a leg is."""

from dataclasses import dataclass
from datetime import date, datetime
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


@register
@dataclass(frozen=True, kw_only=True)
class AgentChanged(FactBase):
    """An agent was taken on, or something of him changed; `before` is empty for a new one, else both have what changed."""

    type: ClassVar[str] = "agent.changed"
    subject: str  # agt_…
    agent_id: UUID
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class AgentLinked(FactBase):
    """A person's sign-in is an agent's now."""

    type: ClassVar[str] = "agent.linked"
    subject: str
    agent_id: UUID
    user_id: UUID


@register
@dataclass(frozen=True, kw_only=True)
class AgentTrained(FactBase):
    """An agent took a training; with `struck` it was entered by mistake and counts no longer."""

    type: ClassVar[str] = "agent.trained"
    subject: str
    agent_id: UUID
    training_id: UUID
    topic: str  # its code
    taken_on: date
    valid_until: date
    trained_until: date | None  # the agent, with all that counts
    struck: str = ""  # why


@register
@dataclass(frozen=True, kw_only=True)
class ShiftChanged(FactBase):
    """A shift was planned (`before` is None), moved, or taken off (`after` is None); each is from and until."""

    type: ClassVar[str] = "shift.changed"
    subject: str  # agt_…, whose shift it is now
    agent_id: UUID
    shift_id: UUID
    before: tuple[datetime, datetime] | None
    after: tuple[datetime, datetime] | None
    before_agent_id: UUID | None = None  # when it was another's


@register
@dataclass(frozen=True, kw_only=True)
class LeaveChanged(FactBase):
    """An agent has leave (granted), or has it no longer or not so long (ended)."""

    type: ClassVar[str] = "leave.changed"
    subject: str  # agt_…
    agent_id: UUID
    leave_id: UUID
    event: str  # granted, ended
    starts_at: datetime
    ends_at: datetime
    reason: str


@register
@dataclass(frozen=True, kw_only=True)
class LeaveRequestMoved(FactBase):
    """An agent asked for leave, or his request was answered or taken back."""

    type: ClassVar[str] = "leave_request.moved"
    subject: str  # agt_…
    agent_id: UUID
    request_id: UUID
    event: str
    before: str
    after: str
    starts_at: datetime
    ends_at: datetime
    note: str = ""


@register
@dataclass(frozen=True, kw_only=True)
class LicenceRuleSet(FactBase):
    """From a day on these licences drive a class; with `is_withdrawn` that version will not come."""

    type: ClassVar[str] = "licence_rule.set"
    subject: str  # lic_…
    rule_id: UUID
    vehicle_class: str
    licences: list[str]
    valid_from: date
    note: str = ""
    is_withdrawn: bool = False


@register
@dataclass(frozen=True, kw_only=True)
class AreaChanged(FactBase):
    """An area was drawn, or something of it changed; `before` is empty for a new one."""

    type: ClassVar[str] = "area.changed"
    subject: str  # are_…
    area_id: UUID
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class CoverShort(FactBase):
    """P16: an area has fewer fit agents on shift than the operator promises; `unfit` names who is there and may not drive."""

    type: ClassVar[str] = "cover.short"
    subject: str  # are_…
    alert_id: UUID
    area_id: UUID
    area: str
    fit: int
    least: int
    unfit: list[dict[str, Any]]


@register
@dataclass(frozen=True, kw_only=True)
class CoverRestored(FactBase):
    """The area has enough again, or its hours are over."""

    type: ClassVar[str] = "cover.restored"
    subject: str
    alert_id: UUID
    area_id: UUID
    area: str
    fit: int
    opened_at: datetime
    is_off_hours: bool = False
