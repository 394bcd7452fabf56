"""The gates asked again under the agents' locks, and what was found kept as the reason of a naming."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from dispatch import planning
from dispatch.desk import read_cards, read_rules, task_of
from dispatch.locking import lock_agents
from dispatch.models import Agent, Leg
from dispatch.naming import Naming, Why
from dispatch.planning import AgentCard, Booking, Explanation, Fate, GateReason, LegTask, LicenceRule, Verdict
from dispatch.roads import drive_times, drive_times_at_hand

CANDIDATES_KEPT = 10
REJECTED_KEPT = 200
TRIED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the gates say of one leg and one agent: a naming, or why not."""

    naming: Naming | None
    reasons: tuple[GateReason, ...] = ()


def check_agent(leg: Leg, *, agent_id: UUID, now: datetime, forgive: bool = False) -> Checked:
    """Lock an agent and ask every gate; the leg's own booking does not bind him. With `forgive` refusals do not count."""
    return check_pairs([(leg, agent_id)], now=now, forgive=forgive)[0]


def check_pairs(pairs: Sequence[tuple[Leg, UUID]], *, now: datetime, forgive: bool = False) -> list[Checked]:
    """Lock the agents and judge the pairs one after another, each naming binding its agent for those that follow."""
    if not pairs:
        return []
    agents = lock_agents(agent_id for _leg, agent_id in pairs)
    legs = [leg for leg, _agent in pairs]
    cards = cards_for(legs, now=now, agent_ids=agents.keys())
    rules = read_rules()
    found: list[Checked] = []
    for leg, agent_id in pairs:
        if agent_id not in cards:
            found.append(Checked(naming=None, reasons=(GateReason.UNFIT,)))
            continue
        task = task_of(leg, forgive=forgive)
        checked = judge_pair(task, leg, agents[agent_id], cards[agent_id], rules, now)
        if checked.naming is not None:
            cards[agent_id] = with_booking(cards[agent_id], checked.naming, task)
        found.append(checked)
    return found


def cards_for(legs: Sequence[Leg], *, now: datetime, agent_ids: Iterable[UUID] | None = None) -> dict[UUID, AgentCard]:
    """The agents as they stand around the windows of these legs, which themselves bind nobody."""
    return read_cards(
        since=min(now, *(leg.window_start for leg in legs)),
        until=max(now, *(leg.window_end for leg in legs)),
        now=now,
        agent_ids=None if agent_ids is None else list(agent_ids),
        without=[leg.pk for leg in legs],
    )


def judge_pair(
    task: LegTask, leg: Leg, agent: Agent, card: AgentCard, rules: Sequence[LicenceRule], now: datetime
) -> Checked:
    """Every gate between one leg and one agent."""
    verdict = planning.judge(leg=task, agent=card, rules=rules, drive_times=drive_times_at_hand(), now=now)
    return checked_by(verdict, leg, agent, card)


def checked_by(verdict: Verdict, leg: Leg, agent: Agent, card: AgentCard) -> Checked:
    """A verdict that was given under the agent's lock, as a naming or a refusal."""
    if verdict.reasons:
        return Checked(naming=None, reasons=verdict.reasons)
    assert verdict.departs_at and verdict.arrives_at and verdict.ends_at and verdict.drive_seconds is not None
    return Checked(
        naming=Naming(
            leg=leg,
            agent=agent,
            departs_at=verdict.departs_at,
            planned_at=verdict.arrives_at,
            ends_at=verdict.ends_at,
            drive_s=verdict.drive_seconds,
            shifts=card.shifts,
        )
    )


