"""Every gate together: one leg against every agent of a table, or against cards that somebody holds in the hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from dispatch.planning.drive_time import DriveTimes
from dispatch.planning.gates import Gates, gates_of
from dispatch.planning.model import AgentCard, LegTask, LicenceRule
from dispatch.planning.openings import Bits, Openings, openings_of
from dispatch.planning.reasons import GateReason, reasons_of
from dispatch.planning.tables import ZONE, agent_table, epoch, leg_table, moment
from dispatch.planning.timing import Clock, Hours, judge_hours


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gates say of one agent and one leg: no reasons is a yes, with the planned times (UTC)."""

    agent_id: str
    reasons: tuple[GateReason, ...]
    drive_seconds: int | None
    departs_at: datetime | None
    arrives_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class AgentVerdicts:
    """The same for all agents of a table: every shut gate as a bit, and what the hours say."""

    bits: Bits
    hours: Hours


def judge_agents(*, gates: Gates, openings: Openings, leg: int, clock: Clock) -> AgentVerdicts:
    """All gates of one leg for every agent."""
    hours = judge_hours(legs=gates.legs, leg=leg, openings=openings, agents=len(gates.agents.agents), clock=clock)
    lasting = gates.lasting(key=gates.key_of(leg=leg)) | gates.refusing(leg=leg)
    return AgentVerdicts(bits=lasting | hours.bits, hours=hours)


def explain(
    *,
    leg: LegTask,
    agents: Sequence[AgentCard],
    rules: Sequence[LicenceRule],
    drive_times: DriveTimes,
    now: datetime,
    zone: ZoneInfo = ZONE,
) -> tuple[Verdict, ...]:
    """Judge one leg against these agents as their cards stand; first those who can, by drive time, then the others.

    Raises PlanningInputError as `plan` does.
    """
    clock = Clock(now=epoch(now), drive_times=drive_times)
    legs = leg_table(legs=[leg], drive_times=drive_times, zone=zone)
    table = agent_table(agents=agents)
    gates = gates_of(legs=legs, agents=table, rules=rules)
    openings = openings_of(agents=table.agents, after=min(clock.now, int(legs.window_start[0])))
    verdicts = judge_agents(gates=gates, openings=openings, leg=0, clock=clock)
    order = np.lexsort((verdicts.hours.seconds, verdicts.bits != 0))
    return tuple(_verdict(table.agents[row], row, verdicts) for row in order.tolist())


def judge(
    *,
    leg: LegTask,
    agent: AgentCard,
    rules: Sequence[LicenceRule],
    drive_times: DriveTimes,
    now: datetime,
    zone: ZoneInfo = ZONE,
) -> Verdict:
    """Judge one leg and one agent, as a command does again under its lock. Raises PlanningInputError as `plan`."""
    return explain(leg=leg, agents=[agent], rules=rules, drive_times=drive_times, now=now, zone=zone)[0]


def _verdict(agent: AgentCard, row: int, verdicts: AgentVerdicts) -> Verdict:
    reasons = reasons_of(int(verdicts.bits[row]))
    if reasons:
        return Verdict(agent.id, reasons, None, None, None, None)
    hours = verdicts.hours
    return Verdict(
        agent_id=agent.id,
        reasons=(),
        drive_seconds=int(hours.seconds[row]),
        departs_at=moment(int(hours.planned.depart[row])),
        arrives_at=moment(int(hours.planned.arrive[row])),
        ends_at=moment(int(hours.planned.leave[row])),
    )
