"""What the tenant should know of a row that is taken all the same: warnings. None of them rejects."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from fleet.intake.context import CheckContext
from fleet.intake.rows import OrderRow, RowProblem
from fleet.intake.values import has_check_digit


class Notices:
    """Looks at the rows of one file in their order, and remembers what it has seen."""

    def __init__(
        self, context: CheckContext, *, work: Mapping[tuple[str, str, str], int], plates: Mapping[str, str]
    ) -> None:
        self._context = context
        self._work = dict(work)
        self._plates = {**plates, **context.plates}
        self._latest = context.now + context.horizon

    def find(self, order: OrderRow, *, line: int, asked_end: datetime, is_known: bool) -> list[RowProblem]:
        """The warnings of one row. `asked_end` is the end of the window that the row asked for; `is_known` says that
        an order of this reference exists, so that an open order of the vehicle may be that one."""
        found = self._about_vehicle(order, is_known=is_known)
        found += self._about_times(order, asked_end)
        first = self._work.setdefault((order.vin, order.service, order.description), line)
        if first != line:
            found.append(RowProblem("description", "same_work_twice", {"line": first}))
        if order.courtesy_car and order.service == "violation":
            found.append(RowProblem("courtesy_car", "courtesy_car_on_violation"))
        centers = self._context.cost_centers
        if order.cost_center and centers and order.cost_center not in centers:
            found.append(RowProblem("cost_center", "unknown_cost_center"))
        return found

    def _about_vehicle(self, order: OrderRow, *, is_known: bool) -> list[RowProblem]:
        found: list[RowProblem] = []
        if order.plate:
            other = self._plates.setdefault(order.plate, order.vin)
            if other != order.vin:
                found.append(RowProblem("plate", "plate_on_two_vins", {"vin": other}))
        if order.vin[0] != "L" and not has_check_digit(order.vin):
            found.append(RowProblem("vin", "vin_check_digit"))
        if order.vin in self._context.open_vins and not is_known:
            found.append(RowProblem("vin", "vehicle_has_open_order"))
        if order.service != "violation" and not (order.vehicle_class and order.transmission):
            found.append(RowProblem("model", "vehicle_class_unknown"))
        return found

    def _about_times(self, order: OrderRow, asked_end: datetime) -> list[RowProblem]:
        zone = self._context.timezone
        if asked_end != order.window_end:
            params: dict[str, str | int] = {
                "start": in_zone(order.window_start, zone),
                "end": in_zone(order.window_end, zone),
            }
            return [RowProblem("window_end", "window_closed", params)]
        if order.window_start > self._latest:
            return [RowProblem("window_start", "window_far_ahead", {"days": self._context.horizon.days})]
        return []


def in_zone(moment: datetime, zone: tzinfo) -> str:
    """`moment` as a person of that zone reads it, to the minute."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
