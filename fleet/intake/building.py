"""From the values of a row to the order it asks for."""

from datetime import datetime
from typing import TypeVar

from fleet.intake.context import CheckContext, ModelTable, VehicleDefaults
from fleet.intake.fields import Fields
from fleet.intake.places import Place
from fleet.intake.rows import OrderRow, digest_content
from fleet.intake.values import NO_PLATE, next_window
from fleet.intake.wishes import find_wishes

T = TypeVar("T")
NOTHING = VehicleDefaults("", "", "")


def sure(value: T | None) -> T:
    """A value that the checks have made sure of. Raises ValueError when they did not."""
    if value is None:
        raise ValueError("the row has not passed its checks")
    return value


def digest_of(fields: Fields, place: Place) -> bytes:
    """Stable over what the row asks for, in whatever way it was written; it depends on no other data and on no clock.

    A row with a site stands for that site, so its own address and coordinates do not count.
    """
    amount = fields.pre_approved_up_to
    return digest_content(
        fields.external_ref or "",
        (fields.plate or NO_PLATE).number or "",
        fields.vin or "",
        fields.model or "",
        fields.service or "",
        fields.description or "",
        *((fields.site_code,) if fields.site_code else (place.address, f"{place.lat:.6f}", f"{place.lng:.6f}")),
        fields.contact or "",
        fields.phone or "",
        str(fields.window_start),
        str(fields.window_end),
        fields.cost_center or "",
        fields.po_number or "",
        str(fields.return_by or ""),
        "1" if fields.courtesy_car else "",
        fields.key_with or "",
        fields.notes or "",
        fields.vehicle_class or "",
        fields.transmission or "",
        fields.return_site_code or "",
        "" if amount is None else str(amount),
    )


class OrderBuilder:
    """Builds the orders of one file for one tenant."""

    def __init__(self, context: CheckContext, models: ModelTable) -> None:
        self._now = context.now
        self._zone = context.timezone
        self._models = models
        self._vehicles = context.vehicles

    def build(self, fields: Fields, place: Place, digest: bytes, *, keep_window: bool) -> OrderRow:
        """The order of a row without errors. A window that is over becomes the next one, unless `keep_window`."""
        vin = sure(fields.vin)
        plate = fields.plate or NO_PLATE
        model = fields.model or ""
        facts = self._models.find(vin=vin, model=model)
        kept = self._vehicles.get(vin, NOTHING)
        notes = fields.notes or ""
        start, end, return_by = self._times(fields, keep_window=keep_window)
        return OrderRow(
            external_ref=sure(fields.external_ref),
            vin=vin,
            plate=plate.number,
            plate_type=plate.form,
            model=model,
            service=sure(fields.service),
            description=sure(fields.description),
            site_code=place.site_code,
            address=place.address,
            lat=place.lat,
            lng=place.lng,
            contact=sure(fields.contact),
            phone=sure(fields.phone),
            window_start=start,
            window_end=end,
            return_by=return_by,
            cost_center=fields.cost_center or kept.cost_center,
            po_number=fields.po_number or "",
            courtesy_car=bool(fields.courtesy_car),
            key_with=fields.key_with or "",
            notes=notes,
            pre_approved_up_to_fen=fields.pre_approved_up_to,
            vehicle_class=fields.vehicle_class or kept.vehicle_class or (facts.vehicle_class if facts else None),
            transmission=fields.transmission or kept.transmission or (facts.transmission if facts else None),
            return_site_code=fields.return_site_code,
            suggestions=find_wishes(
                notes, has_courtesy_car=bool(fields.courtesy_car), has_return_by=return_by is not None
            ),
            digest=digest,
        )

    def _times(self, fields: Fields, *, keep_window: bool) -> tuple[datetime, datetime, datetime | None]:
        """Window and return time; when the window moves, a return time that it passes moves along."""
        start, end = sure(fields.window_start), sure(fields.window_end)
        return_by = fields.return_by
        if keep_window or end > self._now:
            return start, end, return_by
        begin, finish = next_window(start, end, self._now, self._zone)
        if return_by is not None and return_by <= finish:
            return_by += begin - start
        return begin, finish, return_by
