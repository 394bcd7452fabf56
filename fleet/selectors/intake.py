"""What the check of a file must know of the tenant: its places, its vehicles, its earlier orders, and the desk's rules."""

from collections.abc import Collection, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection

from fleet.intake.checks import CheckContext, KnownRow, ModelFacts, ScopeRule, Site
from fleet.intake.context import VehicleDefaults
from fleet.intake.reading import OrderFile
from fleet.intake.registers.vehicles import parse_number
from fleet.intake.tables import named_in
from fleet.intake.values import parse_line, parse_vin
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
SHORT = 2_000  # rows; of a longer file it is quicker to read every vehicle


def read_context(*, tenant: Tenant, file: OrderFile, now: datetime) -> CheckContext:
    """The tenant's side of a check; called inside the tenant. Of vehicles, of a short file those that it names alone."""
    is_short = len(file.rows) <= SHORT
    vins = named_in(file, "vin", parse_vin) if is_short else None
    plates = named_in(file, "plate", parse_number) if is_short else None
    answer = ask_intake(tenant_id=tenant.pk, vins=vins)
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
        plates=read_plates(plates),
        vehicles=read_defaults(vins),
        open_vins=answer.open_vins,
    )


def read_plates(plates: Collection[str] | None) -> dict[str, str]:
    """Which vehicle carries a plate; `plates`: those that matter, None for all."""
    rows = Vehicle.objects.exclude(plate="").order_by("updated_seq")
    return dict((rows if plates is None else rows.filter(plate__in=plates)).values_list("plate", "vin"))


def read_defaults(vins: Collection[str] | None) -> dict[str, VehicleDefaults]:
    """What the tenant keeps of its vehicles in use, by VIN: rows that do not say it take it from there."""
    rows = Vehicle.objects.exclude(record__is_active=False)
    if vins is not None:
        rows = rows.filter(vin__in=vins)
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
    return named_in(file, "external_ref", lambda text: parse_line(text, LONGEST_REF))


def read_known(refs: Iterable[str]) -> dict[str, KnownRow]:
    """The live orders of these references, by reference."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [list(refs)])
        return {ref: KnownRow(str(order), bytes(digest) if digest else b"") for ref, order, digest in cursor.fetchall()}
