"""The check of rows: exactly the expected defects, warnings that never reject, and the state of rows sent again."""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fleet.intake.checks import (
    CheckContext,
    CheckedRow,
    KnownRow,
    ModelFacts,
    ScopeRule,
    Site,
    check_rows,
    iter_checked,
)
from fleet.intake.columns import COLUMNS
from fleet.intake.jsonrows import read_objects
from fleet.intake.reading import OrderFile, read_orders
from fleet.intake.registers.others import REGISTERS
from fleet.intake.rows import OrderRow, RowProblem, Suggestion, explain
from fleet.intake.scope import compile_pattern, load_rules, screen
from fleet.intake.texts import LABELS, ROW_TEXTS, WARNINGS

DATA = Path(__file__).parents[1] / "data"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
GOOD = {
    "external_ref": "R1",
    "plate": "沪NQ4U36",
    "vin": "LSVNV2183R2000001",
    "model": "上汽大众 帕萨特",
    "service": "repair",
    "description": "异响",
    "site_code": "SH-SJ",
    "contact": "刘芳",
    "phone": "19900003294",
    "window_start": "2026-11-26T13:00:00+08:00",
    "window_end": "2026-11-26T17:00:00+08:00",
}
NO_SITE = {"site_code": "", "address": "上海市宝山区逸仙路3000号", "lat": "31.356", "lng": "121.487"}
Check = Callable[..., CheckedRow]


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def load(name: str) -> OrderFile:
    return read_orders(name=name, content=(DATA / name).read_bytes())


def make_context(**changes: Any) -> CheckContext:
    sites = {
        row["site_code"]: Site(row["site_code"], row["address"], float(row["lat"]), float(row["lng"]))
        for row in table("sites.csv")
    }
    models = {
        (row["wmi"], row["model"]): ModelFacts(row["vehicle_class"], row["transmission"], row["licence"])
        for row in table("models.csv")
    }
    context = CheckContext(
        tenant_kind="fleet",
        now=NOW,
        timezone=SHANGHAI,
        sites=sites,
        cost_centers=frozenset({"城配一部", "城配二部", "公务用车", "冷链", "华东干线"}),
        models=models,
        scope=load_rules(json.loads((DATA / "scope_rules.json").read_text())),
    )
    return replace(context, **changes)


def check(*changes: Mapping[str, Any], **context: Any) -> list[CheckedRow]:
    """Checks one row for each of `changes` to a good row."""
    rows = [{**GOOD, "external_ref": f"R{number}", **change} for number, change in enumerate(changes, start=1)]
    return check_rows(file=read_objects(objects=rows), context=make_context(**context)).rows


def errors(row: CheckedRow) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in row.errors]


def warnings(row: CheckedRow) -> list[tuple[str, str]]:
    return [(warning.field, warning.code) for warning in row.warnings]


def order(row: CheckedRow) -> OrderRow:
    assert row.row is not None, row.errors
    return row.row


# Whole files


def test_the_defects_are_exactly_the_expected_ones() -> None:
    expected = [(int(row["line"]), row["field"], row["code"]) for row in table("orders-dirty-expected.csv")]
    checked = check_rows(file=load("orders-dirty.csv"), context=make_context())
    assert [(row.line, error.field, error.code) for row in checked.rows for error in row.errors] == expected
    assert checked.counts == {
        "total": 220,
        "valid": 186,
        "rejected": 34,
        "already_submitted": 0,
        "changed_since": 0,
    }


@pytest.mark.parametrize(("name", "count"), [("orders.csv", 500), ("orders-gbk.csv", 60)])
def test_clean_files_have_no_defect(name: str, count: int) -> None:
    checked = check_rows(file=load(name), context=make_context())
    assert [row.errors for row in checked.rows if row.errors] == []
    assert checked.counts["valid"] == count
    assert all(order(row).vehicle_class and order(row).transmission for row in checked.rows)
    assert {code for row in checked.rows for _, code in warnings(row)} <= {
        "same_work_twice",
        "courtesy_car_on_violation",
    }


