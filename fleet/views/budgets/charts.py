"""A budget's course: what was used day by day, what it comes to at this pace, and what there is."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fleet.selectors.budgets import Standing
from ui.formats import format_fen


def yuan(amount_fen: int) -> int:
    """For the height of a line: the exact amount stands in the table."""
    return (amount_fen + 50) // 100


def course_of(standing: Standing, used: Sequence[tuple[date, int]]) -> dict[str, Any]:
    """The chart's option and table: `used` are the days on which something was booked."""
    budget = standing.budget
    days = [budget.starts_on + timedelta(days=number) for number in range((budget.ends_on - budget.starts_on).days + 1)]
    by_day, sums, total = dict(used), [], 0
    for day in days:
        total += by_day.get(day, 0)
        sums.append(total if day <= standing.today else None)
    shown = [None if fen is None else yuan(fen) for fen in sums]
    line: dict[str, Any] = {"type": "line", "showSymbol": False}
    series = [
        {**line, "name": _("Used (yuan)"), "data": shown, "areaStyle": {"opacity": 0.12}, "tone": "active"},
        {**line, "name": _("Budget (yuan)"), "data": [yuan(budget.amount_fen)] * len(days), "tone": "neutral"},
    ]
    if standing.is_running and standing.forecast_fen is not None:
        series.append({**line, "name": _("At this pace (yuan)"), "data": pace(standing, days), "tone": standing.tone,
                       "lineStyle": {"type": "dashed"}})  # fmt: skip
    running = 0
    rows: list[list[Any]] = []
    for day, fen in used:
        running += fen
        rows.append([date_format(day, _("j M Y")), format_fen(amount_fen=fen), format_fen(amount_fen=running)])
    return {
        "option": {
            "legend": {},
            "xAxis": {"type": "category", "boundaryGap": False, "data": [f"{day:%m-%d}" for day in days]},
            "yAxis": {"type": "value"},
            "series": series,
        },
        "table": {"head": [_("Day"), _("Booked"), _("Used so far")], "rows": rows},
    }


def pace(standing: Standing, days: Sequence[date]) -> list[int | None]:
    """A straight line from what is used today to what it comes to at the end."""
    ahead, used = standing.forecast_fen or 0, standing.used_fen
    left = (standing.budget.ends_on - standing.today).days
    return [
        None if day < standing.today
        else yuan(used + (ahead - used) * (day - standing.today).days // left if left else used)
        for day in days
    ]  # fmt: skip
