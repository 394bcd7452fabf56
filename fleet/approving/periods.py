"""The periods of budgets: which days they have, and which comes next."""

from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period_of(kind: str, day: date) -> tuple[date, date]:
    """The first and the last day of the month, quarter or year that `day` lies in."""
    months = MONTHS[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, after(first, months) - timedelta(days=1)


def after(first: date, months: int) -> date:
    """The first day of a month, so many months after the first of another."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def forecast(used_fen: int, *, first: date, last: date, today: date) -> int | None:
    """What will have been used at the end if it goes on as until today, that day included; None before the first day."""
    days, gone = (last - first).days + 1, (min(today, last) - first).days + 1
    return None if gone < 1 else used_fen * days // gone
