"""The words for the codes of dispatch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dispatch.models import AlertKind, LegKind
from dispatch.planning import GateReason
from tenants.actors import name_actor

LEG_STATES: dict[str, Any] = {
    "planned": _("Planned"),
    "assigned": _("Assigned"),
    "offered": _("Offered"),
    "accepted": _("Accepted"),
    "contacted": _("Contacted"),
    "under_way": _("Under way"),
    "arrived": _("Arrived"),
    "done": _("Done"),
    "failed": _("Failed"),
    "unassigned": _("Unassigned"),
    "cancelled": _("Cancelled"),
}
KINDS: dict[str, Any] = dict(LegKind.choices)
DUE: dict[str, Any] = {  # what counts down in each state
    "planned": _("Name an agent"),
    "unassigned": _("Name an agent"),
    "failed": _("Agree another time"),
    "assigned": _("Departure"),
    "offered": _("Answer"),
    "accepted": _("Call the customer"),
    "contacted": _("Departure"),
    "under_way": _("Arrival"),
    "arrived": _("Hand-over"),
}
EVENTS: dict[str, Any] = {
    "leg.planned": _("Waits for an agent"),
    "leg.assigned": _("Agent named"),
    "leg.unassigned": _("Nobody has it"),
    "leg.alerted": _("Dispatchers alerted"),
    "offer": _("Offered to the agent"),
    "accept": _("Accepted"),
    "decline": _("Declined"),
    "expire": _("The offer expired"),
    "contact": _("Customer contacted"),
    "set_out": _("Set out"),
    "arrive": _("Arrived"),
    "finish": _("Done"),
    "fail": _("Could not be done"),
    "cancel": _("Cancelled"),
    "amend": _("Changed"),
}
ICONS = {
    "leg.planned": "calendar-plus", "leg.assigned": "user-check", "leg.unassigned": "user-x",
    "leg.alerted": "bell-ringing", "offer": "bell", "accept": "check", "decline": "x", "expire": "clock-x",
    "contact": "phone", "set_out": "car", "arrive": "map-pin", "finish": "flag", "fail": "alert-triangle",
    "cancel": "ban", "amend": "pencil",
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "": _("open"),
    "accepted": _("accepted"),
    "declined": _("declined"),
    "expired": _("expired"),
    "withdrawn": _("withdrawn"),
}
AGENT_STATES: dict[str, Any] = {  # on the map
    "free": _("free"),
    "busy": _("busy"),
    "unfit": _("Unfit"),
    "off": _("off shift"),
}
FATES: dict[str, Any] = {
    "chosen": _("Named"),
    "taken": _("Free, but another leg takes him: so the whole is shorter"),
    "not_needed": _("Free, but not needed"),
}
REASONS: dict[str, Any] = {
    "no_capacity": _("Nobody is free in this window"),
    "window_closed": _("The window is over"),
    "nobody_left": _("Everybody who could go has declined or let the offer expire"),
    "nobody": _("Nobody can go"),
    "window_changed": _("The customer changed the window"),
    "offer_expired": _("The offer expired"),
    "contact_breached": _("The customer was not contacted in time"),
    "pass_on": _("Passed on to the next agent"),
    "reassign": _("Another agent was named"),
    "cancelled": _("Cancelled"),
    "undone": _("Undone by the dispatcher"),
    "many": _("Taken back with others"),
    "on_hold": _("The job is on hold"),  # from here on, why the repair desk calls one off
    "reschedule": _("Another time was agreed"),
    "return": _("It makes way for the return"),
    "retry_return": _("Another time was agreed"),
    "return_again": _("Another time was agreed"),
    "back_to_workshop": _("The vehicle waits at the workshop"),
    "rework": _("A fault was found; the vehicle stays"),
    "delivered": _("What it should have brought is delivered"),
    "salvage": _("The vehicle was handed over as salvage"),
}
FIELDS: dict[str, Any] = {
    "window_start": _("from"), "window_end": _("until"), "from_address": _("address"), "from_lat": _("latitude"),
    "from_lng": _("longitude"), "to_address": _("destination"), "to_lat": _("destination's latitude"),
    "to_lng": _("destination's longitude"), "contact": _("contact"), "phone": _("phone"), "label": _("plate"),
    "vehicle_class": _("vehicle class"), "mode": _("mode"),
}  # fmt: skip
LEAVE_REQUESTS: dict[str, Any] = {
    "requested": _("Waits for an answer"),
    "approved": _("Given"),
    "refused": _("Refused"),
    "withdrawn": _("Taken back"),
}
CLASSES: dict[str, Any] = {
    "small_car": _("Small car"),
    "light_van": _("Light van"),
    "light_truck": _("Light truck"),
    "tractor": _("Tractor unit"),
    "coach": _("Coach"),
}
CLOCKS: dict[str, Any] = {
    "respond": _("Respond"),
    "dispatch": _("Dispatch"),
    "contact": _("Customer contact"),
    "response": _("First contact"),
    "progress": _("Progress note"),
    "return": _("Return"),
    "callback": _("Callback"),
    "problem": _("Problem"),
    "approval": _("Approval"),
    "consent": _("Consent"),
    "insurer": _("Insurer"),
    "parts": _("Parts"),
}

PAUSES: dict[str, Any] = {  # what a clock stands still for
    "customer_time": _("the customer wants another time"),
    "customer_evidence": _("the customer's papers or answer are missing"),
    "approval": _("the customer's approval is awaited"),
    "consent": _("the customer's consent is awaited"),
    "insurer": _("the insurer is awaited"),
    "parts": _("parts are awaited"),
    **dict(AlertKind.choices),
}


actor_text = name_actor  # the pages of this desk find it among their words
GATES = {gate.value: gate for gate in GateReason}


def reason_text(reason: str) -> str:
    """A reason in the reader's words: a code of ours, a gate, or what somebody wrote."""
    if reason in REASONS:
        return str(REASONS[reason])
    gate = GATES.get(reason)
    return gate.text if gate else reason


