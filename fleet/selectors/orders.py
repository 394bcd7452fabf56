"""Orders as pages and API look them up."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from events.book.models import OF_ORDERS, Entry
from fleet import states
from fleet.models import Order, OrderEstimate
from fleet.timeline import UNTOLD, TimelineItem, tell_entry
from repair import states as jobs
from repair.stages import STAGES, count_stages

OVER: Final = states.OVER
WAITING_FOR_YOU: Final = STAGES["deciding"]
BEFORE_PICKUP: Final = frozenset(
    f"{jobs.NEW} {jobs.ACKNOWLEDGED} {jobs.ASSIGNED} {jobs.ACCEPTED} {jobs.CONTACTED} {jobs.AT_PICKUP}".split()
)
SHORTEST_SEARCH: Final = 2
LONGEST_SEARCH: Final = 80


def search_orders(rows: QuerySet[Order], text: str) -> QuerySet[Order]:
    """The orders whose plate, VIN, number, reference, contact or phone contains every word of `text`."""
    return rows.filter(searched(text))


def searched(text: str) -> Q:
    """The same as a condition."""
    wanted = Q()
    for word in text.lower()[:LONGEST_SEARCH].split():
        wanted &= Q(search__text__contains=word)
    return wanted


def open_orders() -> QuerySet[Order]:
    """What is neither delivered nor ended."""
    return Order.objects.exclude(status__in=OVER)


def late_q(now: datetime) -> Q:
    """Not fetched in its window, or not back when it was promised."""
    not_fetched = Q(status__in=BEFORE_PICKUP, window_end__lt=now)
    not_back = Q(promised_return_at__lt=now) & ~Q(status__in=OVER)
    return not_fetched | not_back


def is_late(order: Order, now: datetime) -> bool:
    """The same of an order that is at hand."""
    if order.status in BEFORE_PICKUP and order.window_end < now:
        return True
    return order.promised_return_at is not None and order.promised_return_at < now and order.status not in OVER


def newest_order_seq() -> int:
    """The number of the newest event of the book about an order; 0 in an empty one."""
    newest = Entry.objects.filter(OF_ORDERS).order_by("-seq").values_list("seq", flat=True)[:1]
    return next(iter(newest), 0)


def waiting_estimates() -> QuerySet[OrderEstimate]:
    """The estimates that wait for the tenant, the oldest first."""
    rows = OrderEstimate.objects.filter(decision="", order__status__in=WAITING_FOR_YOU)
    return rows.select_related("order").order_by("told_at")


def count_waiting() -> int:
    """How many orders wait for the tenant's decision."""
    return Order.objects.filter(status__in=WAITING_FOR_YOU).count()


def count_by_state() -> dict[str, int]:
    """Open orders by state."""
    rows = open_orders().values("status").annotate(count=Count("pk")).order_by()
    return {row["status"]: row["count"] for row in rows}


def count_by_stage(by_state: dict[str, int]) -> dict[str, int]:
    """Open orders by the stage of their way, in its order; stages without any are left out."""
    return {name: count for name, count in count_stages(by_state).items() if count}


def todays_pickups(now: datetime) -> QuerySet[Order]:
    """What is fetched today, by the clock of the page's zone."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Order.objects.filter(
        status__in=BEFORE_PICKUP, window_start__lt=start + timedelta(days=1), window_end__gt=start
    )
    return rows.order_by("window_start", "pk")


def timeline_of(subject: str, *, limit: int = 200) -> list[TimelineItem]:
    """What the log says of one object, newest first."""
    entries = Entry.objects.filter(subject=subject).exclude(type__in=UNTOLD).order_by("-seq")[:limit]
    return [tell_entry(entry) for entry in entries]


def holder_of(order: Order) -> str:
    """Who has the vehicle: `you`, `agent` or `workshop`."""
    if order.status in WITH_AGENT:
        return "agent"
    return "workshop" if order.status in jobs.IN_CUSTODY_STATES else "you"


WITH_AGENT: Final = frozenset(
    {
        jobs.IN_CUSTODY,
        jobs.RETURNING,
        jobs.AT_RETURN,
        jobs.RETURN_FAILED,
        jobs.PRE_CHECK,
        jobs.AT_STATION,
        jobs.PASSED,
        jobs.FAILED,
    }
)
