"""A book's first rows, by its own services: places, limits, vehicles, drivers; what stands already is left alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fleet.intake.registers.judging import NEW, Judge
from fleet.intake.registers.others import REGISTERS
from fleet.models import ApprovalLimit, CostCenter, Site
from fleet.selectors.registers import read_register
from fleet.services.approvals.limits import set_limits
from fleet.services.places import save_cost_center, save_site
from fleet.services.registers.saving import hold, write
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant

LIMITS_FEN = {"admin": 100_000_000, "fleet_manager": 2_000_000, "approver": 500_000}


def seed_fleet(
    *, tenant: Tenant, sites: Sequence[tuple[str, str, float, float]], cost_centers: Iterable[str], now: datetime
) -> None:
    """Sites as (code, address, latitude, longitude), cost centres by name, and limits in fen by role."""
    actor = Actor(kind="user", id="setup", name="Baylink", tenant=tenant, roles=frozenset({"admin"}))
    with tenant_context(tenant):
        codes = set(Site.objects.values_list("code", flat=True))
        names = set(CostCenter.objects.values_list("name", flat=True))
        has_limits = ApprovalLimit.objects.exists()
    for code, address, lat, lng in sites:
        if code not in codes:
            stay(tenant, save_site, code=code, address=address, lat=lat, lng=lng, actor=actor, now=now)
    for name in cost_centers:
        if name not in names:
            stay(tenant, save_cost_center, name=name, actor=actor, now=now)
    if not has_limits:
        stay(tenant, set_limits, limits=LIMITS_FEN, actor=actor, now=now)


def seed_register(*, tenant: Tenant, register: str, rows: Sequence[Mapping[str, str]], now: datetime) -> None:
    """Vehicles or drivers as a file would say them, in one stay; entries that stand already are not changed."""
    actor = Actor(kind="user", id="setup", name="Baylink", tenant=tenant, roles=frozenset({"admin"}))
    kind = REGISTERS[register]
    with tenant_context(tenant):
        hold(register, actor)
        judge = Judge(kind, read_register(register=kind, tenant=tenant, now=now), kind.columns)
        judged = [
            judge.judge(line, [row.get(name, "") for name in kind.columns]) for line, row in enumerate(rows, start=1)
        ]
        new = [row for row in judged if row.status == NEW]
        if new:
            write(register, new, actor=actor, now=now)


def stay(tenant: Tenant, service: Callable[..., Any], **arguments: Any) -> None:
    """One service in one stay in the tenant."""
    with tenant_context(tenant):
        service(**arguments)