def test_the_same_file_again_is_already_submitted_whatever_changed_around_it() -> None:
    file = load("orders.csv")
    first = check_rows(file=file, context=make_context())
    known = {row.external_ref: KnownRow(f"ord_{row.line}", order(row).digest) for row in first.rows}
    everything = ScopeRule("all", frozenset(), "re:.", "no", "不", "none", "无")
    later = make_context(
        known=known,
        now=NOW + timedelta(days=400),
        open_vins=frozenset(order(row).vin for row in first.rows),
        scope=[everything],
        models={},
        cost_centers=frozenset({"other"}),
    )
    again = check_rows(file=file, context=later)
    assert again.counts["already_submitted"] == 500
    assert [row.order_id for row in again.rows] == [f"ord_{row.line}" for row in first.rows]
    assert {row.warnings for row in again.rows} == {()}
    assert [order(row).window_start for row in again.rows] == [order(row).window_start for row in first.rows]


def test_rows_come_one_by_one_as_well() -> None:
    file = load("orders-dirty.csv")
    assert list(iter_checked(file=file, context=make_context())) == check_rows(file=file, context=make_context()).rows


# Single rows


def test_a_good_row_becomes_a_typed_order() -> None:
    (row,) = check(
        {
            "plate": "沪n·q4u36",
            "vin": "lsvnv2183r2000001",
            "window_start": "2026-11-26 13:00",
            "window_end": "2026/11/26 17:00",
            "return_by": "2026年11月28日 15:00",
            "courtesy_car": "是",
            "phone": "021-5555 6666",
            "pre_approved_up_to": "1,500.5",
            "cost_center": "冷链",
            "transmission": "手动",
            "return_site_code": "sh-hq",
            "service": "维修",
        }
    )
    made = order(row)
    assert (row.status, row.errors, row.warnings) == ("valid", (), ())
    expected = {
        "external_ref": "R1",
        "vin": "LSVNV2183R2000001",
        "plate": "沪NQ4U36",
        "plate_type": "ordinary",
        "model": "上汽大众 帕萨特",
        "service": "repair",
        "description": "异响",
        "site_code": "SH-SJ",
        "address": "上海市松江区新桥镇新飞路1500号",
        "lat": 31.0689,
        "lng": 121.313,
        "contact": "刘芳",
        "phone": "+862155556666",
        "window_start": datetime(2026, 11, 26, 5, tzinfo=UTC),
        "window_end": datetime(2026, 11, 26, 9, tzinfo=UTC),
        "return_by": datetime(2026, 11, 28, 7, tzinfo=UTC),
        "cost_center": "冷链",
        "po_number": "",
        "courtesy_car": True,
        "key_with": "",
        "notes": "",
        "pre_approved_up_to_fen": 150_050,
        "vehicle_class": "small_car",
        "transmission": "manual",
        "return_site_code": "SH-HQ",
        "suggestions": (),
    }
    found = {field.name: getattr(made, field.name) for field in fields(made) if field.name != "digest"}
    assert found == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        *[({column: ""}, [(column, "required")]) for column in ("external_ref", "vin", "service", "description")],
        *[({column: " "}, [(column, "required")]) for column in ("contact", "phone", "window_start", "window_end")],
        ({"plate": ""}, [("plate", "required")]),
        ({"external_ref": "x" * 65}, [("external_ref", "too_long")]),
        ({"contact": "x\x07"}, [("contact", "control_characters")]),
        ({"contact": "x\x07" * 50}, [("contact", "too_long")]),
        ({"notes": "a\x00b"}, [("notes", "control_characters")]),
        ({"notes": "a\u202eb"}, [("notes", "control_characters")]),
        ({"vin": "LSVNV2183R200000"}, [("vin", "vin_length")]),
        ({"vin": "LSVNV2183R200000I1"}, [("vin", "vin_length")]),
        ({"vin": "LSVNV2183R200000I"}, [("vin", "vin_characters")]),
        ({"vin": "LSVNV2183R2000002"}, [("vin", "vin_check_digit")]),
        ({"plate": "苏EF1T234"}, [("plate", "plate_format")]),
        ({"plate": "京AI1234"}, [("plate", "plate_format")]),
        ({"plate": "沪AO1234"}, [("plate", "plate_format")]),
        ({"plate_type": "round"}, [("plate_type", "unknown_plate_type")]),
        ({"service": "polish"}, [("service", "unknown_service")]),
        ({"site_code": "SH-NOPE"}, [("site_code", "unknown_site")]),
        ({"site_code": "SH-NOPE", "lat": "x"}, [("site_code", "unknown_site"), ("lat", "coordinate_format")]),
        ({"return_site_code": "SH-NOPE"}, [("return_site_code", "unknown_site")]),
        ({"site_code": ""}, [("address", "location_missing")]),
        ({**NO_SITE, "address": ""}, [("address", "location_missing")]),
        ({**NO_SITE, "lat": ""}, [("lat", "required")]),
        ({**NO_SITE, "lat": "", "lng": ""}, [("lat", "required"), ("lng", "required")]),
        ({**NO_SITE, "lat": "131.2"}, [("lat", "coordinate_range")]),
        ({"lat": "131.2"}, [("lat", "coordinate_range")]),
        ({"lng": "-180.1"}, [("lng", "coordinate_range")]),
        ({"lat": "nan"}, [("lat", "coordinate_format")]),
        ({"coord_system": "bd09"}, [("coord_system", "unknown_coord_system")]),
        ({"phone": "12345"}, [("phone", "phone_format")]),
        ({"phone": "1.99E+10"}, [("phone", "phone_format")]),
        ({"window_start": "明天上午"}, [("window_start", "datetime_format")]),
        ({"window_start": "2026-11-26"}, [("window_start", "datetime_format")]),
        ({"window_end": "2026-02-30 10:00"}, [("window_end", "datetime_format")]),
        ({"window_end": "2026-11-26 13:00"}, [("window_end", "window_reversed")]),
        ({"return_by": "2026-11-26 12:00"}, [("return_by", "return_before_window")]),
        ({"return_by": "soon"}, [("return_by", "datetime_format")]),
        ({"courtesy_car": "perhaps"}, [("courtesy_car", "boolean_format")]),
        ({"pre_approved_up_to": "1.005"}, [("pre_approved_up_to", "amount_format")]),
        ({"pre_approved_up_to": "-5"}, [("pre_approved_up_to", "amount_format")]),
        ({"pre_approved_up_to": "10000000.01"}, [("pre_approved_up_to", "amount_range")]),
        ({"vehicle_class": "boat"}, [("vehicle_class", "unknown_vehicle_class")]),
        ({"transmission": "magic"}, [("transmission", "unknown_transmission")]),
        ({"description": "改装车架"}, [("description", "out_of_scope")]),
        ({"notes": "危险品运输车"}, [("notes", "out_of_scope")]),
        ({"description": "改装" * 2_501}, [("description", "too_long")]),
        ({"description": "改装", "phone": "1"}, [("description", "out_of_scope"), ("phone", "phone_format")]),
    ],
)
def test_each_defect(change: dict[str, str], expected: list[tuple[str, str]]) -> None:
    (row,) = check(change)
    assert (row.status, row.row, errors(row)) == ("rejected", None, expected)


