"""Legs and agents as NumPy columns, so that ten thousand legs meet thousands of agents without an object a pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from dispatch.planning.drive_time import DriveTimes
from dispatch.planning.geo import Floats, unit_vectors
from dispatch.planning.model import AgentCard, LegTask, PlanningInputError, licence_codes

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ZONE = ZoneInfo("Asia/Shanghai")
"""Whose midnight a licence's last day ends at, unless the caller names another zone."""
NO_LICENCE_NEEDED = -2
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class LegTable:
    """The legs in a fixed order (window, then id), a column a field; times are whole epoch seconds."""

    legs: tuple[LegTask, ...]
    row_of: dict[str, int]
    window_start: Ints
    window_end: Ints
    origins: Floats
    destinations: Floats
    origin_vectors: Floats
    drive_s: Ints
    busy_s: Ints
    """Hand-over, drive with the vehicle, hand-over: what a leg takes from arrival on."""
    area: Ints
    areas: tuple[str, ...]
    vehicle_class: Ints
    classes: tuple[str | None, ...]
    first_day: Ints
    last_day: Ints
    refusals: tuple[tuple[int, frozenset[str]], ...]


@dataclass(frozen=True, slots=True)
class AgentTable:
    """The agents by id, a column a field; days are proleptic ordinals."""

    agents: tuple[AgentCard, ...]
    row_of: dict[str, int]
    fit: Bools
    licence: Ints
    licences: tuple[frozenset[str], ...]
    expires: Ints
    probation: Ints
    trade_from: Ints
    trained_until: Ints


def leg_table(*, legs: Sequence[LegTask], drive_times: DriveTimes, zone: ZoneInfo = ZONE) -> LegTable:
    """Lay the legs out in columns. Raises PlanningInputError for a double id or a place that is none."""
    rows = sorted(legs, key=lambda leg: (leg.window_start, leg.id))
    row_of = {leg.id: row for row, leg in enumerate(rows)}
    if len(row_of) != len(rows):
        raise PlanningInputError("double_leg", "two legs have the same id")
    window_start = np.array([epoch(leg.window_start) for leg in rows], dtype=np.int64)
    window_end = np.array([epoch(leg.window_end) for leg in rows], dtype=np.int64)
    origins = places([leg.origin for leg in rows])
    destinations = places([leg.destination for leg in rows])
    drive_s = drive_times.pairs(origins=origins, destinations=destinations).astype(np.int64)
    areas: dict[str, int] = {}
    classes: dict[str | None, int] = {}
    return LegTable(
        legs=tuple(rows),
        row_of=row_of,
        window_start=window_start,
        window_end=window_end,
        origins=origins,
        destinations=destinations,
        origin_vectors=unit_vectors(points=origins),
        drive_s=drive_s,
        busy_s=drive_s + np.array([2 * leg.handling_s for leg in rows], dtype=np.int64),
        area=np.array(
            [NOWHERE if leg.area is None else areas.setdefault(leg.area, len(areas)) for leg in rows], dtype=np.int64
        ),
        areas=tuple(areas),
        vehicle_class=np.array(
            [
                classes.setdefault(leg.vehicle_class, len(classes)) if leg.needs_licence else NO_LICENCE_NEEDED
                for leg in rows
            ],
            dtype=np.int64,
        ),
        classes=tuple(classes),
        first_day=local_days(window_start, zone),
        last_day=local_days(window_end, zone),
        refusals=tuple((row, leg.refused_by) for row, leg in enumerate(rows) if leg.refused_by),
    )


def agent_table(*, agents: Sequence[AgentCard]) -> AgentTable:
    """Lay the agents out in columns. Raises PlanningInputError for a double id."""
    rows = sorted(agents, key=lambda agent: agent.id)
    row_of = {agent.id: row for row, agent in enumerate(rows)}
    if len(row_of) != len(rows):
        raise PlanningInputError("double_agent", "two agents have the same id")
    printed: dict[str, int] = {}
    days = [
        (
            agent.licence_expires_on.toordinal(),
            agent.probation_until.toordinal() if agent.probation_until else 0,
            a_year_after(agent.in_trade_since).toordinal(),
            agent.trained_until.toordinal() if agent.trained_until else 0,
        )
        for agent in rows
    ]
    columns = np.array(days, dtype=np.int64).reshape(-1, 4)
    return AgentTable(
        agents=tuple(rows),
        row_of=row_of,
        fit=np.array([agent.fit for agent in rows], dtype=np.bool_),
        licence=np.array([printed.setdefault(agent.licence, len(printed)) for agent in rows], dtype=np.int64),
        licences=tuple(licence_codes(licence) for licence in printed),
        expires=columns[:, 0],
        probation=columns[:, 1],
        trade_from=columns[:, 2],
        trained_until=columns[:, 3],
    )


def epoch(moment: datetime) -> int:
    """Whole epoch seconds of an aware moment. Raises PlanningInputError for a naive one."""
    if moment.tzinfo is None:
        raise PlanningInputError("naive_time", "a time needs its zone")
    return int(moment.timestamp())


def moment(seconds: int) -> datetime:
    """The aware UTC moment of epoch seconds."""
    return datetime.fromtimestamp(int(seconds), tz=UTC)


def places(points: Sequence[tuple[float, float]]) -> Floats:
    """An `(n, 2)` array of degrees. Raises PlanningInputError for what is not on the earth (NaN too)."""
    array = np.array(points, dtype=np.float64).reshape(-1, 2)
    if not bool((np.abs(array) <= (90.0, 180.0)).all()):
        raise PlanningInputError("no_such_place", "a latitude or longitude is not on the earth")
    return array


def local_days(seconds: Ints, zone: ZoneInfo) -> Ints:
    """The local day (ordinal) of each moment; few moments are distinct, so each is asked once."""
    distinct, back = np.unique(seconds, return_inverse=True)
    days = [datetime.fromtimestamp(second, tz=zone).toordinal() for second in distinct.tolist()]
    return np.array(days, dtype=np.int64)[back]


def a_year_after(day: date) -> date:
    """The same day a year on; 29 February becomes 1 March, when the year is full."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28) + timedelta(days=1)
