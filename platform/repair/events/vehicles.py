"""What a tenant may know of its vehicles."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from events.catalogue import EventBase, register, upcaster


@register
@dataclass(frozen=True, kw_only=True)
class VehicleKnown(EventBase):
    """The book has a vehicle now."""

    type: ClassVar[str] = "vehicle.registered"
    subject: str  # veh_…
    vehicle_id: UUID
    vin: str
    plate: str
    model: str
    vehicle_class: str
    transmission: str


@register
@dataclass(frozen=True, kw_only=True)
class VehicleReplated(EventBase):
    """The vehicle carries another plate; the old one stays in its history."""

    type: ClassVar[str] = "vehicle.replated"
    subject: str
    vehicle_id: UUID
    vin: str
    plate: str
    before: str


@register
@dataclass(frozen=True, kw_only=True)
class VehicleDescribed(EventBase):
    """Model, class and gearbox of the vehicle are now these; `before` has what changed, as it was."""

    type: ClassVar[str] = "vehicle.described"
    subject: str  # veh_…
    vehicle_id: UUID
    vin: str
    model: str
    vehicle_class: str
    transmission: str
    before: dict[str, str]


@register
@dataclass(frozen=True, kw_only=True)
class VehicleOdometerRead(EventBase):
    """Somebody read the odometer: at a hand-over of an order, or the tenant's own people (`source` tenant, no order)."""

    type: ClassVar[str] = "vehicle.odometer_read"
    version: ClassVar[int] = 2
    subject: str  # veh_…
    vehicle_id: UUID
    vin: str
    km: int
    read_at: datetime
    source: str  # tenant, pickup, workshop, hand_over, return; pickup_correction, return_correction of what was misread there
    order_id: UUID | None = None


@upcaster("vehicle.odometer_read", version=1)
def name_correction(data: dict[str, Any]) -> dict[str, Any]:
    """Only the pickup's reading could be corrected then."""
    return data | ({"source": "pickup_correction"} if data["source"] == "correction" else {})