@pytest.mark.parametrize("kind", ["dealer", "rental", "insurer", "retail"])
def test_only_fleets_need_a_plate(kind: str) -> None:
    without, wrong = check({"plate": ""}, {"plate": "x"}, tenant_kind=kind)
    assert (order(without).plate, order(without).plate_type) == (None, None)
    assert errors(wrong) == [("plate", "plate_format")]


def test_the_later_of_two_duplicates_is_the_defect_even_if_the_first_is_rejected() -> None:
    rows = check(
        {"external_ref": "A"},
        {"external_ref": "A", "phone": "1"},
        {"external_ref": "B", "vin": ""},
        {"external_ref": "B"},
    )
    assert [errors(row) for row in rows] == [
        [],
        [("external_ref", "duplicate_in_file"), ("phone", "phone_format")],
        [("vin", "required")],
        [("external_ref", "duplicate_in_file")],
    ]
    assert rows[1].errors[0].params == {"line": 1}


def test_more_cells_than_columns() -> None:
    file = read_objects(objects=[GOOD])
    file.rows[0].cells.append("left over")
    (row,) = check_rows(file=file, context=make_context()).rows
    assert errors(row) == [("row", "too_many_cells")]
    file.rows[0].cells[-1] = " "
    assert check_rows(file=file, context=make_context()).rows[0].status == "valid"


