"""Figure: 10,000 legs of one day to 2,500 agents, gates and candidates included, beside OR-Tools' bare solve.

One instance is a working day of one large city: ten areas, five slots of 2,000 legs, 2,500 agents who serve one to
three areas and take up to five legs a shift; some legs are for heavy vehicles, some are towed, some agents are unfit.
The floor is the sum of the bare solves (arcs handed over in bulk, `solve()`) of the very graphs the plan came from.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from dispatch.planning import AgentCard, GreatCircleDriveTimes, LegKind, LegMode, LegTask, LicenceRule, Plan, plan
from dispatch.planning.arcs import Arcs, find_arcs
from dispatch.planning.drive_time import Index
from dispatch.planning.flow import Graph, build_graph, solve_graph
from dispatch.planning.gates import Gates, gates_of
from dispatch.planning.openings import Openings, openings_of
from dispatch.planning.tables import agent_table, epoch, leg_table
from dispatch.planning.timing import Clock, plan_times
from tests.bench.figures import Figure

LEGS, AGENTS, AREAS, SLOTS = 10_000, 2_500, 10, 5
TARGET = 2.0
DAY = datetime(2026, 11, 25, tzinfo=UTC)
NOW = DAY - timedelta(hours=8)
TENANTS = ("acme", "pacific", "harbour", "swift", "retail")
RULES = (
    LicenceRule("small_car", frozenset({"C1", "C2", "B1", "B2", "A1", "A2", "A3"}), date(2020, 1, 1)),
    LicenceRule("light_truck", frozenset({"C1", "B1", "B2", "A1", "A2", "A3"}), date(2020, 1, 1)),
    LicenceRule("tractor", frozenset({"A2"}), date(2020, 1, 1)),
    LicenceRule("coach", frozenset({"A1"}), date(2020, 1, 1)),
)


@dataclass(frozen=True, slots=True)
class Instance:
    """The legs in the order in which they arrived, and the agents."""

    legs: tuple[LegTask, ...]
    agents: tuple[AgentCard, ...]


def make_instance(*, legs: int = LEGS, agents: int = AGENTS, slots: int = SLOTS, seed: int = 7) -> Instance:
    """Make a day by rule; the same seed gives the same day."""
    chance = random.Random(seed)
    centres = [(31.2 + chance.uniform(-0.3, 0.3), 121.45 + chance.uniform(-0.35, 0.35)) for _ in range(AREAS)]
    return Instance(
        legs=tuple(_leg(chance, centres, number, slots) for number in range(legs)),
        agents=tuple(_agent(chance, centres, number) for number in range(agents)),
    )


def _near(chance: random.Random, centre: tuple[float, float]) -> tuple[float, float]:
    return centre[0] + chance.gauss(0, 0.05), centre[1] + chance.gauss(0, 0.06)


def _leg(chance: random.Random, centres: Sequence[tuple[float, float]], number: int, slots: int) -> LegTask:
    area = chance.randrange(AREAS)
    start = DAY + timedelta(hours=2 * chance.randrange(slots))
    kind = chance.choices(("small_car", "light_truck", "tractor", "coach"), weights=(70, 26, 3, 1))[0]
    return LegTask(
        id=f"leg-{number:05}",
        kind=chance.choice((LegKind.PICKUP, LegKind.RETURN)),
        mode=LegMode.TOW if chance.random() < 0.04 else LegMode.DRIVE,
        window_start=start,
        window_end=start + timedelta(hours=2),
        origin=_near(chance, centres[area]),
        destination=_near(chance, centres[area]),
        vehicle_class=kind,
        area=f"area-{area}",
        tenant=chance.choice(TENANTS),
    )


def _agent(chance: random.Random, centres: Sequence[tuple[float, float]], number: int) -> AgentCard:
    home = chance.randrange(AREAS)
    areas = {home, *(chance.randrange(AREAS) for _ in range(chance.randrange(3)))}
    return AgentCard(
        id=f"agent-{number:04}",
        name=f"agent {number}",
        position=_near(chance, centres[home]),
        areas=frozenset(f"area-{area}" for area in areas),
        licence=chance.choices(("C1", "C2", "B2", "A2", "A1A2"), weights=(70, 4, 12, 8, 6))[0],
        licence_expires_on=date(2026, 11, 1) if chance.random() < 0.01 else date(2030, 1, 1),
        probation_until=date(2027, 3, 1) if chance.random() < 0.01 else None,
        in_trade_since=date(2026, 6, 1) if chance.random() < 0.01 else date(2020, 1, 1),
        trained_until=date(2027, 6, 1),
        shifts=((DAY - timedelta(hours=1), DAY + timedelta(hours=13)),),
        load=5,
        fit=chance.random() > 0.01,
    )


def run() -> list[Figure]:
    """Measure once and give the figures: seconds, then the drive cost beside the optimum and beside greedy's."""
    day = make_instance()
    begun = time.perf_counter()
    solved = plan(legs=day.legs, agents=day.agents, rules=RULES, drive_times=GreatCircleDriveTimes(), now=NOW)
    took = time.perf_counter() - begun
    bare = sum(_bare_solve(done.graph) for done in solved.rounds)
    desk = _desk(day)
    most, least_drive = _optimum(desk, solved)
    greedy, greedy_drive = _greedy(desk, day)
    return [
        Figure("assignment of 10,000 legs to 2,500 agents", took, bare, took / bare, TARGET),
        Figure("  its drive beside the optimum over all pairs", *_hours(solved.drive_seconds, least_drive), 1.0, "h"),
        Figure("  its legs beside the most there can be", solved.assigned, most, solved.assigned / most, 1.0, "legs"),
        Figure("  greedy nearest in order of arrival: drive", *_hours(greedy_drive, least_drive), None, "h"),
        Figure("  greedy nearest in order of arrival: legs", greedy, most, greedy / most, None, "legs"),
    ]


