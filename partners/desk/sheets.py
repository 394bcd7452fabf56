"""A rate card as a table: out as CSV or XLSX, and in again. Amounts are yuan, percentages per cent."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from partners.desk.models.prices import DIMENSIONS, PriceFields
from partners.desk.services.drafts import PriceDraft
from ui.formats import format_plain_fen

YUAN: Final[Mapping[str, str]] = {"amount": "amount_fen", "per_km": "per_km_fen", "at_most": "most_fen"}
NUMBERS: Final = ("included_km", "road_percent", "included_min", "block_min")
HOURS: Final = ("night_from", "night_until")
COLUMNS: Final = (
    "kind", *DIMENSIONS, "amount", "included_km", "per_km", "road_percent", "percent", *HOURS, "included_min", "block_min",
    "at_most", "note",
)  # fmt: skip


def write_rows(prices: Iterable[PriceFields]) -> list[list[str]]:
    """The heading, and a row a price."""
    return [list(COLUMNS), *([show(price, column) for column in COLUMNS] for price in prices)]


def show(price: PriceFields, column: str) -> str:
    """One cell."""
    if column in YUAN:
        amount = getattr(price, YUAN[column])
        return "" if amount is None else format_plain_fen(amount_fen=amount)
    if column == "percent":
        return "" if price.percent_bp is None else f"{Decimal(price.percent_bp) / 100:f}"
    value = getattr(price, column)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)


def write_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """With the mark that spreadsheets read UTF-8 by; no cell runs as a formula."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([[plain(cell) for cell in row] for row in rows])
    return buffer.getvalue().encode("utf-8-sig")


def plain(text: str) -> str:
    """An apostrophe before what a spreadsheet would compute."""
    return f"'{text}" if text[:1] in "=+-@" and text else text


def write_xlsx(rows: Sequence[Sequence[str]], *, title: str) -> bytes:
    """A workbook of texts."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title[:31]
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column, value=text)
            cell.data_type = "s"
            cell.font = Font(bold=number == 1)
    for column in range(1, len(COLUMNS) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 16
    sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_prices(rows: Sequence[Sequence[str]]) -> list[PriceDraft]:
    """The prices of a table; raises ValidationError by row and field, or for its heading."""
    heading = [cell.lstrip("\ufeff").lower() for cell in rows[0]]
    unknown = [name for name in heading if name and name not in COLUMNS]
    if "kind" not in heading or unknown or len(set(heading)) < len(heading):
        words = _("The first row names the columns: %(names)s.") % {"names": ", ".join(COLUMNS)}
        raise ValidationError({"prices": words})
    errors: dict[str, Any] = {}
    found = []
    for number, row in enumerate(rows[1:]):
        cells = {name: cell.removeprefix("'") for name, cell in zip(heading, row, strict=False) if name}
        values: dict[str, Any] = {}
        for name, cell in cells.items():
            try:
                values |= read_cell(name, cell.strip())
            except (ValueError, ArithmeticError):
                errors[f"{number}.{YUAN.get(name, name)}"] = _("%(text)s cannot be read here.") % {"text": cell[:40]}
        found.append(PriceDraft(**{"kind": "", **values}))
    if errors:
        raise ValidationError(errors)
    return found


def read_cell(name: str, text: str) -> dict[str, Any]:
    """The field that a cell gives; raises ValueError or ArithmeticError."""
    if name in YUAN:
        return {YUAN[name]: read_hundredths(text) if text else None}
    if name == "percent":
        return {"percent_bp": read_hundredths(text.removesuffix("%")) if text else None}
    if name in NUMBERS:
        return {name: int(text) if text else None}
    if name in HOURS:
        return {name: time.fromisoformat(text) if text else None}
    return {name: text[:200]}


def read_hundredths(text: str) -> int:
    """380 or 1,280.50 in hundredths; raises ValueError for more than two decimals."""
    try:
        amount = Decimal(text.replace(",", "").strip()) * 100
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not amount.is_finite() or amount != amount.to_integral_value() or abs(amount) > 10**12:
        raise ValueError(text)
    return int(amount)
