"""Other windows for a leg that nobody can take in its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from dispatch.planning.gates import gates_of
from dispatch.planning.model import LegTask, LicenceRule
from dispatch.planning.openings import Openings
from dispatch.planning.tables import AgentTable, leg_table, moment
from dispatch.planning.timing import Clock
from dispatch.planning.verdicts import judge_agents


@dataclass(frozen=True, slots=True)
class OfferedWindow:
    """A window with room, and how many agents could take the leg in it."""

    start: datetime
    end: datetime
    agents: int


def free_windows(
    *,
    leg: LegTask,
    agents: AgentTable,
    rules: Sequence[LicenceRule],
    openings: Openings,
    clock: Clock,
    zone: ZoneInfo,
    step: timedelta,
    limit: int,
    horizon: timedelta,
) -> tuple[OfferedWindow, ...]:
    """The first `limit` windows of the leg's length, a `step` apart, that do not open in the past and have room."""
    length = leg.window_end - leg.window_start
    now = moment(clock.now)
    starts = [leg.window_start + step * number for number in range(1, int(horizon / step) + 1)]
    moved = [
        replace(leg, id=f"{number:06}", window_start=start, window_end=start + length)
        for number, start in enumerate(start for start in starts if start >= now)
    ]
    legs = leg_table(legs=moved, drive_times=clock.drive_times, zone=zone)
    gates = gates_of(legs=legs, agents=agents, rules=rules)
    found: list[OfferedWindow] = []
    for row, option in enumerate(legs.legs):
        if len(found) == limit:
            break
        verdicts = judge_agents(gates=gates, openings=openings, leg=row, clock=clock)
        able = int(np.count_nonzero(verdicts.bits == 0))
        if able:
            found.append(OfferedWindow(option.window_start, option.window_end, able))
    return tuple(found)
