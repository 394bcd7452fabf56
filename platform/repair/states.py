"""The job's table (JOBS.md, "Job"): J1 to J27, the vehicle side of inspections (I), violations (V) and parts (P), and the
incident file (N).

Guards whose object comes with a later room (cancellation fees, rate card, statement and report PDFs) pass by SYS;
docs/states.md names them. Below it stands the table of complaints (F).
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from events.machine import Machine, Move, row

NEW, DECLINED_SCOPE, ACKNOWLEDGED, ASSIGNED, ACCEPTED = "new", "declined_scope", "acknowledged", "assigned", "accepted"
CONTACTED, AT_PICKUP, PICKUP_FAILED, IN_CUSTODY = "contacted", "at_pickup", "pickup_failed", "in_custody"
AT_WORKSHOP, ESTIMATING, AWAITING_APPROVAL = "at_workshop", "estimating", "awaiting_approval"
APPROVED, PART_APPROVED, SENT_BACK, REJECTED = "approved", "part_approved", "sent_back", "rejected"
WAITING_PARTS, IN_REPAIR, CONSENT_REQUIRED, STOPPED = "waiting_parts", "in_repair", "consent_required", "stopped"
QC, REWORK, READY, AWAITING_RETURN, RETURNING = "qc", "rework", "ready", "awaiting_return", "returning"
AT_RETURN, RETURN_FAILED, REFUSED, DELIVERED = "at_return", "return_failed", "refused", "delivered"
RATED, NOT_RATED, CLOSED, CANCELLED, HANDED_OVER = "rated", "not_rated", "closed", "cancelled", "handed_over"
PRE_CHECK, AT_STATION, PASSED, FAILED = "pre_check", "at_station", "passed", "failed"
DOCUMENTS_IN, AT_OFFICE, PAID, OFFICE_REFUSED = "documents_in", "at_office", "paid", "office_refused"
ORDERED, ARRIVED = "ordered", "arrived"

NAMED = f"{ASSIGNED} {ACCEPTED} {CONTACTED}"
BEFORE_RECEIPT = f"{ACKNOWLEDGED} {NAMED} {AT_PICKUP} {IN_CUSTODY}"
BEFORE_CUSTODY = f"{NEW} {ACKNOWLEDGED} {ORDERED} {ARRIVED} {ASSIGNED} {ACCEPTED} {CONTACTED} {AT_PICKUP}"
UNDER_DECISION = f"{ESTIMATING} {AWAITING_APPROVAL} {APPROVED} {PART_APPROVED} {SENT_BACK}"
AT_WORK = f"{AT_WORKSHOP} {UNDER_DECISION} {WAITING_PARTS} {IN_REPAIR} {CONSENT_REQUIRED}"
AT_STATIONS = f"{PRE_CHECK} {AT_STATION} {FAILED}"
ON_THE_WAY_BACK = f"{AWAITING_RETURN} {RETURNING} {AT_RETURN} {RETURN_FAILED} {REFUSED}"
CUSTODY = f"{IN_CUSTODY} {AT_WORK} {STOPPED} {QC} {REWORK} {READY} {ON_THE_WAY_BACK} {REJECTED} {AT_STATIONS} {PASSED}"
ENDED = f"{DECLINED_SCOPE} {CANCELLED} {CLOSED}"
DELIVERED_OR_LATER = f"{DELIVERED} {RATED} {NOT_RATED} {CLOSED}"
AT_PAPERS = f"{DOCUMENTS_IN} {AT_OFFICE} {PAID} {OFFICE_REFUSED}"
OPEN = f"{BEFORE_CUSTODY} {PICKUP_FAILED} {CUSTODY} {AT_PAPERS} {DELIVERED} {RATED} {NOT_RATED} {HANDED_OVER}"

WITH_WORKSHOP = "maintenance repair claim parts"
WITH_CUSTODY = f"{WITH_WORKSHOP} inspection"
NO_CLAIM = "maintenance repair inspection violation parts"


def needs_reason(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """Why, in words."""
    return None if str(evidence.get("reason") or "").strip() else _("Say why.")


def needs_alternative(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """A refusal names its reason and what is offered instead, in both languages."""
    texts = [evidence.get("reason") or {}, evidence.get("alternative") or {}]
    full = all(str(text.get(language) or "").strip() for text in texts for language in ("en", "zh"))
    return None if full else _("Give the reason and an alternative, in English and in Chinese.")


def needs_clearance(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J1: no credit hold, comebacks excepted."""
    if evidence.get("is_on_credit_hold") and not evidence.get("is_comeback"):
        return _("This account is on hold; speak with the operator's finance desk.")
    return None


