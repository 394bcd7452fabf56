"""What people read for each event: title, icon, tone, and the sentence of a timeline's entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from events.book.models import Entry
from fleet.approving.words import tell_budget, tell_delegation, tell_ground, tell_passed_on, tell_saved
from fleet.intake.texts import LABELS
from fleet.models import PhotoKind
from fleet.texts import DECISIONS, ROW_STATES
from fleet.titles import LEGS, MOVED_TITLES, NOTE_TITLES
from repair import states as jobs
from repair.events import MOVED_NAMES
from repair.models import DocumentKind
from repair.texts import ICONS, INCIDENT_STATES, INCIDENTS, LIABILITIES, said
from tenants.actors import name_actor
from tenants.people.models import join_names, names_of_roles
from ui.formats import format_fen, format_moment
from ui.tones import tone_of_status


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """An entry of the log as a person reads it."""

    time: datetime
    who: str
    title: str
    text: str = ""
    icon: str = "filled/point"
    tone: str = "neutral"
    seq: int = 0
    photos: Sequence[Mapping[str, str]] = ()  # {"thumb", "view", "label"}


@dataclass(frozen=True, slots=True)
class Words:
    """How a type of event is told: title, icon, tone, and what its data adds."""

    title: Any
    icon: str = "filled/point"
    tone: str = "neutral"
    text: Callable[[Mapping[str, Any]], str] = lambda _data: ""


def tell_entry(entry: Entry) -> TimelineItem:
    """An entry of the log in the active language; a type that no page knows shows its name."""
    words = EVENTS.get(entry.type) or Words(entry.type)
    title = words.title
    if entry.type == "order.noted":
        title = NOTE_TITLES.get(str(entry.data.get("topic")), words.title)
    return TimelineItem(
        time=entry.occurred_at,
        who=name_author(name_actor(entry.actor_name, kind=entry.actor_kind or "system"), entry.on_behalf_of),
        title=str(title),
        text=words.text(entry.data),
        icon=words.icon,
        tone=words.tone,
        seq=entry.seq,
    )


def name_author(name: str, on_behalf_of: str) -> str:
    """Who did it, and for whom."""
    return _("%(name)s, for %(principal)s") % {"name": name, "principal": on_behalf_of} if on_behalf_of else name


def moment(text: Any) -> str:
    """A time of an event's data, as pages show it."""
    read = parse_datetime(str(text)) if text else None
    return format_moment(moment=read) if read else ""


def span(start: Any, end: Any) -> str:
    """A window: `26 Nov, 13:00–17:00`."""
    first, last = parse_datetime(str(start)), parse_datetime(str(end))
    if first is None or last is None:
        return ""
    same = format_moment(moment=first, style="date") == format_moment(moment=last, style="date")
    return f"{format_moment(moment=first)}–{format_moment(moment=last, style='time' if same else 'short')}"


def say_note(data: Mapping[str, Any]) -> str:
    """What was written with a step."""
    return said(str(data.get("note") or ""))


def say_placed(data: Mapping[str, Any]) -> str:
    """The receipt's number and the window."""
    return f"{data['number']} · {span(data['window_start'], data['window_end'])}"


def say_agent(data: Mapping[str, Any]) -> str:
    """Who comes for which trip, and when."""
    leg = str(LEGS.get(data["leg"], data["leg"]))
    if not data["agent_name"]:
        return _("%(leg)s: another agent is being chosen.") % {"leg": leg}
    parts = [f"{leg}: {data['agent_name']}", data["agent_phone"], moment(data.get("planned_at"))]
    return " · ".join(filter(None, parts))


def say_windows(data: Mapping[str, Any]) -> str:
    """The windows to choose from."""
    return ", ".join(span(start, end) for start, end in data["windows"])


def say_estimate(data: Mapping[str, Any]) -> str:
    """How much, for how many lines, until when."""
    count = len(data["lines"])
    text = ngettext(
        "%(amount)s for %(count)d line, valid until %(until)s",
        "%(amount)s for %(count)d lines, valid until %(until)s",
        count,
    )
    return text % {
        "amount": format_fen(amount_fen=data["total_fen"]),
        "count": count,
        "until": moment(data["valid_until"]),
    }


