"""What a good row comes to: class and gearbox, places, wishes; and the state of rows that are sent again."""

import pytest

from fleet.intake.checks import (
    CheckedRow,
    KnownRow,
    ModelFacts,
)
from fleet.intake.rows import Suggestion
from tests.fleet.order_rows import GOOD, NO_SITE, check, order, warnings

# Models, places, wishes


@pytest.mark.parametrize(
    ("vin", "model", "expected"),
    [
        ("LFWSRXRJ5RA572826", "一汽解放 J6P 牵引车", ("tractor", "manual")),
        ("LFWSRXRJ5RA572826", "", ("tractor", "manual")),
        ("LFWSRXRJ5RA572826", "一汽解放j6p牵引车", ("tractor", "manual")),
        ("LSVNV2183R2000001", "something", ("small_car", "automatic")),
        ("LVGBE40K2RG000005", "宇通 ZK6126 客车", ("coach", "manual")),
        ("LVGBE40K2RG000005", "凯美瑞", (None, None)),
    ],
)
def test_class_and_transmission_come_from_the_model_table(
    vin: str, model: str, expected: tuple[str | None, str | None]
) -> None:
    (row,) = check({"vin": vin, "model": model})
    assert (order(row).vehicle_class, order(row).transmission) == expected


def test_the_rows_own_class_wins() -> None:
    (row,) = check({"vehicle_class": "Light Truck".replace(" ", "_")})
    assert order(row).vehicle_class == "light_truck"


def test_an_ambiguous_wmi_gives_no_class() -> None:
    models = {("LSV", "a"): ModelFacts("small_car", "manual", "C1"), ("LSV", "b"): ModelFacts("coach", "manual", "A1")}
    (row,) = check({"model": "c"}, models=models)
    assert order(row).vehicle_class is None


def test_gcj02_is_converted_at_the_edge() -> None:
    wgs, gcj, site = check(NO_SITE, {**NO_SITE, "coord_system": "GCJ-02"}, {"coord_system": "gcj02"})
    assert (order(wgs).lat, order(wgs).lng) == (31.356, 121.487)
    assert 100 < abs(order(gcj).lat - 31.356) * 111_320 < 600
    assert (order(site).lat, order(site).lng) == (31.0689, 121.313)


@pytest.mark.parametrize(
    ("notes", "columns", "expected"),
    [
        ("需要代步车", {}, [Suggestion("courtesy_car_wanted")]),
        ("需要代步车", {"courtesy_car": "yes"}, []),
        ("不需要代步车", {}, [Suggestion("read_notes", {"text": "不需要代步车"})]),
        ("下午三点前送回", {}, [Suggestion("return_time_wanted", {"time": "15:00"})]),
        ("请于17:30之前还车", {}, [Suggestion("return_time_wanted", {"time": "17:30"})]),
        (
            "上午十点半前送回，需要代步车",
            {},
            [Suggestion("courtesy_car_wanted"), Suggestion("return_time_wanted", {"time": "10:30"})],
        ),
        ("晚上八点前归还", {}, [Suggestion("return_time_wanted", {"time": "20:00"})]),
        ("下午三点前送回", {"return_by": "2026-11-28 15:00"}, []),
        ("please return it by 3 pm", {}, [Suggestion("return_time_wanted", {"time": "15:00"})]),
        ("Needs a courtesy car", {}, [Suggestion("courtesy_car_wanted")]),
        ("车内有贵重工具，请提醒司机取走", {}, [Suggestion("valuables_inside")]),
        ("来之前先打电话", {}, [Suggestion("call_first")]),
        ("车辆无法启动，需拖车", {}, [Suggestion("tow_wanted")]),
        ("地下车库B2", {}, [Suggestion("read_notes", {"text": "地下车库B2"})]),
        ("", {}, []),
    ],
)
def test_a_wish_in_the_notes_alone_becomes_a_suggestion(
    notes: str, columns: dict[str, str], expected: list[Suggestion]
) -> None:
    (row,) = check({"notes": notes, **columns})
    assert list(order(row).suggestions) == expected


# Rows sent again


def known_as(row: CheckedRow) -> dict[str, KnownRow]:
    return {row.external_ref: KnownRow("ord_1", order(row).digest)}


@pytest.mark.parametrize(
    "change",
    [
        {"window_start": "2026-11-26 05:00Z", "window_end": "2026-11-26 17:00"},
        {"plate": "沪N·Q4U36", "vin": GOOD["vin"].lower(), "phone": "+86 199 0000 3294"},
        {"address": "elsewhere", "lat": "31", "lng": "121"},
        {"service": "维修", "site_code": "sh-sj", "courtesy_car": "no", "pre_approved_up_to": ""},
    ],
)
def test_the_same_wish_written_otherwise_is_the_same_row(change: dict[str, str]) -> None:
    (first,) = check({})
    (again,) = check(change, known=known_as(first))
    assert (again.status, again.order_id) == ("already_submitted", "ord_1")


@pytest.mark.parametrize(
    "change",
    [
        {"window_end": "2026-11-26 17:01"},
        {"plate": "沪A0T001"},
        {"contact": "other"},
        {"site_code": "SH-HQ"},
        NO_SITE,
        {"courtesy_car": "yes"},
        {"notes": "x"},
        {"cost_center": "冷链"},
        {"po_number": "1"},
        {"pre_approved_up_to": "0"},
        {"return_by": "2026-11-28 15:00"},
        {"key_with": "门卫"},
        {"return_site_code": "SH-HQ"},
        {"vehicle_class": "coach"},
    ],
)
def test_another_wish_under_the_same_reference_is_changed(change: dict[str, str]) -> None:
    (first,) = check({})
    (again,) = check(change, known=known_as(first), open_vins=frozenset({GOOD["vin"]}))
    assert (again.status, again.order_id, again.errors) == ("changed_since", "ord_1", ())
    assert ("vin", "vehicle_has_open_order") not in warnings(again)


def test_a_changed_row_with_a_defect_is_rejected_and_keeps_its_order() -> None:
    (first,) = check({})
    (again,) = check({"phone": "1"}, known=known_as(first))
    assert (again.status, again.order_id) == ("rejected", "ord_1")
