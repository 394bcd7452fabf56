"""Vehicles: one command tells the desk's register what it knows of them, and the book what the tenant keeps beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from events.commands import command, tell
from events.ids import public_id
from fleet.access import own_tenant
from fleet.events import VehicleSaved
from fleet.intake.registers.judging import JudgedRow
from fleet.models import VehicleRecord
from fleet.selectors.registers import record_fields
from repair.events import VehicleOdometerRead
from repair.requests import VehicleLine
from repair.services.opening import lock_intake
from repair.services.registering import keep_vehicles
from tenants.actors import Actor
from tenants.context import core_context

SAID: Final = ("vin", "plate", "model", "vehicle_class", "transmission")
RECORDED: Final = tuple(record_fields(VehicleRecord()))


@dataclass(frozen=True, slots=True)
class Writing:
    """One vehicle on its way: what the desk hears, what the record was and becomes, and a reading."""

    line: VehicleLine
    before: dict[str, Any]  # empty where there is no record yet
    after: dict[str, Any]
    km: int | None = None
    read_at: datetime | None = None


def wait_for_vehicles(actor: Actor) -> None:
    """One writer of a tenant's vehicles at a time, taken before anything is read: orders open under the same lock."""
    with core_context():
        lock_intake(own_tenant(actor).pk)


def write_vehicles(*, rows: Sequence[JudgedRow], actor: Actor, now: datetime) -> list[UUID]:
    """Write rows that were judged under `wait_for_vehicles`; the keys of the vehicles, in their order."""
    tenant = own_tenant(actor)
    zone = ZoneInfo(tenant.time_zone)
    known = [UUID(row.known.id) for row in rows if row.known]
    records = VehicleRecord.objects.in_bulk(known)
    writings = [plan(row, records, zone, now) for row in rows]
    ids = tell_vehicles(tenant_id=tenant.pk, writings=writings, actor=actor, now=now)
    return [ids[writing.line.vin] for writing in writings]


def plan(row: JudgedRow, records: Mapping[UUID, VehicleRecord], zone: ZoneInfo, now: datetime) -> Writing:
    """What a row comes to."""
    said = {name: row.values[name] for name in SAID if row.values.get(name)}
    key = UUID(row.known.id) if row.known else None
    record = records.get(key) if key else None
    before = record_fields(record) if record else {}
    after = {**record_fields(record or VehicleRecord()), **{n: v for n, v in row.values.items() if n in RECORDED}}
    if "odometer_km" not in row.changes:
        return Writing(VehicleLine(**said), before, after)
    read_at = moment_of(date.fromisoformat(row.values["odometer_on"]), zone, now)
    return Writing(VehicleLine(**said), before, after, row.values["odometer_km"], read_at)


def moment_of(day: date, zone: ZoneInfo, now: datetime) -> datetime:
    """When an odometer was read that somebody names the day of: now if it is today, else at the day's end."""
    if now.astimezone(zone).date() == day:
        return now
    return datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(seconds=1)


@command
def tell_vehicles(*, tenant_id: UUID, writings: Sequence[Writing], actor: Actor, now: datetime) -> dict[str, UUID]:
    """The desk's register first, then what the tenant keeps and what was read, type by type; keys by VIN."""
    del actor
    lock_intake(tenant_id)
    found = keep_vehicles(tenant_id=tenant_id, lines=[writing.line for writing in writings], now=now)
    ids = {vin: entry.vehicle_id for vin, entry in found.items()}
    for writing in writings:
        if writing.before != writing.after:
            key, vin = ids[writing.line.vin], writing.line.vin
            event = VehicleSaved(
                subject=public_id("veh", key), vehicle_id=key, vin=vin, before=writing.before, after=writing.after
            )
            tell(tenant_id, event, because=None)
    for writing in writings:
        if writing.km is not None and writing.read_at is not None:
            key, vin = ids[writing.line.vin], writing.line.vin
            read = VehicleOdometerRead(
                subject=public_id("veh", key), vehicle_id=key, vin=vin, km=writing.km, read_at=writing.read_at, source="tenant"
            )  # fmt: skip
            tell(tenant_id, read, because=None)
    return ids
