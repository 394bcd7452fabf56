"""What people read for each state, service, channel and decision, and what happens next."""

from datetime import date, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from dispatch.texts import CLASSES
from fleet import states
from repair import states as jobs
from repair.models import ComplaintSource
from repair.texts import JOB_STATES

ORDER_STATES: Final[dict[str, Any]] = JOB_STATES
BATCH_STATES: Final[dict[str, Any]] = {
    states.RECEIVED: _l("File received"),
    states.VALIDATING: _l("Being checked"),
    states.READY: _l("Ready to submit"),
    states.NEEDS_FIXES: _l("Needs fixes"),
    states.REFUSED_FILE: _l("File refused"),
    states.DISCARDED: _l("Discarded"),
    states.SUBMITTED: _l("Submitted"),
    states.IN_PROGRESS: _l("In progress"),
    states.COMPLETED: _l("Completed"),
    states.COMPLETED_WITH_EXCEPTIONS: _l("Completed with exceptions"),
    states.ROLLED_BACK: _l("Rolled back"),
}
ROW_STATES: Final[dict[str, Any]] = {
    "valid": _l("Valid"),
    "rejected": _l("Rejected"),
    "submitted": _l("Submitted"),
    "already_submitted": _l("Already submitted"),
    "changed_since": _l("Changed since"),
    "cancelled": _l("Cancelled"),
}
IMPORT_STATES: Final[dict[str, Any]] = {
    states.RECEIVED: _l("File received"),
    states.CHECKING: _l("Being checked"),
    states.READY: _l("Waits for your yes"),
    states.REFUSED_FILE: _l("File refused"),
    states.DISCARDED: _l("Discarded"),
    states.APPLYING: _l("Being written"),
    states.DONE: _l("Written"),
}
VEHICLE_CLASSES: Final[dict[str, Any]] = CLASSES
TRANSMISSIONS: Final[dict[str, Any]] = {"automatic": _l("Automatic"), "manual": _l("Manual")}
READERS: Final[dict[str, Any]] = {
    "tenant": _l("Your people"), "pickup": _l("At pick-up"), "workshop": _l("At the workshop"),
    "hand_over": _l("At the hand-over"), "return": _l("At return"), "pickup_correction": _l("At pick-up, corrected"),
    "return_correction": _l("At return, corrected"),
}  # fmt: skip
EXPIRIES: Final[dict[str, Any]] = {
    "inspection_expires_on": _l("Annual inspection"),
    "compulsory_expires_on": _l("Compulsory insurance"),
    "commercial_expires_on": _l("Commercial insurance"),
}
SOON: Final = timedelta(days=30)
SERVICES: Final[dict[str, Any]] = {
    "maintenance": _l("Maintenance"),
    "repair": _l("Repair"),
    "claim": _l("Claim repair"),
    "inspection": _l("Annual inspection"),
    "violation": _l("Traffic violation"),
    "parts": _l("Parts"),
}
CHANNELS: Final[dict[str, Any]] = {
    "portal": _l("Portal"),
    "api": _l("API"),
    "phone": _l("Phone"),
    "wechat": _l("WeChat"),
    "counter": _l("Counter"),
    "system": _l("System"),
}
COMPLAINT_SOURCES: Final[dict[str, Any]] = dict(ComplaintSource.choices)
COMPLAINT_NEXT: Final[dict[str, Any]] = {
    jobs.FILED: _l("Customer service reads it and takes it up."),
    jobs.INVESTIGATING: _l("We look into it and answer with a solution."),
    jobs.SOLUTION_GIVEN: _l("Take the solution, or say what is still wrong."),
    jobs.SOLUTION_ACCEPTED: _l("We see to it that it does not happen again, then we close it."),
    jobs.REOPENED: _l("Customer service takes it up again."),
    jobs.COMPLAINT_CLOSED: _l("Nothing is left to do. If it is not well after all, open it again."),
}
LINE_KINDS: Final[dict[str, Any]] = {
    "labour": _l("Labour"),
    "labor": _l("Labour"),
    "part": _l("Part"),
    "parts": _l("Part"),
    "paint": _l("Paint"),
    "transport": _l("Transport"),
    "fee": _l("Fee"),
    "other": _l("Other"),
}
DECISIONS: Final[dict[str, Any]] = {
    "pending": _l("Pending"),
    "approved": _l("Approved"),
    "declined": _l("Declined"),
    "part_approved": _l("Approved in part"),
    "sent_back": _l("Sent back"),
    "rejected": _l("Rejected"),
    "expired": _l("Expired"),
    "withdrawn": _l("Withdrawn"),
}

