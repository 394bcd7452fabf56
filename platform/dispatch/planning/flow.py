"""One round of assignment as a min-cost flow: at most one leg an agent, the most legs, then the least drive."""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from dispatch.planning.arcs import NO_MORE, Arcs
from dispatch.planning.drive_time import Index
from dispatch.planning.tables import Bools, Ints


class FlowError(RuntimeError):
    """The solver did not end with an optimum, which a graph of this form always has."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A flow problem as the solver takes it: one unit from every leg to the sink."""

    tails: Index
    heads: Index
    costs: Ints
    supplies: Ints
    arcs: int
    """How many of the first arcs are pairs; then come one way round for each leg and one arc for each agent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`chosen` are the pairs taken (indices into the arcs); `round_about` the legs that took the way round."""

    chosen: Index
    round_about: Bools


def build_graph(*, arcs: Arcs, agent: Index) -> Graph:
    """Lay out legs, agents and sink. `agent` is the agent of each pair.

    The way round costs more than any re-arrangement could save when the leg has no other pairs, so that first the
    most legs are assigned; else it costs what no pair left out can beat: a flow that does not use it is proved to be
    the optimum over all pairs.
    """
    legs = len(arcs.more)
    node, agents = _numbered(agent)
    sink = legs + agents
    cost = arcs.seconds.astype(np.int64)
    never = (int(max(cost.max(initial=0), arcs.more.max(initial=0))) + 1) * (legs + 1)
    supplies = np.zeros(sink + 1, dtype=np.int64)
    supplies[:legs] = 1
    supplies[sink] = -legs
    return Graph(
        tails=np.concatenate((arcs.leg, np.arange(sink))),
        heads=np.concatenate((legs + node, np.full(sink, sink))),
        costs=np.concatenate((cost, np.where(arcs.more == NO_MORE, never, arcs.more), np.zeros(agents, np.int64))),
        supplies=supplies,
        arcs=len(arcs),
    )


def solve_graph(*, graph: Graph) -> Outcome:
    """Solve to the optimum. Raises FlowError if the solver fails."""
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        graph.tails.astype(np.int32), graph.heads.astype(np.int32), np.ones(len(graph.tails), np.int64), graph.costs
    )
    nodes = len(graph.supplies)
    solver.set_nodes_supplies(np.arange(nodes, dtype=np.int32), graph.supplies)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise FlowError(f"the flow solver ended with {status}")
    legs = int(graph.supplies[:-1].sum())
    flows = solver.flows(np.arange(graph.arcs + legs, dtype=np.int32))
    return Outcome(chosen=np.flatnonzero(flows[: graph.arcs]), round_about=flows[graph.arcs :] > 0)


def _numbered(agent: Index) -> tuple[Index, int]:
    """Number the agents that occur, without sorting: (number of each entry, how many)."""
    occurs = np.zeros(int(agent.max(initial=-1)) + 1, dtype=np.bool_)
    occurs[agent] = True
    number = np.cumsum(occurs) - 1
    return number[agent], int(occurs.sum())
