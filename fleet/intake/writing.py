"""Files that go out: templates to fill in, and the rows that could not be taken. No cell can run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext_noop

from fleet.intake.columns import COLUMNS, PLACE, REQUIRED
from fleet.intake.context import SERVICES, Site
from fleet.intake.templates import Template, write_template
from fleet.intake.values import PLATE_FORMS

_FORMULA: Final = re.compile(r"[\s\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2069]*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_MOMENTS: Final = ("window_start", "window_end", "return_by")
_NUMBERS: Final = ("lat", "lng", "pre_approved_up_to")
_WIDTHS: Final = {"description": 40, "address": 40, "notes": 30, "vin": 21, "phone": 16, "model": 20}

HELP: Final[dict[str, str]] = {
    "external_ref": gettext_noop("Your own number for the order; each only once."),
    "plate": gettext_noop("Required for fleets; without a dot."),
    "vin": gettext_noop("17 characters, from the vehicle licence (行驶证)."),
    "model": gettext_noop("Make and model, as in your list of vehicles."),
    "service": gettext_noop("One of the choices."),
    "description": gettext_noop("What is to be done; at most 5,000 characters."),
    "site_code": gettext_noop("One of your sites. Leave it empty to give an address with latitude and longitude."),
    "address": gettext_noop("Needed without a site."),
    "lat": gettext_noop("Decimal degrees; needed without a site."),
    "lng": gettext_noop("Decimal degrees; needed without a site."),
    "contact": gettext_noop("Who hands the vehicle over."),
    "phone": gettext_noop("The contact's number."),
    "window_start": gettext_noop("When fetching may begin, such as 2026-11-24 13:00."),
    "window_end": gettext_noop("When it must be done."),
    "cost_center": gettext_noop("One of your cost centres."),
    "po_number": gettext_noop("Your purchase order, for the invoice."),
    "return_by": gettext_noop("When the vehicle must be back."),
    "courtesy_car": gettext_noop("yes or no."),
    "key_with": gettext_noop("Who holds the key."),
    "notes": gettext_noop("Anything else that the dispatcher should know."),
    "plate_type": gettext_noop("Found from the plate when it is empty."),
    "vehicle_class": gettext_noop("Found from the model when it is empty."),
    "transmission": gettext_noop("Found from the model when it is empty."),
    "return_site_code": gettext_noop("When the vehicle goes back to another site."),
    "pre_approved_up_to": gettext_noop("Yuan up to which an estimate needs no approval."),
    "coord_system": gettext_noop("wgs84 when it is empty."),
}


def safe_cell(text: str) -> str:
    """`text` with an apostrophe before it when a spreadsheet would run it as a formula. Plain numbers stay."""
    if _FORMULA.match(text) and _NUMBER.fullmatch(text) is None:
        return "'" + text
    return text


def write_csv(*, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as CSV that every spreadsheet opens rightly: UTF-8 with its mark, CRLF, formulas made harmless."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([safe_cell(cell) for cell in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def template_csv() -> bytes:
    """An empty order file."""
    return write_csv(header=COLUMNS, rows=())


def template_xlsx(*, sites: Sequence[Site], cost_centers: Sequence[str], language: str | None = None) -> bytes:
    """An empty order workbook whose cells offer the tenant's sites and cost centres, with a sheet that explains it."""
    site_codes = [site.code for site in sites]
    template = Template(
        sheet="orders",
        columns=COLUMNS,
        required=REQUIRED,
        help=HELP,
        needed={column: gettext_noop("without a site") for column in PLACE},
        formats={**dict.fromkeys(_MOMENTS, "yyyy-mm-dd hh:mm"), **dict.fromkeys(_NUMBERS, "General")},
        widths=_WIDTHS,
        offered={
            "service": sorted(SERVICES),
            "site_code": site_codes,
            "return_site_code": site_codes,
            "cost_center": cost_centers,
            "courtesy_car": ("yes", "no"),
            "plate_type": list(PLATE_FORMS),
            "transmission": ("automatic", "manual"),
            "coord_system": ("wgs84", "gcj02"),
        },
        free=frozenset({"cost_center"}),
    )
    return write_template(template, language=language)