STAGES: Final[dict[str, Any]] = {
    "planning": _l("Being planned"),
    "fetching": _l("Being fetched"),
    "under_way": _l("Under way"),
    "assessing": _l("Being assessed"),
    "deciding": _l("Waiting for you"),
    "working": _l("In work"),
    "returning": _l("Going back"),
}

# What happens next, and whose turn it is.
NEXT: Final[dict[str, Any]] = {
    jobs.NEW: _l("The operator confirms the order."),
    jobs.ACKNOWLEDGED: _l("An agent is being chosen for the pick-up window."),
    jobs.DECLINED_SCOPE: _l("We do not take this work; the reason and what we can offer stand below."),
    jobs.ASSIGNED: _l("The agent confirms the trip."),
    jobs.ACCEPTED: _l("The agent calls the contact before setting out."),
    jobs.CONTACTED: _l("The agent is on the way. Please take valuables out of the vehicle."),
    jobs.AT_PICKUP: _l("Agent and driver look at the vehicle together and sign."),
    jobs.PICKUP_FAILED: _l("Nobody could hand the vehicle over. Tell us when we may come again."),
    jobs.IN_CUSTODY: _l("The vehicle is on its way."),
    jobs.AT_WORKSHOP: _l("The workshop looks at the vehicle."),
    jobs.ESTIMATING: _l("The workshop writes an estimate."),
    jobs.AWAITING_APPROVAL: _l("The estimate waits for your decision."),
    jobs.APPROVED: _l("The workshop begins with the approved work."),
    jobs.PART_APPROVED: _l("The workshop begins with the approved lines."),
    jobs.SENT_BACK: _l("The workshop writes a new estimate."),
    jobs.REJECTED: _l("The vehicle is made ready to go back without repair."),
    jobs.WAITING_PARTS: _l("Parts are on their way to the workshop."),
    jobs.IN_REPAIR: _l("The vehicle is being repaired."),
    jobs.CONSENT_REQUIRED: _l("An extra fault was found. It waits for your decision."),
    jobs.STOPPED: _l("Work has stopped; the vehicle is made ready to go back."),
    jobs.QC: _l("An inspector checks the work."),
    jobs.REWORK: _l("The inspector found something; the workshop puts it right."),
    jobs.READY: _l("The return is being planned."),
    jobs.AWAITING_RETURN: _l("An agent fetches the vehicle from the workshop."),
    jobs.RETURNING: _l("The vehicle is on its way back to you."),
    jobs.AT_RETURN: _l("Agent and driver look at the vehicle together and sign."),
    jobs.RETURN_FAILED: _l("Nobody could take the vehicle. Another time is being agreed."),
    jobs.REFUSED: _l("You did not accept the vehicle; the workshop looks at it again."),
    jobs.DELIVERED: _l("The vehicle is back. Please tell us how it went."),
    jobs.RATED: _l("Thank you. The papers are being completed."),
    jobs.NOT_RATED: _l("The papers are being completed."),
    jobs.CLOSED: _l("Everything is done."),
    jobs.CANCELLED: _l("The order was cancelled."),
    jobs.HANDED_OVER: _l("The salvage was handed over."),
    jobs.PRE_CHECK: _l("Fines, insurance and papers are checked before the inspection."),
    jobs.AT_STATION: _l("The vehicle is at the inspection station."),
    jobs.PASSED: _l("The inspection was passed; the return is being planned."),
    jobs.FAILED: _l("The inspection was not passed. What is to be repaired is being agreed with you."),
    jobs.DOCUMENTS_IN: _l("The agent has the documents and goes to the vehicle office."),
    jobs.AT_OFFICE: _l("The violation is being settled at the vehicle office."),
    jobs.PAID: _l("The violation is settled; the papers come back to you."),
    jobs.OFFICE_REFUSED: _l("The vehicle office did not settle it; the papers come back to you."),
    jobs.ORDERED: _l("The parts are ordered."),
    jobs.ARRIVED: _l("The parts have arrived; they are being brought or fitted."),
}


def expiry_tone(day: date | None, today: date) -> tuple[str, str]:
    """How a day on which something is over is shown: its tone, and how near it is in words."""
    if day is None:
        return "", ""
    days = (day - today).days
    if days < 0:
        return "bad", ngettext("over for %(days)d day", "over for %(days)d days", -days) % {"days": -days}
    if day <= today + SOON:
        return "warn", _("today") if not days else ngettext("%(days)d day left", "%(days)d days left", days) % {
            "days": days
        }
    return "good", ""
