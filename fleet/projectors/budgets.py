"""Budgets: an approval reserves, the return of the vehicle spends what was approved, an order called off releases it.

Until there are bills, what is spent is what was approved: the settlement statement has no other amounts.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import F, Sum

from events.copying import copy_rows
from events.ids import read_public_id
from events.projecting import Told, projects
from fleet.events import CostCenterSaved
from fleet.models import BudgetEntry, CostCenterName, Order
from fleet.projectors.writing import last_of_each
from repair import events as told_by_desk
from repair import states as jobs

FIELDS = (
    "seq", "order", "version", "center_id", "cost_center", "kind", "reserved_fen", "spent_fen", "booked_at", "at",
)  # fmt: skip
ENDS = tuple(told_by_desk.ORDER_MOVES[state] for state in (jobs.CANCELLED, jobs.DECLINED_SCOPE, jobs.HANDED_OVER))

# What is still reserved for each estimate of the orders becomes spent, or nothing.
CLOSE = """
INSERT INTO fleet_budgetentry (seq, order_id, version, center_id, cost_center, kind, reserved_fen, spent_fen, booked_at, at)
SELECT v.seq, e.order_id, e.version, min(e.center_id::text)::uuid, min(e.cost_center), %s,
    -sum(e.reserved_fen), CASE WHEN %s THEN sum(e.reserved_fen) ELSE 0 END, min(e.booked_at), v.at
FROM fleet_budgetentry e JOIN unnest(%s::uuid[], %s::bigint[], %s::timestamptz[]) AS v(order_id, seq, at) USING (order_id)
GROUP BY v.seq, v.at, e.order_id, e.version HAVING sum(e.reserved_fen) <> 0
"""


@projects(CostCenterSaved)
def name_cost_centers(told: Sequence[Told]) -> None:
    """Every name that a cost centre has had; one that another takes over means that one from then on."""
    last = {t.event.after["name"]: read_public_id("cct", t.event.subject) for t in told}
    CostCenterName.objects.bulk_create(
        [CostCenterName(name=name, center_id=key) for name, key in last.items()],
        update_conflicts=True, unique_fields=["name"], update_fields=["center_id"],
    )  # fmt: skip


@projects(told_by_desk.OrderEstimateDecided)
def reserve(told: Sequence[Told]) -> None:
    """What is approved of a version is reserved; approved anew for less, the difference is released.

    One by one, as the decisions themselves: each is of a version of its own.
    """
    for t in told:
        event = t.event
        held = BudgetEntry.objects.filter(order_id=event.order_id, version=event.estimate_version)
        sums = held.aggregate(fen=Sum(F("reserved_fen") + F("spent_fen")))
        change = event.approved_fen - int(sums["fen"] or 0)
        if not change:
            continue
        first = held.order_by("seq").first()
        center = (first.center_id, first.cost_center) if first else center_of(event.order_id)
        booked_at = first.booked_at if first else t.occurred_at
        kind = "reserve" if change > 0 else "release"
        row = (t.seq, event.order_id, event.estimate_version, *center, kind, change, 0, booked_at, t.occurred_at)
        copy_rows(BudgetEntry, FIELDS, [row])


def center_of(order_id: UUID) -> tuple[UUID | None, str]:
    """The cost centre that an order names, and the name."""
    name = Order.objects.filter(pk=order_id).values_list("cost_center", flat=True).first() or ""
    return CostCenterName.objects.filter(name=name).values_list("center_id", flat=True).first(), name


@projects(told_by_desk.ORDER_MOVES[jobs.DELIVERED])
def spend(told: Sequence[Told]) -> None:
    """The vehicle is back: what was reserved is spent."""
    close(told, is_spent=True)


@projects(*ENDS)
def release(told: Sequence[Told]) -> None:
    """The order was called off, declined, or its vehicle handed over: nothing of it is reserved any more."""
    close(told, is_spent=False)


def close(told: Sequence[Told], *, is_spent: bool) -> None:
    """One statement for a run."""
    steps = last_of_each(told)
    columns = ([t.event.order_id for t in steps], [t.seq for t in steps], [t.occurred_at for t in steps])
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, ["spend" if is_spent else "release", is_spent, *columns])
