"""Candidates: for each leg of a round its nearest open agents, found in NumPy blocks, one an area."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dispatch.planning.drive_time import Index, Seconds
from dispatch.planning.gates import GateKey, Gates
from dispatch.planning.geo import Floats
from dispatch.planning.openings import Openings
from dispatch.planning.tables import Bools, Ints, LegTable
from dispatch.planning.timing import Clock, drive_seconds, plan_times, with_room

NO_MORE = -1
"""In `more`: the arcs of this leg are all there are."""
_SHUT = -2.0
"""Below every scalar product of unit vectors."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Possible pairs of a round: `leg` indexes the round's legs, `opening` the openings.

    `more` holds for each leg of the round NO_MORE, or a number of seconds that no pair left out can beat.
    """

    leg: Index
    opening: Index
    seconds: Seconds
    more: Ints

    def __len__(self) -> int:
        return len(self.leg)


def find_arcs(*, gates: Gates, openings: Openings, leg_rows: Index, nearest: int | None, clock: Clock) -> Arcs:
    """The pairs of these legs with their `nearest` open agents (None: with all), each within every gate."""
    legs = gates.legs
    live = live_openings(legs=legs, leg_rows=leg_rows, openings=openings)
    keys, key_of_leg = _keys(gates, leg_rows)
    open_to_key = np.zeros((len(keys), len(live)), dtype=np.bool_)
    for row, key in enumerate(keys):
        open_to_key[row] = gates.lasting(key=key)[openings.agent[live]] == 0
    pieces = list(_blocks(legs.origin_vectors[leg_rows], openings.vector[live], keys, key_of_leg, open_to_key, nearest))
    if not pieces:
        none = np.zeros(0, dtype=np.intp)
        return Arcs(none, none, np.zeros(0, dtype=np.int32), np.full(len(leg_rows), NO_MORE))
    leg = np.concatenate([piece[0] for piece in pieces])
    opening = live[np.concatenate([piece[1] for piece in pieces])]
    seconds = drive_seconds(legs=legs, leg_rows=leg_rows[leg], openings=openings, rows=opening, clock=clock)
    more = np.full(len(leg_rows), NO_MORE, dtype=np.int64)
    if nearest is not None:
        cut = open_to_key.sum(axis=1)[key_of_leg] > nearest
        starts = np.flatnonzero(np.diff(leg, prepend=-1))  # a leg's pairs lie together
        farthest = np.zeros(len(leg_rows), dtype=np.int64)
        farthest[leg[starts]] = np.maximum.reduceat(seconds, starts)
        more[cut] = farthest[cut]
    planned = plan_times(
        legs=legs, leg_rows=leg_rows[leg], openings=openings, rows=opening, seconds=seconds, clock=clock
    )
    kept = planned.fits & _not_refused(gates, leg_rows, leg, openings.agent[opening])
    arcs = Arcs(leg[kept], opening[kept], seconds[kept], more)
    return _one_a_pair(arcs, openings, live)


def live_openings(*, legs: LegTable, leg_rows: Index, openings: Openings) -> Index:
    """Openings that could hold at least one of the legs; cheap, and wrong only on the generous side."""
    earliest = legs.window_start[leg_rows].min() + legs.busy_s[leg_rows].min()
    latest = legs.window_end[leg_rows].max()
    return np.flatnonzero((openings.start <= latest) & (openings.end >= earliest) & with_room(openings=openings))


def widened(*, arcs: Arcs, wider: Arcs, places: Index) -> Arcs:
    """`arcs` with the legs at `places` (of the round) taken from `wider`, whose legs are just those, in order."""
    kept = np.ones(len(arcs.more), dtype=np.bool_)
    kept[places] = False
    mask = kept[arcs.leg]
    more = arcs.more.copy()
    more[places] = wider.more
    return Arcs(
        np.concatenate((arcs.leg[mask], places[wider.leg])),
        np.concatenate((arcs.opening[mask], wider.opening)),
        np.concatenate((arcs.seconds[mask], wider.seconds)),
        more,
    )


def _keys(gates: Gates, leg_rows: Index) -> tuple[list[GateKey], Index]:
    """The distinct gate keys of the legs, and the key of each leg."""
    legs = gates.legs
    columns = (legs.area, legs.vehicle_class, legs.first_day, legs.last_day)
    code = np.zeros(len(leg_rows), dtype=np.int64)
    for column in columns:
        values = column[leg_rows] - column[leg_rows].min()
        code = code * (int(values.max()) + 1) + values
    _, first, back = np.unique(code, return_index=True, return_inverse=True)
    return [gates.key_of(leg=int(leg_rows[leg])) for leg in first], back


def _blocks(
    legs: Floats, places: Floats, keys: list[GateKey], key_of_leg: Index, open_to_key: Bools, nearest: int | None
) -> Iterator[tuple[Index, Index]]:
    """Pairs (leg of the round, place in `places`), area by area; shut gates are left out."""
    area_of_key = np.array([key[0] for key in keys])
    for area in np.unique(area_of_key):
        in_area = area_of_key == area
        columns = np.flatnonzero(open_to_key[in_area].any(axis=0))
        rows = np.flatnonzero(in_area[key_of_leg])
        if not len(columns):
            continue
        closeness = legs[rows] @ places[columns].T
        shut = ~open_to_key[:, columns]
        if shut[in_area].any():
            closeness[shut[key_of_leg[rows]]] = _SHUT
        if nearest is not None and nearest < len(columns):
            chosen = np.argpartition(closeness, len(columns) - nearest, axis=1)[:, -nearest:]
        else:
            chosen = np.broadcast_to(np.arange(len(columns)), closeness.shape)
        is_open = np.take_along_axis(closeness, chosen, axis=1) > _SHUT
        yield np.repeat(rows, is_open.sum(axis=1)), columns[chosen[is_open]]


def _not_refused(gates: Gates, leg_rows: Index, leg: Index, agent: Index) -> Bools:
    """False where the agent turned this leg down before."""
    place = {int(row): number for number, row in enumerate(leg_rows)} if gates.legs.refusals else {}
    count = len(gates.agents.agents)
    codes = [
        place[row] * count + gates.agents.row_of[name]
        for row, names in gates.legs.refusals
        if row in place
        for name in names
        if name in gates.agents.row_of
    ]
    if not codes:
        return np.ones(len(leg), dtype=np.bool_)
    return ~np.isin(leg * count + agent, codes)


def _one_a_pair(arcs: Arcs, openings: Openings, live: Index) -> Arcs:
    """Of several openings of one agent keep the least drive, then the earliest; most rounds have none to drop."""
    if np.bincount(openings.agent[live]).max(initial=0) < 2 or not len(arcs):
        return arcs
    agent = openings.agent[arcs.opening]
    order = np.lexsort((openings.start[arcs.opening], arcs.seconds, agent, arcs.leg))
    leg, agent = arcs.leg[order], agent[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (leg[1:] != leg[:-1]) | (agent[1:] != agent[:-1])
    kept = order[first]
    return Arcs(arcs.leg[kept], arcs.opening[kept], arcs.seconds[kept], arcs.more)
