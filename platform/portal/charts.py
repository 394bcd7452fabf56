"""Charts of the first pages: an ECharts option, and the table that says the same in exact figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ui.formats import format_fen


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart, ready for the tag `chart`; `empty` is what stands in its place while there is nothing to draw."""

    title: str
    option: dict[str, Any]
    head: list[str]
    rows: list[list[Any]]
    empty: str = ""
    height: str = "sm"

    @property
    def table(self) -> dict[str, Any]:
        """The table beside it."""
        return {"head": self.head, "rows": self.rows}


def whole_yuan(amount_fen: int) -> int:
    """For the height of a bar: the exact amount stands in the table."""
    return (amount_fen + 50) // 100


def bars(title: str, what: str, counts: Sequence[tuple[str, int]], *, empty: str, tone: str = "") -> Chart:
    """Counts by name as lying bars, in the order given."""
    return lying_bars(title, what, [(name, count, count) for name, count in counts], empty=empty, tone=tone)


def money_bars(title: str, what: str, sums: Sequence[tuple[str, int]], *, empty: str) -> Chart:
    """Amounts by name as lying bars, in the order given."""
    values = [(name, whole_yuan(fen), format_fen(amount_fen=fen)) for name, fen in sums]
    return lying_bars(title, what, values, empty=empty, tone="active")


def lying_bars(title: str, what: str, values: Sequence[tuple[str, int, Any]], *, empty: str, tone: str) -> Chart:
    """(name, length, what the table says)."""
    series: dict[str, Any] = {
        "type": "bar",
        "name": what,
        "data": [length for _n, length, _s in values],
        "barMaxWidth": 20,
    }
    return Chart(
        title=title,
        option={
            "grid": {"left": 24, "right": 32},  # Chinese names are drawn wider than they are measured
            "xAxis": {"type": "value", "minInterval": 1, "splitNumber": 4, "axisLabel": {"hideOverlap": True}},
            "yAxis": {"type": "category", "inverse": True, "data": [name for name, _l, _s in values]},
            "series": [{**series, "tone": tone} if tone else series],
        },
        head=[_("Name"), what],
        rows=[[name, said] for name, _length, said in values],
        empty="" if values else empty,
        height="sm" if len(values) < 6 else "md",
    )


def day_line(title: str, what: str, days: Sequence[tuple[date, int]], *, empty: str) -> Chart:
    """A count for each day."""
    counts = [count for _day, count in days]
    series = {"type": "line", "name": what, "data": counts, "areaStyle": {"opacity": 0.12}, "showSymbol": False}
    return Chart(
        title=title,
        option={
            "xAxis": {"type": "category", "boundaryGap": False, "data": [f"{day:%m-%d}" for day, _count in days]},
            "yAxis": {"type": "value", "minInterval": 1},
            "series": [series],
        },
        head=[_("Day"), what],
        rows=[[date_format(day, _("j M Y")), count] for day, count in days if count],
        empty="" if any(counts) else empty,
    )


def month_bars(title: str, months: Sequence[tuple[date, int, int]], *, empty: str) -> Chart:
    """Asked and approved side by side for each month."""
    asked, approved = _("Asked (yuan)"), _("Approved (yuan)")
    return Chart(
        title=title,
        option={
            "legend": {},
            "xAxis": {"type": "category", "data": [f"{month:%Y-%m}" for month, _asked, _approved in months]},
            "yAxis": {"type": "value"},
            "series": [
                money_series(asked, [fen for _month, fen, _approved in months], "neutral"),
                money_series(approved, [fen for _month, _asked, fen in months], "active"),
            ],
        },
        head=[_("Month"), asked, approved],
        rows=[[f"{m:%Y-%m}", format_fen(amount_fen=a), format_fen(amount_fen=b)] for m, a, b in months if a or b],
        empty="" if any(a or b for _month, a, b in months) else empty,
    )


def money_series(name: str, amounts_fen: Sequence[int], tone: str) -> dict[str, Any]:
    """Standing bars of amounts."""
    return {
        "type": "bar",
        "name": name,
        "data": [whole_yuan(fen) for fen in amounts_fen],
        "tone": tone,
        "barMaxWidth": 18,
    }
