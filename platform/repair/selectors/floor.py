"""The workshop's floor: every job that is expected, here, or about to leave, in the lane where it waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from dispatch.models import Clock, Leg
from repair import states
from repair.models import Job, Workshop, WorkshopDay
from repair.services.choosing import local_day

MOST: Final = 300
# lane → its title, the states in it
LANES: Final[tuple[tuple[str, Any, frozenset[str]], ...]] = (
    ("expected", _("Expected"), frozenset(f"{states.NAMED} {states.AT_PICKUP} {states.IN_CUSTODY}".split())),
    ("estimate", _("To estimate"), frozenset({states.AT_WORKSHOP, states.ESTIMATING, states.SENT_BACK})),
    ("approval", _("Waiting for the customer"), frozenset({states.AWAITING_APPROVAL, states.CONSENT_REQUIRED})),
    ("start", _("To begin"), frozenset({states.APPROVED, states.PART_APPROVED, states.REWORK})),
    ("work", _("In work"), frozenset({states.IN_REPAIR, states.WAITING_PARTS})),
    ("check", _("Quality check"), frozenset({states.QC})),
    (
        "leaving",
        _("To hand over"),
        frozenset({states.READY, states.AWAITING_RETURN, states.STOPPED, states.REJECTED, states.REFUSED}),
    ),
)


@dataclass(slots=True)
class Lane:
    """A column of the floor."""

    key: str
    title: Any
    jobs: list[Job] = field(default_factory=list)


def read_floor(jobs: QuerySet[Job], *, text: str = "") -> list[Lane]:
    """The lanes, the soonest first in each; a job has `note_due_at`, `leg_at`, `leg_agent` and `leg_phone`. Two queries."""
    from repair.selectors.jobs import search_jobs

    shown = frozenset[str]().union(*(found for _key, _title, found in LANES))
    rows = search_jobs(jobs.filter(status__in=shown, workshop__isnull=False), text)
    clocks = Clock.objects.filter(subject_id=OuterRef("pk"), kind="progress", stopped_at=None, cancelled_at=None)
    legs = Leg.objects.filter(purpose_id=OuterRef("visit_id")).exclude(status__in=["cancelled", "done", "failed"])
    first = legs.order_by("window_start")
    rows = rows.select_related("tenant", "workshop").annotate(
        note_due_at=Subquery(clocks.values("due_at")[:1]),
        leg_at=Subquery(first.values("planned_at")[:1]),
        leg_agent=Subquery(first.values("agent__name")[:1]),
        leg_phone=Subquery(first.values("agent__phone")[:1]),
    )
    found = [Lane(key, title) for key, title, _states in LANES]
    place = {state: lane for lane, (_key, _title, held) in zip(found, LANES, strict=True) for state in held}
    for job in rows.order_by("promised_return_at", "window_start", "pk")[:MOST]:
        place[job.status].jobs.append(job)
    return found


def read_bays(workshops: Sequence[Workshop], *, now: datetime) -> tuple[int, int]:
    """Bays taken today, and how many there are."""
    days = WorkshopDay.objects.filter(workshop__in=workshops, day=local_day(now))
    return sum(days.values_list("taken", flat=True)), sum(workshop.bays for workshop in workshops)
