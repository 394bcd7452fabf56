"""What a job costs, line by line: the one place that the settlement statement asks."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from repair.models import Estimate, EstimateLine, Job, JobKind, LineDecision
from repair.services.aftercare import WARRANTY

LABOUR, PART, FEE = "labour", "part", "fee"
PARTS_OF_STATEMENT: Final = (LABOUR, PART, FEE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementLine:
    """One item of a settlement statement; `amount_fen` includes the tax. A flat price has no unit price."""

    part: str  # labour, part, fee
    operation: str
    text: str
    quantity: str
    unit_price_fen: int | None
    amount_fen: int
    payer: str

    def frozen(self) -> dict[str, Any]:
        """As a document keeps it."""
        return asdict(self)


def settlement_lines(job: Job) -> list[SettlementLine]:
    """What is charged for a job: the approved lines that were begun, in the order of the estimates.

    Fees by the rate card (transport, diagnosis, station) join here once rating knows them.
    """
    done = EstimateLine.objects.filter(
        estimate__job=job, decision=LineDecision.APPROVED, work_begun_at__isnull=False
    ).exclude(estimate__decision="expired")
    payer = payer_of(job)
    return [
        SettlementLine(
            part=line.kind,
            operation=line.operation,
            text=line.text,
            quantity=format(line.quantity.normalize(), "f"),
            unit_price_fen=line.unit_price_fen if line.approved_fen == line.amount_fen else None,
            amount_fen=line.approved_fen,
            payer=payer,
        )
        for line in done.order_by("estimate__version", "no")
    ]


def payer_of(job: Job) -> str:
    """Who pays: the insurer for a claim, nobody for what came back under warranty, else the customer."""
    if job.comeback_of_id is not None:
        return "operator"
    return "insurer" if job.kind == JobKind.CLAIM else "customer"


def warranty_of(job: Job) -> dict[str, int | None]:
    """How long the work is under warranty: days, and kilometres where they are known."""
    return {"days": WARRANTY.days if repaired(job) else 0, "km": None}


def repaired(job: Job) -> bool:
    """Whether anything was worked on."""
    return EstimateLine.objects.filter(
        estimate__in=Estimate.objects.filter(job=job), work_begun_at__isnull=False
    ).exists()
