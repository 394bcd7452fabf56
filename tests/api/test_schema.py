"""The description: complete, kept as docs/openapi.yaml, true of what is answered; and its pages, which need nobody's server."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.examples import EXAMPLES, LINE
from api.resources.batches.sent import OrderLineSerializer
from fleet.intake.columns import COLUMNS, REQUIRED
from tenants.models import Tenant
from tests.api.conftest import Partner, key_of, line, place_orders
from tests.fleet.world import estimated, tell

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.yaml"
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
OPENAPI: dict[str, Any] = yaml.safe_load(SNAPSHOT.read_text(encoding="utf-8"))
OPERATIONS = [(path, method) for path, methods in OPENAPI["paths"].items() for method in methods]


def test_the_snapshot_is_what_the_code_says(tmp_path: Path) -> None:
    fresh = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(fresh), validate=True, fail_on_warn=True)
    assert fresh.read_text(encoding="utf-8") == SNAPSHOT.read_text(encoding="utf-8")


def test_an_order_line_has_the_columns_of_the_file() -> None:
    line = OrderLineSerializer().fields
    assert set(line) == set(COLUMNS)
    assert {name for name, field in line.items() if field.required} == set(REQUIRED)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_is_described(path: str, method: str) -> None:
    operation = OPENAPI["paths"][path][method]
    assert operation["operationId"] and operation["summary"] and operation["description"]
    assert len(operation["tags"]) == 1
    assert operation["tags"][0] in {tag["name"] for tag in OPENAPI["tags"]}
    (security,) = operation["security"]
    assert len(security["ApiKey"]) == 1
    good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    assert [content["example"] for answer in good for content in answer["content"].values()]
    assert {"400", "401", "403", "429", "500", "503"} <= set(operation["responses"])
    names = [parameter.get("$ref", "").rpartition("/")[2] for parameter in operation["parameters"]]
    assert ("IdempotencyKey" in names) is (method == "post")
    assert ("IfMatch" in names) is (method == "patch")


@pytest.mark.parametrize("name", [*EXAMPLES, "OrderLineRequest"])
def test_the_examples_are_right(name: str) -> None:
    example = LINE if name == "OrderLineRequest" else EXAMPLES[name]
    schema = {"$ref": f"#/components/schemas/{name}", "components": OPENAPI["components"]}
    assert [error.message for error in Draft202012Validator(schema).iter_errors(example)] == []
    shown = OPENAPI["components"]["schemas"][name]["properties"]
    assert set(example) <= set(shown)
    if name in EXAMPLES:
        assert set(example) == set(shown)


def test_requests_drawn_from_the_description_are_answered_as_described(
    erp: Partner, world: Tenant, unlimited: None
) -> None:
    """About a dozen requests for each operation, the same in every run; half of them about things that exist."""
    (order,) = place_orders(erp, world, line(1))
    tell(world, estimated(key_of(order["id"]), 1_000))
    real = {
        "order_id": order["id"], "batch_id": order["batch"], "vehicle_id": order["vehicle"], "version": 1, "line": 1,
        "site_id": erp.get("sites").json()["data"][0]["id"],
        "file_id": erp.upload("files", "a.csv", b"x", purpose="order_batch").json()["id"],
        "cost_center_id": erp.get("cost-centers").json()["data"][0]["id"],
        "driver_id": erp.post("drivers", {"name": "赵磊", "phone": "13900000001"}).json()["id"],
        "complaint_id": erp.post("complaints", {"orders": [order["id"]], "text": "划痕"}).json()["id"],
        "import_id": erp.post("imports", {"register": "drivers", "rows": [{"name": "x", "phone": "1"}]}).json()["id"],
    }  # fmt: skip
    headers = {"Host": "acme.baylink.localhost", "Authorization": f"Bearer {erp.key}"}
    with kept_connection():
        schema = schemathesis.openapi.from_wsgi("/api/v1/schema", WSGIHandler(), headers=headers)
        operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
        for operation in operations:
            try_operation(operation, real, headers)
    assert len(operations) == len(OPERATIONS)


@contextmanager
def kept_connection() -> Iterator[None]:
    """A server closes its connections between requests; here they share the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def try_operation(operation: Any, real: dict[str, Any], headers: dict[str, str]) -> None:
    """A dozen requests; raises schemathesis' own errors."""

    @settings(
        max_examples=12,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), exists=st.booleans())
    def try_case(case: Any, exists: bool) -> None:
        if exists:
            case.path_parameters = {name: real[name] for name in case.path_parameters or {}}
        case.headers = {**(case.headers or {}), **headers}
        case.call_and_validate(checks=CHECKS)

    try_case()


# --- the pages ------------------------------------------------------------------------------------------------------------


def page(address: str, **headers: str) -> Any:
    return Client(headers={"host": "acme.baylink.localhost", **headers}).get(f"/api/v1/{address}")


def test_the_description_is_served_to_anybody(world: Tenant) -> None:
    served = page("schema")
    assert served.status_code == 200
    assert yaml.safe_load(served.content)["paths"] == OPENAPI["paths"]
    assert page("schema", accept="application/vnd.oai.openapi+json").json()["openapi"].startswith("3.1")


def test_the_pages_hold_no_inline_script_and_nothing_from_elsewhere(world: Tenant) -> None:
    shown = page("docs/")
    text = shown.content.decode()
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 3
    assert all('src="/' in attributes and not body.strip() for attributes, body in scripts)
    assert "http://" not in text and "https://" not in text
    assert "unsafe-inline" not in shown["Content-Security-Policy"].split("style-src")[0]
    started = page("docs/?script=")
    assert started["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema" in started.content.decode()
