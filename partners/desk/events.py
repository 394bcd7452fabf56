"""The facts of what was agreed with a tenant."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from events.catalogue import FactBase, register


@register
@dataclass(frozen=True, kw_only=True)
class CreditHoldSet(FactBase):
    """New orders of a tenant are held, or let through again; vehicles in custody are never held."""

    type: ClassVar[str] = "terms.credit_hold_set"
    subject: str  # ten_…
    tenant_id: UUID
    is_on_credit_hold: bool
    why: str


@register
@dataclass(frozen=True, kw_only=True)
class RatesPublished(FactBase):
    """A version of a rate card holds from a day on; `tenant_id` None: of the standard card."""

    type: ClassVar[str] = "rates.published"
    subject: str  # rcd_…
    card_id: UUID
    tenant_id: UUID | None
    version_id: UUID
    no: int
    valid_from: date
    prices: int
    note: str


@register
@dataclass(frozen=True, kw_only=True)
class RatesWithdrawn(FactBase):
    """A published version is taken back before its first day."""

    type: ClassVar[str] = "rates.withdrawn"
    subject: str  # rcd_…
    card_id: UUID
    version_id: UUID
    no: int
    why: str


@register
@dataclass(frozen=True, kw_only=True)
class VatRateSet(FactBase):
    """Another rate for a group from a day on, or the word of finance that one is right."""

    type: ClassVar[str] = "vat.rate_set"
    subject: str  # vat_…
    group: str
    rate_bp: int
    valid_from: date
    is_confirmed: bool
