"""What a check of rows must know, handed in as frozen values by the caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final

from fleet.intake.scope import ScopeRule

SERVICES: Final = frozenset({"maintenance", "repair", "claim", "inspection", "violation", "parts"})


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the tenant. Coordinates are WGS-84."""

    code: str
    address: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a model says about the vehicle, and the licence it asks of a driver."""

    vehicle_class: str
    transmission: str
    licence: str


@dataclass(frozen=True, slots=True)
class VehicleDefaults:
    """What the tenant keeps of a vehicle; a row that does not say it takes it from here."""

    vehicle_class: str
    transmission: str
    cost_center: str


@dataclass(frozen=True, slots=True)
class KnownRow:
    """An order that an earlier file made of the same reference, and the digest of that row."""

    order_id: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class CheckContext:
    """The tenant's side of a check. `models` is keyed by (WMI, model), `plates` leads from a plate to its VIN, `vehicles`
    from a VIN to what is kept of it."""

    tenant_kind: str
    now: datetime
    timezone: tzinfo
    sites: Mapping[str, Site] = field(default_factory=dict)
    cost_centers: frozenset[str] = frozenset()
    services: frozenset[str] = SERVICES
    scope: Sequence[ScopeRule] = ()
    models: Mapping[tuple[str, str], ModelFacts] = field(default_factory=dict)
    known: Mapping[str, KnownRow] = field(default_factory=dict)
    plates: Mapping[str, str] = field(default_factory=dict)
    vehicles: Mapping[str, VehicleDefaults] = field(default_factory=dict)
    open_vins: frozenset[str] = frozenset()
    horizon: timedelta = timedelta(days=180)


class ModelTable:
    """Finds a vehicle's facts by WMI and model, by model alone, or by WMI alone, as long as the answer is one."""

    def __init__(self, models: Mapping[tuple[str, str], ModelFacts]) -> None:
        self._both: dict[tuple[str, str], ModelFacts] = {}
        self._model: dict[str, ModelFacts | None] = {}
        self._wmi: dict[str, ModelFacts | None] = {}
        for (wmi, name), facts in models.items():
            model = fold_model(name)
            self._both[wmi, model] = facts
            self._model[model] = facts if self._model.get(model, facts) == facts else None
            self._wmi[wmi] = facts if self._wmi.get(wmi, facts) == facts else None
        self.vehicle_classes = frozenset(facts.vehicle_class for facts in models.values())

    def find(self, *, vin: str, model: str) -> ModelFacts | None:
        """The facts for a vehicle, or None when they are unknown or ambiguous."""
        wmi = vin[:3]
        name = fold_model(model)
        return self._both.get((wmi, name)) or self._model.get(name) or self._wmi.get(wmi)


def fold_model(name: str) -> str:
    """`name` without case and spaces."""
    return "".join(name.casefold().split())
