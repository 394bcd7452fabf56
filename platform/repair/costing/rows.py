"""Rated lines as rows: what is new, what is superseded, what stays."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from partners.desk.rating import JobFacts, RatedLine, order_of, rate
from partners.desk.selectors import read_rules
from repair.costing.facts import read_facts
from repair.costing.pins import as_pin, read_pins
from repair.models import Job, JobCost, JobRating

COMPARED: Final = (
    "source", "kind", "operation", "text", "quantity", "unit", "unit_price_fen", "amount_fen", "list_fen", "tax_bp", "tax_fen",
    "payer", "price_id", "version_id", "why", "is_unrated",
)  # fmt: skip
FREE_OF_FEE: Final = "fee:"


def rate_now(
    jobs: Iterable[Job], *, expected: bool = False
) -> tuple[dict[UUID, JobRating], dict[UUID, list[RatedLine]]]:
    """What each job is rated by, and its lines as of now; nothing is written. A fixed number of queries."""
    found = list(jobs)
    pins = read_pins(found)
    facts = read_facts(found, pins, expected=expected)
    rules = read_rules(as_pin(pin) for pin in pins.values())
    return pins, {job.pk: lines_of(facts[job.pk], rules[as_pin(pins[job.pk])]) for job in found}


def lines_of(facts: JobFacts, rules: Any) -> list[RatedLine]:
    """The rated lines; a fee of nothing is no line."""
    return [
        line
        for line in rate(facts, rules)
        if line.amount_fen or line.is_unrated or not line.source.startswith(FREE_OF_FEE)
    ]


def as_row(job_id: UUID, line: RatedLine, now: datetime) -> JobCost:
    """A line as it is kept."""
    return JobCost(
        job_id=job_id, source=line.source, kind=line.kind, operation=line.operation, text=line.text, quantity=line.quantity,
        unit=line.unit, unit_price_fen=line.unit_price_fen, amount_fen=line.amount_fen, list_fen=line.list_fen,
        tax_bp=line.tax_bp, tax_fen=line.tax_fen, payer=line.payer, price_id=line.price_id, version_id=line.version_id,
        why=line.why, is_unrated=line.is_unrated, rated_at=now,
    )  # fmt: skip


def says(row: JobCost) -> tuple[Any, ...]:
    """Everything but when."""
    return tuple(str(row.kind) if name == "kind" else getattr(row, name) for name in COMPARED)


def current_rows(job_ids: Iterable[UUID]) -> dict[UUID, dict[str, JobCost]]:
    """The current lines of each job by their names: one query."""
    found: dict[UUID, dict[str, JobCost]] = {}
    for row in JobCost.objects.filter(job__in=list(job_ids), superseded_at__isnull=True):
        found.setdefault(row.job_id, {})[row.source] = row
    return found


def compare(standing: Mapping[str, JobCost], fresh: Mapping[str, JobCost]) -> tuple[list[JobCost], list[JobCost]]:
    """What is superseded, and what is new."""
    gone = [row for source, row in standing.items() if source not in fresh or says(row) != says(fresh[source])]
    new = [row for source, row in fresh.items() if source not in standing or says(row) != says(standing[source])]
    return gone, new


def in_order(rows: Iterable[JobCost]) -> list[JobCost]:
    """As a bill shows them."""
    return sorted(rows, key=lambda row: order_of(row.source, row.operation))
