"""What the entries of the log are called: an order by the state that it reached, a note by its topic, a trip by its kind."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _l

from repair import states as jobs

MOVED_TITLES: Final[dict[str, Any]] = {
    jobs.ACKNOWLEDGED: _l("Order acknowledged"),
    jobs.DECLINED_SCOPE: _l("Order declined"),
    jobs.ASSIGNED: _l("Agent assigned"),
    jobs.ACCEPTED: _l("Agent accepted the trip"),
    jobs.CONTACTED: _l("Agent reached the contact"),
    jobs.AT_PICKUP: _l("Agent arrived at the pick-up"),
    jobs.PICKUP_FAILED: _l("Pick-up failed"),
    jobs.IN_CUSTODY: _l("Vehicle collected"),
    jobs.AT_WORKSHOP: _l("Vehicle received by the workshop"),
    jobs.ESTIMATING: _l("Estimate begun"),
    jobs.AWAITING_APPROVAL: _l("Approval requested"),
    jobs.APPROVED: _l("Work approved"),
    jobs.PART_APPROVED: _l("Work approved in part"),
    jobs.SENT_BACK: _l("Estimate sent back"),
    jobs.REJECTED: _l("Estimate rejected"),
    jobs.WAITING_PARTS: _l("Waiting for parts"),
    jobs.IN_REPAIR: _l("Repair begun"),
    jobs.CONSENT_REQUIRED: _l("Consent requested"),
    jobs.STOPPED: _l("Work stopped"),
    jobs.QC: _l("Quality check begun"),
    jobs.REWORK: _l("Rework needed"),
    jobs.READY: _l("Vehicle ready"),
    jobs.AWAITING_RETURN: _l("Return planned"),
    jobs.RETURNING: _l("Vehicle on its way back"),
    jobs.AT_RETURN: _l("Agent arrived at the return"),
    jobs.RETURN_FAILED: _l("Return failed"),
    jobs.REFUSED: _l("Delivery refused"),
    jobs.DELIVERED: _l("Vehicle delivered"),
    jobs.RATED: _l("Rating given"),
    jobs.NOT_RATED: _l("No rating given"),
    jobs.CLOSED: _l("Order closed"),
    jobs.CANCELLED: _l("Order cancelled"),
    jobs.HANDED_OVER: _l("Salvage handed over"),
    jobs.PRE_CHECK: _l("Pre-check begun"),
    jobs.AT_STATION: _l("Vehicle at the inspection station"),
    jobs.PASSED: _l("Inspection passed"),
    jobs.FAILED: _l("Inspection failed"),
    jobs.DOCUMENTS_IN: _l("Documents taken"),
    jobs.AT_OFFICE: _l("At the vehicle office"),
    jobs.PAID: _l("Violation settled"),
    jobs.OFFICE_REFUSED: _l("Refused by the vehicle office"),
    jobs.ORDERED: _l("Parts ordered"),
    jobs.ARRIVED: _l("Parts arrived"),
}
NOTE_TITLES: Final[dict[str, Any]] = {
    "progress": _l("Progress"),
    "hold": _l("Put on hold"),
    "release": _l("Goes on"),
    "incident": _l("Incident"),
    "quality": _l("Quality"),
    "condition": _l("Condition"),
    "promise": _l("Promised return"),
    "odometer": _l("Odometer at pick-up corrected"),
    "return_odometer": _l("Odometer at return corrected"),
    "complaint": _l("Complaint"),
    "complaint_closed": _l("Complaint closed"),
}
LEGS: Final[dict[str, Any]] = {"pickup": _l("Pick-up"), "return": _l("Return"), "errand": _l("Errand")}