def test_fewer_cells_than_columns_are_empty_ones() -> None:
    file = read_objects(objects=[GOOD])
    del file.rows[0].cells[-1]
    (row,) = check_rows(file=file, context=make_context()).rows
    assert errors(row) == [("window_end", "required")]


# Warnings


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


# Scope rules


@pytest.mark.parametrize(
    ("service", "description", "rule"),
    [
        ("repair", "改装车架大梁，加装液压尾板", "structural_modification"),
        ("repair", "Structural modification of the body", "structural_modification"),
        ("repair", "危化品运输罐车罐体维修", "dangerous_goods"),
        ("violation", "代扣12分", "penalty_points"),
        ("violation", "违章处理，记6分", "penalty_points"),
        ("violation", "takes 6 penalty points", "penalty_points"),
        ("violation", "违章处理，不记分", None),
        ("violation", "违章处理，记0分", None),
        ("violation", "违章处理代办1条", None),
        ("repair", "行驶扣分提醒灯亮", None),
        ("repair", "调表，里程改小", "odometer_or_identity"),
        ("repair", "DPF delete", "emission_defeat"),
        ("repair", "更换里程表总成", None),
    ],
)
def test_the_seed_rules(service: str, description: str, rule: str | None) -> None:
    hit = screen(rules=make_context().scope, service=service, description=description)
    assert (hit.rule.id if hit else None) == rule


def test_keywords_are_plain_and_a_bad_pattern_is_told() -> None:
    assert compile_pattern("C++，a.b; x").search("uses c++")
    assert not compile_pattern("C++，a.b; xyz").search("aXb C")
    for pattern in ("", " , ", "re:", "re:(", "re:a*"):
        with pytest.raises(ValueError, match=r"matches every text|no regular expression"):
            compile_pattern(pattern)


# Words


def test_every_code_has_words_without_gaps() -> None:
    names = (
        "line length limit characters choices vin time form start end days site text "
        "reason_en reason_zh alternative_en alternative_zh km day other"
    )
    params = dict.fromkeys(names.split(), "7")
    for code in ROW_TEXTS:
        message, fix = explain(RowProblem("vin", code, dict(params)), "en")
        assert message
        assert fix
        assert "%(" not in message + fix
    columns = {column for register in REGISTERS.values() for column in register.columns}
    assert set(LABELS) == {*COLUMNS, *columns, "row"}
    assert {"same_work_twice", "plate_on_two_vins", "courtesy_car_on_violation", "window_closed"} < set(WARNINGS)


def test_a_refusal_is_explained_in_either_language() -> None:
    (row,) = check({"description": "改装车架"})
    (error,) = row.errors
    english, chinese = explain(error, "en"), explain(error, "zh-hans")
    assert "registration" in english[0]
    assert "authorised" in english[1]
    assert "我们不承接改装作业" in chinese[0]
    assert "厂家授权改装企业" in chinese[1]
    assert json.loads(json.dumps(error.params)) == error.params
