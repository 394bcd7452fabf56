"""The tenant's own choices, and who may approve how much."""

from collections.abc import Mapping

from fleet.models import ApprovalLimit, TenantSettings
from tenants.actors import Actor

ROLES = ("approver", "fleet_manager", "admin")
FIRST_LIMITS: dict[str, int] = {"approver": 500_000, "fleet_manager": 2_000_000, "admin": 1_000_000_000_000}
"""In fen, for a tenant that has set none: a row of its own, a blank one too, goes before."""


def read_settings() -> TenantSettings:
    """The one row, or what holds while there is none."""
    return TenantSettings.objects.first() or TenantSettings()


def read_limits() -> dict[str, int | None]:
    """Role → up to how many fen it may approve on one order; None: nothing."""
    own = dict(ApprovalLimit.objects.values_list("role", "up_to_fen"))
    return {role: own[role] if role in own else FIRST_LIMITS.get(role) for role in ROLES}


def roles_up_to(amount_fen: int, limits: Mapping[str, int | None]) -> frozenset[str]:
    """The roles whose limit covers an amount."""
    return frozenset(role for role, limit in limits.items() if limit is not None and limit >= amount_fen)


def limit_for(actor: Actor) -> int | None:
    """Up to how many fen the actor may approve on one order: a key what an administrator gave it, a person as its roles may."""
    return actor.approve_up_to_fen if actor.kind == "key" else limit_of(actor.roles)


def limit_of(roles: frozenset[str]) -> int | None:
    """The highest limit of several roles; None when none of them may approve anything."""
    limits = [limit for role, limit in read_limits().items() if role in roles and limit is not None]
    return max(limits, default=None)