def _hours(seconds: int, floor: int) -> tuple[float, float, float]:
    return seconds / 3600, floor / 3600, seconds / floor


def _bare_solve(graph: Graph) -> float:
    """Seconds OR-Tools takes from arrays that lie ready."""
    tails, heads = graph.tails.astype(np.int32), graph.heads.astype(np.int32)
    ones, nodes = np.ones(len(tails), np.int64), np.arange(len(graph.supplies), dtype=np.int32)
    begun = time.perf_counter()
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tails, heads, ones, graph.costs)
    solver.set_nodes_supplies(nodes, graph.supplies)
    solver.solve()
    return time.perf_counter() - begun


@dataclass(frozen=True, slots=True)
class _Desk:
    gates: Gates
    clock: Clock
    openings: Openings

    def all_arcs(self, openings: Openings, leg_rows: Index) -> Arcs:
        """Every pair there is, nothing pruned."""
        return find_arcs(gates=self.gates, openings=openings, leg_rows=leg_rows, nearest=None, clock=self.clock)


def _desk(day: Instance) -> _Desk:
    drive_times = GreatCircleDriveTimes()
    agents = agent_table(agents=day.agents)
    gates = gates_of(legs=leg_table(legs=day.legs, drive_times=drive_times), agents=agents, rules=RULES)
    return _Desk(gates, Clock(epoch(NOW), drive_times), openings_of(agents=agents.agents, after=epoch(NOW)))


def _optimum(desk: _Desk, solved: Plan) -> tuple[int, int]:
    """Legs and drive seconds of the optimum over all pairs, round by round from where the plan stood."""
    legs = seconds = 0
    for done in solved.rounds:
        arcs = desk.all_arcs(done.openings, done.leg_rows)
        chosen = solve_graph(graph=build_graph(arcs=arcs, agent=done.openings.agent[arcs.opening])).chosen
        legs += len(chosen)
        seconds += int(arcs.seconds[chosen].sum(dtype=np.int64))
    return legs, seconds


def _greedy(desk: _Desk, day: Instance) -> tuple[int, int]:
    """Slot after slot with the same gates, but each leg takes the nearest free agent as it comes in."""
    table, openings = desk.gates.legs, desk.openings
    came = np.empty(len(day.legs), dtype=np.int64)
    came[[table.row_of[leg.id] for leg in day.legs]] = np.arange(len(day.legs))
    legs = seconds = 0
    for start in np.unique(table.window_start):
        left = np.flatnonzero(table.window_start == start)
        while len(left):
            left = left[np.argsort(came[left])]
            arcs = desk.all_arcs(openings, left)
            pairs = np.array(_first_come(arcs, openings), dtype=np.intp)
            if not len(pairs):
                break
            openings = _take(desk, openings, left[arcs.leg[pairs]], arcs, pairs)
            legs += len(pairs)
            seconds += int(arcs.seconds[pairs].sum(dtype=np.int64))
            left = np.delete(left, arcs.leg[pairs])
    return legs, seconds


def _first_come(arcs: Arcs, openings: Openings) -> list[int]:
    """The pairs greedy takes: leg by leg, the nearest agent nobody has taken."""
    order = np.lexsort((arcs.seconds, arcs.leg))
    chosen: list[int] = []
    served: set[int] = set()
    taken: set[int] = set()
    agents = openings.agent[arcs.opening[order]].tolist()
    for pair, leg, agent in zip(order.tolist(), arcs.leg[order].tolist(), agents, strict=True):
        if leg not in served and agent not in taken:
            served.add(leg)
            taken.add(agent)
            chosen.append(pair)
    return chosen


def _take(desk: _Desk, openings: Openings, leg_rows: Index, arcs: Arcs, pairs: Index) -> Openings:
    rows = arcs.opening[pairs]
    legs = desk.gates.legs
    planned = plan_times(
        legs=legs, leg_rows=leg_rows, openings=openings, rows=rows, seconds=arcs.seconds[pairs], clock=desk.clock
    )
    return openings.taken(
        rows=rows,
        depart=planned.depart,
        arrive=planned.arrive,
        leave=planned.leave,
        origins=legs.origins[leg_rows],
        destinations=legs.destinations[leg_rows],
    )
