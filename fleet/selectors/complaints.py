"""Complaints as pages and API look them up."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from fleet.models import Complaint, Order
from repair import states
from repair.states import COMPLAINT
from tenants.actors import Party

BESIDE = timedelta(days=1)
MOST_BESIDE = 20


def orders_of(complaint: Complaint) -> list[Order]:
    """The orders that a complaint is about."""
    return list(Order.objects.filter(complaints__complaint_id=complaint.pk).order_by("pk"))


def complaints_of(order: Order) -> list[Complaint]:
    """The complaints about an order, the newest first."""
    return list(Complaint.objects.filter(orders__order_id=order.pk).order_by("-filed_at"))


def orders_beside(order: Order) -> Sequence[Order]:
    """What the same contact had done at about the same time: a complaint may be about these too."""
    near = Order.objects.filter(
        phone=order.phone, window_start__gte=order.window_start - BESIDE, window_start__lte=order.window_start + BESIDE
    )
    return list(near.exclude(pk=order.pk).order_by("pk")[:MOST_BESIDE])


def legal_of(complaint: Complaint) -> frozenset[str]:
    """What the tenant may do with it now."""
    return frozenset(COMPLAINT.legal(complaint, {Party.TEN}))


YOUR_TURN = Q(status=states.SOLUTION_GIVEN) | (~Q(evidence_wanted="") & Q(status__in=states.UNSOLVED.split()))
"""What waits for the tenant: a solution to take or refuse, or something to send."""


def is_your_turn(complaint: Complaint) -> bool:
    """The same of a complaint that is at hand."""
    return complaint.status == states.SOLUTION_GIVEN or bool(
        complaint.evidence_wanted and complaint.status in states.UNSOLVED.split()
    )


def count_your_turn() -> int:
    """How many wait for the tenant."""
    return Complaint.objects.filter(YOUR_TURN).count()
