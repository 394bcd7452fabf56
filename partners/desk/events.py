"""The facts of what was agreed with a tenant."""

from dataclasses import dataclass
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
