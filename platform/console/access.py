"""The doors of the console's own pages."""

from repair.access import DESK, READERS, WATCHERS, actor_of, is_watcher, staff_view
from tenants.actors import StaffRole

STAFF = tuple(StaffRole)
"""Everybody who works for the operator has a first page."""

__all__ = ["DESK", "READERS", "STAFF", "WATCHERS", "actor_of", "is_watcher", "staff_view"]
