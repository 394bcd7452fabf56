"""What waits for the tenant's decision, and what the reader could say to each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from fleet.approving.limits import Case, Verdict
from fleet.models import OrderEstimate
from fleet.selectors.authority import Authority
from fleet.selectors.orders import waiting_estimates
from tenants.actors import Actor

MOST: Final = 2_000  # of which it is said at once whether the reader may approve them
AGES: Final[dict[str, tuple[timedelta | None, timedelta | None]]] = {
    "day": (None, timedelta(days=1)),
    "days": (timedelta(days=1), timedelta(days=3)),
    "long": (timedelta(days=3), None),
}
"""For how long an estimate has been waiting: at least, and less than."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What becomes of a whole yes by the reader."""

    case: Case
    verdict: Verdict


def prospects_of(rows: Iterable[OrderEstimate], *, authority: Authority, actor: Actor) -> dict[int, Prospect]:
    """What the reader may say to each estimate alone, by its key; their orders are read already."""
    found = list(rows)
    cases = authority.cases(found)
    return {row.pk: Prospect(cases[row.pk], authority.judge(actor, cases[row.pk], row.total_fen)) for row in found}


def within_limits(rows: QuerySet[OrderEstimate], *, authority: Authority, actor: Actor) -> tuple[list[int], list[int]]:
    """The keys of those that the reader may approve whole, and of the others; of the oldest MOST."""
    found = prospects_of(rows[:MOST], authority=authority, actor=actor)
    may = [key for key, prospect in found.items() if prospect.verdict.is_allowed]
    return may, [key for key in found if key not in set(may)]


def waited_q(age: str, now: datetime) -> Q:
    """Estimates that have been waiting for so long."""
    least, less = AGES[age]
    wanted = Q()
    if least is not None:
        wanted &= Q(told_at__lte=now - least)
    if less is not None:
        wanted &= Q(told_at__gt=now - less)
    return wanted


def count_by_age(now: datetime) -> dict[str, int]:
    """How many wait, by how long they have."""
    counts: dict[str, Any] = {age: Count("pk", filter=waited_q(age, now)) for age in AGES}
    return waiting_estimates().order_by().aggregate(**counts)


def by_keys(keys: Sequence[tuple[Any, int]]) -> QuerySet[OrderEstimate]:
    """The estimates of these orders and versions, with their orders."""
    wanted = Q(pk__in=[])
    for order_id, version in keys:
        wanted |= Q(order_id=order_id, version=version)
    return OrderEstimate.objects.filter(wanted).select_related("order")
