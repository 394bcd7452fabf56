"""Figure: a settlement statement as it is printed, beside the engine's bare compile of the same page."""

import json
import time
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final

from events.ids import new_id
from repair.documents.contents.common import moment
from repair.documents.letterhead import freeze_letterhead
from repair.documents.pages import page_of
from repair.models import Document, DocumentCopy
from repair.services.issuing import hash_content, new_code
from repair.services.printing import render_copy
from tenants.models import Tenant
from tests.bench.figures import Figure
from ui.pdf.engine import PAGES, STANDARD, compiler

LINES: Final = 24  # two pages
ROUNDS, WARM_UP = 60, 10
NOW: Final = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def run() -> list[Figure]:
    """Medians over statements that all differ; needs a seeded database."""
    whole, bare = [], []
    for number in range(WARM_UP + ROUNDS):
        copy = copy_of(number)
        took = timed(lambda copy=copy: render_copy(copy))
        template, data = page_of(copy_of(number + 10_000).document, copy.language)
        floor = timed(lambda template=template, data=data: compile_bare(template, data))
        if number >= WARM_UP:
            whole.append(took)
            bare.append(floor)
    value, floor = median(whole), median(bare)
    return [
        Figure(f"settlement statement PDF, {LINES} lines, p50", value * 1000, floor * 1000, value / floor, 1.5, "ms")
    ]


def copy_of(number: int) -> DocumentCopy:
    """A copy that nobody has printed before: the engine remembers what it has set."""
    tenant = Tenant.objects.get(slug="acme")
    content = {
        "kind": "settlement", "number": f"BL2611-{number:06d}-S1", "version": 1, "issued_at": moment(NOW),
        "operator": freeze_letterhead(NOW.date()), **statement(number),
    }  # fmt: skip
    document = Document(
        id=new_id(), kind="settlement", number=content["number"], version=1, tenant=tenant, content=content,
        sha256=hash_content(content), check_code=new_code(), issued_at=NOW + timedelta(seconds=number),
    )  # fmt: skip
    return DocumentCopy(document=document, language="zh-hans" if number % 2 else "en")


def statement(number: int) -> dict[str, Any]:
    """The content of a settlement statement with labour and materials."""
    lines: list[dict[str, Any]] = [
        {
            "part": "labour" if line % 2 else "part", "operation": f"B-{line:04d}", "text": f"更换前制动片与调试 {number}.{line}",
            "quantity": "1.6", "unit_price_fen": 20_000 + line, "amount_fen": 32_000 + number + line, "payer": "customer",
        }
        for line in range(LINES)
    ]  # fmt: skip
    sums = {part: sum(line["amount_fen"] for line in lines if line["part"] == part) for part in ("labour", "part")}
    return {
        "customer": {"name": "安捷物流 ACME", "kind": "fleet", "contact": "赵师傅", "phone": "13800000000"},
        "vehicle": {"plate": f"沪A{number:05d}", "vin": f"LVBV3PBB6SA{number:06d}", "model": "福田 奥铃", "class": "van"},
        "order": {
            "number": f"BL2611-{number:06d}", "reference": f"FL1-{number:05d}", "service": "repair", "description": "刹车异响",
            "received_at": moment(NOW), "po_number": "", "cost_center": "华东干线", "workshop": "金桥中心", "agent": "李师傅",
        },
        "odometer_km": 48_210 + number, "currency": "CNY", "lines": lines, "totals": {**sums, "fee": 0},
        "total_fen": sum(sums.values()), "payers": {"customer": sum(sums.values())}, "warranty": {"days": 100, "km": None},
    }  # fmt: skip


def compile_bare(template: str, data: dict[str, Any]) -> None:
    """The engine alone, with everything in its hands."""
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    compiler().compile_with_warnings(
        input=str(PAGES / f"{template}.typ"), format="pdf", pdf_standards=[STANDARD], sys_inputs=inputs, timestamp=0
    )


def timed(call: Any) -> float:
    """Seconds."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