def needs_agent_and_workshop(job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J4: an agent for the window, and for what goes to a workshop a workshop with a bay that day."""
    if evidence.get("agent_id") is None:
        return _("Name the agent.")
    if job.kind in WITH_WORKSHOP.split() and evidence.get("workshop_id") is None:
        return _("Name the workshop.")
    return None


def needs_custody_papers(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J8: the agency authorisation in force, and the condition report signed by both (or witnessed)."""
    if evidence.get("authorisation") is None:
        return _("The agency authorisation must be signed before custody.")
    if evidence.get("report") is None:
        return _("The condition report must be signed by both, or witnessed.")
    return None


def needs_photo_and_reason(job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J9: what the agent found, with a photo."""
    if not evidence.get("photo"):
        return _("Add a photo of what you found.")
    return needs_reason(job, evidence)


def needs_plausible_odometer(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J10: an odometer that has not run back, and a trip that the way explains."""
    problem: str | None = evidence.get("odometer_problem")
    return problem


def needs_estimate(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J11: a version with at least one line."""
    return None if evidence.get("estimate") is not None else _("Submit an estimate with at least one line.")


def needs_decisions(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J12: a decision for each line, within the decider's limit."""
    problem: str | None = evidence.get("decision_problem")
    return problem


def needs_approved_line(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J13: only approved lines are unlocked, so there must be one."""
    return None if evidence.get("approved_lines") else _("No line is approved; work is locked.")


def needs_quality_check(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J15: the checklist by an inspector who is not the technician."""
    problem: str | None = evidence.get("quality_problem")
    return problem


def needs_whole_visit(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J16a, J16b: every job of the visit is ready or ended."""
    return None if evidence.get("visit_is_ready") else _("Another job of this vehicle is not ready yet.")


def needs_return_report(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J16c: the same shots, the odometer not run back, both signatures (papers of a violation: the receipt)."""
    return None if evidence.get("report") is not None else _("The return must be signed by both, or witnessed.")


def needs_three_attempts(job: Any, _evidence: Mapping[str, Any]) -> str | None:
    """J17: unrated only after three calls."""
    return None if job.call_attempts >= 3 else _("Call three times before giving up.")


def needs_no_complaint(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J18: nobody who complains is told that it is over."""
    return _("A complaint about it is still open.") if evidence.get("has_open_complaint") else None


def needs_refusal(job: Any, _evidence: Mapping[str, Any]) -> str | None:
    """J16d: straight back into repair only after the customer refused to accept."""
    return None if job.is_reworked_for_refusal else _("Only after the customer has refused to accept.")


def needs_pre_check(_job: Any, evidence: Mapping[str, Any]) -> str | None:
    """I2: fines cleared, compulsory cover valid, 行驶证 on board."""
    missing = [name for name in ("fines_cleared", "cover_valid", "licence_on_board") if not evidence.get(name)]
    return _("Still missing: %(items)s.") % {"items": ", ".join(missing)} if missing else None


def needs_customers_word(job: Any, evidence: Mapping[str, Any]) -> str | None:
    """J24: after a second failure the tenant is asked; the operator alone plans again only after the first."""
    if job.failed_pickups < 2 or evidence.get("is_customers_word"):
        return None
    return _("It failed twice: the customer must say when.")


def needs_hold(job: Any, _evidence: Mapping[str, Any]) -> str | None:
    """J20: only what is held is released."""
    return None if job.held_since is not None else _("It is not on hold.")


MOVES: tuple[Move, ...] = (
    row("J1", "open", "-", NEW, "TEN INT CC SYS", needs_clearance),
    row("J2", "decline_scope", f"{NEW} {ACKNOWLEDGED} {NAMED}", DECLINED_SCOPE, "SYS DSP", needs_alternative),
    row("J3", "acknowledge", NEW, ACKNOWLEDGED, "SYS CC"),
    row("J4", "assign", f"{ACKNOWLEDGED} {ARRIVED}", ASSIGNED, "SYS DSP", needs_agent_and_workshop),
    row("J4", "reassign", NAMED, ASSIGNED, "SYS DSP", needs_agent_and_workshop),
    row("J4", "change_workshop", BEFORE_RECEIPT, None, "DSP WS SYS", needs_reason, WITH_WORKSHOP),
    row("J4b", "unassign", NAMED, ACKNOWLEDGED, "SYS DSP"),
    row("J5", "accept", ASSIGNED, ACCEPTED, "AGT"),
    row("J6", "contact", ACCEPTED, CONTACTED, "AGT"),
    row("J7", "arrive", CONTACTED, AT_PICKUP, "AGT", None, WITH_CUSTODY),
    row("J8", "take_custody", AT_PICKUP, IN_CUSTODY, "AGT", needs_custody_papers, WITH_CUSTODY),
    row("J9", "fail_pickup", AT_PICKUP, PICKUP_FAILED, "AGT", needs_photo_and_reason),
    row("J10", "receive", IN_CUSTODY, AT_WORKSHOP, "AGT WS", needs_plausible_odometer, WITH_WORKSHOP),
    row("J11", "start_estimate", AT_WORKSHOP, ESTIMATING, "WS"),
    row("J11", "submit_estimate", ESTIMATING, AWAITING_APPROVAL, "WS", needs_estimate),
    row("J12", "approve", AWAITING_APPROVAL, APPROVED, "TEN INT SYS", needs_decisions, NO_CLAIM),
    row("J12", "part_approve", AWAITING_APPROVAL, PART_APPROVED, "TEN INT", needs_decisions, NO_CLAIM),
    row("J12", "send_back", AWAITING_APPROVAL, SENT_BACK, "TEN INT", needs_reason, NO_CLAIM),
    row("J12", "reject", AWAITING_APPROVAL, REJECTED, "TEN INT", needs_reason, NO_CLAIM),
    row("J12", "approve", AWAITING_APPROVAL, APPROVED, "TEN INT CLM", needs_decisions, "claim"),
    row("J12", "part_approve", AWAITING_APPROVAL, PART_APPROVED, "TEN INT CLM", needs_decisions, "claim"),
    row("J12", "send_back", AWAITING_APPROVAL, SENT_BACK, "TEN INT CLM", needs_reason, "claim"),
    row("J12", "reject", AWAITING_APPROVAL, REJECTED, "TEN INT CLM", needs_reason, "claim"),
    row("J12b", "expire_estimate", AWAITING_APPROVAL, ESTIMATING, "SYS", None, NO_CLAIM),
    row("J13", "wait_for_parts", f"{APPROVED} {PART_APPROVED} {IN_REPAIR}", WAITING_PARTS, "WS", needs_approved_line),
    row("J13", "start_repair", f"{APPROVED} {PART_APPROVED} {WAITING_PARTS}", IN_REPAIR, "WS", needs_approved_line),
    row("J14", "require_consent", IN_REPAIR, CONSENT_REQUIRED, "WS", needs_estimate),
    row("J14", "consent", CONSENT_REQUIRED, IN_REPAIR, "TEN INT", needs_decisions, NO_CLAIM),
    row("J14", "consent", CONSENT_REQUIRED, IN_REPAIR, "TEN INT CLM", needs_decisions, "claim"),
    row("J14", "stop_at_consent", CONSENT_REQUIRED, STOPPED, "TEN INT", needs_reason, NO_CLAIM),
    row("J14", "stop_at_consent", CONSENT_REQUIRED, STOPPED, "TEN INT CLM", needs_reason, "claim"),
    row("J15", "finish_repair", IN_REPAIR, QC, "WS"),
    row("J15", "pass_quality", QC, READY, "QC", needs_quality_check, WITH_WORKSHOP),
    row("J15", "pass_quality", QC, AT_STATION, "QC", needs_quality_check, "inspection"),
    row("J15", "fail_quality", QC, REWORK, "QC", needs_quality_check),
    row("J15", "resume_rework", REWORK, IN_REPAIR, "WS"),
    row("J15b", "fail_reinspection", f"{READY} {AWAITING_RETURN}", REWORK, "QC INT", needs_reason, WITH_WORKSHOP),
    row("J16a", "plan_return", READY, AWAITING_RETURN, "AGT", needs_whole_visit),
    row("J16b", "hand_over", AWAITING_RETURN, RETURNING, "WS AGT", needs_whole_visit),
    row("J16c", "arrive_return", RETURNING, AT_RETURN, "AGT"),
    row("J16c", "deliver", AT_RETURN, DELIVERED, "AGT", needs_return_report),
    row("J16d", "fail_return", AT_RETURN, RETURN_FAILED, "AGT DSP", needs_reason),
    row("J16d", "retry_return", RETURN_FAILED, AWAITING_RETURN, "AGT DSP"),
    row("J16d", "back_to_workshop", RETURN_FAILED, AT_WORKSHOP, "AGT DSP"),
    row("J16d", "return_again", AT_WORKSHOP, AWAITING_RETURN, "DSP"),
    row("J16d", "refuse_delivery", AT_RETURN, REFUSED, "AGT DSP", needs_reason),
    row("J16d", "take_back", REFUSED, AT_WORKSHOP, "AGT DSP"),
    row("J16d", "rework_refused", AT_WORKSHOP, IN_REPAIR, "AGT DSP WS", needs_refusal),
    row("J17", "rate", DELIVERED, RATED, "CC TEN INT"),
    row("J17", "give_up_rating", DELIVERED, NOT_RATED, "CC", needs_three_attempts),
    row("J18", "close", f"{RATED} {NOT_RATED}", CLOSED, "SYS", needs_no_complaint),
    row("J19", "cancel", f"{BEFORE_CUSTODY} {PICKUP_FAILED} {DOCUMENTS_IN}", CANCELLED, "TEN INT DSP", needs_reason),
    row("J19b", "stop", f"{IN_CUSTODY} {AT_WORK} {AT_STATIONS}", STOPPED, "TEN INT DSP", needs_reason),
    row("J19b", "wrap_up", STOPPED, READY, "TEN INT DSP"),
    row("J20", "hold", OPEN, None, "DSP", needs_reason),
    row("J20", "release", OPEN, None, "DSP", needs_hold),
    row("J21", "come_back", DELIVERED_OR_LATER, None, "TEN INT SYS"),
    row("J22", "revise", SENT_BACK, ESTIMATING, "WS"),
    row("J23", "return_unrepaired", REJECTED, READY, "DSP"),
    row("J24", "reschedule", PICKUP_FAILED, ACKNOWLEDGED, "DSP TEN INT", needs_customers_word),
    row("J25", "report_incident", f"{CUSTODY} {DELIVERED_OR_LATER}", None, "AGT WS DSP SYS", needs_reason),
    row("J25", "release_incident", f"{CUSTODY} {DELIVERED_OR_LATER}", None, "DSP"),
    row("J26", "amend", f"{BEFORE_CUSTODY} {PICKUP_FAILED}", None, "TEN INT"),
    row("J27", "hand_over_salvage", AWAITING_APPROVAL, HANDED_OVER, "CLM", needs_reason, "claim"),
    row("J27", "close", HANDED_OVER, CLOSED, "CLM", None, "claim"),
    row("I1", "start_pre_check", IN_CUSTODY, PRE_CHECK, "AGT", None, "inspection"),
    row("I2", "go_to_station", PRE_CHECK, AT_STATION, "AGT", needs_pre_check, "inspection"),
    row("I3", "pass_station", AT_STATION, PASSED, "AGT", None, "inspection"),
    row("I4", "fail_station", AT_STATION, FAILED, "AGT", needs_reason, "inspection"),
    row("I5", "conclude_inspection", PASSED, READY, "AGT SYS", None, "inspection"),
    row("I6", "consent_to_repair", FAILED, ESTIMATING, "TEN INT", None, "inspection"),
    row("I7", "return_failed_vehicle", FAILED, READY, "TEN INT DSP", needs_reason, "inspection"),
    row("V1", "take_documents", CONTACTED, DOCUMENTS_IN, "AGT", None, "violation"),
    row("V2", "reach_office", DOCUMENTS_IN, AT_OFFICE, "AGT", None, "violation"),
    row("V3", "settle_violation", AT_OFFICE, PAID, "AGT", None, "violation"),
    row("V4", "refuse_at_office", AT_OFFICE, OFFICE_REFUSED, "AGT", needs_reason, "violation"),
    row("V5", "deliver_papers", f"{PAID} {OFFICE_REFUSED}", DELIVERED, "AGT", needs_return_report, "violation"),
    row("P1", "order_parts", ACKNOWLEDGED, ORDERED, "DSP CC SYS", None, "parts"),
    row("P2", "parts_arrived", ORDERED, ARRIVED, "DSP CC WS SYS", None, "parts"),
    row("P3", "deliver_parts", ARRIVED, DELIVERED, "AGT DSP", needs_return_report, "parts"),
)  # fmt: skip

JOB = Machine(
    name="job",
    states=frozenset(f"{OPEN} {ENDED}".split()),
    moves=MOVES,
    ended=frozenset(ENDED.split()),
    held=lambda job: getattr(job, "held_since", None) is not None,
    allowed_held=frozenset(
        # its end, an incident, and what only writes down who would drive
        [
            "release",
            "cancel",
            "stop",
            "decline_scope",
            "report_incident",
            "release_incident",
            "assign",
            "reassign",
            "unassign",
        ]
    ),
)

ACTIVE = frozenset(f"{BEFORE_CUSTODY} {PICKUP_FAILED} {CUSTODY} {AT_PAPERS}".split())  # not yet delivered or ended
IN_CUSTODY_STATES = frozenset(CUSTODY.split())
RETURNED = frozenset({DELIVERED, RATED, NOT_RATED})  # and not closed: what the return said may still be put right
OUTBOUND = frozenset({IN_CUSTODY, PRE_CHECK, AT_STATION})
ON_THE_ROAD = OUTBOUND | {RETURNING, AT_RETURN, RETURN_FAILED, REFUSED}
"""With an agent at the wheel, or beside it; else the vehicle stands with us."""

# --- the incident file (J25) --------------------------------------------------------------------------------------------

FILE_OPEN, FILE_JUDGED, FILE_CLOSED = "open", "judged", "closed"
COMPANY, CUSTOMER, THIRD_PARTY, SHARED = "company", "customer", "third_party", "shared"


def needs_proof(incident: Any, evidence: Mapping[str, Any]) -> str | None:
    """The operator answers unless something shows that somebody else does."""
    if evidence.get("liability") != COMPANY and not (incident.police_number or evidence.get("has_photos")):
        return _("Add a photo or the police number first: whoever else is to answer for it can ask what shows it.")
    return needs_reason(incident, evidence)


INCIDENT = Machine(
    name="incident",
    states=frozenset({FILE_OPEN, FILE_JUDGED, FILE_CLOSED}),
    moves=(
        row("N1", "add", f"{FILE_OPEN} {FILE_JUDGED}", None, "AGT WS DSP CC", needs_reason),
        row("N2", "judge", f"{FILE_OPEN} {FILE_JUDGED}", FILE_JUDGED, "DSP", needs_proof),
        row("N3", "close", FILE_JUDGED, FILE_CLOSED, "DSP"),
    ),
    ended=frozenset({FILE_CLOSED}),
)

# --- complaints ---------------------------------------------------------------------------------------------------------

FILED, INVESTIGATING, SOLUTION_GIVEN = "open", "investigating", "solution_given"
SOLUTION_ACCEPTED, REOPENED, COMPLAINT_CLOSED = "accepted", "reopened", "closed"
UNSOLVED = f"{FILED} {INVESTIGATING} {REOPENED}"
UNCLOSED = f"{UNSOLVED} {SOLUTION_GIVEN} {SOLUTION_ACCEPTED}"


def needs_solution(complaint: Any, evidence: Mapping[str, Any]) -> str | None:
    """F5: what the customer reads stands on a cause, and on somebody who answers for it."""
    if not str(evidence.get("solution") or "").strip():
        return _("Say what we offer, in words for the customer.")
    if not complaint.cause or not complaint.answerable:
        return _("First write down the cause, and who answers for it.")
    return None


def needs_measures(complaint: Any, _evidence: Mapping[str, Any]) -> str | None:
    """F8: the loop is closed by what keeps it from happening again."""
    return None if complaint.measures.strip() else _("Write down the measures first.")


COMPLAINT = Machine(
    name="complaint",
    states=frozenset(f"{UNCLOSED} {COMPLAINT_CLOSED}".split()),
    moves=(
        row("F1", "file", "-", FILED, "TEN INT CC"),
        row("F2", "investigate", f"{FILED} {REOPENED}", INVESTIGATING, "CC"),
        row("F2", "hand_on", f"{INVESTIGATING} {SOLUTION_GIVEN} {SOLUTION_ACCEPTED}", None, "CC"),
        row("F3", "find", UNCLOSED, None, "CC"),
        row("F4", "ask_evidence", INVESTIGATING, None, "CC", needs_reason),
        row("F4", "give_evidence", UNSOLVED, None, "TEN INT CC"),
        row("F5", "give_solution", INVESTIGATING, SOLUTION_GIVEN, "CC", needs_solution),
        row("F6", "accept", SOLUTION_GIVEN, SOLUTION_ACCEPTED, "TEN INT CC"),
        row(
            "F7",
            "reopen",
            f"{SOLUTION_GIVEN} {SOLUTION_ACCEPTED} {COMPLAINT_CLOSED}",
            REOPENED,
            "TEN INT CC",
            needs_reason,
        ),
        row("F8", "close", SOLUTION_ACCEPTED, COMPLAINT_CLOSED, "CC", needs_measures),
        row("F8", "close_unanswered", SOLUTION_GIVEN, COMPLAINT_CLOSED, "CC", needs_reason),
        row("F9", "withdraw", UNSOLVED, COMPLAINT_CLOSED, "TEN INT CC", needs_reason),
    ),
    ended=frozenset({COMPLAINT_CLOSED}),
)
