"""Which step is due at a stop, and what it asks: the page's buttons."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dispatch.models import LegKind
from repair import states
from repair.models import Custody
from repair.selectors.handover import Stop


@dataclass(frozen=True, slots=True)
class Ask:
    """A field of a step's form."""

    name: str
    label: Any
    kind: str = "text"  # text, number, check, photo
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """A step that may be taken now."""

    kind: str
    label: Any
    asks: tuple[Ask, ...] = ()
    style: str = "primary"
    text: Any = ""
    is_rare: bool = False  # folded away


REASON: Final = Ask("reason", _("What happened?"))
FAILED: Final = (REASON, Ask("failed", _("Photo of what you found"), "photo"))
FINDINGS: Final = (
    Ask("fines_cleared", _("All fines are cleared"), "check"),
    Ask("cover_valid", _("Compulsory insurance is valid"), "check"),
    Ask("licence_on_board", _("Vehicle licence is on board"), "check"),
)
LEG_STEPS: Final[dict[str, Due]] = {
    "offered": Due("accept", _("Accept")),
    "accepted": Due("contact", _("I have called the customer")),
    "contacted": Due("set_out", _("I am on my way")),
    "under_way": Due("arrive", _("I have arrived")),
}
JOB_STEPS: Final[dict[str, tuple[Due, ...]]] = {
    states.PRE_CHECK: (Due("go_to_station", _("Arrived at the station"), FINDINGS),),
    states.AT_STATION: (
        Due("pass_station", _("Passed")),
        Due("fail_station", _("Not passed"), (REASON,), "danger"),
    ),
    states.READY: (
        Due("plan_return", _("Plan the return"), text=_("The customer is told, and the way back is planned.")),
    ),
    states.AT_RETURN: (
        Due("refuse", _("The customer does not accept"), (REASON,), "danger"),
        Due("fail", _("Nobody takes it"), FAILED, "danger"),
    ),
    states.RETURN_FAILED: (
        Due("retry_return", _("Plan another time")),
        Due("back_to_workshop", _("Back at the workshop"), style="plain"),
    ),
    states.REFUSED: (Due("take_back", _("Back at the workshop")),),
    states.AT_PICKUP: (Due("fail", _("It cannot be collected"), FAILED, "danger"),),
    states.DOCUMENTS_IN: (Due("reach_office", _("I am at the vehicle office")),),
    states.AT_OFFICE: (
        Due("settle_violation", _("Settled and paid")),
        Due("refuse_at_office", _("The office refuses"), (REASON,), "danger"),
    ),
    states.PAID: (Due("deliver_papers", _("Papers handed over"), (Ask("receipt", _("Photo of the receipt"), "photo"),)),),
    states.OFFICE_REFUSED: (
        Due("deliver_papers", _("Papers handed over"), (Ask("receipt", _("Photo of the receipt"), "photo"),)),
    ),
}  # fmt: skip
CORRECTABLE: Final = (states.IN_CUSTODY, states.PRE_CHECK, states.AWAITING_RETURN, states.RETURNING, states.AT_RETURN)
OF_LEG: Final = frozenset({states.ASSIGNED, states.ACCEPTED, states.CONTACTED})


def steps_due(stop: Stop) -> list[Due]:
    """The steps that may be taken now, the expected one first."""
    found: list[Due] = []
    at_workshop = bool(stop.at(states.AWAITING_RETURN)) and stop.leg.kind == LegKind.RETURN
    if step := LEG_STEPS.get(stop.leg.status):
        if at_workshop and stop.leg.status == "contacted":  # a return sets out when the workshop hands over
            step = Due("take_over", _("Taken over from the workshop"))
        if stop.leg.kind == LegKind.ERRAND and stop.leg.status in {"contacted", "under_way"}:
            step = Due("take_documents", _("I have the documents"))
        found.append(step)
    if stop.leg.kind == LegKind.ERRAND and stop.leg.status == "arrived" and stop.at(states.CONTACTED):
        found.append(Due("take_documents", _("I have the documents")))
    if stop.at(states.IN_CUSTODY):
        found.append(custody_step(stop))
    for status in dict.fromkeys(job.status for job in stop.jobs):
        found += JOB_STEPS.get(status, ())
    if stop.at(*CORRECTABLE) and (correction := correction_step(stop)) is not None:
        found.append(correction)
    return found


def correction_step(stop: Stop) -> Due | None:
    """The odometer of the pickup, when it was mistyped: nothing else would let the vehicle go on."""
    custody = Custody.objects.filter(visit=stop.visit).first()
    if custody is None:
        return None
    text = _now("Kept from the pickup: %(km)s km. The signed report stays as it is; the customer reads the correction.")
    return Due(
        "correct_odometer",
        _("Correct the odometer of the pickup"),
        (
            Ask("odometer_km", _("What it showed at the pickup, km"), "number"),
            Ask("reason", _("Why it was wrong")),
            Ask("is_compared", _("I have compared it with the photo of the dashboard"), "check"),
        ),
        style="plain",
        text=text % {"km": custody.odometer_out_km},
        is_rare=True,
    )


def custody_step(stop: Stop) -> Due:
    """To the workshop, or first the check before the station."""
    if all(job.kind == "inspection" for job in stop.at(states.IN_CUSTODY)):
        return Due("start_pre_check", _("Begin the check before the station"))
    return Due(
        "receive", _("Handed over at the workshop"), (Ask("odometer_km", _("Odometer at the workshop"), "number"),)
    )