def say_decision(data: Mapping[str, Any]) -> str:
    """What was decided, and why."""
    decision = str(DECISIONS.get(data["decision"], data["decision"]))
    amount = format_fen(amount_fen=data["approved_fen"]) if data["approved_fen"] else ""
    return " · ".join(filter(None, [decision, amount, said(str(data["reason"]))]))


def say_changes(data: Mapping[str, Any]) -> str:
    """Each field that changed, before and after."""
    before, after = data["before"], data["after"]
    return "; ".join(
        f"{_(LABELS.get(name, name))}: {show_value(name, before.get(name))} → {show_value(name, value)}"
        for name, value in after.items()
    )


def show_value(name: str, value: Any) -> str:
    """A field's value as people read it."""
    is_moment = name in {"window_start", "window_end", "return_by"}
    return moment(value) if value and is_moment else say_value(value)


def say_view(data: Mapping[str, Any]) -> str:
    """The name of a view."""
    return str((data.get("after") or data["before"]).get("name") or data["before"].get("name", ""))


def say_checked(data: Mapping[str, Any]) -> str:
    """The counts of a check."""
    pairs = [
        (ROW_STATES[name], data[name])
        for name in ("valid", "rejected", "already_submitted", "changed_since")
        if data[name]
    ]
    return ", ".join(f"{label}: {count}" for label, count in pairs)


def say_fields(data: Mapping[str, Any]) -> str:
    """What of a register's entry changed, from what to what; of a new one, what it is called."""
    before, after = data["before"], data["after"]
    if not before:
        return str(after.get("code") or after.get("name") or "")
    changed = [name for name in after if before.get(name) != after[name]]
    return " · ".join(
        f"{_(LABELS.get(name, name))}: {say_value(before.get(name))} → {say_value(after[name])}" for name in changed
    )


def say_description(data: Mapping[str, Any]) -> str:
    """Model, class and gearbox that changed."""
    return " · ".join(f"{say_value(old)} → {data[name]}" for name, old in data["before"].items())


def say_value(value: Any) -> str:
    """A field's value; a dash for none."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)


def say_import(data: Mapping[str, Any]) -> str:
    """How the rows of a register's file were judged."""
    counts = {name: data[name] for name in ("new", "changed", "same", "rejected")}
    return _("%(new)d new, %(changed)d changed, %(same)d the same, %(rejected)d rejected") % counts


def say_written(data: Mapping[str, Any]) -> str:
    """How many rows were written."""
    return ngettext("%(count)d row", "%(count)d rows", data["written"]) % {"count": data["written"]}


def say_rows(data: Mapping[str, Any]) -> str:
    """How many rows."""
    return ngettext("%(count)d row", "%(count)d rows", data["rows"]) % {"count": data["rows"]}


def say_limit(data: Mapping[str, Any]) -> str:
    """Whose limit, from what to what."""
    role = join_names(names_of_roles([data["subject"]])) or str(data["subject"])
    was, now = (
        "–" if fen is None else format_fen(amount_fen=fen) for fen in (data["before_fen"], data["after_fen"])
    )  # fmt: skip
    return f"{role}: {was} → {now}"


def say_member(data: Mapping[str, Any]) -> str:
    """Who, and the roles that are given."""
    roles = join_names(names_of_roles(data.get("roles") or []))
    return " · ".join(filter(None, [str(data.get("name") or data.get("email") or ""), roles]))


def say_key(data: Mapping[str, Any]) -> str:
    """A key's name and how it begins."""
    return f"{data['name']} ({data['prefix']}…)"


def say_orders(data: Mapping[str, Any]) -> str:
    """How many orders."""
    return ngettext("%(count)d order", "%(count)d orders", data["orders"]) % {"count": data["orders"]}


def say_costs(data: Mapping[str, Any]) -> str:
    """What it costs in all, and whether more is to come."""
    total = format_fen(amount_fen=data["total_fen"])
    return total if data["is_final"] else _("%(amount)s so far") % {"amount": total}


def say_photos(data: Mapping[str, Any]) -> str:
    """How many, of what."""
    count = len(data["photos"])
    text = ngettext("%(kind)s: %(count)d photo", "%(kind)s: %(count)d photos", count)
    return text % {"kind": dict(PhotoKind.choices).get(data["kind"], data["kind"]), "count": count}


