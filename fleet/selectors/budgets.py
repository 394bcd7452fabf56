"""Budgets and what stands in them: reserved, spent, free; by one statement for as many as a page shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from fleet.approving.periods import forecast
from fleet.models import Budget, BudgetEntry, CostCenterName, Order
from tenants.models import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A budget with what is reserved and spent of it."""

    budget: Budget
    reserved_fen: int
    spent_fen: int
    today: date

    @property
    def used_fen(self) -> int:
        """Reserved or spent."""
        return self.reserved_fen + self.spent_fen

    @property
    def free_fen(self) -> int:
        """What may still be approved; below zero when more was than there is."""
        return self.budget.amount_fen - self.used_fen

    @property
    def forecast_fen(self) -> int | None:
        """What will have been used at its end if it goes on so; None before it begins."""
        budget = self.budget
        return forecast(self.used_fen, first=budget.starts_on, last=budget.ends_on, today=self.today)

    @property
    def is_running(self) -> bool:
        """Whether today is one of its days."""
        return self.budget.starts_on <= self.today <= self.budget.ends_on

    @property
    def tone(self) -> str:
        """How urgent it is: nothing left, or not enough at this pace."""
        if self.free_fen <= 0:
            return "bad"
        ahead = self.forecast_fen
        return "warn" if ahead is not None and ahead > self.budget.amount_fen else "good"

    def share(self, amount_fen: int) -> int:
        """An amount as thousandths of the budget or of what is used, whichever is larger: for the length of a bar."""
        return amount_fen * 1_000 // max(self.budget.amount_fen, self.used_fen, 1)


def moments_of(budget: Budget, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a budget begins and is over, by the tenant's clock."""
    days = budget.starts_on, budget.ends_on + timedelta(days=1)
    first, end = (datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC) for day in days)
    return first, end


def entries_of(budget: Budget, zone: ZoneInfo) -> QuerySet[BudgetEntry]:
    """What was booked in a budget."""
    start, end = moments_of(budget, zone)
    return BudgetEntry.objects.filter(center_id=budget.cost_center_id, booked_at__gte=start, booked_at__lt=end)


def standings_of(budgets: Iterable[Budget], *, tenant: Tenant, today: date) -> list[Standing]:
    """Each budget with its sums, in one statement."""
    zone, rows = ZoneInfo(tenant.time_zone), list(budgets)
    sums: dict[str, Any] = {}
    wanted = Q(pk__in=[])
    for place, budget in enumerate(rows):
        start, end = moments_of(budget, zone)
        mine = Q(center_id=budget.cost_center_id, booked_at__gte=start, booked_at__lt=end)
        wanted |= mine
        sums |= {f"r{place}": Sum("reserved_fen", filter=mine), f"s{place}": Sum("spent_fen", filter=mine)}
    found = BudgetEntry.objects.filter(wanted).aggregate(**sums) if rows else {}
    return [
        Standing(
            budget=budget, reserved_fen=int(found[f"r{place}"] or 0), spent_fen=int(found[f"s{place}"] or 0), today=today
        )
        for place, budget in enumerate(rows)
    ]  # fmt: skip


def running_budgets(today: date) -> QuerySet[Budget]:
    """Those of this day, by cost centre."""
    rows = Budget.objects.filter(starts_on__lte=today, ends_on__gte=today)
    return rows.select_related("cost_center").order_by("cost_center__name")


def standings_by_name(names: Iterable[str], *, tenant: Tenant, today: date) -> dict[str, Standing]:
    """The running budget of each cost centre that orders call so; names without one are left out."""
    centers = dict(CostCenterName.objects.filter(name__in=set(names) - {""}).values_list("name", "center_id"))
    budgets = list(running_budgets(today).filter(cost_center__in=set(centers.values()))) if centers else []
    by_center: Mapping[UUID, Standing] = {
        each.budget.cost_center_id: each for each in standings_of(budgets, tenant=tenant, today=today)
    }
    return {name: by_center[key] for name, key in centers.items() if key in by_center}


def used_by_day(budget: Budget, zone: ZoneInfo) -> list[tuple[date, int]]:
    """How much was booked on each day of a budget, of what is reserved or spent now; days without any are left out."""
    rows = entries_of(budget, zone).annotate(day=TruncDate("booked_at", tzinfo=zone)).values_list("day")
    sums = rows.annotate(reserved=Sum("reserved_fen"), spent=Sum("spent_fen")).order_by("day")
    return [(day, int(reserved + spent)) for day, reserved, spent in sums]


@dataclass(frozen=True, slots=True)
class OrderUse:
    """What one order uses of a budget."""

    order: Order
    reserved_fen: int
    spent_fen: int

    @property
    def number(self) -> str:
        """Of the order."""
        return self.order.number

    def get_absolute_url(self) -> str:
        """The order's page."""
        return self.order.get_absolute_url()


def orders_of(budget: Budget, zone: ZoneInfo) -> QuerySet[Any, Any]:
    """The orders that use a budget, those booked last first: (order_id, reserved, spent)."""
    rows = entries_of(budget, zone).values("order_id")
    sums = rows.annotate(reserved=Sum("reserved_fen"), spent=Sum("spent_fen"))
    return sums.exclude(reserved=0, spent=0).order_by("-order_id")


def with_orders(rows: Sequence[Mapping[str, Any]]) -> list[OrderUse]:
    """The same with their orders, which are read at once."""
    orders = Order.objects.in_bulk([row["order_id"] for row in rows])
    return [OrderUse(orders[row["order_id"]], int(row["reserved"]), int(row["spent"])) for row in rows]
