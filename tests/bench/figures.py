"""A figure and its table."""

from collections.abc import Iterable
from typing import NamedTuple


class Figure(NamedTuple):
    """A measured value beside its floor; `ratio` and `target` are None where nothing is to be reached."""

    name: str
    value: float
    floor: float | None
    ratio: float | None
    target: float | None
    unit: str = "s"


def table(figures: Iterable[Figure]) -> str:
    """As Markdown."""
    lines = ["| figure | value | floor | ratio | to reach | |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    for f in figures:
        is_bare = f.ratio is None and f.target is not None
        measured = f.value if is_bare else f.ratio
        verdict = "" if f.target is None or measured is None else ("met" if measured <= f.target else "MISSED")
        target = "" if f.target is None else (f"≤ {f.target:g} {f.unit}" if is_bare else f"≤ {f.target:g} ×")
        floor = "" if f.floor is None else f"{f.floor:.4g} {f.unit}"
        ratio = "" if f.ratio is None else f"{f.ratio:.2f} ×"
        lines.append(f"| {f.name} | {f.value:,.4g} {f.unit} | {floor} | {ratio} | {target} | {verdict} |")
    return "\n".join(lines)
