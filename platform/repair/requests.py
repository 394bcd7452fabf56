"""What a book asks of the desk, and what it hears back: frozen values that cross the wall."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """One clean, checked order line; coordinates are WGS-84, times aware, amounts fen."""

    external_ref: str
    vin: str
    service: str
    description: str
    address: str
    lat: float
    lng: float
    contact: str
    phone: str
    window_start: datetime
    window_end: datetime
    plate: str = ""
    model: str = ""
    vehicle_class: str = ""
    transmission: str = ""
    site_code: str = ""
    return_address: str = ""
    return_lat: float | None = None
    return_lng: float | None = None
    return_by: datetime | None = None
    cost_center: str = ""
    po_number: str = ""
    courtesy_car: bool = False
    key_with: str = ""
    notes: str = ""
    suggestions: tuple[str, ...] = ()
    pre_approved_up_to_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleLine:
    """What a tenant says of one of its vehicles; an empty text leaves what the register knows."""

    vin: str
    plate: str = ""
    model: str = ""
    vehicle_class: str = ""
    transmission: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLine:
    """What became of a line: the order's id and number, and whether it stood already (nothing is made twice)."""

    external_ref: str
    order_id: UUID
    number: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChoice:
    """A decision on one estimate line; `amount_fen` may be less than asked (None: all of it)."""

    no: int
    is_approved: bool
    amount_fen: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeAnswer:
    """A scope rule as a book may read it."""

    code: str
    services: frozenset[str]
    pattern: str
    reason_en: str
    reason_zh: str
    alternative_en: str
    alternative_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """A row of the model table."""

    wmi: str
    model: str
    vehicle_class: str
    transmission: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeAnswer:
    """What the check of a batch must know of the desk, for one tenant."""

    services: frozenset[str]
    scope: tuple[ScopeAnswer, ...]
    models: tuple[ModelAnswer, ...]
    open_vins: frozenset[str]
    is_on_credit_hold: bool
    respond_within_s: int


class Unset(Enum):
    """The one value that says: leave this as it is. None is a value like others, for what an order may be without."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """J26: the new values; UNSET leaves a field as it is."""

    window_start: datetime | Unset = UNSET
    window_end: datetime | Unset = UNSET
    site_code: str | Unset = UNSET
    address: str | Unset = UNSET
    lat: float | Unset = UNSET
    lng: float | Unset = UNSET
    contact: str | Unset = UNSET
    phone: str | Unset = UNSET
    plate: str | Unset = UNSET
    return_by: datetime | Unset | None = UNSET
    courtesy_car: bool | Unset = UNSET
    notes: str | Unset = UNSET
    cost_center: str | Unset = UNSET
    po_number: str | Unset = UNSET


AMENDABLE_FIELDS: Final = tuple(each.name for each in fields(Amendment))
"""What J26 may change on an order: what books compare, offer and project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLineDraft:
    """A line that a workshop writes; amounts are gross. With a unit price the amount is quantity × unit price."""

    kind: str
    text: str
    amount_fen: int
    quantity: str = "1"
    operation: str = ""
    unit_price_fen: int | None = None
    photos: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintDraft:
    """What a customer says; without contact and phone those of the first order hold. `files` were sent before."""

    source: str
    text: str
    wish: str = ""
    contact: str = ""
    phone: str = ""
    files: tuple[UUID, ...] = ()
