"""The check of rows: exactly the expected defects of whole files and of single rows."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from fleet.intake.checks import (
    KnownRow,
    ScopeRule,
    check_rows,
    iter_checked,
)
from fleet.intake.jsonrows import read_objects
from tests.fleet.order_rows import GOOD, NO_SITE, NOW, check, errors, load, make_context, order, table, warnings

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
