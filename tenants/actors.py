"""Who asks: one frozen value that pages, API, console and tasks hand to every service."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant


class Party(StrEnum):
    """The parties of the state tables in JOBS.md and CLAIMS.md."""

    TEN = "ten"
    INT = "int"
    AGT = "agt"
    DSP = "dsp"
    CC = "cc"
    WS = "ws"
    QC = "qc"
    CLM = "clm"
    FIN = "fin"
    SYS = "sys"


class StaffRole(StrEnum):
    """The roles of the operator's people."""

    DISPATCHER = "dispatcher"
    CUSTOMER_SERVICE = "customer_service"
    AGENT = "agent"
    WORKSHOP = "workshop"
    INSPECTOR = "inspector"
    CLAIMS = "claims"
    FINANCE = "finance"
    LEAD = "lead"


PARTIES_OF_STAFF: dict[str, frozenset[Party]] = {
    StaffRole.DISPATCHER: frozenset({Party.DSP}),
    StaffRole.CUSTOMER_SERVICE: frozenset({Party.CC}),
    StaffRole.AGENT: frozenset({Party.AGT}),
    StaffRole.WORKSHOP: frozenset({Party.WS}),
    StaffRole.INSPECTOR: frozenset({Party.QC}),
    StaffRole.CLAIMS: frozenset({Party.CLM}),
    StaffRole.FINANCE: frozenset({Party.FIN}),
    StaffRole.LEAD: frozenset({Party.DSP, Party.CC}),
}


LEAD_HOLDS: frozenset[str] = frozenset({StaffRole.DISPATCHER, StaffRole.CUSTOMER_SERVICE})


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person, a credential or the system, with all that access rules and the audit trail need to know of it."""

    kind: str  # user, key, system, nobody
    id: str
    name: str
    tenant: Tenant | None = None
    roles: frozenset[str] = frozenset()
    staff_roles: frozenset[str] = frozenset()
    staff_id: UUID | None = None
    workshop_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    credential: str = ""
    approve_up_to_fen: int | None = None  # a key's own limit for one order; people have that of their roles
    on_behalf_of: str = ""
    reason: str = ""
    language: str = "en"
    time_zone: str = "Asia/Shanghai"
    request_id: str = ""
    authenticated_at: datetime | None = None
    memberships: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # (slug, name) of every tenant

    @cached_property
    def parties(self) -> frozenset[Party]:
        """As which parties this actor may move a state."""
        if self.kind == "system":
            return frozenset({Party.SYS})
        found: set[Party] = set()
        for role in self.staff_roles:
            found |= PARTIES_OF_STAFF.get(role, frozenset())
        if self.tenant is not None and (self.roles or self.kind == "key"):
            found.add(Party.INT if self.tenant.kind == Tenant.Kind.INSURER else Party.TEN)
        return frozenset(found)

    @property
    def is_member(self) -> bool:
        """Whether it belongs to the tenant of its host."""
        return self.tenant is not None and (bool(self.roles) or self.kind == "key")

    @property
    def is_staff(self) -> bool:
        """Whether it is one of the operator's people."""
        return bool(self.staff_roles)

    def has_role(self, *roles: str) -> bool:
        """Whether it holds one of `roles` in its tenant; an administrator holds them all."""
        return "admin" in self.roles or not self.roles.isdisjoint(roles)

    def is_staff_in(self, *roles: str) -> bool:
        """Whether it holds one of the operator's `roles`; a lead holds the dispatcher's and customer service's."""
        held = self.staff_roles | (LEAD_HOLDS if StaffRole.LEAD in self.staff_roles else frozenset())
        return not held.isdisjoint(roles)

    def because(self, reason: str) -> "Actor":
        """The same actor, with the reason that facts keep."""
        return replace(self, reason=reason)


def actor_of(request: HttpRequest) -> Actor:
    """Who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


NOBODY = Actor(kind="nobody", id="", name="")


def system_actor(name: str, *, request_id: str = "") -> Actor:
    """The system itself, acting as `name` (a listener, a task, a clock)."""
    return Actor(kind="system", id=name, name=name, request_id=request_id)


SYSTEM_NAMES: Final[dict[str, Any]] = {
    "intake": _("Intake"),
    "clocks": _("Clock"),
    "alerts": _("Area alert"),
    "pre-approval": _("Approval beforehand"),
    "complaints": _("Customer service"),
    **dict.fromkeys(["dispatch", "offers", "cover"], _("Dispatch")),
    **dict.fromkeys(["visits", "return", "cancel", "reschedule", "hold", "release", "rework"], _("Service desk")),
    **dict.fromkeys(
        ["parts", "errand", "salvage", "estimates", "close", "closing", "documents", "insurance"], _("Service desk")
    ),
    "rates": _("Finance"),
    **dict.fromkeys(["invite_member", "issue_api_key", "revoke_api_key", "remove_tenant"], _("Operator")),
}
"""How the parts of the system that act by themselves sign, on every page of desks and books."""


def name_actor(name: str, *, kind: str = "system") -> str:
    """Who did it: a person's name, or which part of the system, in the reader's words."""
    return str(SYSTEM_NAMES.get(name, name)) if kind == "system" else name
