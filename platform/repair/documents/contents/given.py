"""Papers whose facts others know and hand over as values: the courtesy-car agreement, the month's certificate of honour."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from repair.documents.clauses import freeze_clauses
from repair.documents.contents.common import about_job, moment
from repair.models import DocumentKind, Job
from repair.services.choosing import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class CarSeen:
    """A courtesy car as both saw it, at its hand-over or its return."""

    seen_at: datetime
    odometer_km: int
    energy_percent: int
    remarks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanFacts:
    """A courtesy car on loan. Signatures are file ids of photos; amounts fen, tax included."""

    subject: str  # public id of the loan
    plate: str
    model: str
    vin: str
    borrower: str
    borrower_licence_tail: str  # the last letters of the licence number: more is not kept
    lent_at: datetime
    due_at: datetime
    price_a_day_fen: int
    payer: str  # customer, insurer, operator
    insured_until: date | None
    out: CarSeen
    back: CarSeen | None = None
    borrower_signature: str = ""
    agent_signature: str = ""
    agent_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardFacts:
    """A month's honour of an agent or a team."""

    subject: str  # public id of the award
    base: str  # how its number begins, such as AWD-202611-01
    name: str
    title_en: str
    title_zh: str
    reason_en: str
    reason_zh: str
    period: str  # 2026-11


def freeze_loan(job: Job, loan: LoanFacts) -> dict[str, Any]:
    """The car, the borrower, the days, the price, how it looked, and the terms of the day it was lent."""
    said = {name: value for name, value in asdict(loan).items() if name not in {"subject", "out", "back"}}
    return {
        **about_job(job),
        **{name: moment(value) if isinstance(value, datetime) else plain(value) for name, value in said.items()},
        "out": freeze_seen(loan.out),
        "back": freeze_seen(loan.back) if loan.back is not None else None,
        "clauses": freeze_clauses(DocumentKind.LOAN, local_day(loan.lent_at)),
    }


def freeze_seen(seen: CarSeen) -> dict[str, Any]:
    """How the car looked."""
    return {**asdict(seen), "seen_at": moment(seen.seen_at)}


def freeze_award(award: AwardFacts) -> dict[str, Any]:
    """Who, for what, for which month."""
    return {name: value for name, value in asdict(award).items() if name not in {"subject", "base"}}


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value
