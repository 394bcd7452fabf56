"""The facts of the jobs: the operator's own stream."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from events.catalogue import FactBase, register


@register
@dataclass(frozen=True, kw_only=True)
class JobOpened(FactBase):
    """J1: a line became a job."""

    type: ClassVar[str] = "job.opened"
    subject: str  # job_…
    job_id: UUID
    tenant_id: UUID
    order_id: UUID
    number: str
    kind: str
    channel: str
    external_ref: str
    vin: str
    visit_id: UUID | None
    batch_id: UUID | None
    comeback_of: UUID | None = None


@register
@dataclass(frozen=True, kw_only=True)
class JobMoved(FactBase):
    """Any other step of a job: `row` and `event` name it in the table."""

    type: ClassVar[str] = "job.moved"
    subject: str
    job_id: UUID
    tenant_id: UUID
    order_id: UUID
    row: str
    event: str
    before: str
    after: str
    note: str = ""
    detail: dict[str, Any] | None = None


@register
@dataclass(frozen=True, kw_only=True)
class VehicleRegistered(FactBase):
    """A tenant told us of a vehicle for the first time, or of a new plate for it."""

    type: ClassVar[str] = "vehicle.registered_with_us"
    subject: str  # veh_…
    tenant_id: UUID
    vin: str
    plate: str
    is_replated: bool


@register
@dataclass(frozen=True, kw_only=True)
class VehicleSaidToBe(FactBase):
    """A tenant told us another model, class or gearbox of a vehicle that it had told us of before."""

    type: ClassVar[str] = "vehicle.described_to_us"
    subject: str  # veh_…
    tenant_id: UUID
    vin: str
    before: dict[str, str]
    after: dict[str, str]


@register
@dataclass(frozen=True, kw_only=True)
class AuthorisationSigned(FactBase):
    """P22: somebody may act for a customer, for one job or (`job_id` None) for all until `valid_until`."""

    type: ClassVar[str] = "authorisation.signed"
    subject: str  # aut_…
    authorisation_id: UUID
    tenant_id: UUID
    job_id: UUID | None
    signers: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime | None


@register
@dataclass(frozen=True, kw_only=True)
class ScopeRuleChanged(FactBase):
    """A rule of what the operator does not do was made, changed, or put to rest; `before` is empty for a new one."""

    type: ClassVar[str] = "scope.rule_changed"
    subject: str  # scr_…
    rule_id: UUID
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class DocumentIssued(FactBase):
    """A paper was made out: its content is frozen under `sha256`; `supersedes` is in force no more."""

    type: ClassVar[str] = "document.issued"
    subject: str  # doc_…
    document_id: UUID
    tenant_id: UUID | None
    job_id: UUID | None
    kind: str
    number: str
    document_version: int
    sha256: str
    supersedes: UUID | None = None


@register
@dataclass(frozen=True, kw_only=True)
class DocumentPrinted(FactBase):
    """A copy of it lies in the storage; `sha256` is of the PDF."""

    type: ClassVar[str] = "document.printed"
    subject: str  # doc_…
    document_id: UUID
    language: str
    file_id: UUID
    sha256: str


@register
@dataclass(frozen=True, kw_only=True)
class DocumentWithdrawn(FactBase):
    """Somebody took a paper back, and said why."""

    type: ClassVar[str] = "document.withdrawn"
    subject: str  # doc_…
    document_id: UUID
    why: str


@register
@dataclass(frozen=True, kw_only=True)
class DocumentChecked(FactBase):
    """J16a: somebody has looked at a paper before the customer is told."""

    type: ClassVar[str] = "document.checked"
    subject: str  # doc_…
    document_id: UUID
    job_id: UUID | None


@register
@dataclass(frozen=True, kw_only=True)
class LetterheadWritten(FactBase):
    """From `valid_from` on papers carry this head."""

    type: ClassVar[str] = "letterhead.written"
    subject: str  # lhd_…
    letterhead_id: UUID
    valid_from: date
    values: dict[str, Any]
