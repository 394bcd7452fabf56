"""Templates, the list of failed rows, and no cell that a spreadsheet would run."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from fleet.intake.checks import CheckContext, Site
from fleet.intake.columns import COLUMNS
from fleet.intake.reading import FileRefused, read_orders
from fleet.intake.writing import HELP, safe_cell, template_csv, template_xlsx, write_csv

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
SITES = [Site("SH-SJ", "上海市松江区新桥镇新飞路1500号", 31.0689, 121.313), Site("=cmd()", "x", 31.0, 121.0)]


def context() -> CheckContext:
    with (DATA / "sites.csv").open(encoding="utf-8-sig", newline="") as handle:
        sites = {
            row["site_code"]: Site(row["site_code"], row["address"], float(row["lat"]), float(row["lng"]))
            for row in csv.DictReader(handle)
        }
    now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    return CheckContext(tenant_kind="fleet", now=now, timezone=ZoneInfo("Asia/Shanghai"), sites=sites)


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1+1", "-", "+86 138"]
)
def test_a_formula_is_made_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "abc", "a=1", "-12.5", "+8619900003294", "31.2", "'x", "刘芳"])
def test_everything_else_stays(text: str) -> None:
    assert safe_cell(text) == text


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the text
@given(st.lists(st.text(), min_size=1, max_size=5))
def test_no_written_cell_begins_a_formula(cells: list[str]) -> None:
    cells = [cell.encode(errors="ignore").decode() for cell in cells]
    text = write_csv(header=["h"] * len(cells), rows=[cells]).decode("utf-8-sig")
    (_, written) = list(csv.reader(io.StringIO(text, newline="")))
    for before, after in zip(cells, written, strict=True):
        assert after == before or after == "'" + before
        assert not re.match(r"\s*[=@]|\s*[+\-](?![0-9.]+\Z)", after)


def test_the_csv_template_has_every_column_and_no_order() -> None:
    content = template_csv()
    assert content == b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"
    with pytest.raises(FileRefused) as caught:
        read_orders(name="template.csv", content=content)
    assert caught.value.code == "empty_file"


def test_the_workbook_template_offers_the_tenants_choices() -> None:
    content = template_xlsx(sites=SITES, cost_centers=["冷链", "华东干线"])
    book = load_workbook(io.BytesIO(content))
    orders, choices = book["orders"], book["choices"]
    assert [cell.value for cell in orders[1]] == list(COLUMNS)
    assert choices.sheet_state == "hidden"
    offered = {}
    for rule in orders.data_validations.dataValidation:
        reference = re.fullmatch(r"choices!\$([A-Z])\$1:\$([A-Z])\$([0-9]+)", rule.formula1)
        assert reference is not None
        column = next(cell.value for cell in orders[1] if f"{cell.column_letter}2" == str(rule.sqref).split(":")[0])
        offered[column] = [choices[f"{reference[1]}{row}"].value for row in range(1, int(reference[3]) + 1)]
    assert offered["site_code"] == offered["return_site_code"] == ["SH-SJ", "=cmd()"]
    assert offered["cost_center"] == ["冷链", "华东干线"]
    assert offered["service"] == ["claim", "inspection", "maintenance", "parts", "repair", "violation"]
    formulas = [cell for column in choices.iter_cols() for cell in column if cell.value == "=cmd()"]
    assert [cell.data_type for cell in formulas] == ["s", "s"]  # once for each column of sites
    assert {row[0].value for row in book["help"].iter_rows(min_row=2)} == set(COLUMNS) == set(HELP)


def test_a_filled_template_is_read_and_formulas_in_choices_are_text() -> None:
    content = template_xlsx(sites=SITES, cost_centers=[], language="zh-hans")
    with pytest.raises(FileRefused) as caught:
        read_orders(name="template.xlsx", content=content)
    assert caught.value.code == "empty_file"
    book = load_workbook(io.BytesIO(content))
    assert [cell.data_type for row in book["choices"].iter_rows() for cell in row if cell.value == "=cmd()"] == [
        "s",
        "s",
    ]
    book["orders"]["A2"], book["orders"]["M2"] = "R1", datetime(2026, 11, 24, 13, 0)
    buffer = io.BytesIO()
    book.save(buffer)
    (row,) = read_orders(name="template.xlsx", content=buffer.getvalue()).rows
    assert (row.cells[0], row.cells[12]) == ("R1", "2026-11-24T13:00:00")


def test_a_formula_survives_the_way_out_and_in() -> None:
    values = {"external_ref": "=R1", "vin": "x", "notes": "+49 30", "lat": "-31.2"}
    file = read_orders(name="x", content=json.dumps([{**dict.fromkeys(COLUMNS, ""), **values}]).encode())
    content = write_csv(header=file.columns, rows=[row.cells for row in file.rows])
    assert b"'=R1" in content
    again = read_orders(name="x", content=content)
    assert again.rows[0].cells[: len(COLUMNS)] == file.rows[0].cells


def test_every_text_has_its_chinese_with_the_same_gaps() -> None:
    part = polib.pofile(str(ROOT / "locale/zh_Hans/LC_MESSAGES/parts/intake.po"))
    chinese = {entry.msgid: entry.msgstr for entry in part}
    for english, translated in chinese.items():
        assert translated
        assert set(re.findall(r"%\(\w+\)s", english)) == set(re.findall(r"%\(\w+\)s", translated)), english


@pytest.mark.parametrize("hidden", ["\ufeff", "\u200b", "\u202e", "\u2060 ", ""])
@pytest.mark.parametrize("formula", ["=1+1", "+cmd", "@SUM(A1)", "－2+3"])
def test_a_formula_behind_characters_that_cannot_be_seen_is_none(hidden: str, formula: str) -> None:
    assert safe_cell(hidden + formula) == f"'{hidden}{formula}"
