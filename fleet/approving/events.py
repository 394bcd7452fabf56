"""What approvals tell: who may, and by what a yes was given."""

from dataclasses import dataclass
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
