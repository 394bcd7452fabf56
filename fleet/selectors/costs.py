"""What an order costs, and what it will: the book's lines, and the desk's answer for what is still to come."""

from dataclasses import dataclass

from fleet.models import Order, OrderCost, OrderCostTotal
from repair.selectors.costs import CostAnswer, quote_order
from tenants.actors import Actor


@dataclass(frozen=True, slots=True)
class OrderCosts:
    """The lines so far, those to come, and their sums."""

    lines: list[OrderCost]
    coming: tuple[CostAnswer, ...]
    total: OrderCostTotal | None
    cancellation_fen: int | None  # None: it cannot be cancelled any more

    @property
    def total_fen(self) -> int:
        """So far."""
        return self.total.total_fen if self.total else 0

    @property
    def tax_fen(self) -> int:
        """The tax in it."""
        return self.total.tax_fen if self.total else 0

    @property
    def coming_fen(self) -> int:
        """Still to come."""
        return sum(line.amount_fen for line in self.coming)

    @property
    def is_final(self) -> bool:
        """Whether nothing more is to come."""
        return self.total is not None and self.total.is_final


def read_costs(order: Order, actor: Actor) -> OrderCosts:
    """The costs of one order; the desk is asked while there is more to come."""
    assert actor.tenant is not None
    total = OrderCostTotal.objects.filter(order=order).first()
    lines = list(OrderCost.objects.filter(order=order).order_by("no"))
    if total is not None and total.is_final:
        return OrderCosts(lines, (), total, None)
    quote = quote_order(tenant_id=actor.tenant.pk, order_id=order.pk)
    return OrderCosts(lines, quote.lines, total, quote.cancellation_fen)


def cancellation_fee(order: Order, actor: Actor) -> int | None:
    """What cancelling an order costs now; None once it cannot be cancelled."""
    assert actor.tenant is not None
    return quote_order(tenant_id=actor.tenant.pk, order_id=order.pk).cancellation_fen
