"""Incident files: the operator's facts, and what the tenant may know of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from events.catalogue import EventBase, FactBase, register


@register
@dataclass(frozen=True, kw_only=True)
class IncidentReported(FactBase):
    """J25, N: a file was opened; `leg_id` and `agent_id` say on which trip and who drove."""

    type: ClassVar[str] = "incident.reported"
    subject: str  # inc_…
    incident_id: UUID
    job_id: UUID
    tenant_id: UUID
    kind: str
    happened_at: datetime
    leg_id: UUID | None
    agent_id: UUID | None


@register
@dataclass(frozen=True, kw_only=True)
class IncidentNoted(FactBase):
    """N1: something was found out."""

    type: ClassVar[str] = "incident.noted"
    subject: str
    incident_id: UUID
    text: str


@register
@dataclass(frozen=True, kw_only=True)
class IncidentJudged(FactBase):
    """N2: who answers, why, and what the customer gets; the last one counts. Billing posts `compensation_fen` at the close."""

    type: ClassVar[str] = "incident.judged"
    subject: str
    incident_id: UUID
    liability: str
    reason: str
    compensation_fen: int | None


@register
@dataclass(frozen=True, kw_only=True)
class IncidentClosed(FactBase):
    """N3: from now on the judgement stands; what is due to the tenant is due."""

    type: ClassVar[str] = "incident.closed"
    subject: str
    incident_id: UUID
    job_id: UUID
    tenant_id: UUID
    kind: str
    liability: str
    compensation_fen: int | None


@register
@dataclass(frozen=True, kw_only=True)
class CoverGapOpened(FactBase):
    """P25: a vehicle is in custody and no policy covers it."""

    type: ClassVar[str] = "cover.gap_opened"
    subject: str  # gap_…
    gap_id: UUID
    custody_id: UUID
    tenant_id: UUID
    vin: str
    kind: str


@register
@dataclass(frozen=True, kw_only=True)
class CoverGapClosed(FactBase):
    """It is covered again, or no longer with us."""

    type: ClassVar[str] = "cover.gap_closed"
    subject: str
    gap_id: UUID
    is_covered: bool


@register
@dataclass(frozen=True, kw_only=True)
class InsurancePolicyEntered(FactBase):
    """A policy of the operator's stands in the register, or was ended before its time (`is_ended`)."""

    type: ClassVar[str] = "insurance.policy_entered"
    subject: str  # ins_…
    policy_id: UUID
    insurer: str
    number: str
    kinds: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    limit_fen: int
    is_ended: bool = False


@register
@dataclass(frozen=True, kw_only=True)
class OrderIncident(EventBase):
    """What the tenant knows of an incident file over its order: each time the whole of it."""

    type: ClassVar[str] = "order.incident"
    subject: str  # ord_…
    order_id: UUID
    incident_id: UUID
    number: str
    kind: str
    status: str  # open, judged, closed
    text: str
    happened_at: datetime
    place: str
    police_number: str
    liability: str
    liability_reason: str
    compensation_fen: int | None
