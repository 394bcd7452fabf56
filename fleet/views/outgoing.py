"""Files that a person saves, made outside the wall of what was read inside it."""

from collections.abc import Sequence
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from fleet import states, texts
from fleet.intake.writing import write_csv
from fleet.models import BatchRow, Order

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
    return write_csv(header=result_header(), rows=([str(line or ""), *result_of(order)] for line, order in rows))


def rollback_csv(rows: Sequence[BatchRow]) -> bytes:
    """The result of each line as it was when the batch was rolled back, whatever has become of its order since."""
    return write_csv(header=result_header(), rows=map(rollback_line, rows))


def result_header() -> list[str]:
    """The names of the columns."""
    return [_("Line"), _("Order"), _("Your reference"), _("Plate"), _("VIN"), _("Result"), _("Status")]


def rollback_line(row: BatchRow) -> list[str]:
    """One line; the vehicle as it was ordered."""
    asked = row.asked or {}
    vehicle = [str(asked.get(name) or "") for name in ("plate", "vin")]
    state = str(texts.ORDER_STATES.get(row.rollback_state, row.rollback_state))
    return [str(row.line), row.number, row.external_ref, *vehicle, str(row.get_rollback_result_display()), state]


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
