"""A partner's program that knows docs/openapi.yaml and nothing else: orders by API, from the file to the last event.

Every answer, the refusals too, is held against the schema that the document promises for its status.
"""

import json
import uuid
from io import StringIO
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from config.simulation import running
from config.simulation.running import Simulation
from events.checking import check_book
from events.ids import read_public_id
from fleet.tasks import check_batch, open_batch
from repair import states
from tenants.models import Tenant
from tests.world import ROOT, as_csv, entries_of, sample_rows, tenant_of

DOCUMENT = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = {
    operation["operationId"]: (path, method.upper(), operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}


class Program:
    """A partner's program with one key, at one host."""

    def __init__(self, slug: str, key: str) -> None:
        self.slug, self.key, self.client = slug, key, Client(raise_request_exception=False)

    def call(
        self,
        name: str,
        body: Any = None,
        *,
        query: str = "",
        key: str = "",
        media: str = "application/json",
        match: str = "",
        **places: Any,
    ) -> Any:
        """Call an operation by its id; the answer is as the document says."""
        path, method, operation = OPERATIONS[name]
        headers = {"host": f"{self.slug}.{settings.BASE_DOMAIN}", "authorization": f"Bearer {self.key}"}
        if method == "POST":
            headers["idempotency-key"] = key or str(uuid.uuid4())
        if match:
            headers["if-match"] = match
        sent: dict[str, Any] = {} if method == "GET" else {"data": encode(body, media), "content_type": media}
        answer = self.client.generic(method, path.format(**places) + query, headers=headers, **sent)
        assert_as_documented(operation, answer)
        return answer

    def read(self, name: str, **places: Any) -> Any:
        """What a reading operation answers."""
        answer = self.call(name, **places)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def read_all(self, name: str, *, query: str = "", **places: Any) -> list[Any]:
        """Every page of a list."""
        found: list[Any] = []
        page = self.read(name, query=f"?limit=7{query}", **places)
        while True:
            found += page["data"]
            if not page["has_more"]:
                return found
            page = self.read(name, query=f"?limit=7{query}&cursor={page['next_cursor']}", **places)

    def poll(self, batch: str) -> dict[str, Any]:
        """Ask until a worker has done what waits."""
        found: dict[str, Any] = {}
        for _attempt in range(3):
            found = self.read("retrieveBatch", batch_id=batch)
            if found["status"] not in {"received", "validating"} and (found["opened_at"] or not found["submitted_at"]):
                return found
            work(self.slug, batch)
        pytest.fail(f"{batch} is not done: {found}")


def encode(body: Any, media: str) -> bytes:
    """As it goes over the wire."""
    return body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()


def assert_as_documented(operation: dict[str, Any], answer: Any) -> None:
    """The status is one that the document names, and the body fits its schema."""
    promised = operation["responses"].get(str(answer.status_code))
    assert promised is not None, f"{operation['operationId']} answered {answer.status_code}: {answer.content[:300]!r}"
    if "$ref" in promised:
        promised = DOCUMENT["components"]["responses"][promised["$ref"].rsplit("/", 1)[1]]
    media = answer["Content-Type"].partition(";")[0]
    schema = {**promised["content"][media]["schema"], "components": DOCUMENT["components"]}
    errors = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(answer.json())
    ]
    assert errors == [], operation["operationId"]


def work(slug: str, batch: str) -> None:
    """What a worker does with a batch that waits for it."""
    for task in (check_batch, open_batch):
        task(str(tenant_of(slug).pk), str(read_public_id("bat", batch)))


def form_of(name: str, content: bytes, **fields: str) -> tuple[bytes, str]:
    """A form with a file, as curl -F sends it: body and media type."""
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in fields.items()
    ]
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    )
    return b"".join(
        parts
    ) + head.encode() + content + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


def issue(slug: str, *scopes: str, up_to: int | None = None) -> Program:
    """A new key, as the command line prints it."""
    printed = StringIO()
    call_command("issue_api_key", slug, scopes=list(scopes), fen=up_to, stdout=printed, stderr=StringIO())
    return Program(slug, printed.getvalue().strip())


