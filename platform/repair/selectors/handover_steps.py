"""Which step is due at a stop, and what it asks: the page's buttons."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dispatch.models import LegKind
from repair import states
from repair.models import Custody, ReportSide, ShotOccasion
from repair.models.incidents import PEOPLE_REPORT
from repair.selectors.handover import GIVEN, Stop
from repair.selectors.shots import required_shots


@dataclass(frozen=True, slots=True)
class Ask:
    """A field of a step's form."""

    name: str
    label: Any
    kind: str = "text"  # text, number, check, photo, choice
    is_required: bool = True
    choices: tuple[tuple[str, Any], ...] = ()


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
RETURNED: Final = tuple(sorted(states.RETURNED))
INCIDENT_STEP: Final = Due(
    "report_incident",
    _("Report an incident"),
    (
        Ask("kind", _("What happened"), "choice", choices=tuple(PEOPLE_REPORT)),
        Ask("text", _("In words")),
        Ask("police_number", _("Police number"), is_required=False),
        Ask("incident", _("Photo of what you found"), "photo"),
    ),
    style="danger",
    text=_("Make the place safe and call the police first where somebody is hurt. The desk hears of it at once."),
    is_rare=True,
)
OF_LEG: Final = frozenset({states.ASSIGNED, states.ACCEPTED, states.CONTACTED})


def steps_due(stop: Stop) -> list[Due]:
    """The steps that may be taken now, the expected one first."""
    found: list[Due] = []
    at_workshop = bool(stop.at(states.AWAITING_RETURN)) and stop.leg.kind == LegKind.RETURN
    if step := LEG_STEPS.get(stop.leg.status):
        if at_workshop and stop.leg.status == "contacted":  # a return sets out when the workshop hands over
            step = take_over_step(stop)
        if stop.leg.kind == LegKind.ERRAND and stop.leg.status in {"contacted", "under_way"}:
            step = Due("take_documents", _("I have the documents"))
        found.append(step)
    if stop.leg.kind == LegKind.ERRAND and stop.leg.status == "arrived" and stop.at(states.CONTACTED):
        found.append(Due("take_documents", _("I have the documents")))
    if stop.at(states.IN_CUSTODY):
        found.append(custody_step(stop))
    for status in dict.fromkeys(job.status for job in stop.jobs):
        found += JOB_STEPS.get(status, ())
    if stop.at(*sorted(states.IN_CUSTODY_STATES)):
        found.append(INCIDENT_STEP)
    return found + correction_steps(stop)


def take_over_step(stop: Stop) -> Due:
    """From the workshop with odometer and photos; from the station nobody gives it."""
    if stop.visit is None or stop.visit.workshop_id is None:
        return Due("take_over", _("I set out from the station"))
    shots = required_shots(ShotOccasion.HAND_OVER, stop.at(states.AWAITING_RETURN))
    photos = [Ask(GIVEN + shot.code, shot.name, "photo") for shot in shots]
    return Due(
        "take_over", _("Taken over from the workshop"),
        (Ask("odometer_km", _("Odometer at the workshop"), "number"), *photos),
        text=_("Read and photograph it before you drive off; the customer sees the photos."),
    )  # fmt: skip


def correction_steps(stop: Stop) -> list[Due]:
    """The odometer of pickup or return, when it was mistyped: nothing else would put it right."""
    is_back = stop.side == ReportSide.RETURN and bool(stop.at(*RETURNED))
    if not stop.at(*CORRECTABLE) and not is_back:
        return []
    custody = Custody.objects.filter(visit=stop.visit).first()
    if custody is None:
        return []
    if is_back:
        return [
            correction_step(
                "correct_return", _("Correct the odometer of the return"), _("What it showed at the return, km"),
                _now("Kept from the return: %(km)s km.") % {"km": custody.odometer_in_km},
            )
        ]  # fmt: skip
    return [
        correction_step(
            "correct_odometer", _("Correct the odometer of the pickup"), _("What it showed at the pickup, km"),
            _now("Kept from the pickup: %(km)s km.") % {"km": custody.odometer_out_km},
        )
    ]  # fmt: skip


def correction_step(kind: str, label: Any, asked: Any, kept: str) -> Due:
    """What is asked for it; folded away, for it is rarely due."""
    asks = (
        Ask("odometer_km", asked, "number"),
        Ask("reason", _("Why it was wrong")),
        Ask("is_compared", _("I have compared it with the photo of the dashboard"), "check"),
    )
    stays = _now("The signed report stays as it is; the customer reads the correction.")
    return Due(kind, label, asks, style="plain", text=f"{kept} {stays}", is_rare=True)


def custody_step(stop: Stop) -> Due:
    """To the workshop, or first the check before the station."""
    if all(job.kind == "inspection" for job in stop.at(states.IN_CUSTODY)):
        return Due("start_pre_check", _("Begin the check before the station"))
    return Due(
        "receive", _("Handed over at the workshop"), (Ask("odometer_km", _("Odometer at the workshop"), "number"),)
    )
