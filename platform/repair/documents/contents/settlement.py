"""维修结算单: what was done and what it costs."""

from datetime import datetime
from typing import Any

from repair.documents.contents.common import about_job
from repair.models import Job
from repair.selectors.settling import PARTS_OF_STATEMENT, settlement_lines, warranty_of


def freeze_settlement(job: Job, _now: datetime) -> dict[str, Any]:
    """Every line that is charged, labour and material by item, each with who pays; amounts are fen, tax included."""
    lines = settlement_lines(job)
    return {
        **about_job(job),
        "currency": "CNY",
        "lines": [line.frozen() for line in lines],
        "totals": {part: sum(line.amount_fen for line in lines if line.part == part) for part in PARTS_OF_STATEMENT},
        "total_fen": sum(line.amount_fen for line in lines),
        "tax_fen": sum(line.tax_fen for line in lines),
        "payers": {
            payer: sum(line.amount_fen for line in lines if line.payer == payer)
            for payer in sorted({line.payer for line in lines})
        },
        "warranty": warranty_of(job),
    }
