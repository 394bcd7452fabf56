"""Which colour a state is shown in, so that one state looks the same on every page."""

from typing import Final, Literal, TypeAlias

Tone: TypeAlias = Literal["neutral", "info", "active", "wait", "good", "soon", "warn", "bad", "ended"]

TONES: Final[tuple[Tone, ...]] = ("neutral", "info", "active", "wait", "good", "soon", "warn", "bad", "ended")

_STATUSES: Final[dict[Tone, tuple[str, ...]]] = {
    # Known, but nothing has been done yet.
    "neutral": ("new", "planned", "draft", "received", "unrated", "not_rated", "already_submitted", "on_hold"),
    # Somebody has it in hand, the vehicle has not moved.
    "info": ("acknowledged", "assigned", "offered", "accepted", "contacted", "ordered", "submitted", "open", "sent"),
    # Work or a trip is under way.
    "active": (
        "validating",
        "in_progress",
        "under_way",
        "arrived",
        "at_pickup",
        "in_custody",
        "at_workshop",
        "estimating",
        "in_repair",
        "qc",
        "at_station",
        "at_office",
        "documents_in",
        "returning",
        "at_return",
        "processing",
        "investigating",
    ),
    # It waits for a person outside the operator.
    "wait": (
        "awaiting_approval",
        "waiting_parts",
        "consent_required",
        "awaiting_return",
        "changed_since",
        "pending",
        "invited",
        "sent_back",
        "awaiting_payment",
        "solution_given",
    ),
    # Reached its good end, or may go on.
    "good": (
        "ready",
        "approved",
        "passed",
        "delivered",
        "rated",
        "completed",
        "done",
        "valid",
        "paid",
        "released",
        "active",
        "met",
        "verified",
        "settled",
    ),
    # Time is running out.
    "soon": ("due_soon", "expiring"),
    # Goes on, but not as wished.
    "warn": (
        "needs_fixes",
        "part_approved",
        "rework",
        "completed_with_exceptions",
        "return_failed",
        "pickup_failed",
        "unassigned",
        "comeback",
        "incident",
        "warning",
        "reopened",
        "disputed",
    ),
    # Somebody must act now.
    "bad": (
        "rejected",
        "failed",
        "refused",
        "refused_file",
        "breached",
        "late",
        "overdue",
        "declined_scope",
        "declined",
        "office_refused",
        "error",
        "blocked",
        "expired",
    ),
    # Over, nothing to see.
    "ended": (
        "closed",
        "cancelled",
        "rolled_back",
        "discarded",
        "stopped",
        "handed_over",
        "archived",
        "removed",
        "revoked",
    ),
}

_TONE_OF: Final[dict[str, Tone]] = {status: tone for tone, statuses in _STATUSES.items() for status in statuses}


def tone_of_status(*, status: str) -> Tone:
    """The tone of a state's database spelling (`awaiting_approval`); unknown states are neutral."""
    return _TONE_OF.get(status.lower(), "neutral")


def tone_of_share(*, share: float) -> Tone:
    """The tone of a clock of which `share` (1.0 = all) is used up: calm, 50 % noticed, 80 % pressing, then late."""
    if share >= 1:
        return "bad"
    if share >= 0.8:
        return "warn"
    if share >= 0.5:
        return "soon"
    return "good"
