"""The pages of approvals: what waits, many at once, who may approve how much, and who stands in for whom."""

from fleet.views.approvals import delegations, limits, many, queue, rules

__all__ = ["delegations", "limits", "many", "queue", "rules"]
