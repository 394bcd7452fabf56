"""The tables of batches (JOBS.md, "Batch and order line") and imports, and what its lines say of a submitted batch."""

from events.machine import Machine, Move, row
from repair import states as jobs

RECEIVED, VALIDATING, READY, NEEDS_FIXES, REFUSED_FILE = (
    "received",
    "validating",
    "ready",
    "needs_fixes",
    "refused_file",
)
DISCARDED, SUBMITTED, IN_PROGRESS = "discarded", "submitted", "in_progress"
COMPLETED, COMPLETED_WITH_EXCEPTIONS, ROLLED_BACK = "completed", "completed_with_exceptions", "rolled_back"

MOVES: tuple[Move, ...] = (
    row("B1", "receive", "-", RECEIVED, "TEN INT SYS"),
    row("B2", "start_check", f"{RECEIVED} {VALIDATING} {NEEDS_FIXES}", VALIDATING, "SYS"),
    row("B2", "mend", f"{READY} {NEEDS_FIXES}", VALIDATING, "TEN INT"),
    row("B3", "refuse_file", f"{RECEIVED} {VALIDATING}", REFUSED_FILE, "SYS"),
    row("B4", "find_ready", VALIDATING, READY, "SYS"),
    row("B4", "find_faults", VALIDATING, NEEDS_FIXES, "SYS"),
    row("B5", "discard", f"{READY} {NEEDS_FIXES}", DISCARDED, "TEN INT"),
    row("B6", "submit", f"{READY} {NEEDS_FIXES}", SUBMITTED, "TEN INT SYS"),
    row("B7", "begin", SUBMITTED, IN_PROGRESS, "SYS"),
    row("B8", "complete", f"{SUBMITTED} {IN_PROGRESS}", COMPLETED, "SYS"),
    row("B8", "complete_with_exceptions", f"{SUBMITTED} {IN_PROGRESS}", COMPLETED_WITH_EXCEPTIONS, "SYS"),
    row("B9", "roll_back", f"{SUBMITTED} {IN_PROGRESS}", ROLLED_BACK, "TEN INT SYS"),
)

BATCH = Machine(
    name="batch",
    states=frozenset(
        {
            RECEIVED, VALIDATING, READY, NEEDS_FIXES, REFUSED_FILE, DISCARDED, SUBMITTED, IN_PROGRESS, COMPLETED,
            COMPLETED_WITH_EXCEPTIONS, ROLLED_BACK,
        }
    ),
    moves=MOVES,
    ended=frozenset({REFUSED_FILE, DISCARDED, COMPLETED, COMPLETED_WITH_EXCEPTIONS, ROLLED_BACK}),
)  # fmt: skip

CHECKING, APPLYING, DONE = "checking", "applying", "done"
IMPORT = Machine(
    name="import",
    states=frozenset({RECEIVED, CHECKING, READY, REFUSED_FILE, DISCARDED, APPLYING, DONE}),
    moves=(
        row("M1", "receive", "-", RECEIVED, "TEN INT SYS"),
        row("M2", "start_check", f"{RECEIVED} {CHECKING}", CHECKING, "SYS"),
        row("M3", "refuse_file", f"{RECEIVED} {CHECKING}", REFUSED_FILE, "SYS"),
        row("M4", "find_ready", CHECKING, READY, "SYS"),
        row("M5", "discard", READY, DISCARDED, "TEN INT"),
        row("M6", "apply", READY, APPLYING, "TEN INT SYS"),
        row("M7", "finish", APPLYING, DONE, "SYS"),
    ),
    ended=frozenset({REFUSED_FILE, DISCARDED, DONE}),
)

STORED = frozenset({RECEIVED, VALIDATING, READY, NEEDS_FIXES, REFUSED_FILE, DISCARDED, SUBMITTED})  # not computed

WAITING = frozenset({jobs.NEW, jobs.ACKNOWLEDGED, jobs.ORDERED, jobs.ARRIVED})
DELIVERED = frozenset(jobs.DELIVERED_OR_LATER.split())
DECLINED = frozenset({jobs.DECLINED_SCOPE, jobs.HANDED_OVER})
CANCELLED = frozenset({jobs.CANCELLED})
OVER = DELIVERED | DECLINED | CANCELLED
LINE_CLASSES: dict[str, frozenset[str]] = {
    "waiting": WAITING, "moving": jobs.JOB.states - WAITING - OVER, "delivered": DELIVERED, "declined": DECLINED,
    "cancelled": CANCELLED,
}  # fmt: skip
CLASS_OF: dict[str, str] = {state: name for name, states in LINE_CLASSES.items() for state in states}

AMENDABLE = jobs.JOB.sources("amend")
CANCELLABLE = jobs.JOB.sources("cancel")


def state_of_lines(*, waiting: int, moving: int, delivered: int, declined: int, cancelled: int) -> str:
    """The state of a submitted batch whose lines have come so far."""
    if not waiting + moving + delivered + declined + cancelled:
        return SUBMITTED
    if not waiting + moving:
        if not delivered and not declined:
            return ROLLED_BACK
        return COMPLETED if not declined and not cancelled else COMPLETED_WITH_EXCEPTIONS
    return IN_PROGRESS if moving or delivered else SUBMITTED
