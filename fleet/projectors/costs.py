"""What orders cost: each telling is the whole of an order, and replaces the one before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from events.copying import copy_rows
from events.projecting import Told, projects
from fleet.models import OrderCost, OrderCostTotal
from fleet.models.costs import COST_FIELDS
from fleet.projectors.writing import last_of_each, update_orders
from repair import events as told_by_desk


@projects(told_by_desk.OrderCosted)
def cost_orders(told: Sequence[Told]) -> None:
    """The lines as told last; ten thousand orders that are cancelled together cost a handful of statements."""
    last = last_of_each(told)
    keys = [t.event.order_id for t in last]
    OrderCost.objects.filter(order_id__in=keys).delete()
    copy_rows(
        OrderCost, ("order", *COST_FIELDS), (cost_row(t.event.order_id, line) for t in last for line in t.event.lines)
    )
    OrderCostTotal.objects.filter(order_id__in=keys).delete()
    copy_rows(
        OrderCostTotal,
        ("order", "total_fen", "tax_fen", "is_final", "told_at"),
        ((t.event.order_id, t.event.total_fen, t.event.tax_fen, t.event.is_final, t.occurred_at) for t in last),
    )
    update_orders(told, {})


def cost_row(order_id: UUID, line: told_by_desk.CostTold) -> tuple[Any, ...]:
    """A line's columns, in the order of COST_FIELDS."""
    return (order_id, *(json_of(line.why) if name == "why" else getattr(line, name) for name in COST_FIELDS))


def json_of(why: dict[str, str]) -> str:
    """As COPY takes it; the same bytes whenever it is projected."""
    return msgspec.json.encode(why, order="sorted").decode()
