"""What waits for the lead, counted for the navigation and the tabs."""

from dispatch.models import CoverAlert, LeaveRequest
from dispatch.states import REQUESTED


def count_requests(_actor: object = None) -> int:
    """Requests for leave without an answer."""
    return LeaveRequest.objects.filter(status=REQUESTED).count()


def count_cover_alerts(_actor: object = None) -> int:
    """Areas that have too few agents now."""
    return CoverAlert.objects.filter(closed_at=None).count()
