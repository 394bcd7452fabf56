"""A good row of an order file, and the tenant's side of its check: what the tests of the intake change from."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fleet.intake.checks import (
    CheckContext,
    CheckedRow,
    ModelFacts,
    Site,
    check_rows,
)
from fleet.intake.jsonrows import read_objects
from fleet.intake.reading import OrderFile, read_orders
from fleet.intake.rows import OrderRow
from fleet.intake.scope import ScopeRule

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


def scope_rules() -> Iterator[ScopeRule]:
    for rule in json.loads((DATA / "scope_rules.json").read_text()):
        yield ScopeRule(**{**rule, "services": frozenset(rule.get("services", ()))})


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
        scope=tuple(scope_rules()),
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
