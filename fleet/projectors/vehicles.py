"""Vehicles: those that the desk knows of, and what the tenant's own people keep of them."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from events.copying import copy_rows
from events.projecting import Told, projects
from fleet.events import CostCenterSaved, SiteSaved, VehicleSaved
from fleet.models import OdometerReading, PlateHistory, Vehicle, VehicleRecord
from repair import events as told_by_desk

VEHICLE_FIELDS = ("id", "vin", "plate", "model", "vehicle_class", "transmission", "registered_at", "updated_seq")
RECORD_FIELDS = (
    "plate_type", "site_code", "cost_center", "inspection_expires_on", "compulsory_expires_on", "commercial_expires_on",
    "is_active",
)  # fmt: skip
PLATE_FIELDS = ("seq", "vehicle", "plate", "since")
PLATE = """
UPDATE fleet_vehicle v SET plate = n.plate, updated_seq = n.seq
FROM unnest(%s::uuid[], %s::text[], %s::bigint[]) AS n(id, plate, seq) WHERE v.id = n.id
"""
DESCRIBE = """
UPDATE fleet_vehicle v SET model = n.model, vehicle_class = n.class, transmission = n.transmission, updated_seq = n.seq
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint[]) AS n(id, model, class, transmission, seq)
WHERE v.id = n.id
"""
READ = """
UPDATE fleet_vehicle v SET odometer_km = r.km, odometer_at = r.at
FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[]) AS r(id, km, at)
WHERE v.id = r.id AND (v.odometer_at IS NULL OR v.odometer_at <= r.at)
"""
TOUCH = """
UPDATE fleet_vehicle v SET updated_seq = t.seq FROM unnest(%s::uuid[], %s::bigint[]) AS t(id, seq) WHERE v.id = t.id
"""


@projects(told_by_desk.VehicleKnown)
def register_vehicles(told: Sequence[Told]) -> None:
    """The book has the vehicles, and the plates they carry."""
    copy_rows(
        Vehicle,
        VEHICLE_FIELDS,
        (
            (
                t.event.vehicle_id, t.event.vin, t.event.plate, t.event.model, t.event.vehicle_class, t.event.transmission,
                t.occurred_at, t.seq,
            )
            for t in told
        ),
    )  # fmt: skip
    copy_rows(
        PlateHistory,
        PLATE_FIELDS,
        ((t.seq, t.event.vehicle_id, t.event.plate, t.occurred_at) for t in told if t.event.plate),
    )


@projects(told_by_desk.VehicleReplated)
def change_plates(told: Sequence[Told]) -> None:
    """Another plate; the old one stays in the history."""
    last = last_of_vehicles(told)
    with connection.cursor() as cursor:
        cursor.execute(PLATE, [list(last), [t.event.plate for t in last.values()], [t.seq for t in last.values()]])
    copy_rows(PlateHistory, PLATE_FIELDS, ((t.seq, t.event.vehicle_id, t.event.plate, t.occurred_at) for t in told))


@projects(told_by_desk.VehicleDescribed)
def describe_vehicles(told: Sequence[Told]) -> None:
    """Another model, class or gearbox."""
    last = last_of_vehicles(told)
    names = ("model", "vehicle_class", "transmission")
    columns = [[getattr(t.event, name) for t in last.values()] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(DESCRIBE, [list(last), *columns, [t.seq for t in last.values()]])


@projects(told_by_desk.VehicleOdometerRead)
def read_odometers(told: Sequence[Told]) -> None:
    """Every reading is kept; the vehicle shows the latest by the time it was taken, of two at one time the later told."""
    copy_rows(
        OdometerReading,
        ("seq", "vehicle", "km", "read_at", "source", "order_id"),
        ((t.seq, e.vehicle_id, e.km, e.read_at, e.source, e.order_id) for t in told for e in [t.event]),
    )
    latest: dict[UUID, Told] = {}
    for t in told:
        if t.event.vehicle_id not in latest or latest[t.event.vehicle_id].event.read_at <= t.event.read_at:
            latest[t.event.vehicle_id] = t
    touch_vehicles(told)
    with connection.cursor() as cursor:
        cursor.execute(
            READ,
            [
                list(latest),
                [t.event.km for t in latest.values()],
                [t.event.read_at for t in latest.values()],
            ],
        )


@projects(VehicleSaved)
def note_records(told: Sequence[Told]) -> None:
    """What the tenant's own people keep of a vehicle, as they told it last."""
    last = {t.event.vehicle_id: t.event.after for t in told}
    VehicleRecord.objects.bulk_create(
        [VehicleRecord(vehicle_id=key, **after) for key, after in last.items()],
        update_conflicts=True, unique_fields=["vehicle"], update_fields=RECORD_FIELDS,
    )  # fmt: skip
    touch_vehicles(told)


@projects(SiteSaved)
def rename_sites(told: Sequence[Told]) -> None:
    """Vehicles stay at their site when it is given another code: one statement a renaming, in their order, for one may
    take the code that another gave up; a file renames none, since it finds its sites by their codes.
    """
    for t in told:
        if t.event.before and t.event.before["code"] != t.event.after["code"]:
            VehicleRecord.objects.filter(site_code=t.event.before["code"]).update(site_code=t.event.after["code"])


@projects(CostCenterSaved)
def rename_cost_centers(told: Sequence[Told]) -> None:
    """Vehicles stay with their cost centre when it is given another name; one by one, as sites."""
    for t in told:
        if t.event.before and t.event.before["name"] != t.event.after["name"]:
            VehicleRecord.objects.filter(cost_center=t.event.before["name"]).update(cost_center=t.event.after["name"])


def touch_vehicles(told: Sequence[Told]) -> None:
    """The number of the last event about each vehicle."""
    last = last_of_vehicles(told)
    with connection.cursor() as cursor:
        cursor.execute(TOUCH, [list(last), [t.seq for t in last.values()]])


def last_of_vehicles(told: Sequence[Told]) -> dict[UUID, Told]:
    """The last word on each vehicle."""
    return {t.event.vehicle_id: t for t in told}
