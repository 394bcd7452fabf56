"""维修结算单 on a page."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from repair.costing.words import name_line, say_quantity
from repair.documents.pages.frame import Cell, Content, about, column, day, fact, frame_of, language_code, signature
from repair.models import Document
from repair.models.jobs import JobKind
from repair.selectors.settling import FEE, LABOUR, LAID_OUT, PART
from ui.formats import format_fen, format_fen_in_characters

PARTS: Final[dict[str, Any]] = {
    LABOUR: _l("Labour"),
    PART: _l("Materials"),
    FEE: _l("Services and fees"),
    LAID_OUT: _l("Laid out, at cost"),
}
PAYERS: Final[dict[str, Any]] = {
    "customer": _l("Customer"),
    "insurer": _l("Insurer"),
    "warranty": _l("Operator (warranty)"),
}


def settlement_page(document: Document, language: str) -> dict[str, Any]:
    """Items in groups, sums, what is under warranty, the signatures."""
    content = document.content
    order = content["order"]
    return {
        **frame_of(document, language, title=_("Settlement statement"), subtitle=document.number),
        "facts": [
            *about(content),
            fact(_("Service"), dict(JobKind.choices).get(order["service"], order["service"])),
            fact(_("Workshop"), order["workshop"]),
            fact(_("Purchase order"), order["po_number"] or order["cost_center"]),
            fact(_("Settled on"), day(content["issued_at"])),
        ],
        "lines": {"title": _("Work and materials"), "columns": columns(), "rows": rows(content)},
        "sums": sums(content),
        "words": in_characters(content) if language_code(language) == "zh" else None,
        "after": {"title": _("Please note"), "items": notes(content)},
        "signatures": [
            signature(_("Operator"), name=content["operator"][f"name_{language_code(language)}"], on=day(content["issued_at"]),
                      sealed=True),
            signature(_("Received and accepted by the customer")),
        ],
    }  # fmt: skip


def columns() -> list[Cell]:
    """No., item, quantity, unit price, who pays, amount."""
    return [
        column(_("No.")),
        column(_("Item"), parts=1),
        column(_("Quantity"), end=True),
        column(_("Unit price"), end=True),
        column(_("Paid by")),
        column(_("Amount, tax included"), end=True),
    ]


def rows(content: Content) -> list[Any]:
    """The lines under the heads of their groups, numbered through."""
    found: list[Any] = []
    number = 0
    for part, label in PARTS.items():
        lines = [line for line in content["lines"] if line["part"] == part]
        texts = [[name_of(line), line["operation"] if part in (LABOUR, PART) else ""] for line in lines]
        if lines:
            found.append({"group": str(label), "sum": format_fen(amount_fen=content["totals"][part])})
        for line, text in zip(lines, texts, strict=True):
            number += 1
            found.append([str(number), text, say_quantity(line["quantity"], line["unit"]) or "1", *amounts(line)])
    return found or [["–", [_("No work was charged."), ""], "", "", "", format_fen(amount_fen=0)]]


def name_of(line: Content) -> str:
    """What a line is for, in the language of the copy."""
    source = "trip:km" if line["is_distance"] else "trip:" if line["operation"] in {"pickup", "return"} else ""
    return name_line(source=source, kind=line["kind"], operation=line["operation"], text=line["text"])


def amounts(line: Content) -> list[str]:
    """Unit price, payer and amount."""
    unit = line["unit_price_fen"]
    return [
        "–" if unit is None else format_fen(amount_fen=unit),
        str(PAYERS.get(line["payer"], line["payer"])),
        format_fen(amount_fen=line["amount_fen"]),
    ]


def sums(content: Content) -> list[Cell]:
    """A line a group, a line a payer where there are several, the total."""
    found = [
        {"label": str(label), "value": format_fen(amount_fen=content["totals"].get(part, 0))}
        for part, label in PARTS.items()
        if part in (LABOUR, PART) or content["totals"].get(part)
    ]
    if len(content["payers"]) > 1:
        found += [
            {
                "label": _("paid by: %(payer)s") % {"payer": PAYERS.get(payer, payer)},
                "value": format_fen(amount_fen=amount),
            }
            for payer, amount in content["payers"].items()
        ]
    return [
        *found,
        {"label": _("of it tax"), "value": format_fen(amount_fen=content["tax_fen"])},
        {"label": _("Total, tax included"), "value": format_fen(amount_fen=content["total_fen"]), "total": True},
    ]


def in_characters(content: Content) -> str:
    """The total as cheques write it."""
    return f"人民币（大写）：{format_fen_in_characters(amount_fen=content['total_fen'])}"


def notes(content: Content) -> list[str]:
    """Warranty, what the amounts hold, whom to ask."""
    found = [warranty_note(content)] if content["warranty"]["days"] else []
    found.append(
        _(
            "Work and materials are charged as they were approved, services and fees by the rate card; all amounts are in CNY."
        )
    )
    if content["operator"]["phone"]:
        found.append(_("Questions about this statement: %(phone)s.") % {"phone": content["operator"]["phone"]})
    return found


def warranty_note(content: Content) -> str:
    """For how long the work is under warranty."""
    days, km = content["warranty"]["days"], content["warranty"]["km"]
    if km:
        text = _(
            "The work is under warranty for %(days)d days or %(km)s km, whichever comes first, from the return of the vehicle."
        )
        return text % {"days": days, "km": f"{km:,}"}
    return _("The work is under warranty for %(days)d days from the return of the vehicle.") % {"days": days}
