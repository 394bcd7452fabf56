"""What stands on every page: letterhead, title, number, how to verify it; and the cells that pages are made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from repair.documents.pages.pictures import picture_of
from repair.models import Document
from tenants.hosts import root_url, tenant_url
from ui.formats import format_moment
from ui.pdf.marks import qr_svg

Content = Mapping[str, Any]
Cell = dict[str, Any]


def frame_of(document: Document, language: str, *, title: str, subtitle: str = "") -> dict[str, Any]:
    """The part of a template's data that all have in common."""
    url = check_url(document)
    return {
        "lang": language,
        "title": title,
        "subtitle": subtitle,
        "number": document.number,
        "operator": operator_of(document.content["operator"], language),
        "check": {
            "url": url,
            "qr": qr_svg(url),
            "text": _("Is this paper genuine and still in force? Scan the code or open the address."),
            "hash": f"SHA-256 {document.sha256}",
        },
    }


def check_url(document: Document) -> str:
    """Where anybody who holds the paper can ask about it: at the tenant's host, or for the operator's own at the root host."""
    path = f"/check/{document.check_code}/"
    if document.tenant is None:
        return root_url("home").rstrip("/") + path
    return tenant_url(document.tenant.slug, path)


def operator_of(head: Content, language: str) -> dict[str, Any]:
    """The letterhead in one language."""
    code = language_code(language)
    ids = [_("USCC %(number)s") % {"number": head["uscc"]}] if head["uscc"] else []
    if head["licence_no"]:
        ids.append(_("Repair licence %(number)s") % {"number": head["licence_no"]})
    lines = [" · ".join(filter(None, (head[f"address_{code}"], head["phone"]))), " · ".join(ids)]
    return {
        "name": head[f"name_{code}"],
        "lines": [line for line in lines if line],
        "stamp": head["stamp_text"].replace("/", "\n"),
        "logo": picture_of(head["logo"], "view") if head["logo"] else "",
    }


def language_code(language: str) -> str:
    """zh or en: how values in both languages are keyed."""
    return "zh" if language.startswith("zh") else "en"


def fact(label: Any, value: object, *, span: int = 1) -> Cell:
    """A label over its value; `span` columns of four."""
    return {"label": str(label), "value": "" if value is None else str(value), "span": span}


def column(label: Any, *, parts: int = 0, end: bool = False) -> Cell:
    """A column of a table: as wide as it needs, or so many parts of what is left; amounts end at the right."""
    return {"label": str(label), "width": parts, "end": end}


def day(text: str) -> str:
    """The day of a kept time, in the current zone."""
    return format_moment(moment=datetime.fromisoformat(text), style="date") if text else ""


def minute(text: str) -> str:
    """The day and the time."""
    return format_moment(moment=datetime.fromisoformat(text), style="long") if text else ""


def kilometres(value: int | None) -> str:
    """An odometer."""
    return "" if value is None else f"{value:,} km"


def about(content: Content, *, odometer: bool = True) -> list[Cell]:
    """Customer, order and vehicle: the facts that stand first on most pages."""
    customer, vehicle, order = content["customer"], content["vehicle"], content["order"]
    return [
        fact(_("Customer"), customer["name"], span=2),
        fact(_("Service order"), order["number"]),
        fact(_("Your reference"), order["reference"]),
        fact(_("Plate"), vehicle["plate"]),
        fact(_("VIN"), vehicle["vin"]),
        fact(_("Model"), vehicle["model"]),
        *([fact(_("Odometer"), kilometres(content["odometer_km"]))] if odometer else []),
    ]


def clauses(content: Content, language: str) -> list[str]:
    """The terms that the document keeps, in one language."""
    found: list[str] = content["clauses"][language_code(language)]
    return found


def signature(label: Any, *, name: str = "", on: str = "", drawing: str = "", sealed: bool = False) -> Cell:
    """A place where somebody signs, or has signed."""
    return {"label": str(label), "name": name, "date": on, "drawing": drawing, "sealed": sealed}
