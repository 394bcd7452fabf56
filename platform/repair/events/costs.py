"""What a tenant may know of what its orders cost, before anything is billed."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from events.catalogue import EventBase, FactBase, register


@dataclass(frozen=True, kw_only=True)
class CostTold:
    """One line of what an order costs; tax-inclusive fen. `why` is the worked sum, `card` and its version say by which prices."""

    no: int
    source: str
    kind: str
    operation: str
    text: str
    quantity: str
    unit: str
    unit_price_fen: int
    amount_fen: int
    tax_bp: int
    tax_fen: int
    payer: str
    why: dict[str, str]
    card: str  # agreed, standard; empty: no price of a card
    card_version: int | None


@register
@dataclass(frozen=True, kw_only=True)
class OrderCosted(EventBase):
    """What an order costs as far as it is known; each one replaces the one before. `is_final`: nothing more is to come."""

    type: ClassVar[str] = "order.costed"
    subject: str  # ord_…
    order_id: UUID
    is_final: bool
    total_fen: int
    tax_fen: int
    lines: tuple[CostTold, ...]


@register
@dataclass(frozen=True, kw_only=True)
class DisbursementRecorded(FactBase):
    """Money was laid out for a customer, or (`struck_reason`) what was noted so is struck out."""

    type: ClassVar[str] = "disbursement.recorded"
    subject: str  # job_…
    disbursement_id: UUID
    job_id: UUID
    tenant_id: UUID
    kind: str
    amount_fen: int
    receipt: str
    agreed_by: str
    struck_reason: str = ""
