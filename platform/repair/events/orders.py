"""What a tenant may know of its orders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from events.catalogue import EventBase, register, upcaster
from repair import states


@register
@dataclass(frozen=True, kw_only=True)
class OrderPlaced(EventBase):
    """The order exists: the receipt's number, and everything that was asked."""

    type: ClassVar[str] = "order.placed"
    subject: str  # ord_…
    order_id: UUID
    number: str
    external_ref: str
    batch_id: UUID | None
    channel: str
    service: str
    description: str
    vehicle_id: UUID
    vin: str
    plate: str
    model: str
    site_code: str
    address: str
    lat: float
    lng: float
    contact: str
    phone: str
    window_start: datetime
    window_end: datetime
    return_by: datetime | None
    cost_center: str
    po_number: str
    courtesy_car: bool
    key_with: str
    notes: str
    pre_approved_up_to_fen: int | None
    respond_by: datetime  # the expected response time of the receipt
    comeback_of: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OrderMoved(EventBase):
    """The order reached a state; the class of each state has the type `order.<name>`."""

    subject: str
    order_id: UUID
    status: str
    note: str = ""


# state → the name partners see; past tense, in the customer's words
MOVED_NAMES: dict[str, str] = {
    states.ACKNOWLEDGED: "acknowledged",
    states.DECLINED_SCOPE: "declined",
    states.ASSIGNED: "assigned",
    states.ACCEPTED: "accepted",
    states.CONTACTED: "contacted",
    states.AT_PICKUP: "agent_arrived",
    states.PICKUP_FAILED: "pickup_failed",
    states.IN_CUSTODY: "collected",
    states.AT_WORKSHOP: "at_workshop",
    states.ESTIMATING: "estimate_started",
    states.AWAITING_APPROVAL: "approval_requested",
    states.APPROVED: "approved",
    states.PART_APPROVED: "part_approved",
    states.SENT_BACK: "estimate_sent_back",
    states.REJECTED: "estimate_rejected",
    states.WAITING_PARTS: "waiting_for_parts",
    states.IN_REPAIR: "repair_started",
    states.CONSENT_REQUIRED: "consent_requested",
    states.STOPPED: "stopped",
    states.QC: "quality_check_started",
    states.REWORK: "rework_needed",
    states.READY: "ready",
    states.AWAITING_RETURN: "return_planned",
    states.RETURNING: "returning",
    states.AT_RETURN: "return_arrived",
    states.RETURN_FAILED: "return_failed",
    states.REFUSED: "delivery_refused",
    states.DELIVERED: "delivered",
    states.RATED: "rated",
    states.NOT_RATED: "not_rated",
    states.CLOSED: "closed",
    states.CANCELLED: "cancelled",
    states.HANDED_OVER: "salvage_handed_over",
    states.PRE_CHECK: "pre_check_started",
    states.AT_STATION: "at_station",
    states.PASSED: "inspection_passed",
    states.FAILED: "inspection_failed",
    states.DOCUMENTS_IN: "documents_taken",
    states.AT_OFFICE: "at_vehicle_office",
    states.PAID: "violation_settled",
    states.OFFICE_REFUSED: "vehicle_office_refused",
    states.ORDERED: "parts_ordered",
    states.ARRIVED: "parts_arrived",
}


def moved_class(state: str, name: str) -> type[OrderMoved]:
    """The event class of one state."""
    made = type(
        f"Order_{name}",
        (OrderMoved,),
        {"type": f"order.{name}", "__doc__": f"The order reached {state}.", "__module__": __name__},
    )
    return register(dataclass(frozen=True, kw_only=True)(made))


ORDER_MOVES: dict[str, type[OrderMoved]] = {state: moved_class(state, name) for state, name in MOVED_NAMES.items()}


@register
@dataclass(frozen=True, kw_only=True)
class OrderAgentNamed(EventBase):
    """Who fetches or returns the vehicle, and when to expect him; None takes the name back."""

    type: ClassVar[str] = "order.agent_named"
    subject: str
    order_id: UUID
    leg: str  # pickup, return, errand
    agent_name: str
    agent_phone: str
    planned_at: datetime | None


@register
@dataclass(frozen=True, kw_only=True)
class OrderWindowsOffered(EventBase):
    """There is no capacity in the window: other windows are offered."""

    type: ClassVar[str] = "order.windows_offered"
    subject: str
    order_id: UUID
    windows: tuple[tuple[datetime, datetime], ...]


@register
@dataclass(frozen=True, kw_only=True)
class OrderWorkshopNamed(EventBase):
    """Where the vehicle is repaired."""

    type: ClassVar[str] = "order.workshop_named"
    subject: str
    order_id: UUID
    workshop: str


@dataclass(frozen=True, kw_only=True)
class LineTold:
    """One estimate line as the tenant reads it; a flat price has no unit price."""

    no: int
    kind: str
    text: str
    quantity: str
    amount_fen: int
    operation: str = ""
    unit_price_fen: int | None = None
    decision: str = "pending"
    approved_fen: int = 0
    reason: str = ""


@register
@dataclass(frozen=True, kw_only=True)
class OrderEstimated(EventBase):
    """An estimate version waits for approval (or an extra fault for consent)."""

    type: ClassVar[str] = "order.estimated"
    version: ClassVar[int] = 2
    subject: str
    order_id: UUID
    estimate_version: int
    is_supplement: bool
    total_fen: int
    valid_until: datetime
    lines: tuple[LineTold, ...]


@register
@dataclass(frozen=True, kw_only=True)
class OrderEstimateDecided(EventBase):
    """The decision on an estimate, line by line."""

    type: ClassVar[str] = "order.estimate_decided"
    version: ClassVar[int] = 2
    subject: str
    order_id: UUID
    estimate_version: int
    decision: str
    approved_fen: int
    reason: str
    lines: tuple[LineTold, ...]
    promised_return_at: datetime | None


@upcaster("order.estimated", version=1)
@upcaster("order.estimate_decided", version=1)
def with_flat_prices(data: dict[str, Any]) -> dict[str, Any]:
    """The first lines had neither an operation nor a unit price."""
    return {**data, "lines": [{**line, "operation": "", "unit_price_fen": None} for line in data["lines"]]}


@register
@dataclass(frozen=True, kw_only=True)
class OrderNoted(EventBase):
    """A progress note, a hold, an incident: what the customer is told without a change of state."""

    type: ClassVar[str] = "order.noted"
    subject: str
    order_id: UUID
    topic: str  # progress, hold, release, incident, quality, condition, promise, odometer, return_odometer
    text: str


@dataclass(frozen=True, kw_only=True)
class PhotoTold:
    """One photo as the tenant gets to know it."""

    file_id: UUID
    shot: str = ""  # front, rear, …
    line_no: int | None = None  # of the estimate
    sha256: str = ""
    taken_at: datetime | None = None


@register
@dataclass(frozen=True, kw_only=True)
class OrderPhotographed(EventBase):
    """Photos of the order that its people may see."""

    type: ClassVar[str] = "order.photographed"
    subject: str
    order_id: UUID
    kind: str  # pickup, hand_over, return, failed, estimate, quality, progress, incident
    photos: tuple[PhotoTold, ...]


@register
@dataclass(frozen=True, kw_only=True)
class OrderAmended(EventBase):
    """J26: what was changed before custody; only the fields that changed, before and after."""

    type: ClassVar[str] = "order.amended"
    subject: str
    order_id: UUID
    before: dict[str, Any]
    after: dict[str, Any]
