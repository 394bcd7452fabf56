"""Complaints by program: filed once, added to, answered; and every word that is wrong is pointed at."""

from collections.abc import Callable
from typing import Any

import pytest

from repair.models import Complaint
from repair.services import complaining, investigating
from repair.services.investigating import Findings
from tenants.actors import Actor, StaffRole
from tenants.models import Tenant
from tests.api.conftest import Partner, key_of, line, place_orders
from tests.conftest import NOW
from tests.files.test_photos import photo
from tests.repair.world import staff

CC: Actor = staff(StaffRole.CUSTOMER_SERVICE, name="林晓")


@pytest.fixture
def order(erp: Partner, world: Tenant) -> dict[str, Any]:
    (placed,) = place_orders(erp, world, line(1))
    return dict(placed)


def send_file(partner: Partner, address: str, name: str, content: bytes) -> Any:
    return partner.upload(address, name, content, text="见附件")


def solve(complaint: dict[str, Any], fen: int | None = 5_000) -> None:
    key = key_of(complaint["id"])
    investigating.take_up(complaint_id=key, actor=CC, now=NOW)
    draft = Findings(cause="delay", answerable="agent", measures="x")
    investigating.write_findings(complaint_id=key, draft=draft, actor=CC, now=NOW)
    investigating.give_solution(complaint_id=key, solution="退款", compensation_fen=fen, actor=CC, now=NOW)


def test_a_complaint_is_filed_once_and_followed(erp: Partner, order: dict[str, Any]) -> None:
    body = {"orders": [order["id"]], "text": "迟到两小时", "wish": "退款"}
    filed = erp.post("complaints", body, Idempotency_Key="c-1")
    again = erp.post("complaints", body, Idempotency_Key="c-1")
    assert (filed.status_code, again["Idempotency-Replayed"], Complaint.objects.count()) == (201, "true", 1)
    shown = filed.json()
    assert again.json() == shown
    assert filed["Location"] == f"/api/v1/complaints/{shown['id']}"
    assert (shown["status"], shown["source"], shown["orders"]) == ("open", "api", [order["id"]])
    assert (shown["contact"], shown["phone"]) == (order["contact"], order["phone"])
    assert shown["solution_by"] == "2026-11-26T01:00:00Z"
    assert erp.get("complaints?is_waiting=true").json()["data"] == []
    solve(shown)
    (waiting,) = erp.get(f"complaints?is_waiting=true&order={order['id']}").json()["data"]
    assert (waiting["solution"], waiting["compensation_fen"], waiting["handler"]) == ("退款", 5_000, "林晓")
    done = erp.post(f"complaints/{shown['id']}/accept")
    assert (done.status_code, done.json()["status"]) == (200, "accepted")
    twice = erp.post(f"complaints/{shown['id']}/accept")
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_state")
    assert twice.json()["legal"] == ["reopen"]
    types = [row["type"] for row in erp.get(f"events?subject={shown['id']}").json()["data"]]
    assert types == [
        "complaint.filed", "complaint.taken_up", "complaint.solution_given", "complaint.solution_accepted",
    ]  # fmt: skip


def test_what_is_asked_for_is_given_in_words_and_files(erp: Partner, order: dict[str, Any]) -> None:
    shown = erp.post("complaints", {"orders": [order["id"]], "text": "划痕"}).json()
    address = f"complaints/{shown['id']}"
    investigating.take_up(complaint_id=key_of(shown["id"]), actor=CC, now=NOW)
    investigating.ask_evidence(complaint_id=key_of(shown["id"]), text="照片", actor=CC, now=NOW)
    assert erp.get("complaints?is_waiting=true").json()["data"][0]["evidence_wanted"] == "照片"
    answer: Any = None
    for name, content, is_photo in (("门.jpg", photo(), True), ("单.pdf", b"%PDF-1.4", False)):
        answer = send_file(erp, f"{address}/files", name, content)
        assert answer.status_code == 201, answer.content
        file = answer.json()["files"][-1]
        assert (file["name"], file["is_photo"]) == (name, is_photo)
    assert (answer.json()["evidence_wanted"], len(answer.json()["files"])) == ("", 2)
    bad = send_file(erp, f"{address}/files", "x.exe", b"MZ")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"], bad.json()["errors"][0]["code"]) == (
        422, "#/file", "no_attachment",
    )  # fmt: skip
    assert erp.post(f"{address}/evidence", {"text": "就这些"}).status_code == 200
    assert erp.post(f"{address}/withdraw", {"reason": "误会"}).json()["status"] == "closed"
    assert erp.post(f"{address}/reopen", {"reason": "不是误会"}).json()["status"] == "reopened"


def test_what_is_wrong_is_pointed_at(
    erp: Partner, order: dict[str, Any], pacific: Tenant, issue: Callable[..., Partner]
) -> None:
    theirs = issue(pacific)
    for body, pointer in (
        ({"orders": [order["id"]]}, "#/text"),
        ({"orders": [], "text": "x"}, "#/orders"),
        ({"orders": [order["id"], "ord_x"], "text": "x"}, "#/orders/1"),
        ({"orders": [order["id"]], "text": "x", "cause": "price"}, "#/cause"),
    ):
        answer = erp.post("complaints", body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    stolen = theirs.post("complaints", {"orders": [order["id"]], "text": "x"})
    assert (stolen.status_code, stolen.json()["errors"][0]["pointer"]) == (422, "#/orders/0")
    assert not Complaint.objects.exists()
    mine = erp.post("complaints", {"orders": [order["id"]], "text": "x"}).json()
    assert send_file(theirs, f"complaints/{mine['id']}/files", "门.jpg", photo()).status_code == 404
    assert theirs.get("complaints").json()["data"] == []
    assert theirs.get(f"complaints?order={order['id']}").json()["data"] == []


def test_a_key_reads_what_the_operator_shows(erp: Partner, order: dict[str, Any]) -> None:
    shown = erp.post("complaints", {"orders": [order["id"]], "text": "x"}).json()
    key = key_of(shown["id"])
    investigating.note_complaint(complaint_id=key, text="内部话", actor=CC, now=NOW)
    complaining.give_evidence(complaint_id=key, text="客户来电补充", actor=CC, now=NOW)
    text = erp.get(f"complaints/{shown['id']}").content.decode() + erp.get("events").content.decode()
    assert "客户来电补充" in text and "内部话" not in text
