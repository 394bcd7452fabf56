"""What is noticed about a good row, which is never rejected for it; windows that are over."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fleet.intake.rows import RowProblem
from tests.fleet.order_rows import GOOD, check, order, warnings


@pytest.mark.parametrize(
    ("change", "context", "expected"),
    [
        ({"cost_center": "南方"}, {}, [("cost_center", "unknown_cost_center")]),
        ({"cost_center": "南方"}, {"cost_centers": frozenset()}, []),
        ({"service": "violation", "courtesy_car": "yes"}, {}, [("courtesy_car", "courtesy_car_on_violation")]),
        ({"vin": "1M8GDM9A1KP042788"}, {}, [("vin", "vin_check_digit")]),
        ({"vin": "1M8GDM9AXKP042788"}, {}, []),
        ({}, {"open_vins": frozenset({GOOD["vin"]})}, [("vin", "vehicle_has_open_order")]),
        ({}, {"plates": {GOOD["plate"]: "LFV2A2152R3000002"}}, [("plate", "plate_on_two_vins")]),
        ({}, {"plates": {GOOD["plate"]: GOOD["vin"]}}, []),
        ({"model": "无名"}, {"models": {}}, [("model", "vehicle_class_unknown")]),
        ({"model": "无名", "service": "violation"}, {"models": {}}, []),
        ({"address": "上海市别处1号"}, {}, [("site_code", "site_location_used")]),
        ({"lat": "31.2", "lng": "121.313"}, {}, [("site_code", "site_location_used")]),
        ({"lat": "31.0690", "lng": "121.3131"}, {}, []),
        ({"plate_type": "large_nev"}, {}, [("plate_type", "plate_type_differs")]),
        (
            {"window_start": "2028-11-26 13:00", "window_end": "2028-11-26 15:00"},
            {},
            [("window_start", "window_far_ahead")],
        ),
    ],
)
def test_each_warning_warns_and_rejects_nothing(
    change: dict[str, str], context: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    (row,) = check(change, **context)
    assert (row.status, warnings(row)) == ("valid", expected)


def test_the_same_work_twice_and_one_plate_on_two_vins_in_one_file() -> None:
    rows = check({}, {}, {"vin": "LFV2A2152R3000002", "model": "一汽大众 宝来"}, {"description": "other"})
    assert [[(warning.code, warning.params) for warning in row.warnings] for row in rows] == [
        [],
        [("same_work_twice", {"line": 1})],
        [("plate_on_two_vins", {"vin": GOOD["vin"]})],
        [],
    ]


def test_a_closed_window_moves_to_the_next_of_the_same_length_and_says_which() -> None:
    at_noon = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
    closed = {"window_start": "2026-11-24 08:00", "window_end": "2026-11-24 10:30", "return_by": "2026-11-24 15:00"}
    (row,) = check(closed, now=at_noon)
    made = order(row)
    assert made.window_start == datetime(2026, 11, 27, 0, 0, tzinfo=UTC)
    assert made.window_end - made.window_start == timedelta(hours=2, minutes=30)
    assert made.return_by == datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
    (warning,) = row.warnings
    assert warning == RowProblem(
        "window_end", "window_closed", {"start": "2026-11-27 08:00", "end": "2026-11-27 10:30"}
    )
    later_today = {
        "window_start": "2026-11-24 13:00",
        "window_end": "2026-11-24 15:00",
        "return_by": "2026-11-30 15:00",
    }
    (row,) = check(later_today, now=at_noon)
    assert order(row).window_start == datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    assert order(row).return_by == datetime(2026, 11, 30, 7, 0, tzinfo=UTC)


def test_a_window_that_is_open_still_stays() -> None:
    (row,) = check({}, now=datetime(2026, 11, 26, 8, 59, tzinfo=UTC))
    assert (order(row).window_start, row.warnings) == (datetime(2026, 11, 26, 5, tzinfo=UTC), ())
    (row,) = check({}, now=datetime(2026, 11, 26, 9, 0, tzinfo=UTC))
    assert warnings(row) == [("window_end", "window_closed")]


def test_a_moved_window_keeps_its_local_time_over_a_change_of_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    closed = {"window_start": "2026-10-24 08:00", "window_end": "2026-10-24 10:00"}
    (row,) = check(closed, timezone=berlin, now=datetime(2026, 10, 25, 12, 0, tzinfo=UTC))
    assert order(row).window_start.astimezone(berlin) == datetime(2026, 10, 26, 8, 0, tzinfo=berlin)
    assert order(row).window_end - order(row).window_start == timedelta(hours=2)
