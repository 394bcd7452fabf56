"""What the check of a file must know of the tenant: its places, its vehicles, its earlier orders, and the desk's rules."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from fleet.intake.checks import CheckContext, KnownRow, ModelFacts, ScopeRule, Site
from fleet.intake.context import VehicleDefaults
from fleet.intake.reading import OrderFile
from fleet.intake.values import parse_line
from fleet.models import CostCenter, Vehicle
from fleet.models import Site as SiteRow
from repair.requests import IntakeAnswer
from repair.selectors import ask_intake
from tenants.models import Tenant

# Live orders of these references, each with the digest of the row that made or last amended it (none: made by hand).
KNOWN = """
SELECT DISTINCT ON (o.external_ref) o.external_ref, o.id, r.digest
FROM fleet_order o LEFT JOIN fleet_batchrow r ON r.external_ref = o.external_ref AND r.order_id = o.id AND r.status = 'submitted'
WHERE o.external_ref = ANY(%s) AND o.status NOT IN ('cancelled', 'declined_scope')
ORDER BY o.external_ref, o.id DESC, r.done_at DESC NULLS LAST
"""
LONGEST_REF = 64


def read_context(*, tenant: Tenant, file: OrderFile, now: datetime) -> CheckContext:
    """The tenant's side of a check; called inside the tenant."""
    answer = ask_intake(tenant_id=tenant.pk)
    return CheckContext(
        tenant_kind=tenant.kind,
        now=now,
        timezone=ZoneInfo(tenant.time_zone),
        sites={s.code: Site(s.code, s.address, s.lat, s.lng) for s in SiteRow.objects.filter(is_active=True)},
        cost_centers=frozenset(CostCenter.objects.filter(is_active=True).values_list("name", flat=True)),
        services=answer.services,
        scope=scope_of(answer),
        models={(m.wmi, m.model): ModelFacts(m.vehicle_class, m.transmission, m.licence) for m in answer.models},
        known=read_known(refs_of(file)),
        plates=dict(Vehicle.objects.exclude(plate="").order_by("updated_seq").values_list("plate", "vin")),
        vehicles=read_defaults(),
        open_vins=answer.open_vins,
    )


def read_defaults() -> dict[str, VehicleDefaults]:
    """What the tenant keeps of its vehicles in use, by VIN: rows that do not say it take it from there."""
    rows = Vehicle.objects.exclude(record__is_active=False)
    found = rows.values_list("vin", "vehicle_class", "transmission", "record__cost_center")
    return {vin: VehicleDefaults(kind, gearbox, center or "") for vin, kind, gearbox, center in found}


def scope_of(answer: IntakeAnswer) -> tuple[ScopeRule, ...]:
    """The desk's scope rules as the check reads them."""
    return tuple(
        ScopeRule(
            id=rule.code, services=rule.services, pattern=rule.pattern, reason_en=rule.reason_en, reason_zh=rule.reason_zh,
            alternative_en=rule.alternative_en, alternative_zh=rule.alternative_zh,
        )
        for rule in answer.scope
    )  # fmt: skip


def refs_of(file: OrderFile) -> set[str]:
    """The references that the file names."""
    if "external_ref" not in file.columns:
        return set()
    index = file.columns.index("external_ref")
    parsed = (parse_line(row.cells[index].strip(), LONGEST_REF) for row in file.rows if index < len(row.cells))
    return {text for text in parsed if isinstance(text, str) and text}


def read_known(refs: Iterable[str]) -> dict[str, KnownRow]:
    """The live orders of these references, by reference."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [list(refs)])
        return {ref: KnownRow(str(order), bytes(digest) if digest else b"") for ref, order, digest in cursor.fetchall()}
