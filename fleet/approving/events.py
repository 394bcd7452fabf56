"""What approvals tell: who may, and by what a yes was given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from events.catalogue import EventBase, register


@register
@dataclass(frozen=True, kw_only=True)
class LimitSaved(EventBase):
    """An approval limit was added or changed; `before` is empty for a new one."""

    type: ClassVar[str] = "limit.saved"
    subject: str  # apl_…
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class LimitRemoved(EventBase):
    """An approval limit is gone."""

    type: ClassVar[str] = "limit.removed"
    subject: str  # apl_…
    before: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class ApprovalGiven(EventBase):
    """By which limit an estimate was approved: told beside the decision itself, which the desk tells."""

    type: ClassVar[str] = "approval.given"
    subject: str  # ord_…
    order_id: UUID
    estimate_version: int
    amount_fen: int  # of this yes
    order_fen: int  # of all that is approved of the order with it: what was held against the limit
    limit: dict[str, Any]  # its terms; empty where none is asked for
    over_budget_fen: int = 0  # by how much the cost centre's budget is exceeded with it


@register
@dataclass(frozen=True, kw_only=True)
class ApprovalPassedOn(EventBase):
    """Somebody would approve an estimate, but may not: it goes up to who may."""

    type: ClassVar[str] = "approval.passed_on"
    subject: str  # ord_…
    order_id: UUID
    estimate_version: int
    amount_fen: int
    note: str


@register
@dataclass(frozen=True, kw_only=True)
class DelegationGiven(EventBase):
    """A member lends its limits to a deputy for a time."""

    type: ClassVar[str] = "delegation.given"
    subject: str  # dlg_…
    principal: str
    deputy: str
    deputy_id: str
    starts_at: datetime
    ends_at: datetime
    up_to_fen: int | None
    reason: str


@register
@dataclass(frozen=True, kw_only=True)
class DelegationRevoked(EventBase):
    """A delegation was taken back before its end."""

    type: ClassVar[str] = "delegation.revoked"
    subject: str  # dlg_…
    principal: str
    deputy: str


@register
@dataclass(frozen=True, kw_only=True)
class BudgetSaved(EventBase):
    """A cost centre's budget was set or changed; `before` is empty for a new one."""

    type: ClassVar[str] = "budget.saved"
    subject: str  # bud_…
    before: dict[str, Any]
    after: dict[str, Any]


@register
@dataclass(frozen=True, kw_only=True)
class BudgetRemoved(EventBase):
    """A cost centre's budget is gone."""

    type: ClassVar[str] = "budget.removed"
    subject: str  # bud_…
    before: dict[str, Any]
