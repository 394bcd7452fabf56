"""Complaints: the operator's facts, and what their tenant may know. Cause, findings and notes are in no event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from events.catalogue import EventBase, FactBase, register
from repair import states


@register
@dataclass(frozen=True, kw_only=True)
class ComplaintOpened(FactBase):
    """F1: a customer complains."""

    type: ClassVar[str] = "complaint.opened"
    subject: str  # cmp_…
    complaint_id: UUID
    tenant_id: UUID
    number: str
    source: str
    job_ids: tuple[UUID, ...]


@register
@dataclass(frozen=True, kw_only=True)
class ComplaintMoved(FactBase):
    """Any other step of a complaint: `row` and `event` name it in the table."""

    type: ClassVar[str] = "complaint.moved"
    subject: str
    complaint_id: UUID
    tenant_id: UUID
    row: str
    event: str
    before: str
    after: str
    note: str = ""
    detail: dict[str, Any] | None = None


@register
@dataclass(frozen=True, kw_only=True)
class CompensationDue(FactBase):
    """The customer took a solution that pays him something: to be posted by billing."""

    type: ClassVar[str] = "complaint.compensation_due"
    subject: str
    complaint_id: UUID
    tenant_id: UUID
    job_ids: tuple[UUID, ...]
    amount_fen: int
    cause: str
    answerable: str


@dataclass(frozen=True, kw_only=True)
class FileTold:
    """A photo or paper of a complaint as the tenant gets to know it."""

    file_id: UUID
    name: str
    is_photo: bool


@register
@dataclass(frozen=True, kw_only=True)
class ComplaintFiled(EventBase):
    """A complaint came in, in the customer's own words; `solution_by` is the moment the operator has promised one for."""

    type: ClassVar[str] = "complaint.filed"
    subject: str  # cmp_…
    complaint_id: UUID
    number: str
    source: str
    order_ids: tuple[UUID, ...]
    contact: str
    phone: str
    text: str
    wish: str
    solution_by: datetime | None
    files: tuple[FileTold, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComplaintReached(EventBase):
    """The complaint reached a state; the class of each state has the type `complaint.<name>`.

    `text` is what is said with it: the solution, or why it is open again. `compensation_fen` is offered with a solution.
    """

    subject: str
    complaint_id: UUID
    status: str
    text: str = ""
    handler: str = ""
    compensation_fen: int | None = None
    solution_by: datetime | None = None


COMPLAINT_NAMES: dict[str, str] = {
    states.INVESTIGATING: "taken_up",
    states.SOLUTION_GIVEN: "solution_given",
    states.SOLUTION_ACCEPTED: "solution_accepted",
    states.REOPENED: "reopened",
    states.COMPLAINT_CLOSED: "closed",
}


def reached_class(state: str, name: str) -> type[ComplaintReached]:
    """The event class of one state."""
    made = type(
        f"Complaint_{name}",
        (ComplaintReached,),
        {"type": f"complaint.{name}", "__doc__": f"The complaint reached {state}.", "__module__": __name__},
    )
    return register(dataclass(frozen=True, kw_only=True)(made))


COMPLAINT_MOVES: dict[str, type[ComplaintReached]] = {
    state: reached_class(state, name) for state, name in COMPLAINT_NAMES.items()
}


@register
@dataclass(frozen=True, kw_only=True)
class ComplaintEvidenceAsked(EventBase):
    """Something is missing for a solution; the operator's clock stands still meanwhile, for a day at most."""

    type: ClassVar[str] = "complaint.evidence_asked"
    subject: str
    complaint_id: UUID
    text: str


@register
@dataclass(frozen=True, kw_only=True)
class ComplaintEvidenceGiven(EventBase):
    """What the customer added: words, photos, papers."""

    type: ClassVar[str] = "complaint.evidence_given"
    subject: str
    complaint_id: UUID
    text: str
    files: tuple[FileTold, ...] = ()


@register
@dataclass(frozen=True, kw_only=True)
class ComplaintFilesShown(EventBase):
    """Photos or papers of the operator's that the customer may see."""

    type: ClassVar[str] = "complaint.files_shown"
    subject: str
    complaint_id: UUID
    files: tuple[FileTold, ...]
