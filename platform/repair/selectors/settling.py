"""What a job costs, line by line: the one place that the settlement statement asks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from partners.desk.rating import LAID_OUT as LAID_OUT_LINE
from partners.desk.rating import WORK, RatedLine
from repair.models import Estimate, EstimateLine, Job, JobCost, JobKind
from repair.selectors.costs import expected_lines, read_bill
from repair.services.aftercare import WARRANTY

LABOUR, PART, FEE, LAID_OUT = "labour", "part", "fee", "laid_out"
PARTS_OF_STATEMENT: Final = (LABOUR, PART, FEE, LAID_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementLine:
    """One item of a settlement statement; `amount_fen` includes the tax. A flat price has no unit price.

    What no workshop wrote has no text: its `kind` and `operation` say it in the reader's language.
    """

    part: str  # labour, part, fee, laid_out
    kind: str  # work; of a price; laid_out
    operation: str
    text: str
    quantity: str
    unit: str
    unit_price_fen: int | None
    amount_fen: int
    tax_bp: int
    tax_fen: int
    payer: str
    is_distance: bool = False  # kilometres beyond those that the trip includes

    def frozen(self) -> dict[str, Any]:
        """As a document keeps it."""
        return asdict(self)


def settlement_lines(job: Job) -> list[SettlementLine]:
    """What is charged for a job: the approved lines that were begun, services, trips, fees, what was laid out; and the way back
    as it is planned while the vehicle is still with us, for the customer signs before it has ended.
    """
    kinds = begun_lines(job)
    bill = read_bill(job)
    rows = [row for row in bill.lines if row.kind != WORK or row.source in kinds]
    back = [line for line in expected_lines(job, [row.source for row in bill.lines]) if line.source.startswith("trip:")]
    trips_back = [line for line in back if line.operation == "return"]
    lines = [as_line(row, kinds) for row in rows]
    place = next((number for number, row in enumerate(rows) if row.source.startswith(("fee:", "laid_out:"))), len(rows))
    return [*lines[:place], *(as_line(line, kinds) for line in trips_back), *lines[place:]]


def begun_lines(job: Job) -> Mapping[str, str]:
    """The sources of the lines that were begun, each with what it pays for."""
    lines = EstimateLine.objects.filter(estimate__job=job, work_begun_at__isnull=False)
    return {f"work:{version}.{no}": kind for version, no, kind in lines.values_list("estimate__version", "no", "kind")}


def as_line(row: JobCost | RatedLine, kinds: Mapping[str, str]) -> SettlementLine:
    """A rated line as a statement lists it."""
    is_whole = row.kind != WORK or row.unit != "once"
    return SettlementLine(
        part=kinds.get(row.source, LAID_OUT if row.kind == LAID_OUT_LINE else FEE),
        kind=row.kind, operation=row.operation, text=row.text, quantity=format(row.quantity.normalize(), "f"), unit=row.unit,
        unit_price_fen=row.unit_price_fen if is_whole else None, amount_fen=row.amount_fen, tax_bp=row.tax_bp,
        tax_fen=row.tax_fen, payer=row.payer, is_distance=row.source.endswith(":km"),
    )  # fmt: skip


def work_lines(job: Job) -> list[SettlementLine]:
    """Those of them that were worked: labour and parts."""
    return [line for line in settlement_lines(job) if line.part in {LABOUR, PART}]


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
