"""Whole fen: half a fen upwards, the tax that is in a gross amount, and shares that lose nothing."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

WHOLE = 10_000  # hundredths of a per cent


def round_fen(amount: Decimal) -> int:
    """To whole fen, half of one upwards; the database rounds the same."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def percent_of(amount_fen: int, percent_bp: int) -> int:
    """A percentage, in hundredths of a per cent, of an amount."""
    return round_fen(Decimal(amount_fen) * percent_bp / WHOLE)


def tax_in(amount_fen: int, rate_bp: int) -> int:
    """The tax that a tax-inclusive amount contains: gross × r ÷ (1 + r)."""
    return round_fen(Decimal(amount_fen) * rate_bp / (WHOLE + rate_bp))


def share_fen(amount_fen: int, weights: Sequence[int]) -> list[int]:
    """The amount in shares by weight, the largest remainders first; their sum is the amount.

    Raises ValueError without a weight above nothing.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("Shares need weights that are not negative, one of them above nothing.")
    shares = [amount_fen * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-(amount_fen * weights[place] % total), place))
    for place in order[: amount_fen - sum(shares)]:
        shares[place] += 1
    assert sum(shares) == amount_fen
    return shares