def as_lines(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Rows of the sample as a program sends them: only what has a value, numbers as numbers."""
    found: list[dict[str, Any]] = []
    for row in rows:
        line: dict[str, Any] = {name: value for name, value in row.items() if value}
        line |= {name: float(line[name]) for name in ("lat", "lng") if name in line}
        if "courtesy_car" in line:
            line["courtesy_car"] = line["courtesy_car"] == "yes"
        found.append(line)
    return found


@pytest.fixture
def erp(story: None) -> Program:
    return issue("acme", "*")


def test_orders_by_program_from_the_file_to_the_last_event(erp: Program, acme: Tenant, pacific: Tenant) -> None:
    rows = sample_rows()
    body, media = form_of("orders.csv", as_csv(rows[:6]), policy="accept_valid")
    sent = erp.call("createBatch", body, media=media, key="file-1")
    assert sent.status_code == 202
    batch = sent.json()["id"]
    body, media = form_of("orders.csv", as_csv(rows[:6]), policy="accept_valid")  # packed anew
    replayed = erp.call("createBatch", body, media=media, key="file-1")
    assert (replayed.json()["id"], replayed["Idempotency-Replayed"]) == (batch, "true")
    assert erp.call("createBatch", {"orders": as_lines(rows[:1])}, key="file-1").status_code == 422

    found = erp.poll(batch)
    assert (found["status"], found["counts"]["total"], found["counts"]["valid"]) == ("ready", 6, 6)
    assert erp.call("submitBatch", batch_id=batch, key="submit-1").status_code == 202
    assert erp.call("submitBatch", batch_id=batch, key="submit-1")["Idempotency-Replayed"] == "true"
    assert erp.call("submitBatch", batch_id=batch).status_code == 409
    assert erp.poll(batch)["counts"]["submitted"] == 6
    placed = erp.read_all("listBatchRows", batch_id=batch)
    assert [row["external_ref"] for row in placed] == [row["external_ref"] for row in rows[:6]]

    lines = [*as_lines(rows[4:8]), {**as_lines(rows[8:9])[0], "vin": "LVB"}]
    again = erp.call("createBatch", {"policy": "accept_valid", "orders": lines}).json()["id"]
    found = erp.poll(again)
    assert (found["status"], found["counts"]["already_submitted"], found["counts"]["rejected"]) == ("needs_fixes", 2, 1)
    [wrong] = erp.read_all("listBatchRows", batch_id=again, query="&status=rejected")
    assert [(error["field"], error["code"]) for error in wrong["errors"]] == [("vin", "vin_length")]
    erp.call("submitBatch", batch_id=again)
    assert erp.poll(again)["counts"]["submitted"] == 2
    orders = erp.read_all("listOrders", query="&sort=created_at")
    assert len(orders) == 8 == len({order["id"] for order in orders})

    Simulation(speed=0, progress=lambda text: None).run()
    assert {order["status"] for order in erp.read_all("listOrders")} == {"closed"}
    log = read_log(erp)
    assert [(event["seq"], event["type"], event["subject"]) for event in log] == entries_of(acme)
    for order in orders:
        told = [event["seq"] for event in log if event["subject"] == order["id"]]
        timeline = erp.read_all("listOrderTimeline", order_id=order["id"])
        assert sorted(event["seq"] for event in timeline) == told
        assert erp.read("retrieveOrder", order_id=order["id"])["status"] == "closed"
    assert check_book(acme) == [] == check_book(pacific)


def test_a_program_mends_amends_decides_and_follows_to_the_end(
    acme: Tenant, story: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    erp = issue("acme", "*", up_to=10**9)
    lines = as_lines([row for row in sample_rows() if row["service"] == "repair"][:5])
    right = lines[0]["vin"]
    batch = erp.call("createBatch", {"orders": [{**lines[0], "vin": "LVB"}, *lines[1:]]}).json()["id"]
    assert erp.poll(batch)["status"] == "needs_fixes"
    mend(erp, batch, {"vin": right})
    assert erp.poll(batch)["status"] == "ready"
    erp.call("submitBatch", batch_id=batch)
    assert erp.poll(batch)["counts"]["submitted"] == 5
    orders = [row["order"] for row in erp.read_all("listBatchRows", batch_id=batch)]
    log = read_log(erp)

    read = erp.call("retrieveOrder", order_id=orders[0])
    done = erp.call("amendOrder", {"contact": "陈静"}, match=read["ETag"], order_id=orders[0])
    assert (done.status_code, done.json()["contact"]) == (200, "陈静")
    assert erp.call("amendOrder", {"contact": "李雷"}, match=read["ETag"], order_id=orders[0]).status_code == 412
    again = erp.call("createBatch", {"orders": [{**lines[1], "notes": "请先电话联系"}]}).json()["id"]
    assert erp.poll(again)["counts"]["changed_since"] == 1
    assert erp.call("confirmBatchRow", batch_id=again, line=1).json()["status"] == "submitted"
    assert erp.read("retrieveOrder", order_id=orders[1])["notes"] == "请先电话联系"
    ended = erp.call("cancelOrders", {"orders": [orders[4], "ord_x"], "reason": "车已出售"}).json()
    assert [result["code"] for result in ended["results"]] == ["", "not_found"]

    for state in (states.AWAITING_APPROVAL, states.CONSENT_REQUIRED):
        monkeypatch.delitem(running.JOB_STEPS, state)  # the operator's people play; the customer is this program
    decided = 0
    for _round in range(10):
        Simulation(speed=0, progress=lambda text: None).run()
        waiting = erp.read_all("listEstimates", query="&is_waiting=true")
        if not waiting:
            break
        decided += sum(decide(erp, estimate) for estimate in waiting)
    assert decided >= 4
    news = read_log(erp, after=log[-1]["seq"])
    assert {event["seq"] for event in news} == set(range(log[-1]["seq"] + 1, news[-1]["seq"] + 1))
    for order in orders[:4]:
        types = [event["type"] for event in news if event["subject"] == order]
        assert {"order.collected", "order.estimate_decided", "order.delivered"} <= set(types)
    assert {erp.read("retrieveOrder", order_id=order)["status"] for order in orders[:4]} == {"closed"}
    assert erp.read("retrieveOrder", order_id=orders[4])["status"] == "cancelled"
    assert check_book(acme) == []


def test_a_program_tries_a_batch_first_mends_it_and_makes_it_real(erp: Program, acme: Tenant) -> None:
    lines = as_lines(sample_rows()[:3])
    right = lines[1]["vin"]
    sent = {"dry_run": True, "orders": [lines[0], {**lines[1], "vin": "LVB"}, lines[2]]}
    batch = erp.call("createBatch", sent).json()["id"]
    found = erp.poll(batch)
    assert (found["status"], found["dry_run"], found["counts"]["rejected"]) == ("needs_fixes", True, 1)
    mend(erp, batch, {"vin": right})
    assert erp.poll(batch)["status"] == "ready"
    refused = erp.call("submitBatch", batch_id=batch)
    assert (refused.status_code, refused.json()["code"]) == (409, "dry_run")

    reader = issue("acme", "batches:read")
    assert reader.call("makeBatchReal", batch_id=batch).status_code == 403
    assert issue("pacific", "*").call("makeBatchReal", batch_id=batch).status_code == 404
    made = erp.call("makeBatchReal", batch_id=batch, key="real-1")
    assert (made.status_code, made.json()["dry_run"], made.json()["status"]) == (200, False, "ready")
    again = erp.call("makeBatchReal", batch_id=batch, key="real-1")
    assert (again.json(), again["Idempotency-Replayed"]) == (made.json(), "true")
    refused = erp.call("makeBatchReal", batch_id=batch)
    assert (refused.status_code, refused.json()["code"]) == (409, "real_already")
    assert [event["type"] for event in read_log(erp)].count("batch.made_real") == 1

    assert erp.call("submitBatch", batch_id=batch).status_code == 202
    assert erp.poll(batch)["counts"]["submitted"] == 3
    assert erp.call("resumeBatch", batch_id=batch).json()["halt"] == ""  # nothing has stopped: nothing changes
    assert erp.call("makeBatchReal", batch_id=batch).status_code == 409
    assert {order["external_ref"] for order in erp.read_all("listOrders")} == {line["external_ref"] for line in lines}
    assert check_book(acme) == []


def mend(program: Program, batch: str, cells: dict[str, str]) -> None:
    """Type over the cells of the one row that is wrong, as it was read; who read it earlier is told so."""
    [wrong] = program.read_all("listBatchRows", batch_id=batch, query="&status=rejected")
    places = {"batch_id": batch, "line": wrong["line"]}
    row = program.call("retrieveBatchRow", **places)
    assert row.json()["cells"].keys() >= cells.keys()
    assert program.call("mendBatchRow", {"cells": cells}, match=row["ETag"], **places).status_code == 200
    assert program.call("mendBatchRow", {"cells": cells}, match=row["ETag"], **places).status_code == 412


def decide(program: Program, estimate: dict[str, Any]) -> int:
    """Approve the first line for what it asks, and the others as they are; returns 1."""
    first = {"no": estimate["lines"][0]["no"], "is_approved": True, "amount_fen": estimate["lines"][0]["amount_fen"]}
    others = [{"no": line["no"], "is_approved": True} for line in estimate["lines"][1:]]
    places = {"order_id": estimate["order"], "version": estimate["version"]}
    assert program.read("retrieveEstimate", **places)["total_fen"] == estimate["total_fen"]
    done = program.call("decideEstimate", {"decision": "approve", "lines": [first, *others]}, **places)
    assert done.status_code == 200, done.content
    return 1


def read_log(program: Program, *, after: int = 0) -> list[Any]:
    """The whole log behind a number, from the number last dealt with on, again and again."""
    log: list[Any] = []
    while True:
        page = program.read("listEvents", query=f"?limit=50&after={log[-1]['seq'] if log else after}")["data"]
        if not page:
            return log
        log += page


def test_a_key_opens_its_own_tenant_within_its_scopes(erp: Program, acme: Tenant) -> None:
    batch = erp.call("createBatch", {"orders": as_lines(sample_rows()[:2])}).json()["id"]
    erp.poll(batch)
    erp.call("submitBatch", batch_id=batch)
    erp.poll(batch)
    order = erp.read("listOrders")["data"][0]["id"]
    before = entries_of(acme)

    stranger = issue("pacific", "*")
    for name, places in (
        ("retrieveBatch", {"batch_id": batch}), ("listBatchRows", {"batch_id": batch}), ("submitBatch", {"batch_id": batch}),
        ("retrieveOrder", {"order_id": order}), ("listOrderTimeline", {"order_id": order}),
    ):  # fmt: skip
        assert stranger.call(name, **places).status_code == 404, name
    assert stranger.call("cancelOrder", {"reason": "x"}, order_id=order).status_code == 404
    assert stranger.read("listOrders")["data"] == []

    assert Program("acme", stranger.key).call("listOrders").status_code == 401
    assert Program("acme", "").call("listOrders").status_code == 401
    assert Program("acme", f"{erp.key[:-3]}xyz").call("listOrders").status_code == 401
    reader = issue("acme", "orders:read")
    assert reader.call("listOrders").status_code == 200
    assert reader.call("cancelOrder", {"reason": "x"}, order_id=order).status_code == 403
    assert reader.call("listEvents").status_code == 403
    news = [entry for entry in entries_of(acme) if entry not in before]
    assert {name for _seq, name, _subject in news} == {"api_key.issued"}