def event_text(event: str, reason: str) -> str:
    """What stands under a step: the reason, or for a change the fields."""
    if event == "amend":
        return ", ".join(str(FIELDS.get(name, name)) for name in reason.split(", ") if name)
    return reason_text(reason)


def change_text(model: type[Model], data: Mapping[str, Any]) -> str:
    """What a change touched, by the names of the fields; or that the thing was made."""
    if not data["before"]:
        return _now("Made")
    names = [str(getattr(model._meta.get_field(name), "verbose_name", name)) for name in data["after"]]
    return _now("Changed: %(names)s") % {"names": ", ".join(names)}


def pause_text(reason: str) -> str:
    """Why a clock stands still."""
    return str(PAUSES.get(reason, reason))


def minutes(seconds: int | None) -> str:
    """A drive in minutes."""
    return "–" if seconds is None else _now("%(count)d min") % {"count": round(seconds / 60)}


@dataclass(frozen=True, slots=True)
class Told:
    """A fact of a clock as a person reads it."""

    title: str
    text: str
    icon: str
    tone: str


def tell_clock(kind: str, data: Mapping[str, Any]) -> Told:
    """What happened to a clock: warned, paused, running again, run out, excused."""
    clock = {"clock": CLOCKS.get(str(data.get("clock")), data.get("clock")), "share": data.get("share")}
    why, alert = pause_text(str(data.get("reason", ""))), str(data.get("alert", ""))
    return {
        "clock.warned": Told(_now("%(share)s %% of the time used: %(clock)s") % clock, "", "bell", "soon"),
        "clock.paused": Told(
            _now("Clock paused: %(clock)s") % clock, f"{why} {alert}".strip(), "player-pause", "neutral"
        ),
        "clock.resumed": Told(_now("Clock runs again: %(clock)s") % clock, why, "player-play", "neutral"),
        "clock.breached": Told(_now("Clock ran out: %(clock)s") % clock, "", "alarm", "bad"),
        "clock.excused": Told(_now("Excused by an area alert: %(clock)s") % clock, alert, "cloud-storm", "neutral"),
    }.get(kind, Told(kind, "", "clock", "neutral"))
