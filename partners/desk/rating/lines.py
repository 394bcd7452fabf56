"""A rated line: what it is for, how it was worked out, what it comes to."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from uuid import UUID

from partners.desk.rating.amounts import tax_in

WORK, LAID_OUT = "work", "laid_out"
"""Kinds of lines beside those of prices: approved work, and money laid out."""
ORDER: Final = ("work", "service", "trip", "courtesy_car", "fee", "laid_out")
WAYS: Final = ("", "pickup", "return")


def order_of(source: str, operation: str) -> tuple[int, int, list[int], str]:
    """Where a line stands on a bill: work by version and number, then services, trips, fees, and what was laid out."""
    head, _colon, rest = source.partition(":")
    numbers = [int(part) for part in rest.split(".")] if head == "work" else []
    return ORDER.index(head), WAYS.index(operation) if head == "trip" else 0, numbers, rest


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedLine:
    """One line of what a job costs; `source` is its name within the job, the same whenever it is rated again."""

    source: str
    kind: str  # a Charge, or WORK, or LAID_OUT
    operation: str = ""
    text: str = ""
    quantity: Decimal = Decimal(1)
    unit: str
    unit_price_fen: int = 0
    amount_fen: int
    list_fen: int  # what it would cost if it were charged
    tax_bp: int
    payer: str = "customer"
    price_id: UUID | None = None
    version_id: UUID | None = None
    why: dict[str, str] = field(default_factory=dict)
    is_unrated: bool = False  # no card says what it costs

    @property
    def tax_fen(self) -> int:
        """The tax that is in it."""
        return tax_in(self.amount_fen, self.tax_bp)

    @property
    def net_fen(self) -> int:
        """Without tax."""
        return self.amount_fen - self.tax_fen
