"""Estimates: versions with their lines, and what was decided."""

from collections.abc import Sequence

from events.copying import copy_rows
from events.projecting import Told, projects
from fleet.models import Order, OrderEstimate, OrderEstimateLine
from fleet.projectors.writing import update_orders
from repair import events as told_by_desk


@projects(told_by_desk.OrderEstimated)
def add_estimates(told: Sequence[Told]) -> None:
    """A version with its lines; the same version again replaces what was told before.

    One by one: a workshop sends one estimate a command.
    """
    for t in told:
        event = t.event
        old = OrderEstimate.objects.filter(order_id=event.order_id, version=event.estimate_version)
        OrderEstimateLine.objects.filter(estimate_id__in=list(old.values_list("seq", flat=True))).delete()
        old.delete()
        OrderEstimate.objects.create(
            seq=t.seq, order_id=event.order_id, version=event.estimate_version, is_supplement=event.is_supplement,
            total_fen=event.total_fen, valid_until=event.valid_until, told_at=t.occurred_at,
        )  # fmt: skip
        add_lines(t.seq, event.lines)
    update_orders(told, {})


def add_lines(seq: int, lines: Sequence[told_by_desk.LineTold]) -> None:
    """The lines of the estimate that was told as `seq`."""
    fields = (
        "no", "kind", "operation", "text", "quantity", "unit_price_fen", "amount_fen", "decision", "approved_fen", "reason",
    )  # fmt: skip
    copy_rows(
        OrderEstimateLine, ("estimate", *fields), ((seq, *(getattr(line, name) for name in fields)) for line in lines)
    )


@projects(told_by_desk.OrderEstimateDecided)
def decide_estimates(told: Sequence[Told]) -> None:
    """What was decided, line by line; the order keeps the sum of all that was approved and the promised return.

    One by one: each yes is a command of its own, and each order's sum is of its own versions.
    """
    for t in told:
        event = t.event
        estimate = OrderEstimate.objects.filter(order_id=event.order_id, version=event.estimate_version).first()
        if estimate is not None:
            OrderEstimate.objects.filter(pk=estimate.pk).update(
                decision=event.decision, approved_fen=event.approved_fen, reason=event.reason, decided_at=t.occurred_at,
                decided_by=t.actor_name,
            )  # fmt: skip
            OrderEstimateLine.objects.filter(estimate_id=estimate.pk).delete()
            add_lines(estimate.pk, event.lines)
        approved = sum(OrderEstimate.objects.filter(order_id=event.order_id).values_list("approved_fen", flat=True))
        Order.objects.filter(pk=event.order_id).update(
            approved_fen=approved,
            promised_return_at=event.promised_return_at,
            updated_seq=t.seq,
            updated_at=t.occurred_at,
        )
