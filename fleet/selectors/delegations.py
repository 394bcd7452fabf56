"""Who stands in for whom now."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from fleet.models import ApprovalPolicy, Delegation


def running_q(now: datetime) -> Q:
    """Delegations that hold at this moment."""
    return Q(starts_at__lte=now, ends_at__gt=now, revoked_at__isnull=True)


def running_delegations(now: datetime) -> Sequence[Delegation]:
    """All that hold now, in a fixed order."""
    return list(Delegation.objects.filter(running_q(now)).order_by("pk"))


def open_delegations(now: datetime) -> QuerySet[Delegation]:
    """Those that hold or will hold."""
    return Delegation.objects.filter(ends_at__gt=now, revoked_at__isnull=True).order_by("starts_at", "pk")


def state_of(delegation: Delegation, now: datetime) -> str:
    """running, planned, over or revoked."""
    if delegation.revoked_at is not None:
        return "revoked"
    if delegation.ends_at <= now:
        return "over"
    return "planned" if delegation.starts_at > now else "running"


def read_policy() -> ApprovalPolicy:
    """The one row, or what holds while there is none."""
    return ApprovalPolicy.objects.first() or ApprovalPolicy()
