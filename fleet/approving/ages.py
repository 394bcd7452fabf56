"""How old a vehicle is, as its VIN tells: the tenth place is the model year, in a circle of thirty years."""

from datetime import date
from typing import Final

YEAR_LETTERS: Final = "ABCDEFGHJKLMNPRSTVWXY123456789"
FIRST_YEAR: Final = 1980
CIRCLE: Final = len(YEAR_LETTERS)
PLACE: Final = 9


def model_year_of(vin: str, *, today: date) -> int | None:
    """The latest year that the letter can mean, next year's models included; None when it means none."""
    if len(vin) != 17 or vin[PLACE] not in YEAR_LETTERS:
        return None
    year = FIRST_YEAR + YEAR_LETTERS.index(vin[PLACE])
    return year + (today.year + 1 - year) // CIRCLE * CIRCLE


def age_of(vin: str, *, today: date) -> int | None:
    """Whole years since the model year; a vehicle of this or next year is 0."""
    year = model_year_of(vin, today=today)
    return None if year is None else max(0, today.year - year)
