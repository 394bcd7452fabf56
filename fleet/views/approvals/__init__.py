"""The pages of approvals: what waits, many at once, and who may approve how much."""

from fleet.views.approvals import limits, many, queue

__all__ = ["limits", "many", "queue"]
