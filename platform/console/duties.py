"""What is to do for whoever signs in, by role: figures that lead to where it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.coverage import cover_areas
from dispatch.selectors import count_by_area, count_legs
from partners.desk.models import TenantTerms
from repair import states
from repair.models import JobKind
from repair.selectors.incidents import count_open_incidents, open_gaps
from tenants.actors import Actor, StaffRole

Counts = Mapping[tuple[str, str], int]
"""Open jobs by kind and state."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A figure and where it leads; its tone shows only while there is something."""

    label: str
    count: int
    url: str
    icon: str
    loud: str = "neutral"
    hint: str = ""

    @property
    def tone(self) -> str:
        """Loud while there is something."""
        return self.loud if self.count else "neutral"


def duties_of(actor: Actor, counts: Counts, *, now: datetime) -> list[Duty]:
    """The figures of every role that the actor has, each once. A lead sees what needs a hand, and no more."""
    found: dict[str, Duty] = {}
    if actor.is_staff_in(StaffRole.LEAD):
        return troubles()
    for role, read in DUTIES.items():
        if actor.is_staff_in(role):
            found |= {duty.url: duty for duty in read(counts, now)}
    return list(found.values())


def troubles() -> list[Duty]:
    """What a lead must not miss: vehicles without cover, and incident files that nobody has closed; none is no figure."""
    found = [
        Duty(_("Vehicles without cover"), open_gaps().count(), reverse("repair:insurance"), "shield-x", "bad"),
        Duty(_("Open incident files"), count_open_incidents(), reverse("repair:incidents"), "alert-octagon", "warn"),
    ]
    return [duty for duty in found if duty.count]


def dispatching(_counts: Counts, now: datetime) -> list[Duty]:
    """The board with its counts, and the areas that are short of agents."""
    board = reverse("dispatch:board")
    by_area = count_by_area(now=now)
    legs, short = count_legs(by_area), sum(item.is_short for item in cover_areas(now=now, by_area=by_area))
    return [
        Duty(_("Late legs"), legs["late"], f"{board}?group=late", "alarm", "bad"),
        Duty(_("Legs that wait"), legs["waiting"], f"{board}?group=waiting", "hourglass", "warn"),
        Duty(_("Legs under way"), legs["moving"], f"{board}?group=moving", "steering-wheel"),
        Duty(_("All open legs"), legs["all"], board, "route"),
        Duty(_("Areas short of agents"), short, reverse("dispatch:agents"), "map-2", "bad", _("fewer than two fit")),
    ]


def serving(counts: Counts, _now: datetime) -> list[Duty]:
    """Calls after the return; what else waits for a call stands below, for it is the lead's too."""
    return [
        Duty(
            _("To be called after the return"),
            count(counts, states.DELIVERED),
            jobs("status=delivered"),
            "phone",
            "warn",
        )
    ]


def inspecting(counts: Counts, _now: datetime) -> list[Duty]:
    """Vehicles that wait for the inspector, and what he has sent back."""
    return [
        Duty(
            _("Waits for the inspection"), count(counts, states.QC), reverse("repair:floor"), "clipboard-check", "warn"
        ),
        Duty(_("Back in work"), count(counts, states.REWORK), jobs("status=rework"), "tool"),
    ]


def claiming(counts: Counts, _now: datetime) -> list[Duty]:
    """Claim jobs whose estimate or consent waits for a decision, and all that are open."""
    waiting, consent = states.AWAITING_APPROVAL, states.CONSENT_REQUIRED
    every = sum(number for (kind, _state), number in counts.items() if kind == JobKind.CLAIM)
    of_claims = f"kind={JobKind.CLAIM}"
    return [
        Duty(
            _("Claims to decide"), count(counts, waiting, kind=JobKind.CLAIM), jobs(f"{of_claims}&status={waiting}"), "gavel",
            "warn",
        ),
        Duty(
            _("Claims that need consent"), count(counts, consent, kind=JobKind.CLAIM), jobs(f"{of_claims}&status={consent}"),
            "hand-stop", "warn",
        ),
        Duty(_("Open claims"), every, jobs(f"{of_claims}&group=open"), "car-crash"),
    ]  # fmt: skip


def accounting(counts: Counts, _now: datetime) -> list[Duty]:
    """What was delivered and is not closed, and who may not order on credit."""
    after = (states.DELIVERED, states.RATED, states.NOT_RATED, states.HANDED_OVER)
    held = TenantTerms.objects.filter(is_on_credit_hold=True).count()
    return [
        Duty(_("Delivered, not closed"), count(counts, *after), jobs("group=delivered"), "receipt"),
        Duty(_("Customers on credit hold"), held, reverse("repair:tenants"), "lock", "warn"),
    ]


def count(counts: Counts, *wanted: str, kind: str = "") -> int:
    """Open jobs in these states, of one kind or of all."""
    return sum(number for (of_kind, state), number in counts.items() if state in wanted and kind in ("", of_kind))


def jobs(query: str) -> str:
    """The list of jobs, narrowed."""
    return f"{reverse('repair:jobs')}?{query}"


DUTIES: Final[Mapping[Any, Callable[[Counts, datetime], list[Duty]]]] = {
    StaffRole.DISPATCHER: dispatching,
    StaffRole.CUSTOMER_SERVICE: serving,
    StaffRole.INSPECTOR: inspecting,
    StaffRole.CLAIMS: claiming,
    StaffRole.FINANCE: accounting,
}
