"""The kinds of prices on a rate card: which figures each has, what it is counted in, and which tax it falls under."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Charge(models.TextChoices):
    """What a price is for."""

    OPERATION = "operation", _("Operation, fixed price")
    LABOUR = "labour", _("Labour, by the hour")
    PARTS = "parts", _("Parts, mark-up on cost")
    SERVICE = "service", _("Service, fixed price")
    TRANSPORT = "transport", _("Fetching and returning")
    TOW = "tow", _("Towing")
    NIGHT = "night", _("Night surcharge")
    WAITING = "waiting", _("Waiting")
    CANCELLATION = "cancellation", _("Cancellation")
    STOP = "stop", _("Work stopped")
    DIAGNOSIS = "diagnosis", _("Diagnosis of what is not repaired")
    COURTESY_CAR = "courtesy_car", _("Courtesy car, by the day")


class TaxGroup(models.TextChoices):
    """What the tax office taxes alike; which service belongs to which is for finance to confirm."""

    REPAIR = "repair", _("Repair and parts")
    AGENCY = "agency", _("Agency and driving")
    RENTAL = "rental", _("Rental of vehicles")
    LAID_OUT = "laid_out", _("Laid out in the customer's name")


class Unit(models.TextChoices):
    """What a line counts."""

    PIECE = "piece", _("piece")
    HOUR = "hour", _("hour")
    TRIP = "trip", _("trip")
    KM = "km", _("km")
    BLOCK = "block", _("started block")
    ONCE = "once", _("once")
    DAY = "day", _("day")


FIGURES: Final = (
    "amount_fen", "included_km", "per_km_fen", "road_percent", "percent_bp", "night_from", "night_until", "included_min",
    "block_min", "most_fen",
)  # fmt: skip
"""Every figure that a price may have."""
WAYS: Final[Mapping[str, Any]] = {"pickup": _("Pickup"), "return": _("Return")}
STAGES: Final[Mapping[str, Any]] = {
    "unnamed": _("Before an agent is named"), "named": _("After an agent is named"), "at_door": _("With the agent at the door"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind's figures, and what its `operation` names: a register of codes, some fixed words, or nothing."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    names: str = ""  # a dimension: operation, service; or way, stage
    must_name: bool = False
    tax: str = TaxGroup.AGENCY


_ROAD: Final = ("amount_fen", "included_km", "per_km_fen", "road_percent")
SHAPES: Final[Mapping[str, Shape]] = {
    Charge.OPERATION: Shape(("amount_fen",), names="operation", must_name=True, tax=TaxGroup.REPAIR),
    Charge.LABOUR: Shape(("amount_fen",), names="operation", tax=TaxGroup.REPAIR),
    Charge.PARTS: Shape(("percent_bp",), names="operation", tax=TaxGroup.REPAIR),
    Charge.SERVICE: Shape(("amount_fen",), names="service", must_name=True),
    Charge.TRANSPORT: Shape(_ROAD, ("most_fen",), names="way"),
    Charge.TOW: Shape(_ROAD, ("most_fen",), names="way"),
    Charge.NIGHT: Shape(("percent_bp", "night_from", "night_until"), ("most_fen",), names="way"),
    Charge.WAITING: Shape(("amount_fen", "included_min", "block_min"), ("most_fen",), names="way"),
    Charge.CANCELLATION: Shape(("amount_fen",), names="stage"),
    Charge.STOP: Shape(("amount_fen",)),
    Charge.DIAGNOSIS: Shape(("amount_fen",), tax=TaxGroup.REPAIR),
    Charge.COURTESY_CAR: Shape(("amount_fen",), ("most_fen",), tax=TaxGroup.RENTAL),
}
FIXED_NAMES: Final[Mapping[str, Mapping[str, Any]]] = {"way": WAYS, "stage": STAGES}
