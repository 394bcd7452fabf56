"""The tables of dispatch: the leg's (JOBS.md, "Leg"), an area alert's, and that of an agent's request for leave."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from events.machine import Machine, row

PLANNED, ASSIGNED, OFFERED, ACCEPTED, CONTACTED = "planned", "assigned", "offered", "accepted", "contacted"
UNDER_WAY, ARRIVED, DONE, FAILED, UNASSIGNED, CANCELLED = (
    "under_way",
    "arrived",
    "done",
    "failed",
    "unassigned",
    "cancelled",
)

NAMED = f"{ASSIGNED} {OFFERED} {ACCEPTED} {CONTACTED}"
BEFORE_DONE = f"{PLANNED} {NAMED} {UNDER_WAY} {ARRIVED} {UNASSIGNED}"


def needs_agent(_leg: Any, evidence: Mapping[str, Any]) -> str | None:
    """An agent who passed the gates under lock."""
    return None if evidence.get("agent") is not None else _("Name the agent.")


def needs_reason(_leg: Any, evidence: Mapping[str, Any]) -> str | None:
    """Why."""
    return None if str(evidence.get("reason") or "").strip() else _("Say why.")


LEG = Machine(
    name="leg",
    states=frozenset(
        {PLANNED, ASSIGNED, OFFERED, ACCEPTED, CONTACTED, UNDER_WAY, ARRIVED, DONE, FAILED, UNASSIGNED, CANCELLED}
    ),
    ended=frozenset({DONE, CANCELLED}),
    moves=(
        row("L1", "plan", "-", PLANNED, "SYS TEN INT CC DSP AGT WS"),
        row("L2", "assign", f"{PLANNED} {UNASSIGNED}", ASSIGNED, "SYS DSP", needs_agent),
        row("L2", "reassign", NAMED, ASSIGNED, "DSP", needs_agent),
        row("L3", "offer", ASSIGNED, OFFERED, "SYS DSP"),
        row("L4", "accept", OFFERED, ACCEPTED, "AGT"),
        row("L5", "pass_on", OFFERED, ASSIGNED, "SYS AGT", needs_agent),
        row("L6", "give_up", f"{OFFERED} {PLANNED}", UNASSIGNED, "SYS AGT", needs_reason),
        row("L7", "unassign", NAMED, UNASSIGNED, "DSP SYS", needs_reason),
        row("L8", "contact", ACCEPTED, CONTACTED, "AGT"),
        row("L9", "set_out", CONTACTED, UNDER_WAY, "AGT"),
        row("L10", "arrive", UNDER_WAY, ARRIVED, "AGT"),
        row("L11", "finish", ARRIVED, DONE, "AGT"),
        row("L12", "fail", ARRIVED, FAILED, "AGT", needs_reason),
        row("L14", "cancel", f"{BEFORE_DONE} {FAILED}", CANCELLED, "SYS DSP TEN INT CC AGT CLM"),
        row("L15", "amend", f"{PLANNED} {NAMED} {UNASSIGNED} {FAILED}", None, "SYS DSP TEN CC"),
    ),
)

ANNOUNCED, IN_FORCE, OVER, WITHDRAWN = "announced", "in_force", "over", "withdrawn"
ALERT_OPEN = (ANNOUNCED, IN_FORCE)

ALERT = Machine(
    name="alert",
    states=frozenset({ANNOUNCED, IN_FORCE, OVER, WITHDRAWN}),
    ended=frozenset({OVER, WITHDRAWN}),
    moves=(
        row("A1", "announce", "-", ANNOUNCED, "DSP"),
        row("A1", "open", "-", IN_FORCE, "DSP"),
        row("A2", "begin", ANNOUNCED, IN_FORCE, "SYS"),
        row("A3", "put_off", f"{ANNOUNCED} {IN_FORCE}", None, "DSP", needs_reason),
        row("A4", "close", IN_FORCE, OVER, "DSP SYS", needs_reason),
        row("A5", "withdraw", ANNOUNCED, WITHDRAWN, "DSP", needs_reason),
    ),
)

REQUESTED, APPROVED, REFUSED, WITHDRAWN = "requested", "approved", "refused", "withdrawn"

LEAVE_REQUEST = Machine(
    name="leave request",
    states=frozenset({REQUESTED, APPROVED, REFUSED, WITHDRAWN}),
    ended=frozenset({APPROVED, REFUSED, WITHDRAWN}),
    moves=(
        row("LR1", "ask", "-", REQUESTED, "AGT"),
        row("LR2", "approve", REQUESTED, APPROVED, "DSP"),
        row("LR3", "refuse", REQUESTED, REFUSED, "DSP", needs_reason),
        row("LR4", "withdraw", REQUESTED, WITHDRAWN, "AGT"),
    ),
)
