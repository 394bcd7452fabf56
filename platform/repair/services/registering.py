"""The vehicle register: a row of an order tells us of a vehicle, or of a new plate for one we know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection

from events.commands import Recorded, record, tell
from events.copying import copy_rows
from events.ids import new_id
from repair.events import VehicleDescribed, VehicleKnown, VehicleRegistered, VehicleReplated, VehicleSaidToBe
from repair.ids import vehicle_ref
from repair.models import KnownVehicle, PlateHistory, Vehicle
from repair.requests import JobLine, VehicleLine

INSERT_VINS = """
INSERT INTO repair_vehicle (id, vin) SELECT * FROM unnest(%s::uuid[], %s::text[]) ON CONFLICT (vin) DO NOTHING
"""


DESCRIBE = """
UPDATE repair_knownvehicle k SET model = v.model, vehicle_class = v.class, transmission = v.transmission
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS v(id, model, class, transmission) WHERE k.id = v.id
"""
DESCRIBED = ("model", "vehicle_class", "transmission")
REPLATE = """
UPDATE repair_knownvehicle k SET plate = v.plate FROM unnest(%s::uuid[], %s::text[]) AS v(id, plate) WHERE k.id = v.id
"""


@dataclass(slots=True)
class Registered:
    """A vehicle as this tenant knows it."""

    known_id: UUID
    vehicle_id: UUID
    vin: str
    plate: str
    model: str
    vehicle_class: str
    transmission: str


RegisteredVehicles = Mapping[str, Registered]


def register_vehicles(*, tenant_id: UUID, lines: Sequence[JobLine | VehicleLine], now: datetime) -> RegisteredVehicles:
    """What this tenant knows of each line's vehicle, by VIN; new vehicles and new plates are registered and told.

    Called inside a command. The last line of a VIN gives its plate.
    """
    latest = {line.vin: line for line in lines}
    found = find_known(tenant_id, list(latest))
    register_new(tenant_id, [line for vin, line in latest.items() if vin not in found], found, now)
    replate(
        tenant_id, [line for line in latest.values() if line.plate and found[line.vin].plate != line.plate], found, now
    )
    return found


def keep_vehicles(*, tenant_id: UUID, lines: Sequence[VehicleLine], now: datetime) -> RegisteredVehicles:
    """The same for what a tenant says of its vehicles outside an order: model, class and gearbox count too.

    Called inside a command, one at a time a tenant (`lock_intake`). Each VIN at most once.
    """
    known = find_known(tenant_id, [line.vin for line in lines])
    found = register_vehicles(tenant_id=tenant_id, lines=lines, now=now)
    describe(tenant_id, [line for line in lines if line.vin in known], found)
    return found


def describe(tenant_id: UUID, lines: Sequence[VehicleLine], found: RegisteredVehicles) -> None:
    """What the tenant says of a known vehicle, where it differs from what it said before."""
    changed = []
    for line in lines:
        entry = found[line.vin]
        after = {name: getattr(line, name) for name in DESCRIBED if getattr(line, name)}
        before = {name: getattr(entry, name) for name, value in after.items() if getattr(entry, name) != value}
        if not before:
            continue
        after = {name: after[name] for name in before}
        for name, value in after.items():
            setattr(entry, name, value)
        changed.append(entry)
        subject = vehicle_ref(entry.vehicle_id)
        fact = record(VehicleSaidToBe(subject=subject, tenant_id=tenant_id, vin=entry.vin, before=before, after=after))
        event = VehicleDescribed(
            subject=subject, vehicle_id=entry.vehicle_id, vin=entry.vin, model=entry.model,
            vehicle_class=entry.vehicle_class, transmission=entry.transmission, before=before,
        )  # fmt: skip
        tell(tenant_id, event, because=fact)
    if changed:
        columns = [[entry.known_id for entry in changed], *([getattr(e, name) for e in changed] for name in DESCRIBED)]
        with connection.cursor() as cursor:
            cursor.execute(DESCRIBE, columns)


def find_known(tenant_id: UUID, vins: list[str]) -> dict[str, Registered]:
    """This tenant's entries; other tenants' are never looked at."""
    rows = KnownVehicle.objects.filter(tenant_id=tenant_id, vin__in=vins).values_list(
        "id", "vehicle_id", "vin", "plate", "model", "vehicle_class", "transmission"
    )
    return {row[2]: Registered(*row) for row in rows}


def register_new(
    tenant_id: UUID, lines: Sequence[JobLine | VehicleLine], found: dict[str, Registered], now: datetime
) -> None:
    """Entries for vehicles that this tenant has not told us of yet."""
    if not lines:
        return
    vins = sorted(line.vin for line in lines)  # in one order everywhere: two tenants may register the same vehicles
    with connection.cursor() as cursor:
        # drawn by lot: a key that tells its hour would tell one customer when another registered the vehicle
        cursor.execute(INSERT_VINS, [[uuid4() for _ in vins], vins])
    ids = dict(Vehicle.objects.filter(vin__in=vins).values_list("vin", "id"))
    for line in lines:
        found[line.vin] = Registered(
            new_id(), ids[line.vin], line.vin, line.plate, line.model, line.vehicle_class, line.transmission
        )
    fields = ("id", "tenant", "vehicle", "vin", "plate", "model", "vehicle_class", "transmission", "registered_at")
    new = [found[vin] for vin in vins]
    copy_rows(
        KnownVehicle,
        fields,
        (
            (r.known_id, tenant_id, r.vehicle_id, r.vin, r.plate, r.model, r.vehicle_class, r.transmission, now)
            for r in new
        ),
    )
    keep_plates([r for r in new if r.plate], now)
    facts = [record_registered(tenant_id, r, is_replated=False) for r in new]
    for r, fact in zip(new, facts, strict=True):
        event = VehicleKnown(
            subject=vehicle_ref(r.vehicle_id), vehicle_id=r.vehicle_id, vin=r.vin, plate=r.plate, model=r.model,
            vehicle_class=r.vehicle_class, transmission=r.transmission,
        )  # fmt: skip
        tell(tenant_id, event, because=fact)


def replate(
    tenant_id: UUID, lines: Sequence[JobLine | VehicleLine], found: dict[str, Registered], now: datetime
) -> None:
    """A new plate for a known VIN is a re-plating, kept as history."""
    changed = []
    for line in lines:
        entry = found[line.vin]
        before, entry.plate = entry.plate, line.plate
        changed.append(entry)
        fact = record_registered(tenant_id, entry, is_replated=True)
        event = VehicleReplated(
            subject=vehicle_ref(entry.vehicle_id),
            vehicle_id=entry.vehicle_id,
            vin=entry.vin,
            plate=entry.plate,
            before=before,
        )
        tell(tenant_id, event, because=fact)
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            REPLATE,
            [[entry.known_id for entry in changed], [entry.plate for entry in changed]],
        )
    keep_plates(changed, now)


def keep_plates(entries: Sequence[Registered], now: datetime) -> None:
    """A row of history for each plate carried from now on."""
    copy_rows(PlateHistory, ("id", "known", "plate", "since"), ((new_id(), e.known_id, e.plate, now) for e in entries))


def record_registered(tenant_id: UUID, entry: Registered, *, is_replated: bool) -> Recorded:
    """The fact behind what is told."""
    return record(
        VehicleRegistered(
            subject=vehicle_ref(entry.vehicle_id),
            tenant_id=tenant_id,
            vin=entry.vin,
            plate=entry.plate,
            is_replated=is_replated,
        )
    )
