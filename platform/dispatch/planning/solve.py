"""The assignment: slot after slot in time order, the legs of one slot all at once, each round to the optimum.

A slot holds the legs whose windows open in the same stretch of `time_slot` (counted from the epoch, so half hours
fall on the clock's). Its legs compete together: one min-cost flow assigns as many as can be, with the least total
drive from where the agents then are. In one round an agent takes at most one leg. When legs are left over, the agents
move on to where their leg ends and a further round is solved for the rest, until a round assigns nothing. Then the
next slot begins with positions, bookings and loads as they have become.

Candidates are the nearest `nearest` agents whose gates are open. A leg that would do as well without them (the bound
in `Arcs.more`) gets all its candidates and the round is solved again, so the result is the optimum over all pairs.
With drive times that do not follow the distance the bound is taken from the nearest agents and is an estimate.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dispatch.planning.arcs import NO_MORE, Arcs, find_arcs, live_openings, widened
from dispatch.planning.drive_time import DriveTimes, Index
from dispatch.planning.flow import Graph, Outcome, build_graph, solve_graph
from dispatch.planning.gates import Gates, gates_of
from dispatch.planning.model import AgentCard, LegTask, LicenceRule
from dispatch.planning.openings import Openings, openings_of
from dispatch.planning.results import Plan, Round
from dispatch.planning.tables import ZONE, agent_table, epoch, leg_table
from dispatch.planning.timing import Clock, plan_times

TIME_SLOT = timedelta(minutes=30)
NEAREST = 150
"""Enough for a full day of a large city to be solved once a slot; fewer are found faster but solved again."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """What stays the same in all rounds."""

    gates: Gates
    clock: Clock
    nearest: int


def plan(
    *,
    legs: Sequence[LegTask],
    agents: Sequence[AgentCard],
    rules: Sequence[LicenceRule],
    drive_times: DriveTimes,
    now: datetime,
    time_slot: timedelta = TIME_SLOT,
    zone: ZoneInfo = ZONE,
    nearest: int = NEAREST,
) -> Plan:
    """Assign the legs. The order in which legs and agents are given makes no difference.

    `nearest` is how many candidates a leg starts with (at least 1); it changes the speed, not the result.
    Raises PlanningInputError for doubled ids, naive times and places that are not on the earth.
    """
    clock = Clock(now=epoch(now), drive_times=drive_times)
    legs_in = leg_table(legs=legs, drive_times=drive_times, zone=zone)
    agents_in = agent_table(agents=agents)
    gates = gates_of(legs=legs_in, agents=agents_in, rules=rules)
    first = min(clock.now, int(legs_in.window_start.min(initial=clock.now)))
    desk = _Desk(gates=gates, clock=clock, nearest=max(nearest, 1))
    step = int(time_slot.total_seconds())
    openings = openings_of(agents=agents_in.agents, after=first)
    rounds: list[Round] = []
    for slot, leg_rows in _slots(legs_in.window_start // step):
        openings = _solve_slot(desk, openings, slot * step, leg_rows, rounds)
    return Plan(gates=gates, clock=clock, rounds=tuple(rounds), openings=openings, time_slot=time_slot, zone=zone)


def _slots(slot_of_leg: Index) -> Iterator[tuple[int, Index]]:
    """The slots in time order with their legs."""
    slots, starts = np.unique(slot_of_leg, return_index=True)
    if len(slots):
        yield from zip(slots.tolist(), np.split(np.arange(len(slot_of_leg)), starts[1:]), strict=True)


def _solve_slot(desk: _Desk, openings: Openings, slot: int, leg_rows: Index, rounds: list[Round]) -> Openings:
    """Add this slot's rounds and give the openings that are left after it."""
    while len(leg_rows):
        arcs, graph, outcome = _solve_round(desk, openings, leg_rows)
        done = _round(desk, openings, slot, leg_rows, arcs, graph, outcome)
        rounds.append(done)
        if not len(done.chosen_legs):
            break
        openings = openings.taken(
            rows=done.chosen_openings,
            depart=done.planned.depart,
            arrive=done.planned.arrive,
            leave=done.planned.leave,
            origins=desk.gates.legs.origins[done.chosen_legs],
            destinations=desk.gates.legs.destinations[done.chosen_legs],
        )
        leg_rows = np.setdiff1d(leg_rows, done.chosen_legs, assume_unique=True)
    return openings


def _solve_round(desk: _Desk, openings: Openings, leg_rows: Index) -> tuple[Arcs, Graph, Outcome]:
    """Solve, and widen the candidates of legs whose bound was reached, until the optimum over all pairs is proved.

    A shortage spreads: what one leg gains another may lack. So the second time all legs of those areas are widened,
    the third time all of the round; after that no pair is left out, so four solves are the most there can be.
    """
    arcs = _find(desk, openings, leg_rows, _first_nearest(desk, openings, leg_rows))
    area = desk.gates.legs.area[leg_rows]
    widenings = 0
    while True:
        graph = build_graph(arcs=arcs, agent=openings.agent[arcs.opening])
        outcome = solve_graph(graph=graph)
        cut = arcs.more != NO_MORE
        short = outcome.round_about & cut
        if not short.any():
            return arcs, graph, outcome
        spread = (short, np.isin(area, area[short]), np.ones(len(leg_rows), dtype=np.bool_))[widenings]
        places = np.flatnonzero(spread & cut)
        arcs = widened(arcs=arcs, wider=_find(desk, openings, leg_rows[places], None), places=places)
        widenings += 1


def _first_nearest(desk: _Desk, openings: Openings, leg_rows: Index) -> int | None:
    """With fewer agents than legs some leg stays over, which only all its pairs can prove: so begin with all."""
    live = live_openings(legs=desk.gates.legs, leg_rows=leg_rows, openings=openings)
    able = np.count_nonzero(np.bincount(openings.agent[live]))
    return desk.nearest if len(leg_rows) <= able else None


def _find(desk: _Desk, openings: Openings, leg_rows: Index, nearest: int | None) -> Arcs:
    return find_arcs(gates=desk.gates, openings=openings, leg_rows=leg_rows, nearest=nearest, clock=desk.clock)


def _round(
    desk: _Desk, openings: Openings, slot: int, leg_rows: Index, arcs: Arcs, graph: Graph, outcome: Outcome
) -> Round:
    chosen_legs = leg_rows[arcs.leg[outcome.chosen]]
    chosen_openings = arcs.opening[outcome.chosen]
    planned = plan_times(
        legs=desk.gates.legs,
        leg_rows=chosen_legs,
        openings=openings,
        rows=chosen_openings,
        seconds=arcs.seconds[outcome.chosen],
        clock=desk.clock,
    )
    return Round(
        slot_start=slot,
        leg_rows=leg_rows,
        openings=openings,
        arcs=arcs,
        graph=graph,
        chosen_legs=chosen_legs,
        chosen_openings=chosen_openings,
        chosen_seconds=arcs.seconds[outcome.chosen],
        planned=planned,
    )
