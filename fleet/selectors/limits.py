"""Who may approve how much: the tenant's limits, what an estimate is judged by, and who could say yes to it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum

from fleet import states
from fleet.access import ROLES as MAY
from fleet.access import Action, may, own_tenant
from fleet.approving.ages import age_of
from fleet.approving.limits import MOST_FEN, Case, Holder, Verdict, in_order, judge, room
from fleet.models import ApprovalLimit, OrderEstimate
from tenants.actors import Actor
from tenants.models import Tenant
from tenants.people.selectors import Colleague, ask_colleagues

ROLES: Final = ("approver", "fleet_manager", "admin")
DECIDERS: Final = frozenset({*MAY[Action.DECIDE], "admin"})
STANDARD: Final[dict[str, dict[str, Any]]] = {
    "approver": {"up_to_fen": 500_000},
    "fleet_manager": {"up_to_fen": 2_000_000},
    "admin": {"is_unlimited": True},
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


def holder_of(actor: Actor) -> Holder:
    """The actor as limits know it."""
    return Holder(id=actor.id, name=actor.name, roles=actor.roles)


def holder_from(person: Colleague) -> Holder:
    """A colleague as limits know it."""
    return Holder(id=str(person.id), name=person.name, roles=person.roles)


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


@dataclass(frozen=True, kw_only=True)
class Authority:
    """All that says who may approve what, read once: the limits, and on demand the people."""

    tenant: Tenant
    now: datetime
    limits: Sequence[ApprovalLimit] = field(default_factory=all_limits)

    def cases(self, estimates: Iterable[OrderEstimate]) -> dict[int, Case]:
        """What each estimate (by its key, with its order read) is judged by."""
        rows = list(estimates)
        orders = [row.order for row in rows]
        year = YearSpend.read(self, vins={o.vin for o in orders}, centers={o.cost_center for o in orders})
        today = local_day(self.now, self.tenant)
        return {
            row.pk: Case(
                service=row.order.service,
                age_years=age_of(row.order.vin, today=today),
                used_fen=row.order.approved_fen,
                vehicle_spend_fen=year.of_vin(row.order.vin),
                center_spend_fen=year.of_center(row.order.cost_center),
            )
            for row in rows
        }

    def judge(self, actor: Actor, case: Case, amount_fen: int) -> Verdict:
        """What the limits say of this actor; the system is asked for none, a key has its own."""
        if actor.kind == "system":
            return Verdict(True, None)
        return judge(self.limits_for(actor), self.holder(actor), case, amount_fen)

    def room(self, actor: Actor, case: Case) -> int | None:
        """The largest further amount that this actor may approve for the order."""
        return room(self.limits_for(actor), self.holder(actor), case) if may(actor, Action.DECIDE) else None

    def limits_for(self, actor: Actor) -> Sequence[ApprovalLimit]:
        """The limits that are asked for an actor."""
        return [key_limit(actor)] if actor.kind == "key" else self.limits

    def holder(self, actor: Actor) -> Holder:
        """A key holds its own limit alone."""
        return Holder(id="", name=actor.name, roles=frozenset({"key"})) if actor.kind == "key" else holder_of(actor)

    def who_could(self, case: Case, amount_fen: int) -> list[Colleague]:
        """The members whose limit covers the amount."""
        return [each for each in self.people if judge(self.limits, holder_from(each), case, amount_fen).is_allowed]

    def roles_that_could(self, case: Case, amount_fen: int) -> frozenset[str]:
        """The roles that cover it, whoever may hold them."""
        held = {role: Holder(id="", name="", roles=frozenset({role})) for role in ROLES}
        return frozenset(
            role for role, holder in held.items() if judge(self.limits, holder, case, amount_fen).is_allowed
        )

    @cached_property
    def people(self) -> Sequence[Colleague]:
        """The members who may decide at all."""
        return ask_colleagues(tenant_id=self.tenant.pk, roles=DECIDERS)


@dataclass(frozen=True, slots=True)
class YearSpend:
    """What has been approved this year, by vehicle and by cost centre; read only where a limit asks for it."""

    vins: Mapping[str, int]
    centers: Mapping[str, int]

    @classmethod
    def read(cls, authority: Authority, *, vins: Collection[str], centers: Collection[str]) -> "YearSpend":
        """The year's sums of these vehicles and cost centres."""
        since = spent_since(year_start(authority.now, authority.tenant))
        asks = {name for name in ("vehicle_spend_fen", "center_spend_fen") for limit in authority.limits
                if getattr(limit, name) is not None}  # fmt: skip
        by_vin = sums_by(since.filter(order__vin__in=vins), "order__vin") if "vehicle_spend_fen" in asks else {}
        by_center = (
            sums_by(since.filter(order__cost_center__in=centers), "order__cost_center")
            if "center_spend_fen" in asks
            else {}
        )
        return cls(by_vin, by_center)

    def of_vin(self, vin: str) -> int:
        """The vehicle's year so far, in fen."""
        return self.vins.get(vin, 0)

    def of_center(self, name: str) -> int:
        """The cost centre's year so far, in fen; orders without one have none."""
        return self.centers.get(name, 0) if name else 0


def authority_for(actor: Actor, now: datetime) -> Authority:
    """The authority in the actor's tenant."""
    return Authority(tenant=own_tenant(actor), now=now)