def with_booking(card: AgentCard, naming: Naming, task: LegTask) -> AgentCard:
    """The card after a naming."""
    booking = Booking(naming.departs_at, naming.ends_at, task.destination, task.origin, naming.planned_at)
    return replace(card, booked=(*card.booked, booking))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Every agent's verdict on a leg, first those who can, by drive time; and the cards that they were judged by."""

    verdicts: tuple[Verdict, ...]
    cards: Mapping[UUID, AgentCard]

    def able(self, *, besides: UUID | None = None) -> list[Verdict]:
        """Who can go, the nearest first; `besides` is left out."""
        return [verdict for verdict in self.verdicts if not verdict.reasons and verdict.agent_id != str(besides)]

    def check(self, leg: Leg, agent: Agent) -> Checked:
        """What was found of one agent, whose lock was held when the leg was judged."""
        verdict = next((item for item in self.verdicts if item.agent_id == str(agent.pk)), None)
        if verdict is None:
            return Checked(naming=None, reasons=(GateReason.UNFIT,))
        return checked_by(verdict, leg, agent, self.cards[agent.pk])


def judge_leg(leg: Leg, *, now: datetime, at_hand: bool = False, forgive: bool = False) -> Judged:
    """Ask every gate of a leg for every agent."""
    cards = cards_for([leg], now=now)
    roads = drive_times_at_hand() if at_hand else drive_times()
    task = task_of(leg, forgive=forgive)
    verdicts = planning.explain(leg=task, agents=list(cards.values()), rules=read_rules(), drive_times=roads, now=now)
    return Judged(verdicts=verdicts, cards=cards)


def find_next(leg: Leg, *, now: datetime, besides: UUID | None = None) -> Naming | None:
    """The next best agent (not `besides`) for a leg whose lock is held, with his own lock; None when nobody is left.

    Who is nearest is found without a lock, and he is asked again under his: until then another leg may have taken him.
    """
    judged = judge_leg(leg, now=now, at_hand=True)
    able = [UUID(verdict.agent_id) for verdict in judged.able(besides=besides)][:TRIED]
    lock_agents(able)
    for agent_id in able:
        checked = check_agent(leg, agent_id=agent_id, now=now)
        if checked.naming is not None:
            return replace(checked.naming, why=why_of_verdicts(judged.verdicts, chosen=agent_id))
    return None


def why_of_verdicts(verdicts: Sequence[Verdict], *, chosen: UUID, reason: str = "") -> Why:
    """The reasons of a naming outside a solve: who could, by time, why the others cannot, and a dispatcher's words."""
    able = [verdict for verdict in verdicts if not verdict.reasons]
    shut = [verdict for verdict in verdicts if verdict.reasons]
    near = sorted(shut, key=lambda verdict: GateReason.AREA in verdict.reasons)[:REJECTED_KEPT]
    shown = [v for place, v in enumerate(able) if place < CANDIDATES_KEPT or v.agent_id == str(chosen)]
    return Why(
        candidates=[
            {
                "agent": verdict.agent_id,
                "drive_s": verdict.drive_seconds,
                "fate": Fate.CHOSEN if verdict.agent_id == str(chosen) else Fate.NOT_NEEDED,
                "taken_by": None,
            }
            for verdict in shown
        ],
        rejected={
            "candidates": len(able),
            "counts": dict(Counter(verdict.reasons[0].value for verdict in shut)),
            "agents": {verdict.agent_id: codes_of(verdict.reasons) for verdict in near},
            "lost_to": {},
            "note": reason,
        },
    )


@cache
def codes_of(reasons: tuple[GateReason, ...]) -> list[str]:
    """The reasons as they are kept; the same few come thousands of times."""
    return [reason.value for reason in reasons]


def why_of_solve(explanation: Explanation) -> Why:
    """The reasons of a naming by the planner."""
    return Why(
        candidates=[
            {"agent": item.agent_id, "drive_s": item.drive_seconds, "fate": item.fate, "taken_by": item.taken_by}
            for item in explanation.candidates
        ],
        rejected={
            "candidates": explanation.candidates_in_all,
            "counts": {reason.value: count for reason, count in explanation.counts.items()},
            "agents": {agent: codes_of(reasons) for agent, reasons in explanation.rejected.items()},
            "lost_to": dict(explanation.lost_to),
        },
    )
