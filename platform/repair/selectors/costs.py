"""What a job costs: its bill so far, as the desk's pages show it, and as a tenant may ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from events.commands import question
from partners.desk.charges import Unit
from partners.desk.rating import LAID_OUT, JobFacts, RatedLine
from partners.desk.rating import Fee as FeeFact
from partners.desk.selectors import read_rules
from repair import states
from repair.costing.facts import OVER
from repair.costing.pins import as_pin, read_pins
from repair.costing.rows import in_order, lines_of, rate_now
from repair.models import Disbursement, Fee, Job, JobCost, Payer
from repair.services.costing import SETTLED, read_cards, read_jobs
from repair.services.fees import stage_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a job costs so far, with its sums: by tax rate (hundredths of a per cent: gross, tax) and by who pays."""

    lines: tuple[JobCost, ...]
    is_final: bool
    total_fen: int
    tax_fen: int
    by_rate: tuple[tuple[int, int, int], ...]
    by_payer: tuple[tuple[str, int], ...]


def read_bill(job: Job) -> Bill:
    """The lines that have a price, as a bill shows them. One query."""
    lines = tuple(row for row in in_order(current_costs(job)) if not row.is_unrated)
    return Bill(
        lines=lines,
        is_final=job.status in SETTLED,
        total_fen=sum(line.amount_fen for line in lines),
        tax_fen=sum(line.tax_fen for line in lines),
        by_rate=sum_by_rate(lines),
        by_payer=tuple(
            (payer, sum(line.amount_fen for line in lines if line.payer == payer))
            for payer in Payer.values
            if any(line.payer == payer for line in lines)
        ),
    )


def sum_by_rate(lines: Sequence[JobCost]) -> tuple[tuple[int, int, int], ...]:
    """(rate, gross, tax), the highest rate first."""
    rates = sorted({line.tax_bp for line in lines}, reverse=True)
    return tuple(
        (
            rate,
            sum(line.amount_fen for line in lines if line.tax_bp == rate),
            sum(line.tax_fen for line in lines if line.tax_bp == rate),
        )
        for rate in rates
    )


def current_costs(job: Job) -> QuerySet[JobCost]:
    """The lines that stand."""
    return JobCost.objects.filter(job=job, superseded_at__isnull=True)


# --- the console --------------------------------------------------------------------------------------------------------


def read_costs(job: Job) -> dict[str, Any]:
    """The lines with the price that gave each, what is still expected, and the sums."""
    rows = in_order(current_costs(job))
    cards = read_cards(row.version_id for row in rows)
    coming = expected_lines(job, {row.source for row in rows})
    return {
        "rows": [{"row": row, "card": cards.get(row.version_id) if row.version_id else None} for row in rows],
        "coming": coming,
        "total_fen": sum(row.amount_fen for row in rows),
        "tax_fen": sum(row.tax_fen for row in rows),
        "coming_fen": sum(line.amount_fen for line in coming),
        "is_final": job.status in SETTLED,
        "is_unrated": any(row.is_unrated for row in rows),
        "fees": list(Fee.objects.filter(job=job).order_by("pk")),
        "paid": list(Disbursement.objects.filter(job=job).order_by("pk")),
    }


def expected_lines(job: Job, known: Iterable[str]) -> list[RatedLine]:
    """What is still to come if all goes its way: trips and the agency of a service, as the card has them."""
    if job.status in OVER or job.status in SETTLED:
        return []
    [whole] = read_jobs([job.pk])
    _pins, lines = rate_now([whole], expected=True)
    names = set(known)
    return [
        line for line in lines[job.pk] if line.source not in names and line.kind != LAID_OUT and not line.is_unrated
    ]


# --- a tenant's question ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CostAnswer:
    """A line that is still to come, as its tenant may know it."""

    source: str
    kind: str
    operation: str
    quantity: str
    unit: str
    unit_price_fen: int
    amount_fen: int
    tax_bp: int
    tax_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAnswer:
    """What an order will cost beside what it costs already, and what its cancellation would cost now (None: too late)."""

    lines: tuple[CostAnswer, ...]
    cancellation_fen: int | None


@question
def quote_order(*, tenant_id: UUID, order_id: UUID) -> QuoteAnswer:
    """What is still to come of one order of this tenant; nothing for one that is not its own."""
    job = Job.objects.filter(tenant_id=tenant_id, order_id=order_id).first()
    if job is None:
        return QuoteAnswer(lines=(), cancellation_fen=None)
    known = set(current_costs(job).values_list("source", flat=True))
    lines = tuple(
        CostAnswer(
            source=line.source, kind=line.kind, operation=line.operation, quantity=f"{line.quantity.normalize():f}",
            unit=Unit(line.unit).value, unit_price_fen=line.unit_price_fen, amount_fen=line.amount_fen, tax_bp=line.tax_bp,
            tax_fen=line.tax_fen,
        )
        for line in expected_lines(job, known)
    )  # fmt: skip
    return QuoteAnswer(lines=lines, cancellation_fen=cancellation_fen(job))


def cancellation_fen(job: Job) -> int | None:
    """What cancelling costs as the job stands; None once it cannot be cancelled any more."""
    if job.status not in states.JOB.sources("cancel"):
        return None
    pin = read_pins([job])[job.pk]
    facts = JobFacts(
        service=job.kind, area=pin.area, vehicle_class=pin.vehicle_class,
        fees=(FeeFact(kind="cancellation", stage=stage_of(job.status)),), is_free=job.comeback_of_id is not None,
    )  # fmt: skip
    rules = read_rules([as_pin(pin)])[as_pin(pin)]
    return sum(line.amount_fen for line in lines_of(facts, rules))
