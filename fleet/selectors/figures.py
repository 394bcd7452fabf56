"""The figures of first pages: each is one statement over the tenant's own book; amounts are fen."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from fleet.models import Order, OrderEstimate
from fleet.selectors.orders import BEFORE_PICKUP, WAITING_FOR_YOU, late_q, open_orders
from repair import states as jobs
from repair.stages import STAGES

OFF_ROAD: Final = jobs.IN_CUSTODY_STATES
DAYS: Final = 30
MONTHS: Final = 6


@dataclass(frozen=True, slots=True)
class Headline:
    """The counts of the first row, all of open orders."""

    open: int
    waiting: int
    late: int
    pickups: int
    returns: int
    off_road: int
    going_back: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided since a day: asked for, approved, how many estimates, and how long they waited."""

    asked_fen: int
    approved_fen: int
    count: int
    waited: timedelta | None


def day_start(now: datetime) -> datetime:
    """Midnight, by the page's clock."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def month_start(now: datetime, *, back: int = 0) -> datetime:
    """The first midnight of the month, or of the one `back` months before."""
    first = day_start(now).replace(day=1)
    for _month in range(back):
        first = day_start(first - timedelta(days=1)).replace(day=1)
    return first


def read_headline(now: datetime) -> Headline:
    """All counts in one statement."""
    start = day_start(now)
    end = start + timedelta(days=1)
    today = Q(status__in=BEFORE_PICKUP, window_start__lt=end, window_end__gt=start)
    found = open_orders().aggregate(
        open=Count("pk"),
        waiting=Count("pk", filter=Q(status__in=WAITING_FOR_YOU)),
        late=Count("pk", filter=late_q(now)),
        pickups=Count("pk", filter=today),
        returns=Count("pk", filter=Q(promised_return_at__gte=start, promised_return_at__lt=end)),
        off_road=Count("pk", filter=Q(status__in=OFF_ROAD)),
        going_back=Count("pk", filter=Q(status__in=STAGES["returning"])),
    )
    return Headline(**found)


def spend_by_center(now: datetime) -> list[tuple[str, int]]:
    """What was approved this month by cost centre, the largest first; "" for orders without one."""
    rows = OrderEstimate.objects.filter(decided_at__gte=month_start(now), approved_fen__gt=0)
    sums = (
        rows.values_list("order__cost_center").annotate(fen=Sum("approved_fen")).order_by("-fen", "order__cost_center")
    )
    return [(name, int(fen)) for name, fen in sums]


def decided_since(start: datetime) -> Decided:
    """Estimates that were decided, with what they asked for and got."""
    waited = ExpressionWrapper(F("decided_at") - F("told_at"), output_field=DurationField())
    found = OrderEstimate.objects.filter(decided_at__gte=start).aggregate(
        asked=Sum("total_fen"), approved=Sum("approved_fen"), count=Count("pk"), waited=Avg(waited)
    )
    return Decided(int(found["asked"] or 0), int(found["approved"] or 0), found["count"], found["waited"])


def decided_by_month(now: datetime) -> list[tuple[date, int, int]]:
    """Asked and approved for each of the last months, the oldest first; a month without any has noughts."""
    first = month_start(now, back=MONTHS - 1)
    rows = (
        OrderEstimate.objects.filter(decided_at__gte=first)
        .annotate(month=TruncMonth("decided_at"))
        .values_list("month")
        .annotate(asked=Sum("total_fen"), approved=Sum("approved_fen"))
        .order_by("month")
    )
    found = {month.date(): (int(asked), int(approved)) for month, asked, approved in rows}
    months = [month_start(now, back=back).date() for back in range(MONTHS - 1, -1, -1)]
    return [(month, *found.get(month, (0, 0))) for month in months]


def placed_by_day(now: datetime) -> list[tuple[date, int]]:
    """How many orders were placed on each of the last days."""
    first = day_start(now) - timedelta(days=DAYS - 1)
    rows = Order.objects.filter(placed_at__gte=first).annotate(day=TruncDate("placed_at")).values_list("day")
    found = dict(rows.annotate(count=Count("pk")).order_by("day"))
    days = [first.date() + timedelta(days=number) for number in range(DAYS)]
    return [(day, found.get(day, 0)) for day in days]


def count_open_by(field: str, *, rows: QuerySet[Order] | None = None, most: int = 10) -> list[tuple[str, int]]:
    """Open orders by a column, the most first."""
    chosen = open_orders() if rows is None else rows
    found = chosen.values_list(field).annotate(count=Count("pk")).order_by("-count", field)[:most]
    return list(found)


def off_road() -> QuerySet[Order]:
    """The vehicles that are away from their drivers."""
    return Order.objects.filter(status__in=OFF_ROAD)


def returns_due(now: datetime, *, days: int = 2) -> QuerySet[Order]:
    """What is promised back soon or should be back, the most urgent first."""
    end = day_start(now) + timedelta(days=days)
    return open_orders().filter(promised_return_at__lt=end).order_by("promised_return_at", "pk")
