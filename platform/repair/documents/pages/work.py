"""估价单, 质量检验报告 and 竣工出厂合格证 on a page."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from repair.documents.pages.frame import (
    Cell,
    Content,
    about,
    column,
    day,
    fact,
    frame_of,
    language_code,
    minute,
    signature,
)
from repair.documents.pages.settlement import PARTS, amounts, columns, warranty_note
from repair.models import Document
from repair.models.jobs import JobKind
from ui.formats import format_fen


def estimate_page(document: Document, language: str) -> dict[str, Any]:
    """Lines in groups, the sum, until when it holds, where the customer says yes."""
    content = document.content
    order = content["order"]
    name = _("Extra fault") if content["is_supplement"] else pgettext("document", "Estimate")
    return {
        **frame_of(document, language, title=name, subtitle=document.number),
        "facts": [
            *about(content),
            fact(_("Version"), content["estimate_version"]),
            fact(_("Workshop"), order["workshop"]),
            fact(_("Sent"), minute(content["issued_at"])),
            fact(_("Valid until"), minute(content["valid_until"])),
            fact(_("What is to be done"), order["description"], span=4),
        ],
        "lines": {"title": _("Work and materials"), "columns": columns(), "rows": estimate_rows(content)},
        "sums": [{"label": _("Total, tax included"), "value": format_fen(amount_fen=content["total_fen"]), "total": True}],
        "after": {
            "title": _("Please note"),
            "items": [
                _("No work begins on a line before you have approved it; what you decline stays as it is."),
                _("Faults found later are worked on only after you have approved them."),
                _("All amounts are in CNY and include the tax."),
            ],
        },
        "signatures": [
            signature(_("Operator"), name=content["operator"][f"name_{language_code(language)}"], on=day(content["issued_at"]),
                      sealed=True),
            signature(_("Approved by the customer")),
        ],
    }  # fmt: skip


def estimate_rows(content: Content) -> list[Any]:
    """The lines under the heads of their groups, with the numbers by which they are decided on."""
    found: list[Any] = []
    for part, label in PARTS.items():
        lines = [line for line in content["lines"] if line["part"] == part]
        if lines:
            found.append({"group": str(label), "sum": format_fen(amount_fen=sum(line["amount_fen"] for line in lines))})
        found += [
            [str(line["no"]), [line["text"], line["operation"]], line["quantity"], *amounts(line)] for line in lines
        ]
    return found


def quality_page(document: Document, language: str) -> dict[str, Any]:
    """What was worked on, and each round of the inspection, the last one first."""
    content = document.content
    rounds = list(reversed(content["rounds"]))
    last = rounds[0]
    return {
        **frame_of(document, language, title=_("Quality report"), subtitle=document.number),
        "facts": [
            *about(content),
            fact(_("Workshop"), content["order"]["workshop"]),
            fact(_("Technician"), last["technician"]),
            fact(_("Inspector"), last["inspector"]),
            fact(_("Inspected"), minute(last["checked_at"])),
        ],
        "verdict": {
            "label": _("Passed") if last["is_passed"] else _("Did not pass"),
            "is_good": last["is_passed"],
            "text": _("Inspected by somebody who did not do the work, against the quality standard %(version)s.")
            % {"version": last["standard"]},
        },
        "rounds": [round_of(each, language) for each in rounds],
        "work": work_rows(content),
        "signatures": [
            signature(_("Inspector"), name=last["inspector"], on=day(last["checked_at"])),
            signature(_("Operator"), name=content["operator"][f"name_{language_code(language)}"], on=day(content["issued_at"]),
                      sealed=True),
        ],
    }  # fmt: skip


def round_of(check: Content, language: str) -> Cell:
    """One round, item by item."""
    code = language_code(language)
    return {
        "title": _("Inspection, round %(round)s: %(verdict)s")
        % {"round": check["round"], "verdict": _("Passed") if check["is_passed"] else _("Did not pass")},
        "columns": [column(_("No.")), column(_("Item"), parts=1), column(_("Result"), end=True)],
        "rows": [
            [str(number), item[code], _("meets the standard") if item["result"] == "ok" else _("does not meet it")]
            for number, item in enumerate(check["items"], start=1)
        ],
        "remarks": check["remarks"],
    }


def work_rows(content: Content) -> Cell:
    """What was worked on, without prices."""
    return {
        "title": _("Work and materials"),
        "columns": [column(_("No.")), column(_("Item"), parts=1), column(_("Kind")), column(_("Quantity"), end=True)],
        "rows": [
            [str(number), line["text"], str(PARTS.get(line["part"], line["part"])), line["quantity"]]
            for number, line in enumerate(content["work"], start=1)
        ],
    }


def fitness_page(document: Document, language: str) -> dict[str, Any]:
    """That the vehicle may be used again, who says so, and for how long the work is under warranty."""
    content = document.content
    order, code = content["order"], language_code(language)
    count = ngettext("%(count)d item", "%(count)d items", len(content["work"])) % {"count": len(content["work"])}
    return {
        **frame_of(document, language, title=_("Certificate of completion"), subtitle=document.number),
        "facts": [
            *about(content),
            fact(_("Service"), dict(JobKind.choices).get(order["service"], order["service"])),
            fact(_("Workshop"), order["workshop"]),
            fact(_("Work done"), count),
            fact(_("Inspected"), day(content["checked_at"])),
        ],
        "statement": _(
            "The work on this vehicle is complete. It was inspected against the quality standard %(version)s, meets it, "
            "and may leave the workshop."
        )
        % {"version": content["standard"]},
        "warranty": warranty_note(content),
        "work": work_rows(content),
        "signatures": [
            signature(_("Inspector"), name=content["inspector"], on=day(content["checked_at"])),
            signature(
                _("Operator"), name=content["operator"][f"name_{code}"], on=day(content["issued_at"]), sealed=True
            ),
        ],
    }
