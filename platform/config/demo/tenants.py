"""The demo's five tenants, one of each kind, with their people; acme with its sites, cost centres and limits."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from config import clock
from config.demo.desk import DATA, PASSWORD
from config.demo.fleet import demo_drivers, demo_vehicles
from fleet.seeding import seed_fleet, seed_register
from repair.models import Authorisation
from repair.services import collecting
from tenants.actors import Actor
from tenants.models import Domain, Tenant
from tenants.people.seed import ensure_membership, ensure_user
from tenants.provisioning import provision_tenant

COST_CENTERS = ("城配一部", "城配二部", "华东干线", "冷链", "公务用车")


@dataclass(frozen=True, slots=True)
class TenantSeed:
    """A tenant and its people: (e-mail, name, roles)."""

    slug: str
    kind: str
    name: str
    people: tuple[tuple[str, str, tuple[str, ...]], ...]


TENANTS = (
    TenantSeed(
        "acme", "fleet", "安捷物流 ACME",
        (
            ("manager@acme.example", "王晨", ("admin", "fleet_manager")),
            ("approver@acme.example", "李倩", ("approver",)),
            ("requester@acme.example", "孙浩", ("requester",)),
            ("viewer@acme.example", "何静", ("viewer",)),
        ),
    ),
    TenantSeed("pacific", "insurer", "太平财险 Pacific", (("claims@pacific.example", "许诺", ("admin", "approver")),)),
    TenantSeed("harbour", "dealer", "港湾汽车 Harbour", (("service@harbour.example", "高翔", ("admin", "fleet_manager")),)),
    TenantSeed("swift", "rental", "迅捷租车 Swift", (("ops@swift.example", "谢宁", ("admin", "fleet_manager")),)),
    TenantSeed("retail", "retail", "零售服务台", (("service@baylink.example", "林晓", ("admin", "fleet_manager")),)),
)  # fmt: skip


def seed_tenants() -> None:
    """Provision what is missing, and give each tenant its people and its book's first rows."""
    for seed in TENANTS:
        tenant = provision_tenant(slug=seed.slug, kind=seed.kind, name=seed.name)
        for email, name, roles in seed.people:
            ensure_membership(user=ensure_user(email=email, name=name, password=PASSWORD), tenant=tenant, roles=roles)
        sites = read_sites() if seed.slug == "acme" else []
        seed_fleet(
            tenant=tenant, sites=sites, cost_centers=COST_CENTERS if seed.slug == "acme" else (), now=clock.now(tenant)
        )
        if seed.slug == "acme":
            now = clock.now(tenant)
            seed_register(tenant=tenant, register="vehicles", rows=demo_vehicles(now), now=now)
            seed_register(tenant=tenant, register="drivers", rows=demo_drivers(now), now=now)
        seed_authorisation(tenant, [name for _email, name, _roles in seed.people])


def read_sites() -> list[tuple[str, str, float, float]]:
    """The ten sites: code, address, latitude, longitude."""
    with (DATA / "sites.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            (row["site_code"], row["address"], float(row["lat"]), float(row["lng"])) for row in csv.DictReader(file)
        ]


def seed_authorisation(tenant: Tenant, signers: list[str]) -> None:
    """Corporate tenants have a standing authorisation; the retail desk's customers sign for each job."""
    if tenant.kind == Tenant.Kind.RETAIL or Authorisation.objects.filter(tenant=tenant, job__isnull=True).exists():
        return
    start = datetime(2026, 1, 1, tzinfo=UTC)
    collecting.grant_standing_authorisation(
        tenant_id=tenant.pk,
        signers=signers,
        valid_from=start,
        valid_until=start + timedelta(days=3 * 365),
        sealed_file="",
        actor=Actor(kind="user", id="setup", name="Baylink", tenant=tenant, roles=frozenset({"admin"})),
        now=start,
    )


def sign_ins() -> list[tuple[str, str, str]]:
    """(e-mail, what it is, address) of every demo account that a visitor may want."""
    port = f":{settings.SITE_PORT}" if settings.SITE_PORT else ""
    rows = []
    for seed in TENANTS:
        domain = Domain.objects.filter(tenant__slug=seed.slug).first()
        host = domain.domain if domain else f"{seed.slug}.{settings.BASE_DOMAIN}"
        rows += [
            (email, f"{seed.name}: {', '.join(roles)}", f"{settings.SITE_SCHEME}://{host}{port}/")
            for email, _name, roles in seed.people
        ]
    console = f"{settings.SITE_SCHEME}://{settings.OPERATOR_HOST}{port}/"
    desk = (
        "dispatcher@baylink.example",
        "lead@baylink.example",
        "workshop01@baylink.example",
        "inspector@baylink.example",
        "agent01@baylink.example",
    )
    rows += [(email, "operator", console) for email in desk]
    return rows