def say_document(data: Mapping[str, Any]) -> str:
    """Which paper, and why it was taken back."""
    name = str(dict(DocumentKind.choices).get(data["kind"], data["kind"]))
    return " · ".join(filter(None, (name, data["number"], data.get("why", ""))))


def say_copy(data: Mapping[str, Any]) -> str:
    """Which paper, in which language."""
    language = dict(settings.LANGUAGES).get(data["language"], data["language"])
    return f"{say_document(data)} · {language}"


UNTOLD: Final = (
    "order.document_printed",
)  # in the log, not in an object's timeline: each paper is printed in every language


def say_incident(data: Mapping[str, Any]) -> str:
    """What happened, how far the file is, and who answers for it."""
    parts = [
        str(INCIDENTS.get(data["kind"], data["kind"])), str(INCIDENT_STATES.get(data["status"], data["status"])),
        said(str(data["text"])) if data["status"] == jobs.FILE_OPEN else "",
        str(LIABILITIES.get(data["liability"], "")), str(data["liability_reason"]),
        format_fen(amount_fen=data["compensation_fen"]) if data["compensation_fen"] else "",
    ]  # fmt: skip
    return " · ".join(filter(None, parts))


def say_reached(data: Mapping[str, Any]) -> str:
    """What is said with a complaint's step: the solution with its amount, who looks into it, or why."""
    amount = format_fen(amount_fen=data["compensation_fen"]) if data.get("compensation_fen") else ""
    return " · ".join(filter(None, [str(data.get("handler") or ""), str(data["text"]), amount]))


def say_evidence(data: Mapping[str, Any]) -> str:
    """What was added."""
    count = len(data["files"])
    files = ngettext("%(count)d file", "%(count)d files", count) % {"count": count} if count else ""
    return " · ".join(filter(None, [str(data.get("text") or ""), files]))


