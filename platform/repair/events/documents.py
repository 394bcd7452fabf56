"""What a tenant may know of the papers of its orders."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from events.catalogue import EventBase, register


@register
@dataclass(frozen=True, kw_only=True)
class OrderDocumentIssued(EventBase):
    """A paper of the order exists; its copies follow as `order.document_printed`. `supersedes` is in force no more."""

    type: ClassVar[str] = "order.document_issued"
    subject: str  # ord_…
    order_id: UUID
    document_id: UUID
    kind: str  # authorisation, condition_pickup, condition_return, estimate, settlement, quality, fitness, loan
    number: str
    document_version: int
    sha256: str  # of the content's canonical JSON
    check_code: str
    issued_at: datetime
    supersedes: UUID | None = None


@register
@dataclass(frozen=True, kw_only=True)
class OrderDocumentPrinted(EventBase):
    """The paper in one language, ready to be fetched; `sha256` is of the PDF."""

    type: ClassVar[str] = "order.document_printed"
    subject: str  # ord_…
    order_id: UUID
    document_id: UUID
    number: str
    kind: str
    language: str
    file_id: UUID
    sha256: str
    size_bytes: int


@register
@dataclass(frozen=True, kw_only=True)
class OrderDocumentWithdrawn(EventBase):
    """The operator took the paper back."""

    type: ClassVar[str] = "order.document_withdrawn"
    subject: str  # ord_…
    order_id: UUID
    document_id: UUID
    kind: str
    number: str
    why: str
