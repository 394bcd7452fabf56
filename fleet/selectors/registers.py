"""What the check of a register's rows must know of the book: what stands there, and what rows may name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet

from events.book.models import Entry
from events.ids import public_id
from fleet.intake.context import ModelFacts, ModelTable
from fleet.intake.registers.kinds import Known, Register, RegisterContext
from fleet.intake.registers.vehicles import EXPIRIES
from fleet.models import CostCenter, Driver, OdometerReading, Site, Vehicle, VehicleRecord
from repair.selectors import ask_intake
from tenants.models import Tenant

M = TypeVar("M", bound=Model)
PREFIXES: Final = {"vehicles": "veh", "drivers": "drv", "sites": "sit", "cost_centers": "cct"}
MODELS: Final[dict[str, type[Model]]] = {
    "vehicles": Vehicle, "drivers": Driver, "sites": Site, "cost_centers": CostCenter,
}  # fmt: skip
FIELDS: Final = {
    "drivers": ("reference", "name", "phone", "licence_class", "licence_tail", "licence_expires_on", "is_active"),
    "sites": ("code", "address", "lat", "lng", "contact", "phone", "is_active"),
    "cost_centers": ("code", "name", "is_active"),
}
MOST_TO_NAME: Final = 5_000  # from so many values on the whole register is read


@dataclass(frozen=True, slots=True)
class Sought:
    """What the rows at hand are known by, field by field, and an entry's own key: nothing else matters to their check."""

    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    key: UUID | None = None

    def limit(self, rows: QuerySet[M], *fields: str) -> QuerySet[M]:
        """The rows that have one of the values; all of them where those are so many that it is quicker."""
        wanted = {name: sorted(self.names.get(name, ())) for name in fields}
        if sum(map(len, wanted.values())) > MOST_TO_NAME:
            return rows
        found = Q(pk__in=[self.key] if self.key else [])
        for name, values in wanted.items():
            found |= Q(**{f"{name}__in": values})
        return rows.filter(found)


def sought_by(register: Register, rows: Iterable[Mapping[str, Any]], key: UUID | None = None) -> Sought:
    """Who looks for the entries that these values mean, and for those that have them already."""
    names: dict[str, set[str]] = {name: set() for name in (*register.keys, "plate")}
    for values in rows:
        for name, found in names.items():
            if isinstance(value := values.get(name), str) and value:
                found.add(value)
    return Sought(names, key)


def read_register(
    *, register: Register, tenant: Tenant, now: datetime, sought: Sought | None = None
) -> RegisterContext:
    """The tenant's side of a check; called inside the tenant. `sought`: which entries matter, None for all."""
    zone = ZoneInfo(tenant.time_zone)
    context = RegisterContext(today=now.astimezone(zone).date(), timezone=zone)
    if register.name in {"vehicles", "drivers"}:
        context.sites = frozenset(Site.objects.filter(is_active=True).values_list("code", flat=True))
    if register.name == "vehicles":
        context.cost_centers = center_names()
        context.models = model_table(tenant)
        context.plates = plates_in_use(sought)
        entries = known_vehicles(zone, sought)
    else:
        entries = known_entries(register, sought)
    context.known = {name: {e.fields[name]: e for e in entries if e.fields[name]} for name in register.keys}
    return context


def center_names() -> dict[str, str]:
    """The cost centres in use by their codes and, before those, by their names."""
    rows = list(CostCenter.objects.filter(is_active=True).values_list("code", "name"))
    return {**{code: name for code, name in rows if code}, **{name: name for _code, name in rows}}


def model_table(tenant: Tenant) -> ModelTable:
    """The operator's models."""
    answer = ask_intake(tenant_id=tenant.pk)
    return ModelTable({(m.wmi, m.model): ModelFacts(m.vehicle_class, m.transmission, m.licence) for m in answer.models})


def plates_in_use(sought: Sought | None) -> dict[str, str]:
    """Which vehicle in use carries a plate."""
    rows = Vehicle.objects.exclude(plate="").exclude(record__is_active=False).order_by("updated_seq")
    rows = rows if sought is None else sought.limit(rows, "plate")
    return dict(rows.values_list("plate", "vin"))


def known_vehicles(zone: ZoneInfo, sought: Sought | None) -> list[Known]:
    """Vehicles with what the tenant keeps of them."""
    rows = Vehicle.objects.select_related("record").order_by("pk")
    vehicles = list(rows if sought is None else sought.limit(rows, "vin"))
    readings: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    taken = OdometerReading.objects.order_by("read_at", "seq").values_list("vehicle_id", "read_at", "km")
    if sought is not None:
        taken = taken.filter(vehicle_id__in=[vehicle.pk for vehicle in vehicles])
    for vehicle_id, read_at, km in taken:
        readings[vehicle_id].append((read_at.astimezone(zone).date().isoformat(), km))
    return [Known(str(v.pk), vehicle_fields(v), tuple(readings[v.pk])) for v in vehicles]


def record_of(vehicle: Vehicle) -> VehicleRecord:
    """What the tenant keeps of it; an empty one where it keeps nothing."""
    try:
        return vehicle.record
    except VehicleRecord.DoesNotExist:
        return VehicleRecord(vehicle=vehicle)


def vehicle_fields(vehicle: Vehicle) -> dict[str, Any]:
    """A vehicle as a row would say it."""
    return {
        **{name: getattr(vehicle, name) for name in ("vin", "plate", "model", "vehicle_class", "transmission")},
        "odometer_km": vehicle.odometer_km,
        **record_fields(record_of(vehicle)),
    }


def record_fields(record: VehicleRecord) -> dict[str, Any]:
    """What a tenant's own people keep of a vehicle, as plain values."""
    return {
        "plate_type": record.plate_type,
        "site_code": record.site_code,
        "cost_center": record.cost_center,
        **{name: plain(getattr(record, name)) for name in EXPIRIES},
        "is_active": record.is_active,
    }


def known_entries(register: Register, sought: Sought | None) -> list[Known]:
    """Drivers, sites or cost centres as they stand."""
    rows: Any = MODELS[register.name]._default_manager.order_by("pk")
    if sought is not None:
        rows = sought.limit(rows, *register.keys)
    if register.name == "drivers":
        rows = rows.select_related("site")
    return [Known(str(row.pk), entry_fields(register.name, row)) for row in rows]


def entry_fields(name: str, row: Any) -> dict[str, Any]:
    """A driver, site or cost centre as a row would say it."""
    fields = {field: plain(getattr(row, field)) for field in FIELDS[name]}
    return {**fields, "site_code": row.site.code if row.site else ""} if name == "drivers" else fields


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


# --- who changed what ---------------------------------------------------------------------------------------------------


def last_change(register: str, key: UUID) -> int:
    """The number of the last event about an entry; 0 when there is none."""
    found = Entry.objects.filter(subject=public_id(PREFIXES[register], key)).order_by("-seq")
    return found.values_list("seq", flat=True).first() or 0


def changes_since(register: str, key: UUID, seen: int) -> Sequence[Entry]:
    """What was told of an entry after the event `seen`."""
    return list(Entry.objects.filter(subject=public_id(PREFIXES[register], key), seq__gt=seen).order_by("seq"))


def expiring_q(until: date) -> Q:
    """Vehicles of which something is over, or will be by `until`."""
    soon = Q()
    for name in EXPIRIES:
        soon |= Q(**{f"record__{name}__lte": until})
    return soon
