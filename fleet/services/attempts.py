"""How often workers try: what fails again and again waits for a person instead of being taken up for ever."""

from datetime import datetime
from typing import Final

from fleet.models import Batch, Import

MOST_ATTEMPTS: Final = 5


def count_attempt(work: Batch | Import, why: str, *, now: datetime) -> bool:
    """Whether a worker may try once more; after many attempts without progress the work is halted with `why`."""
    work.attempts, work.touched_at, work.halt = work.attempts + 1, now, ""
    if work.attempts > MOST_ATTEMPTS:
        work.halt = why
    work.save(update_fields=["attempts", "touched_at", "halt"])
    return not work.halt
