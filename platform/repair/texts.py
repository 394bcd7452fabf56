"""The words of the repair desk: what a state is called, what happens in it now, and how a fact is told."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from repair import states
from tenants.actors import name_actor as name_actor  # the pages of this desk find it among their words

JOB_STATES: Final[dict[str, Any]] = {
    states.NEW: _l("New"),
    states.ACKNOWLEDGED: _l("Acknowledged"),
    states.DECLINED_SCOPE: _l("Declined"),
    states.ASSIGNED: _l("Agent assigned"),
    states.ACCEPTED: _l("Agent accepted"),
    states.CONTACTED: _l("Contact made"),
    states.AT_PICKUP: _l("Agent at pick-up"),
    states.PICKUP_FAILED: _l("Pick-up failed"),
    states.IN_CUSTODY: _l("Vehicle collected"),
    states.AT_WORKSHOP: _l("At the workshop"),
    states.ESTIMATING: _l("Estimate in work"),
    states.AWAITING_APPROVAL: _l("Awaiting approval"),
    states.APPROVED: _l("Approved"),
    states.PART_APPROVED: _l("Approved in part"),
    states.SENT_BACK: _l("Estimate sent back"),
    states.REJECTED: _l("Estimate rejected"),
    states.WAITING_PARTS: _l("Waiting for parts"),
    states.IN_REPAIR: _l("In repair"),
    states.CONSENT_REQUIRED: _l("Consent needed"),
    states.STOPPED: _l("Stopped"),
    states.QC: _l("Quality check"),
    states.REWORK: _l("Rework"),
    states.READY: _l("Ready"),
    states.AWAITING_RETURN: _l("Awaiting return"),
    states.RETURNING: _l("On the way back"),
    states.AT_RETURN: _l("Agent at return"),
    states.RETURN_FAILED: _l("Return failed"),
    states.REFUSED: _l("Delivery refused"),
    states.DELIVERED: _l("Delivered"),
    states.RATED: _l("Rated"),
    states.NOT_RATED: _l("Not rated"),
    states.CLOSED: _l("Closed"),
    states.CANCELLED: _l("Cancelled"),
    states.HANDED_OVER: _l("Salvage handed over"),
    states.PRE_CHECK: _l("Pre-check"),
    states.AT_STATION: _l("At the inspection station"),
    states.PASSED: _l("Inspection passed"),
    states.FAILED: _l("Inspection failed"),
    states.DOCUMENTS_IN: _l("Documents taken"),
    states.AT_OFFICE: _l("At the vehicle office"),
    states.PAID: _l("Violation settled"),
    states.OFFICE_REFUSED: _l("Refused by the office"),
    states.ORDERED: _l("Parts ordered"),
    states.ARRIVED: _l("Parts arrived"),
}
ICONS: Final[dict[str, str]] = {
    states.ACKNOWLEDGED: "circle-check", states.DECLINED_SCOPE: "circle-x", states.ASSIGNED: "user-check",
    states.ACCEPTED: "thumb-up", states.CONTACTED: "phone-check", states.AT_PICKUP: "map-pin",
    states.PICKUP_FAILED: "alert-triangle", states.IN_CUSTODY: "signature", states.AT_WORKSHOP: "building-factory-2",
    states.ESTIMATING: "calculator", states.AWAITING_APPROVAL: "hourglass", states.APPROVED: "check",
    states.PART_APPROVED: "check", states.SENT_BACK: "arrow-back-up", states.REJECTED: "x",
    states.WAITING_PARTS: "package", states.IN_REPAIR: "tool", states.CONSENT_REQUIRED: "alert-triangle",
    states.STOPPED: "player-stop", states.QC: "clipboard-check", states.REWORK: "refresh", states.READY: "flag-check",
    states.AWAITING_RETURN: "calendar-event", states.RETURNING: "truck-return", states.AT_RETURN: "map-pin",
    states.RETURN_FAILED: "alert-triangle", states.REFUSED: "alert-triangle", states.DELIVERED: "home-check",
    states.RATED: "star", states.CLOSED: "archive", states.CANCELLED: "ban", states.PASSED: "check",
    states.FAILED: "alert-triangle", states.PAID: "check", states.OFFICE_REFUSED: "alert-triangle",
    states.ORDERED: "package-import", states.ARRIVED: "package",
}  # fmt: skip
"""The icon of a state in the timeline."""

# What happens now, and who has it in hand.
NEXT: Final[dict[str, Any]] = {
    states.NEW: _l("The receipt is being written."),
    states.ACKNOWLEDGED: _l("An agent and a workshop are being looked for."),
    states.ASSIGNED: _l("The agent is asked whether he takes it."),
    states.ACCEPTED: _l("The agent calls the contact."),
    states.CONTACTED: _l("The agent goes to the vehicle."),
    states.AT_PICKUP: _l("The agent is at the vehicle: photos, condition report, signatures."),
    states.PICKUP_FAILED: _l("The vehicle could not be fetched: agree on another time, or cancel."),
    states.IN_CUSTODY: _l("The agent has the vehicle and brings it on."),
    states.AT_WORKSHOP: _l("The workshop looks at the vehicle next."),
    states.ESTIMATING: _l("The workshop writes the estimate."),
    states.AWAITING_APPROVAL: _l("The customer decides on the estimate, line by line."),
    states.APPROVED: _l("The workshop begins, or orders parts."),
    states.PART_APPROVED: _l("The workshop begins with the approved lines; the others stay locked."),
    states.SENT_BACK: _l("The workshop writes a new version of the estimate."),
    states.REJECTED: _l("The vehicle goes back unrepaired; a dispatcher starts the return."),
    states.WAITING_PARTS: _l("The workshop waits for parts."),
    states.IN_REPAIR: _l("The workshop repairs the vehicle."),
    states.CONSENT_REQUIRED: _l("An extra fault was found; the customer says yes or no."),
    states.STOPPED: _l("Work was stopped; the vehicle is put together to go back."),
    states.QC: _l("An inspector who did not repair it checks the work."),
    states.REWORK: _l("The check found faults; the workshop works on them."),
    states.READY: _l("The agent plans the return, once every job of the vehicle is ready."),
    states.AWAITING_RETURN: _l("An agent fetches the vehicle from the workshop."),
    states.RETURNING: _l("The agent is on his way to the customer."),
    states.AT_RETURN: _l("The agent is at the customer's: photos, difference, signatures."),
    states.RETURN_FAILED: _l("Nobody took the vehicle: agree on another time, or bring it back to the workshop."),
    states.REFUSED: _l("The customer did not accept the work; the vehicle goes back to the workshop."),
    states.DELIVERED: _l("Customer service calls for the rating."),
    states.RATED: _l("Closed as soon as its documents are complete."),
    states.NOT_RATED: _l("Closed as soon as its documents are complete."),
    states.CLOSED: _l("Nothing is left to do."),
    states.CANCELLED: _l("Nothing is left to do."),
    states.DECLINED_SCOPE: _l("Nothing is left to do; the customer has read the reason and the alternative."),
    states.HANDED_OVER: _l("The claims desk closes the total loss."),
    states.PRE_CHECK: _l("The agent checks fines, cover and papers before the station."),
    states.AT_STATION: _l("The vehicle is being inspected."),
    states.PASSED: _l("The vehicle can go back."),
    states.FAILED: _l("The customer decides: repair and go again, or back as it is."),
    states.DOCUMENTS_IN: _l("The agent takes the papers to the office."),
    states.AT_OFFICE: _l("The violation is being settled."),
    states.PAID: _l("The agent brings the papers back."),
    states.OFFICE_REFUSED: _l("The agent brings the papers back, with the office's reason."),
    states.ORDERED: _l("The parts are on their way from the supplier."),
    states.ARRIVED: _l("The parts are here: to be fitted, or handed over."),
}
OVERLAYS: Final[dict[str, Any]] = {
    "reassign": _l("Another agent named"),
    "change_workshop": _l("Workshop changed"),
    "hold": _l("Put on hold"),
    "release": _l("Goes on"),
    "come_back": _l("Came back under warranty"),
    "report_incident": _l("Incident reported"),
    "release_incident": _l("Incident file closed"),
    "amend": _l("Order amended"),
    "begin_line": _l("Work on a line begun"),
    "correct_odometer": _l("Odometer at pickup corrected"),
    "correct_return_odometer": _l("Odometer at return corrected"),
    "note_progress": _l("Progress note"),
    "lay_out": _l("Money laid out"),
    "strike_out": _l("Money laid out: struck out"),
    "waive_fee": _l("Fee waived"),
    "rerate": _l("Costs worked out again"),
    "begin_visit": _l("Its turn has come: the vehicle is free again"),
}
"""Steps that change no state."""
INCIDENTS: Final[dict[str, Any]] = {
    "accident": _l("Accident"),
    "violation": _l("Traffic violation"),
    "loss": _l("Loss"),
    "damage": _l("Damage"),
    "late_return": _l("Late return"),
}
INCIDENT_STATES: Final[dict[str, Any]] = {
    states.FILE_OPEN: _l("To be judged"),
    states.FILE_JUDGED: _l("Judged"),
    states.FILE_CLOSED: _l("Closed"),
}
LIABILITIES: Final[dict[str, Any]] = {
    states.COMPANY: _l("The operator"),
    states.CUSTOMER: _l("The customer"),
    states.THIRD_PARTY: _l("A third party"),
    states.SHARED: _l("Shared"),
}
DECISIONS: Final[dict[str, Any]] = {
    "": _l("Waiting"),
    "approved": _l("Approved"),
    "part_approved": _l("Approved in part"),
    "sent_back": _l("Estimate sent back"),
    "rejected": _l("Estimate rejected"),
    "expired": _l("expired"),
    "withdrawn": _l("withdrawn"),
}
ITEMS: Final[dict[str, Any]] = {
    "driving_licence": _l("Vehicle licence"),
    "etc_unit": _l("ETC unit"),
    "tools": _l("Tools"),
}
DOCUMENTS: Final[dict[str, Any]] = {
    "settlement": _l("Settlement statement"),
    "quality_report": _l("Quality report"),
    "certificate": _l("Certificate of completion"),
}
DOCUMENT_STATES: Final[dict[str, Any]] = {
    "valid": _l("In force"),
    "superseded": _l("Replaced"),
    "withdrawn": _l("Taken back"),
}
THINGS: Final = {**ITEMS, **DOCUMENTS}
COMPLAINT_STATES: Final[dict[str, Any]] = {
    states.FILED: _l("Open"),
    states.INVESTIGATING: _l("Being looked into"),
    states.SOLUTION_GIVEN: _l("Solution given"),
    states.SOLUTION_ACCEPTED: _l("Solution accepted"),
    states.REOPENED: _l("Open again"),
    states.COMPLAINT_CLOSED: _l("Closed"),
}
COMPLAINT_STEPS: Final[dict[str, Any]] = {
    "investigate": _l("Taken up"),
    "hand_on": _l("Taken over"),
    "find": _l("Findings written down"),
    "ask_evidence": _l("Evidence asked for"),
    "give_evidence": _l("Evidence given"),
    "evidence_lapsed": _l("A day is over: the clock runs on without the evidence"),
    "give_solution": _l("Solution given"),
    "accept": _l("Solution accepted"),
    "reopen": _l("Opened again"),
    "close": _l("Closed"),
    "close_unanswered": _l("Closed without an answer"),
    "withdraw": _l("Withdrawn"),
    "add_files": _l("Files added"),
}
ENDED_WELL: Final = frozenset({states.DELIVERED, states.RATED, states.NOT_RATED, states.CLOSED})


SAID: Final[dict[str, Any]] = {
    "pre_approved": _l("Within the amount approved beforehand"),
    "promise_missed": _l("The vehicle is later back than was promised."),
    "estimate_expired": _l("The estimate was not decided in time; a new one is due."),
    "our_wish": _l("At our own wish"),
}
"""Why the system itself took a step: kept as a code, since whoever reads it chooses the language."""


def said(reason: str) -> str:
    """What a person wrote, or in the reader's language why the system did it."""
    return str(SAID.get(reason, reason))


def in_language(texts: Mapping[str, str]) -> str:
    """One of {"en": …, "zh": …} for the reader."""
    code = "zh" if (get_language() or "").startswith("zh") else "en"
    return texts.get(code) or texts.get("en") or ""


def title_of(data: Mapping[str, Any]) -> str:
    """A `job.moved` fact in a few words."""
    event = str(data.get("event", ""))
    if event in OVERLAYS:
        return str(OVERLAYS[event])
    after = str(data.get("after", ""))
    return str(JOB_STATES.get(after, after)) or _("Step")
