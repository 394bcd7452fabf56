"""What a solve hands back: who drives each leg and when; and, worked out when asked, why he and nobody else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from dispatch.planning.arcs import Arcs
from dispatch.planning.drive_time import Index, Seconds
from dispatch.planning.flow import Graph
from dispatch.planning.gates import Gates
from dispatch.planning.model import Booking, LegTask
from dispatch.planning.offers import OfferedWindow, free_windows
from dispatch.planning.openings import Bits, Openings
from dispatch.planning.reasons import GateReason, reasons_of
from dispatch.planning.tables import moment
from dispatch.planning.timing import Clock, Planned
from dispatch.planning.verdicts import AgentVerdicts, judge_agents

TOP = 10


class Fate(StrEnum):
    """What became of a candidate: an agent for whom every gate was open."""

    CHOSEN = "chosen"
    TAKEN = "taken"
    """Another leg of the same round took him, because that makes the whole cheaper."""
    NOT_NEEDED = "not_needed"
    """Free, but the leg has somebody with whom the whole is cheaper."""


@dataclass(frozen=True, slots=True)
class LegPlan:
    """The plan of one leg. Without an agent the times are None and `drive_seconds` is 0.

    He sets out at `departs_at`, is at the origin at `arrives_at` and free again at `ends_at` (UTC).
    """

    leg_id: str
    tenant: str
    agent_id: str | None
    departs_at: datetime | None
    arrives_at: datetime | None
    ends_at: datetime | None
    drive_seconds: int
    slot_starts_at: datetime
    round: int
    """1 for the first round of the slot."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who could take the leg, and `taken_by`, the leg he lost it for."""

    agent_id: str
    drive_seconds: int
    fate: Fate
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a leg's plan is as it is, at the moment of the solve in which it was settled.

    `candidates` are the nearest who passed every gate, by time, and last the chosen one if he is none of those;
    `candidates_in_all` counts all who passed; `rejected` names for every other agent all shut
    lasting gates, then the one of the hours; `counts` counts them by their first reason. An agent who is out because
    a leg of this plan took him earlier in the slot stands in `lost_to`.
    """

    leg_id: str
    candidates: tuple[Candidate, ...]
    candidates_in_all: int
    rejected: Mapping[str, tuple[GateReason, ...]]
    counts: Mapping[GateReason, int]
    lost_to: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Round:
    """One solved round, in columns: its legs, the openings before it, its pairs, and what was chosen."""

    slot_start: int
    leg_rows: Index
    openings: Openings
    arcs: Arcs
    graph: Graph
    chosen_legs: Index
    chosen_openings: Index
    chosen_seconds: Seconds
    planned: Planned


class Plan:
    """All legs with their agents. Cheap to make; objects and explanations are made when they are asked for."""

    def __init__(
        self,
        *,
        gates: Gates,
        clock: Clock,
        rounds: tuple[Round, ...],
        openings: Openings,
        time_slot: timedelta,
        zone: ZoneInfo,
    ) -> None:
        self.rounds = rounds
        self.openings = openings
        self._gates = gates
        self._clock = clock
        self._time_slot = time_slot
        self._zone = zone
        self._takers_of: dict[int, dict[int, str]] = {}

    @cached_property
    def assigned(self) -> int:
        """How many legs have an agent."""
        return sum(len(done.chosen_legs) for done in self.rounds)

    @property
    def unassigned(self) -> int:
        """How many legs have none."""
        return len(self._gates.legs.legs) - self.assigned

    @cached_property
    def drive_seconds(self) -> int:
        """Total drive to the legs' origins, in seconds."""
        return sum(int(done.chosen_seconds.sum(dtype=np.int64)) for done in self.rounds)

    @cached_property
    def legs(self) -> tuple[LegPlan, ...]:
        """Every leg's plan, by window and id."""
        plans = {plan.leg_id: plan for done, number in self._numbered() for plan in self._round_plans(done, number)}
        return tuple(plans[leg.id] for leg in self._gates.legs.legs)

    @cached_property
    def _by_id(self) -> dict[str, LegPlan]:
        return {plan.leg_id: plan for plan in self.legs}

    def leg(self, leg_id: str) -> LegPlan:
        """One leg's plan. Raises KeyError for a leg that was not asked."""
        return self._by_id[leg_id]

    def booking(self, leg_id: str) -> Booking | None:
        """What the plan of a leg becomes on its agent's card; None without an agent."""
        plan, leg = self.leg(leg_id), self._task(leg_id)
        if plan.departs_at is None or plan.ends_at is None:
            return None
        return Booking(plan.departs_at, plan.ends_at, leg.destination, leg.origin, plan.arrives_at)

    def explain(self, leg_id: str, *, top: int = TOP, listed: int | None = None) -> Explanation:
        """Why this leg's plan is as it is. Raises KeyError for a leg that was not asked.

        With `listed`, `rejected` names no more agents than that, those who serve the area before the others.
        """
        row = self._gates.legs.row_of[leg_id]
        number = self._telling_round(row)
        done = self.rounds[number]
        verdicts = judge_agents(gates=self._gates, openings=done.openings, leg=row, clock=self._clock)
        bits, agents = verdicts.bits, self._gates.agents.agents
        shut = np.flatnonzero(bits)
        near = shut[np.argsort((bits[shut] & GateReason.AREA.bit) != 0, kind="stable")][:listed].tolist()
        earlier = self._taken_before(number)
        return Explanation(
            leg_id=leg_id,
            candidates=self._candidates(number, row, verdicts, top),
            candidates_in_all=len(agents) - len(shut),
            rejected={agents[agent].id: reasons_of(int(bits[agent])) for agent in near},
            counts=_first_reasons(bits[shut]),
            lost_to={agents[agent].id: leg for agent, leg in earlier.items() if bits[agent]},
        )

    def offer_windows(
        self, leg_id: str, *, limit: int = 3, horizon: timedelta = timedelta(days=3)
    ) -> tuple[OfferedWindow, ...]:
        """The next windows of the same length in which somebody could still take the leg after this plan.

        Starts are looked for every `time_slot` up to `horizon` after the leg's own. Only shifts on the agents' cards
        count. Two legs may be offered the same capacity: who answers first has it.
        """
        row = self._gates.legs.row_of[leg_id]
        return free_windows(
            leg=self._gates.legs.legs[row],
            agents=self._gates.agents,
            rules=self._gates.rules,
            openings=self.openings,
            clock=self._clock,
            zone=self._zone,
            step=self._time_slot,
            limit=limit,
            horizon=horizon,
        )

    def _task(self, leg_id: str) -> LegTask:
        return self._gates.legs.legs[self._gates.legs.row_of[leg_id]]

    def _numbered(self) -> Iterator[tuple[Round, int]]:
        number, slot = 0, None
        for done in self.rounds:
            number = number + 1 if done.slot_start == slot else 1
            slot = done.slot_start
            yield done, number

    def _round_plans(self, done: Round, number: int) -> Iterator[LegPlan]:
        """Later rounds overwrite what an earlier one says of a leg it left over."""
        legs, agents = self._gates.legs.legs, self._gates.agents.agents
        slot = moment(done.slot_start)
        for row in np.setdiff1d(done.leg_rows, done.chosen_legs, assume_unique=True).tolist():
            yield LegPlan(legs[row].id, legs[row].tenant, None, None, None, None, 0, slot, number)
        columns = zip(
            done.chosen_legs.tolist(),
            done.openings.agent[done.chosen_openings].tolist(),
            done.planned.depart.tolist(),
            done.planned.arrive.tolist(),
            done.planned.leave.tolist(),
            done.chosen_seconds.tolist(),
            strict=True,
        )
        for row, agent, depart, arrive, leave, seconds in columns:
            leg = legs[row]
            yield LegPlan(
                leg.id,
                leg.tenant,
                agents[agent].id,
                moment(depart),
                moment(arrive),
                moment(leave),
                seconds,
                slot,
                number,
            )

    def _telling_round(self, row: int) -> int:
        """The round that settled the leg; for one left over, the last in which anybody could still take it."""
        met = [number for number, done in enumerate(self.rounds) if row in done.leg_rows]
        if row in self.rounds[met[-1]].chosen_legs:
            return met[-1]
        able = [number for number in met if (self.rounds[number].leg_rows[self.rounds[number].arcs.leg] == row).any()]
        return able[-1] if able else met[0]

    def _candidates(self, number: int, row: int, verdicts: AgentVerdicts, top: int) -> tuple[Candidate, ...]:
        agents, taker = self._gates.agents.agents, self._takers(number)
        able = np.flatnonzero(verdicts.bits == 0)
        nearest = able[np.argsort(verdicts.hours.seconds[able], kind="stable")]
        chosen = [agent for agent in nearest.tolist() if taker.get(agent) == self._gates.legs.legs[row].id]
        found: list[Candidate] = []
        for agent in [*nearest[:top].tolist(), *(agent for agent in chosen if agent not in nearest[:top])]:
            leg = taker.get(agent)
            fate = Fate.NOT_NEEDED if leg is None else Fate.CHOSEN if agent in chosen else Fate.TAKEN
            by = leg if fate == Fate.TAKEN else None
            found.append(Candidate(agents[agent].id, int(verdicts.hours.seconds[agent]), fate, by))
        return tuple(found)

    def _takers(self, number: int) -> dict[int, str]:
        """Which leg took each agent in this round."""
        known = self._takers_of.get(number)
        if known is None:
            done, legs = self.rounds[number], self._gates.legs.legs
            agents = done.openings.agent[done.chosen_openings].tolist()
            pairs = zip(agents, done.chosen_legs.tolist(), strict=True)
            known = self._takers_of[number] = {agent: legs[row].id for agent, row in pairs}
        return known

    def _taken_before(self, number: int) -> dict[int, str]:
        """Which leg took each agent in the earlier rounds of the same slot, the last one where there were several."""
        slot = self.rounds[number].slot_start
        earlier = [place for place in range(number) if self.rounds[place].slot_start == slot]
        return {agent: leg for place in earlier for agent, leg in self._takers(place).items()}


def _first_reasons(bits: Bits) -> Mapping[GateReason, int]:
    """How many agents are out for each first reason."""
    masks, counts = np.unique(bits & -bits.astype(np.int32), return_counts=True)
    return {reasons_of(int(mask))[0]: int(count) for mask, count in zip(masks, counts, strict=True)}
