"""Rating jobs when something happened that costs: lines are superseded and added, and the tenants hear of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from events.commands import Recorded, command, tell
from partners.desk.models import RateVersion
from repair import states
from repair.costing.rows import as_row, compare, current_rows, in_order, rate_now
from repair.events import CostTold, OrderCosted
from repair.ids import order_ref
from repair.models import Job, JobCost, JobRating
from repair.telling import record_step
from tenants.actors import Actor

COSTING: Final = frozenset(
    [
        "take_custody",
        "receive",
        "change_workshop",
        "approve",
        "part_approve",
        "consent",
        "stop",
        "stop_at_consent",
        "return_unrepaired",
        "pass_station",
        "fail_station",
        "settle_violation",
        "deliver",
        "deliver_papers",
        "deliver_parts",
        "hand_over_salvage",
        "cancel",
        "waive_fee",
        "lay_out",
        "strike_out",
    ]
)
"""The steps after which a job may cost something else than before."""
SETTLED: Final = frozenset({*states.DELIVERED_OR_LATER.split(), states.CANCELLED, states.HANDED_OVER})


@command
def rerate_jobs(*, job_ids: Sequence[UUID], actor: Actor, now: datetime) -> int:
    """Rate these jobs anew, as their facts stand; how many came to something else."""
    del actor
    return len(rate_jobs(job_ids, now=now, because={}))


def rate_jobs(job_ids: Iterable[UUID], *, now: datetime, because: dict[UUID, Recorded]) -> list[UUID]:
    """Inside a command: keep what the jobs cost now, and tell their tenants what has changed. Returns the changed ones."""
    jobs = read_jobs(job_ids)
    pins, lines = rate_now(jobs)
    standing = current_rows(job.pk for job in jobs)
    gone: list[JobCost] = []
    new: list[JobCost] = []
    changed: list[Job] = []
    for job in jobs:
        mine = standing.get(job.pk, {})
        fresh = {line.source: as_row(job.pk, line, now) for line in lines[job.pk]}
        mine_gone, mine_new = compare(mine, fresh)
        gone, new = gone + mine_gone, new + mine_new
        is_final = job.status in SETTLED
        if mine_gone or mine_new or (pins[job.pk].is_final != is_final and (mine or fresh)):
            changed.append(job)
            pins[job.pk].is_final = is_final
    keep_pins([pins[job.pk] for job in changed])
    JobCost.objects.filter(pk__in=[row.pk for row in gone]).update(superseded_at=now)
    JobCost.objects.bulk_create(new, batch_size=1_000)
    tell_costs(changed, because)
    return [job.pk for job in changed]


def read_jobs(job_ids: Iterable[UUID]) -> list[Job]:
    """With what rating reads of them; the caller holds their locks."""
    related = ("visit", "visit__custody", "visit__workshop")
    return list(Job.objects.select_related(*related).filter(pk__in=list(job_ids)).order_by("pk"))


def keep_pins(pins: Sequence[JobRating]) -> None:
    """What the jobs are rated by, from their first rating on."""
    JobRating.objects.bulk_create(
        pins,
        update_conflicts=True,
        unique_fields=["job"],
        update_fields=["standard", "agreed", "is_final"],
        batch_size=1_000,
    )


def tell_costs(jobs: Sequence[Job], because: dict[UUID, Recorded]) -> None:
    """Each tenant reads what its order costs so far, whole, as far as there is a price."""
    rows = current_rows(job.pk for job in jobs)
    cards = read_cards(row.version_id for mine in rows.values() for row in mine.values())
    for job in jobs:
        mine = [row for row in in_order(rows.get(job.pk, {}).values()) if not row.is_unrated]
        fact = because.get(job.pk) or record_step(job, row="R1", event="rerate")
        told = OrderCosted(
            subject=order_ref(job.order_id), order_id=job.order_id, is_final=job.status in SETTLED,
            total_fen=sum(row.amount_fen for row in mine), tax_fen=sum(row.tax_fen for row in mine),
            lines=tuple(as_told(row, number, cards) for number, row in enumerate(mine, start=1)),
        )  # fmt: skip
        tell(job.tenant_id, told, because=fact)


def read_cards(version_ids: Iterable[UUID | None]) -> dict[UUID, tuple[str, int]]:
    """Version: whose card it is of (agreed or standard), and its number. One query, none without versions."""
    wanted = {key for key in version_ids if key is not None}
    if not wanted:
        return {}
    rows: Iterable[Any] = RateVersion.objects.filter(pk__in=wanted).values_list("pk", "card__tenant_id", "no")
    return {key: ("standard" if tenant is None else "agreed", no) for key, tenant, no in rows}


def as_told(row: JobCost, number: int, cards: dict[UUID, tuple[str, int]]) -> CostTold:
    """A line as its tenant may know it."""
    card, version = cards.get(row.version_id, ("", None)) if row.version_id else ("", None)
    return CostTold(
        no=number, source=row.source, kind=row.kind, operation=row.operation, text=row.text,
        quantity=f"{row.quantity.normalize():f}", unit=row.unit, unit_price_fen=row.unit_price_fen, amount_fen=row.amount_fen,
        tax_bp=row.tax_bp, tax_fen=row.tax_fen, payer=row.payer, why=row.why, card=card, card_version=version,
    )  # fmt: skip
