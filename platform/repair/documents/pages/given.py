"""代步车协议 and 荣誉证书 on a page."""

from typing import Any

from django.utils.translation import gettext as _

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
from repair.documents.pages.settlement import PAYERS
from repair.models import Document
from ui.formats import format_fen


def loan_page(document: Document, language: str) -> dict[str, Any]:
    """The car, the borrower, the days and the price, how it looked, the terms, both signatures."""
    content = document.content
    return {
        **frame_of(document, language, title=_("Courtesy-car agreement"), subtitle=document.number),
        "car": [
            fact(_("Courtesy car"), content["plate"]),
            fact(_("Model"), content["model"]),
            fact(_("VIN"), content["vin"], span=2),
            fact(_("Borrower"), content["borrower"]),
            fact(_("Driving licence, last letters"), content["borrower_licence_tail"]),
            fact(_("Lent"), minute(content["lent_at"])),
            fact(_("Due back"), minute(content["due_at"])),
            fact(_("Price a day, tax included"), format_fen(amount_fen=content["price_a_day_fen"])),
            fact(_("Paid by"), PAYERS.get(content["payer"], content["payer"])),
            fact(_("Insured until"), content["insured_until"]),
        ],
        "instead": {"title": _("Lent while this vehicle is with us"), "facts": about(content)},
        "seen": {"title": _("How it looked"), "columns": seen_columns(content), "rows": seen_rows(content)},
        "clauses": {"title": _("Terms"), "items": clauses(content, language)},
        "signatures": [
            signature(_("Borrower"), name=content["borrower"], on=day(content["lent_at"]),
                      drawing=picture_of(content["borrower_signature"], "thumb")),
            signature(_("Operator"), name=content["agent_name"], on=day(content["lent_at"]),
                      drawing=picture_of(content["agent_signature"], "thumb")),
        ],
    }  # fmt: skip


def seen_columns(content: Content) -> list[Cell]:
    """At its hand-over, and once it is back beside that."""
    found = [column(_("Item"), parts=2), column(_("When lent"), parts=3)]
    return [*found, column(_("At the return"), parts=3)] if content["back"] else found


def seen_rows(content: Content) -> list[list[str]]:
    """When, odometer, energy, remarks."""
    times = [seen for seen in (content["out"], content["back"]) if seen]
    return [
        [_("Time"), *(minute(seen["seen_at"]) for seen in times)],
        [_("Odometer"), *(kilometres(seen["odometer_km"]) for seen in times)],
        [_("Fuel or charge"), *(f"{seen['energy_percent']} %" for seen in times)],
        [_("Damages and remarks"), *(seen["remarks"] or "–" for seen in times)],
    ]


def award_page(document: Document, language: str) -> dict[str, Any]:
    """The name, the honour, what for."""
    content = document.content
    code = language_code(language)
    return {
        **frame_of(document, language, title=_("Certificate of honour"), subtitle=document.number),
        "name": content["name"],
        "honour": content[f"title_{code}"],
        "reason": content[f"reason_{code}"],
        "period": content["period"],
        "signed": {"name": content["operator"][f"name_{code}"], "date": day(content["issued_at"])},
    }
