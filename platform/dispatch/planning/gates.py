"""The gates between a leg and an agent, judged at the leg's window and never at the hour of the question.

Lasting gates ask the cards: on duty, area, licence for the class, its expiry, probation, a year in the trade,
training. Days are local days of the planning zone; a leg must find the gate open from the day its window opens to
the day it closes. Passing gates ask the hours (timing.py): shift, leave, load, overlap, reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from dispatch.planning.model import LicenceRule
from dispatch.planning.openings import Bits
from dispatch.planning.reasons import GateReason
from dispatch.planning.tables import NO_LICENCE_NEEDED, NOWHERE, AgentTable, Bools, LegTable

GateKey = tuple[int, int, int, int]
"""Area, vehicle class, first and last day of the window: legs of one key share their lasting gates."""


@dataclass(frozen=True, slots=True)
class Gates:
    """The lasting gates of one problem; the answer for a key is worked out once, for all agents together."""

    legs: LegTable
    agents: AgentTable
    rules: tuple[LicenceRule, ...]
    serves: Bools
    """Agent by area."""
    _known: dict[GateKey, Bits] = field(default_factory=dict)

    def key_of(self, *, leg: int) -> GateKey:
        """What the lasting gates ask about a leg."""
        legs = self.legs
        return int(legs.area[leg]), int(legs.vehicle_class[leg]), int(legs.first_day[leg]), int(legs.last_day[leg])

    def lasting(self, *, key: GateKey) -> Bits:
        """The reasons (bits) of every agent against legs of this key; 0 is an open gate."""
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._judge(key)
        return known

    def refusing(self, *, leg: int) -> Bits:
        """The reason bit of every agent who turned this very leg down."""
        bits = np.zeros(len(self.agents.agents), dtype=np.uint16)
        refused = (self.agents.row_of.get(agent) for agent in self.legs.legs[leg].refused_by)
        bits[[row for row in refused if row is not None]] = GateReason.REFUSED.bit
        return bits

    def _judge(self, key: GateKey) -> Bits:
        area, vehicle_class, first_day, last_day = key
        agents = self.agents
        bits = np.zeros(len(agents.agents), dtype=np.uint16)
        bits[~agents.fit] |= GateReason.UNFIT.bit
        bits[agents.trade_from > first_day] |= GateReason.TRADE_YEAR.bit
        bits[agents.trained_until < last_day] |= GateReason.TRAINING.bit
        if area == NOWHERE:
            bits |= GateReason.AREA.bit
        else:
            bits[~self.serves[:, area]] |= GateReason.AREA.bit
        if vehicle_class != NO_LICENCE_NEEDED:
            bits |= self._licence_bits(vehicle_class, first_day)
            bits[agents.expires < last_day] |= GateReason.LICENCE_EXPIRED.bit
            bits[agents.probation >= first_day] |= GateReason.PROBATION.bit
        return bits

    def _licence_bits(self, vehicle_class: int, day: int) -> Bits:
        agents = self.agents
        asked = licences_for(
            rules=self.rules, vehicle_class=self.legs.classes[vehicle_class], day=date.fromordinal(day)
        )
        if asked is None:
            return np.full(len(agents.agents), GateReason.UNKNOWN_CLASS.bit, dtype=np.uint16)
        lacking = np.array([not (held & asked) for held in agents.licences], dtype=np.bool_)
        return np.where(lacking[agents.licence], GateReason.LICENCE.bit, 0).astype(np.uint16)


def gates_of(*, legs: LegTable, agents: AgentTable, rules: Sequence[LicenceRule]) -> Gates:
    """Put the lasting gates between these legs and agents."""
    area_row = {area: row for row, area in enumerate(legs.areas)}
    serves = np.zeros((len(agents.agents), max(len(legs.areas), 1)), dtype=np.bool_)
    pairs = [
        (row, area_row[area]) for row, agent in enumerate(agents.agents) for area in agent.areas if area in area_row
    ]
    if pairs:
        rows, columns = zip(*pairs, strict=True)
        serves[list(rows), list(columns)] = True
    return Gates(legs=legs, agents=agents, rules=tuple(rules), serves=serves)


def licences_for(*, rules: Sequence[LicenceRule], vehicle_class: str | None, day: date) -> frozenset[str] | None:
    """The licences that may drive the class on that day, or None: the class is unknown, nobody is sent."""
    in_force = [rule for rule in rules if rule.vehicle_class == vehicle_class and rule.covers(day)]
    if vehicle_class is None or not in_force:
        return None
    return max(in_force, key=lambda rule: rule.from_on).licences
