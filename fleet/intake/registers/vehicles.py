"""Vehicles: known by their VINs; the odometer never runs back."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from fleet.intake.registers.kinds import (
    Known,
    Parser,
    Register,
    RegisterContext,
    Values,
    center_parser,
    line_of,
    optional,
    site_parser,
)
from fleet.intake.registers.values import parse_day, parse_kilometres, parse_use
from fleet.intake.rows import RowProblem
from fleet.intake.values import (
    NO_PLATE,
    PLATE_FORMS,
    Defect,
    has_check_digit,
    narrow,
    parse_plate,
    parse_plate_type,
    parse_transmission,
    parse_vin,
)

EXPIRIES = ("inspection_expires_on", "compulsory_expires_on", "commercial_expires_on")
DESCRIBED = ("model", "vehicle_class", "transmission")
STAYING = ("plate", *DESCRIBED, "odometer_km", "odometer_on")
"""What the desk's register knows and what was read once cannot be taken away: an empty cell leaves it."""


class Vehicles(Register):
    """The register of vehicles."""

    name = "vehicles"
    columns = (
        "vin", "plate", "plate_type", "model", "vehicle_class", "transmission", "odometer_km", "odometer_on", *EXPIRIES,
        "site_code", "cost_center", "is_active",
    )  # fmt: skip
    keys = ("vin",)
    needed = ("vin",)
    header = ("vin",)
    computed = frozenset({"odometer_on"})

    def parsers(self, context: RegisterContext) -> Mapping[str, Parser]:
        """By column."""
        return {
            "vin": parse_vin,
            "plate": parse_number,
            "plate_type": parse_plate_type,
            "model": line_of(80),
            "vehicle_class": optional(partial(parse_class, context.models.vehicle_classes)),
            "transmission": parse_transmission,
            "odometer_km": parse_kilometres,
            "odometer_on": parse_day,
            **dict.fromkeys(EXPIRIES, parse_day),
            "site_code": site_parser(context),
            "cost_center": center_parser(context),
            "is_active": parse_use,
        }

    def settle(self, values: Values, known: Known | None, context: RegisterContext) -> list[RowProblem]:
        """The odometer's day and its neighbours; class, gearbox and plate type that nobody said."""
        for name in STAYING:
            if not values.get(name, "x"):
                del values[name]
        complete(values, known, context)
        return check_odometer(values, known, context.today)

    def notice(self, values: Values, known: Known | None, context: RegisterContext) -> list[RowProblem]:
        """Days that are over, a plate that another vehicle carries, a VIN without a right check digit."""
        found: list[RowProblem] = []
        vin = values["vin"]
        if vin[0] != "L" and not has_check_digit(vin):
            found.append(RowProblem("vin", "vin_check_digit"))
        other = context.plates.get(values.get("plate", ""), vin)
        if other != vin and values.get("is_active", True):
            found.append(RowProblem("plate", "plate_on_another_vehicle", {"vin": other}))
        form = form_of(values.get("plate", ""))
        if form and (values.get("plate_type") or form) != form:
            found.append(RowProblem("plate_type", "plate_type_differs", {"form": form}))
        if values.get("is_active", True):
            over = [name for name in EXPIRIES if (values.get(name) or "9") < context.today.isoformat()]
            found += [RowProblem(name, "already_expired") for name in over]
        return found

    def changes(self, values: Values, known: Known | None) -> dict[str, list[Any]]:
        """A reading that stands already changes nothing."""
        changes = super().changes(values, known)
        if known and "odometer_km" in changes and (values["odometer_on"], values["odometer_km"]) in known.readings:
            del changes["odometer_km"]
        return changes


def complete(values: Values, known: Known | None, context: RegisterContext) -> None:
    """Fill in what follows from the rest of the row: never over what the book or the row says."""
    fields = known.fields if known else {}
    form = form_of(values.get("plate", ""))
    if form and "plate_type" not in values and fields.get("plate_type", "") != form:
        values["plate_type"] = form
    facts = context.models.find(vin=values["vin"], model=values.get("model") or fields.get("model", ""))
    for name in ("vehicle_class", "transmission") if facts else ():
        if name not in values and not fields.get(name):
            values[name] = getattr(facts, name)


def check_odometer(values: Values, known: Known | None, today: date) -> list[RowProblem]:
    """A reading on a day: none before it may be higher, none after it lower."""
    if "odometer_km" not in values:
        return [RowProblem("odometer_km", "odometer_without_km")] if "odometer_on" in values else []
    km, readings = values["odometer_km"], sorted(known.readings) if known else []
    if "odometer_on" not in values:
        is_same = bool(readings) and readings[-1][1] == km
        values["odometer_on"] = readings[-1][0] if is_same else today.isoformat()
    day = values["odometer_on"]
    if day > today.isoformat():
        return [RowProblem("odometer_on", "day_in_future")]
    before = max(((k, d) for d, k in readings if d <= day), default=(0, ""))
    if before[0] > km:
        return [RowProblem("odometer_km", "odometer_back", {"km": before[0], "day": before[1]})]
    after = min(((k, d) for d, k in readings if d > day), default=(km, ""))
    if after[0] < km:
        return [RowProblem("odometer_km", "odometer_ahead", {"km": after[0], "day": after[1]})]
    return []


def parse_number(text: str) -> str | Defect | None:
    """A plate in capitals without dot, or None."""
    plate = parse_plate(text)
    if isinstance(plate, Defect):
        return plate
    return plate.number if plate is not NO_PLATE else None


def form_of(plate: str) -> str | None:
    """Which form a plate has."""
    return next((form for form, pattern in PLATE_FORMS.items() if pattern.fullmatch(plate)), None)


def parse_class(classes: frozenset[str], text: str) -> str | Defect:
    """One of the classes that the operator knows."""
    key = narrow(text).lower().replace("-", "_")
    if classes and key not in classes:
        return Defect("unknown_vehicle_class", {"choices": ", ".join(sorted(classes))})
    return key[:20]
