"""How an entry of the log is told to an auditor: by which way it came, and what differs before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from events.book.models import Entry
from fleet.intake.texts import LABELS
from fleet.models import Batch
from fleet.timeline import say_value
from tenants.people.models import join_names, names_of_roles
from ui.formats import format_fen, format_moment

GROUP_NAMES: Final[dict[str, Any]] = {
    "people": _l("Members and keys"),
    "rules": _l("Settings and limits"),
    "approvals": _l("Approvals and budgets"),
    "registers": _l("Drivers, sites, cost centres"),
    "batches": _l("Batches"),
    "orders": _l("Orders"),
    "vehicles": _l("Vehicles"),
}
FIELD_NAMES: Final[dict[str, Any]] = {
    "policy": _l("Batches with rejected rows"),
    "roles": _l("Roles"),
    "up_to_fen": _l("Approves up to"),
    "is_unlimited": _l("Without limit"),
    "role": _l("Role"),
    "amount_fen": _l("Amount"),
    "period": _l("Period"),
    "starts_on": _l("From"),
    "ends_on": _l("Until"),
    "may_exceed_budget": _l("May go above a cost centre's budget"),
    "over_budget": _l("Above a cost centre's budget"),
    "four_eyes_from_fen": _l("Somebody else approves from"),
    "member_name": _l("Member"),
    "max_age_years": _l("Vehicles up to this age, in years"),
    "vehicle_spend_fen": _l("While the vehicle's year is up to"),
    "center_spend_fen": _l("While the cost centre's year is up to"),
    "query": _l("Filter"),
    "is_shared": _l("Shared"),
    "is_first": _l("Opens first"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field, as it was and as it is."""

    label: str
    was: str
    now: str


def came_by(entry: Entry) -> str:
    """The way by which it came: a program's key, or the system by itself; "" for a person's own hand."""
    if entry.credential.startswith("key:"):
        return _("Key %(prefix)s…") % {"prefix": entry.credential.removeprefix("key:")}
    return _("Automatic") if entry.actor_kind == "system" else ""


def differences_of(entry: Entry) -> list[Difference]:
    """Each field that differs, before and after; of what is new or gone, all there is."""
    before, after = states_of(entry.data)
    found = (
        Difference(label_of(name), say_field(name, before.get(name)), say_field(name, after.get(name)))
        for name in {**before, **after}
    )
    return [each for each in found if each.was != each.now]


def states_of(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What the entry's data says of before and after; empty where it says nothing."""
    if isinstance(data.get("before"), dict):
        return data["before"], data.get("after") or {}
    if "before_fen" in data:
        return {"up_to_fen": data["before_fen"]}, {"up_to_fen": data["after_fen"]}
    if "roles_before" in data:
        return {"roles": data["roles_before"]}, {"roles": data["roles"]}
    if "before" in data and "plate" in data:
        return {"plate": data["before"]}, {"plate": data["plate"]}
    return {}, {}


def label_of(name: str) -> str:
    """A field's name for people."""
    return str(FIELD_NAMES[name]) if name in FIELD_NAMES else _(LABELS.get(name, name))


def say_field(name: str, value: Any) -> str:
    """A field's value for people; a dash for none."""
    if value in (None, "", []):
        return say_value(None)
    if name.endswith("_fen"):
        return format_fen(amount_fen=value)
    if name == "policy":
        return str(dict(Batch.Policy.choices).get(value, value))
    if name in {"roles", "role"}:
        return join_names(names_of_roles(value if isinstance(value, list) else [value]))
    moment = parse_moment(value)
    return format_moment(moment=moment) if moment else say_value(value)


def parse_moment(value: Any) -> Any:
    """A time with its zone, if that is what the text is."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
