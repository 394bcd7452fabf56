"""The tenant's limits, and what its year has come to."""

from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum

from fleet import states
from fleet.access import ROLES as MAY
from fleet.access import Action
from fleet.approving.limits import MOST_FEN, in_order
from fleet.models import ApprovalLimit, OrderEstimate
from tenants.actors import Actor
from tenants.models import Tenant

ROLES: Final = ("approver", "fleet_manager", "admin")
DECIDERS: Final = frozenset({*MAY[Action.DECIDE], "admin"})
STANDARD: Final[dict[str, dict[str, Any]]] = {
    "approver": {"up_to_fen": 500_000},
    "fleet_manager": {"up_to_fen": 2_000_000},
    "admin": {"is_unlimited": True, "may_exceed_budget": True},
}
"""For a tenant that has set no general limit for a role: a row of its own, a blank one too, goes before."""
GENERAL: Final[dict[str, Any]] = {
    "member_id": "", "service": "", "max_age_years": None, "vehicle_spend_fen": None, "center_spend_fen": None,
}  # fmt: skip
"""A limit of a role without any condition."""
VOID: Final = states.CANCELLED | states.DECLINED


def all_limits() -> list[ApprovalLimit]:
    """The tenant's limits in the order in which they are tried; for a role without a general one the standard."""
    own = list(ApprovalLimit.objects.all())
    given = {limit.role for limit in own if is_general(limit)}
    return in_order([*own, *(standard_of(role) for role in ROLES if role not in given)])


def standard_of(role: str) -> ApprovalLimit:
    """What holds for a role until an administrator sets its general limit; no row of the table."""
    limit = ApprovalLimit(role=role, **STANDARD[role])
    limit._state.adding = True
    return limit


def is_general(limit: ApprovalLimit) -> bool:
    """Whether it is a role's limit without any condition."""
    return all(getattr(limit, name) == value for name, value in GENERAL.items())


def read_limits() -> dict[str, int | None]:
    """Role → its general limit in fen; None: nothing; without limit: the largest amount there is."""
    general = {limit.role: limit for limit in all_limits() if is_general(limit)}
    return {role: MOST_FEN if general[role].is_unlimited else general[role].up_to_fen for role in ROLES}


def key_limit(actor: Actor) -> ApprovalLimit:
    """A key's own limit, in the likeness of a row."""
    return ApprovalLimit(role="key", up_to_fen=actor.approve_up_to_fen)


def year_start(now: datetime, tenant: Tenant) -> datetime:
    """When the tenant's year began, by its own clock."""
    zone = ZoneInfo(tenant.time_zone)
    return datetime(now.astimezone(zone).year, 1, 1, tzinfo=zone).astimezone(UTC)


def local_day(now: datetime, tenant: Tenant) -> date:
    """Today, by the tenant's own clock."""
    return now.astimezone(ZoneInfo(tenant.time_zone)).date()


def spent_since(moment: datetime) -> QuerySet[OrderEstimate]:
    """What was approved since then, of orders that were not called off."""
    return OrderEstimate.objects.filter(decided_at__gte=moment, approved_fen__gt=0).exclude(order__status__in=VOID)


def sums_by(rows: QuerySet[OrderEstimate], name: str) -> dict[str, int]:
    """The sums of what was approved, by one column."""
    found = rows.values_list(name).annotate(total=Sum("approved_fen")).order_by()
    return {key: int(total) for key, total in found}
