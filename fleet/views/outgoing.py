"""Files that a person saves, made outside the wall of what was read inside it."""

from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from fleet import states, texts
from fleet.intake.writing import write_csv
from fleet.models import Order

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Bytes that the browser saves."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def results_csv(rows: list[tuple[int | None, Order]]) -> bytes:
    """A result a line: cancelled, or why not any more."""
    header = [_("Line"), _("Order"), _("Your reference"), _("Plate"), _("VIN"), _("Result"), _("Status")]
    return write_csv(header=header, rows=([str(line or ""), *result_of(order)] for line, order in rows))


def result_of(order: Order) -> list[str]:
    """Number, reference, vehicle, and what became of the wish to cancel it."""
    if order.status in states.CANCELLED:
        result = _("Cancelled")
    elif order.status in states.CANCELLABLE:
        result = _("Not cancelled")
    else:
        result = _("Not any more: the vehicle is in custody, or the order is over")
    state = str(texts.ORDER_STATES.get(order.status, order.status))
    return [order.number, order.external_ref, order.plate, order.vin, result, state]