EVENTS: Final[dict[str, Words]] = {
    **{
        f"order.{name}": Words(
            MOVED_TITLES[state], ICONS.get(state, "filled/point"), tone_of_status(status=state), say_note
        )
        for state, name in MOVED_NAMES.items()
    },
    "vehicle.registered": Words(_l("Vehicle registered"), "car", text=lambda d: f"{d['plate']} {d['vin']}".strip()),
    "vehicle.described": Words(_l("Vehicle described anew"), "car", "info", say_description),
    "vehicle.odometer_read": Words(_l("Odometer read"), "gauge", "info", lambda d: f"{d['km']:,} km"),
    "vehicle.saved": Words(_l("Vehicle record saved"), "pencil", "info", say_fields),
    "driver.saved": Words(_l("Driver saved"), "user", "info", say_fields),
    "vehicle.replated": Words(_l("New plate"), "license", "info", lambda d: f"{d['before'] or '–'} → {d['plate']}"),
    "order.costed": Words(_l("Costs"), "receipt-2", "info", say_costs),
    "order.placed": Words(_l("Order placed"), "inbox", "neutral", say_placed),
    "order.agent_named": Words(_l("Agent named"), "user-check", "info", say_agent),
    "order.windows_offered": Words(_l("Other windows offered"), "calendar-time", "wait", say_windows),
    "order.workshop_named": Words(_l("Workshop named"), "building-factory-2", "info", lambda d: str(d["workshop"])),
    "order.estimated": Words(_l("Estimate"), "receipt", "wait", say_estimate),
    "order.estimate_decided": Words(_l("Decision on the estimate"), "gavel", "info", say_decision),
    "order.noted": Words(_l("Note"), "message", "neutral", lambda d: str(d["text"])),
    "order.photographed": Words(_l("Photos"), "camera", "neutral", say_photos),
    "order.document_issued": Words(_l("Document issued"), "file-text", "neutral", say_document),
    "order.document_printed": Words(_l("Document printed"), "printer", "neutral", say_copy),
    "order.document_withdrawn": Words(_l("Document taken back"), "file-off", "warn", say_document),
    "order.incident": Words(_l("Incident"), "alert-octagon", "warn", say_incident),
    "order.amended": Words(_l("Order changed"), "pencil", "info", say_changes),
    "complaint.filed": Words(_l("Complaint filed"), "message-exclamation", "warn", lambda d: str(d["text"])),
    "complaint.taken_up": Words(_l("Taken up"), "search", "active", say_reached),
    "complaint.solution_given": Words(_l("Solution given"), "bulb", "wait", say_reached),
    "complaint.solution_accepted": Words(_l("Solution accepted"), "check", "good", say_reached),
    "complaint.reopened": Words(_l("Opened again"), "refresh", "warn", say_reached),
    "complaint.closed": Words(_l("Complaint closed"), "archive", "ended", say_reached),
    "complaint.evidence_asked": Words(_l("Evidence asked for"), "help", "wait", lambda d: str(d["text"])),
    "complaint.evidence_given": Words(_l("Evidence given"), "paperclip", "info", say_evidence),
    "complaint.files_shown": Words(_l("Files added"), "paperclip", "info", say_evidence),
    "site.saved": Words(_l("Site saved"), "map-pin", text=say_fields),
    "cost_center.saved": Words(_l("Cost centre saved"), "wallet", text=say_fields),
    "import.received": Words(_l("File received"), "file-upload", text=lambda d: str(d["name"])),
    "import.refused": Words(_l("File refused"), "file-x", "bad"),
    "import.checked": Words(_l("File checked"), "list-check", "info", say_import),
    "import.started": Words(_l("Writing begun"), "send", "info", say_rows),
    "import.done": Words(_l("Written into your register"), "checks", "good", say_written),
    "import.discarded": Words(_l("Import discarded"), "trash", "ended"),
    "limit.saved": Words(_l("Approval limit saved"), "scale", "info", tell_saved),
    "limit.removed": Words(_l("Approval limit removed"), "scale", "ended", tell_saved),
    "approval.passed_on": Words(_l("Passed on to who may approve it"), "arrow-up-circle", "wait", tell_passed_on),
    "delegation.given": Words(_l("Deputy named"), "user-share", "info", tell_delegation),
    "delegation.revoked": Words(_l("Delegation taken back"), "user-off", "ended", tell_delegation),
    "budget.saved": Words(_l("Budget set"), "wallet", "info", tell_budget),
    "budget.removed": Words(_l("Budget removed"), "wallet-off", "ended", tell_budget),
    "approval.given": Words(_l("Approved within the limit"), "scale", "good", tell_ground),
    "limit.changed": Words(_l("Approval limit changed"), "scale", "info", say_limit),
    "member.invited": Words(_l("Invited"), "mail", "info", say_member),
    "member.uninvited": Words(_l("Invitation taken back"), "mail-off", "ended", say_member),
    "member.joined": Words(_l("Joined"), "user-plus", "good", say_member),
    "member.changed": Words(_l("Roles changed"), "user-cog", "info", say_member),
    "member.deactivated": Words(_l("Member deactivated"), "user-off", "ended", say_member),
    "member.reactivated": Words(_l("Member let in again"), "user-check", "good", say_member),
    "api_key.issued": Words(_l("API key made"), "key", "info", say_key),
    "api_key.revoked": Words(_l("API key revoked"), "key-off", "ended", say_key),
    "view.saved": Words(_l("Shared view saved"), "bookmark", text=say_view),
    "view.removed": Words(_l("Shared view removed"), "bookmark-off", "ended", say_view),
    "settings.changed": Words(_l("Settings changed"), "settings", "info"),
    "batch.received": Words(_l("File received"), "file-upload", text=lambda d: str(d["name"])),
    "batch.made_real": Words(_l("Check made a real batch"), "circle-check", "info"),
    "batch.refused": Words(_l("File refused"), "file-x", "bad"),
    "batch.checked": Words(_l("File checked"), "list-check", "info", say_checked),
    "batch.mended": Words(_l("Rows mended"), "pencil", "info"),
    "batch.submitted": Words(_l("Batch submitted"), "send", "info", say_rows),
    "batch.opened": Words(_l("All orders placed"), "checks", "good", say_orders),
    "batch.discarded": Words(_l("Batch discarded"), "trash", "ended"),
    "batch.rollback_started": Words(_l("Roll-back begun"), "arrow-back-up", "warn", lambda d: str(d["reason"])),
    "batch.rolled_back": Words(_l("Roll-back done"), "arrow-back-up", "ended"),
}
