"""The planned time of a leg, and the gates that ask the hours.

From an opening (a free stretch of a shift, starting where the agent then is) a leg is planned so:

- *arrival* is the earliest moment, not before `window_start`, at which the agent can be at the origin when he sets
  out no earlier than the opening's start and no earlier than now; it must not be after `window_end`;
- the leg occupies him from `arrival - drive to the origin` to
  `arrival + handling + drive origin → destination + handling`;
- all of that lies inside the opening, and if it is known where he must be next, he still gets there in time.

An opening starts at the start of the shift or the end of a leave (the agent is at his `position`), or at the end of a
booking (he is at its destination). Of several openings the one with the least drive counts, the earlier of equals.
"""

from dataclasses import dataclass

import numpy as np

from dispatch.planning.drive_time import DriveTimes, Index, Seconds
from dispatch.planning.openings import NEVER, SHIFT, Bits, Openings
from dispatch.planning.reasons import GateReason
from dispatch.planning.tables import Bools, Ints, LegTable

NO_OPENING = -1
_TOUCHES = 1 << 16


@dataclass(frozen=True, slots=True)
class Clock:
    """What planning knows of time and roads: now in epoch seconds, and the drive times."""

    now: int
    drive_times: DriveTimes


@dataclass(frozen=True, slots=True)
class Planned:
    """Planned times of pairs (leg, opening), in epoch seconds, and whether the pair is possible."""

    depart: Ints
    arrive: Ints
    leave: Ints
    fits: Bools


def plan_times(
    *, legs: LegTable, leg_rows: Index, openings: Openings, rows: Index, seconds: Seconds, clock: Clock
) -> Planned:
    """Plan each pair (leg, opening) whose drive to the origin takes `seconds`; the load is asked elsewhere."""
    ready = np.maximum(openings.start[rows], clock.now) + seconds.astype(np.int64)
    arrive = np.maximum(legs.window_start[leg_rows], ready)
    leave = arrive + legs.busy_s[leg_rows]
    fits = (arrive <= legs.window_end[leg_rows]) & (leave <= openings.end[rows])
    if len(openings) and openings.next_at.min() < NEVER:
        fits &= _meets_next(legs, leg_rows, openings, rows, leave, fits, clock)
    return Planned(depart=arrive - seconds, arrive=arrive, leave=leave, fits=fits)


def drive_seconds(*, legs: LegTable, leg_rows: Index, openings: Openings, rows: Index, clock: Clock) -> Seconds:
    """Seconds from where the agent then is to the leg's origin, for each pair (leg, opening)."""
    return clock.drive_times.pairs(
        origins=openings.place, destinations=legs.origins, origin_index=rows, destination_index=leg_rows
    )


def with_room(*, openings: Openings) -> Bools:
    """Openings of shifts that may hold another leg."""
    return (openings.used < openings.load)[openings.shift]


@dataclass(frozen=True, slots=True)
class Hours:
    """What the hours say of one leg, for every agent: the shut gate (one bit) or 0, then his best opening.

    `best` is NO_OPENING where the gate is shut; `seconds` and `planned` belong to the best opening.
    """

    bits: Bits
    best: Index
    seconds: Seconds
    planned: Planned


def judge_hours(*, legs: LegTable, leg: int, openings: Openings, agents: int, clock: Clock) -> Hours:
    """Judge one leg against the hours of every agent."""
    start, end = int(legs.window_start[leg]), int(legs.window_end[leg])
    near = (openings.shift_start <= end) & (openings.shift_end > start)
    rows = np.flatnonzero(near[openings.shift])
    leg_rows = np.full(len(rows), leg, dtype=np.intp)
    seconds = clock.drive_times.pairs(  # of this one leg: the tables hold thousands
        origins=openings.place[rows],
        destinations=legs.origins[leg : leg + 1],
        origin_index=np.arange(len(rows)),
        destination_index=np.zeros(len(rows), dtype=np.intp),
    )
    planned = plan_times(legs=legs, leg_rows=leg_rows, openings=openings, rows=rows, seconds=seconds, clock=clock)
    bits = _opening_bits(openings.picked(rows=rows), planned, start, end)
    at = _best_places(openings, rows, seconds, bits, agents)
    fits = at != NO_OPENING
    best = np.where(fits, rows[at] if len(rows) else NO_OPENING, NO_OPENING)
    picked = Planned(
        depart=_picked(planned.depart, at),
        arrive=_picked(planned.arrive, at),
        leave=_picked(planned.leave, at),
        fits=fits,
    )
    shut = np.where(fits, 0, _telling_bits(openings, rows, bits, (start, end), agents)).astype(np.uint16)
    return Hours(bits=shut, best=best, seconds=_picked(seconds, at).astype(np.int32), planned=picked)


def _picked(column: Ints | Seconds, at: Index) -> Ints:
    values = column[at] if len(column) else np.zeros(len(at), dtype=np.int64)
    return np.where(at == NO_OPENING, 0, values).astype(np.int64)


def _best_places(openings: Openings, rows: Index, seconds: Seconds, bits: Ints, agents: int) -> Index:
    """For each agent the place in `rows` of the fitting opening with the least drive, then the earliest."""
    fitting = np.flatnonzero(bits == 0)
    order = fitting[np.lexsort((openings.start[rows[fitting]], seconds[fitting]))][::-1]
    at = np.full(agents, NO_OPENING, dtype=np.intp)
    at[openings.agent[rows[order]]] = order
    return at


def _telling_bits(openings: Openings, rows: Index, bits: Ints, window: tuple[int, int], agents: int) -> Ints:
    """The reason that tells most: of an opening that meets the window before one that does not, then the later one."""
    touches = (openings.start[rows] <= window[1]) & (openings.end[rows] > window[0])
    weight = np.zeros(agents, dtype=np.int64)
    np.maximum.at(weight, openings.agent[rows], bits + touches * _TOUCHES)
    return np.where(weight == 0, SHIFT, weight % _TOUCHES)


def _opening_bits(openings: Openings, planned: Planned, start: int, end: int) -> Ints:
    empty = openings.end <= openings.start
    emptied_by = np.where(openings.start_why == SHIFT, openings.end_why, openings.start_why)
    return np.select(
        [
            ~with_room(openings=openings),
            empty,
            openings.start > end,
            openings.end <= start,
            planned.arrive > end,
            planned.leave > openings.end,
            ~planned.fits,
        ],
        [
            np.full(len(openings), GateReason.LOAD.bit),
            emptied_by,
            openings.start_why,
            openings.end_why,
            np.full(len(openings), GateReason.CANNOT_REACH.bit),
            openings.end_why,
            np.full(len(openings), GateReason.OVERLAP.bit),
        ],
        default=0,
    ).astype(np.int64)


def _meets_next(
    legs: LegTable, leg_rows: Index, openings: Openings, rows: Index, leave: Ints, fits: Bools, clock: Clock
) -> Bools:
    """Whether the agent can still be in time where he must be next; asked only where everything else fits."""
    meets = np.ones(len(rows), dtype=np.bool_)
    asked = np.flatnonzero(fits & (openings.next_at[rows] < NEVER))
    if len(asked):
        few = len(asked) < len(legs.destinations)
        own, after = leg_rows[asked], rows[asked]
        seconds = clock.drive_times.pairs(
            origins=legs.destinations[own] if few else legs.destinations,
            destinations=openings.next_place[after] if few else openings.next_place,
            origin_index=np.arange(len(own)) if few else own,
            destination_index=np.arange(len(after)) if few else after,
        )
        meets[asked] = leave[asked] + seconds <= openings.next_at[after]
    return meets
