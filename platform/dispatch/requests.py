"""What the rooms above ask of dispatch: frozen values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSpec:
    """A leg that wants an agent. `purpose_id` is the visit (for an errand, the job); coordinates are WGS-84.

    `received_at` is when the order came in. Without a destination the leg ends where it begins.
    """

    purpose_id: UUID
    kind: str
    label: str
    window_start: datetime
    window_end: datetime
    received_at: datetime
    from_address: str
    from_lat: float
    from_lng: float
    to_address: str = ""
    to_lat: float | None = None
    to_lng: float | None = None
    vehicle_class: str = ""
    contact: str = ""
    phone: str = ""
    mode: str = "drive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStart:
    """A clock that begins to run for `subject` (a public id). Without `due_at` the limit of its rule counts.

    A clock whose rule has no limit is only measured. `stopped_at` is for what ended in the same moment. `places` (latitude,
    longitude) are where its promise is kept: an area alert there touches it.
    """

    kind: str
    subject_id: UUID
    subject: str
    started_at: datetime
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    places: tuple[tuple[float, float], ...] = ()
