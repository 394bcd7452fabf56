"""委托书 and 验车单 on a page."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from repair import texts
from repair.documents.pages.frame import (
    Cell,
    Content,
    about,
    clauses,
    column,
    day,
    fact,
    frame_of,
    kilometres,
    language_code,
    minute,
    signature,
)
from repair.documents.pages.pictures import picture_of
from repair.models import Document
from repair.models.jobs import JobKind
from ui.formats import format_fen


def authorisation_page(document: Document, language: str) -> dict[str, Any]:
    """The parties, the vehicle, what we may do, and the signature."""
    content = document.content
    customer, order = content["customer"], content["order"]
    operator = content["operator"][f"name_{language_code(language)}"]
    return {
        **frame_of(document, language, title=pgettext("document", "Agency authorisation"), subtitle=document.number),
        "opening": _("%(customer)s authorises %(operator)s to act for it with the vehicle named here:")
        % {"customer": customer["name"], "operator": operator},
        "facts": [
            *about(content),
            fact(_("Service"), dict(JobKind.choices).get(order["service"], order["service"])),
            fact(_("Contact"), customer["contact"]),
            fact(_("Telephone"), customer["phone"]),
            fact(_("Agent"), order["agent"]),
            fact(_("What is to be done"), order["description"], span=4),
        ],
        "clauses": {"title": _("What this authorisation covers"), "items": clauses(content, language)},
        "signatures": [
            signature(
                _("Signed for the customer"), name=", ".join(content["signers"]), on=minute(content["signed_at"]),
                drawing=picture_of(content["signature"], "thumb"),
            ),
            signature(_("Operator"), name=operator, on=day(content["issued_at"]), sealed=True),
        ],
    }  # fmt: skip


def condition_page(document: Document, language: str) -> dict[str, Any]:
    """What both saw, at the return beside what was seen before; photos, valuables, signatures, the hash that both signed."""
    content = document.content
    report, before = content["report"], content["before"]
    is_return = before is not None
    title = _("Condition report at return") if report["side"] == "return" else _("Condition report at pickup")
    return {
        **frame_of(document, language, title=title, subtitle=document.number),
        "facts": [
            *about(content, odometer=False),
            fact(_("Looked at"), minute(content["signed_at"])),
            fact(_("Orders"), ", ".join(content["orders"]), span=2),
            fact(_("Agent"), content["agent_name"]),
            fact(_("Handed over by") if not is_return else _("Taken over by"), report["customer_name"]),
        ],
        "seen": {"title": _("What both saw"), "columns": seen_columns(is_return), "rows": seen_rows(report, before)},
        "remarks": [fact(_("Valuables"), valuables(report)), fact(_("Damages and remarks"), report["remarks"])],
        "work": work_of(report),
        "photos": {"title": _("Photos"), "items": photos_of(content, language)},
        "note": clauses(content, language),
        "hash": {
            "label": _("Both signed this hash of all that is said and shown above:"),
            "value": content["report_sha256"],
        },
        "signatures": signatures_of(content),
    }


def seen_columns(is_return: bool) -> list[Cell]:
    """At the return three columns, else one."""
    if not is_return:
        return [column(_("Item"), parts=2), column(_("At pickup"), parts=3)]
    return [column(_("Item"), parts=2), column(_("At pickup"), parts=2), column(_("At return"), parts=2),
            column(_("Difference"), parts=2)]  # fmt: skip


def seen_rows(report: Content, before: Content | None) -> list[list[str]]:
    """Odometer, energy, keys, and what is on board."""
    rows = [
        (_("Odometer"), kilometres(report["odometer_km"]), before and kilometres(before["odometer_km"]),
         before and f"+{report['odometer_km'] - before['odometer_km']:,} km"),
        (_("Fuel or charge"), f"{report['energy_percent']} %", before and f"{before['energy_percent']} %",
         before and f"{report['energy_percent'] - before['energy_percent']:+d} %"),
        (_("Keys"), str(report["keys"]), before and str(before["keys"]),
         before and (f"{report['keys'] - before['keys']:+d}" if report["keys"] != before["keys"] else "")),
    ]  # fmt: skip
    for name in sorted(report["items"], key=lambda name: list(texts.ITEMS).index(name) if name in texts.ITEMS else 99):
        has, had = bool(report["items"][name]), bool(before and before["items"].get(name))
        lost = _("missing") if before and had and not has else ""
        rows.append((str(texts.ITEMS.get(name, name)), yes_or_no(has), before and yes_or_no(had), lost))
    if before is None:
        return [[label, now] for label, now, _was, _change in rows]
    return [[label, was or "", now, (change or "–").replace("-", "−")] for label, now, was, change in rows]


def yes_or_no(is_there: bool) -> str:
    """Whether a thing is on board."""
    return _("on board") if is_there else _("not on board")


def valuables(report: Content) -> str:
    """What was left in the vehicle; said also when there is nothing."""
    return ", ".join(report["valuables"]) or _("none; the customer was reminded to take valuables along")


def work_of(report: Content) -> Cell | None:
    """At the return: what was done and what it costs, as it was explained and signed."""
    if not report.get("work"):
        return None
    rows: list[Any] = []
    for order in report["work"]:
        rows.append({"group": order["order"], "sum": format_fen(amount_fen=order["total_fen"])})
        rows += [[line["text"], format_fen(amount_fen=line["approved_fen"])] for line in order["lines"]]
    return {
        "title": _("Work and costs, as explained"),
        "columns": [column(_("Item"), parts=1), column(_("Amount, tax included"), end=True)],
        "rows": rows,
    }


def photos_of(content: Content, language: str) -> list[Cell]:
    """Each photo with its name and the beginning of its sum."""
    sums = content["report"]["shots"]
    return [
        {
            "drawing": picture_of(shot["file"], "thumb"),
            "label": shot[language_code(language)] or shot_name(shot["code"]),
            "sum": sums.get(shot["code"], "")[:16],
        }
        for shot in content["shots"]
    ]


def shot_name(code: str) -> str:
    """A damage is numbered; another code is shown as it is."""
    return _("Damage %(number)s") % {"number": code.partition("-")[2]} if code.startswith("damage-") else code


def signatures_of(content: Content) -> list[Cell]:
    """The agent and the customer; or who saw that the customer would not sign, and why."""
    report = content["report"]
    agent = signature(
        _("Agent"), name=content["agent_name"], on=minute(content["signed_at"]),
        drawing=picture_of(content["agent_signature"], "thumb"),
    )  # fmt: skip
    if report["witness"]:
        label = _("Customer did not sign: %(reason)s") % {"reason": report["refusal"] or "–"}
        return [agent, signature(label, name=_("Witness: %(name)s") % {"name": report["witness"]})]
    drawing = picture_of(content["customer_signature"], "thumb")
    return [
        agent,
        signature(_("Customer"), name=report["customer_name"], on=minute(content["signed_at"]), drawing=drawing),
    ]
