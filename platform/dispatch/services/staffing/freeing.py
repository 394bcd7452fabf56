"""What a change of papers, shifts or leave does to legs that are named: who may not drive them any more loses them.

A command of staffing locks first (`lock_staff`), writes its change, and then calls `settle`. Whoever makes the change has
seen the legs at stake, or is shown them: `confirmed` holds those that he knows of, and more raises `LegsAtStake`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, prefetch_related_objects

from dispatch import planning
from dispatch.desk import read_cards, read_rules, task_of
from dispatch.errors import LegsAtStake
from dispatch.locking import lock_agents, lock_legs
from dispatch.models import Agent, Leg
from dispatch.naming import unname
from dispatch.planning import AgentCard, GateReason
from dispatch.roads import drive_times_at_hand
from dispatch.selectors import NAMED
from dispatch.waking import wake_solver
from tenants.actors import Actor

LASTING = frozenset(
    {
        GateReason.UNFIT,
        GateReason.AREA,
        GateReason.UNKNOWN_CLASS,
        GateReason.LICENCE,
        GateReason.LICENCE_EXPIRED,
        GateReason.PROBATION,
        GateReason.TRADE_YEAR,
        GateReason.TRAINING,
    }
)
"""The gates that ask papers; those that ask roads and other legs were passed when the agent was named, and stay so."""


@dataclass(frozen=True, slots=True)
class AtStake:
    """A named leg whose agent may not drive it any more, with every shut gate."""

    leg: Leg
    reasons: tuple[GateReason, ...]


def named_by(agent_ids: Collection[UUID] | None) -> Q:
    """Legs that these agents (None: any) have and have not set out for."""
    return Q(status__in=NAMED) & (Q() if agent_ids is None else Q(agent_id__in=list(agent_ids)))


def lock_staff(agent_ids: Iterable[UUID]) -> dict[UUID, Agent]:
    """The agents, locked with their named legs in the order that everybody keeps. Raises Agent.DoesNotExist."""
    wanted = set(agent_ids)
    lock_legs(named_by(wanted))
    agents = lock_agents(wanted)
    if len(agents) != len(wanted):
        raise Agent.DoesNotExist
    return agents


def settle(
    agent_ids: Collection[UUID], *, confirmed: Collection[UUID] | None, actor: Actor, now: datetime
) -> list[AtStake]:
    """Take the legs back that these agents may not drive any more; the planner looks for others. Returns them.

    Raises LegsAtStake for one that is not among `confirmed`; None asks nobody.
    """
    found = legs_at_stake(lock_legs(named_by(agent_ids)), now=now)
    if confirmed is not None and not {item.leg.pk for item in found} <= set(confirmed):
        prefetch_related_objects([item.leg for item in found], "agent", "tenant")  # for whoever is shown them
        raise LegsAtStake(found)
    for item in found:
        unname(item.leg, "unassign", reason=item.reasons[0].value, actor=actor, now=now)
    if found:
        wake_solver()
    return found


def legs_at_stake(legs: Sequence[Leg], *, now: datetime) -> list[AtStake]:
    """Those of these named legs whose agent does not pass the gates of papers and hours, in the order of their windows."""
    if not legs:
        return []
    cards = read_cards(
        since=min(now, *(leg.window_start for leg in legs)),
        until=max(now, *(leg.window_end for leg in legs)),
        now=now,
        agent_ids={leg.agent_id for leg in legs if leg.agent_id},
        without=[leg.pk for leg in legs],
    )
    rules, roads = read_rules(), drive_times_at_hand()
    found = []
    for leg in sorted(legs, key=lambda leg: (leg.window_start, leg.pk)):
        assert leg.agent_id is not None
        card = cards[leg.agent_id]
        verdict = planning.judge(leg=task_of(leg), agent=card, rules=rules, drive_times=roads, now=now)
        shut = tuple(reason for reason in verdict.reasons if reason in LASTING) + hours_shut(leg, card)
        if shut:
            found.append(AtStake(leg, shut))
    return found


def hours_shut(leg: Leg, card: AgentCard) -> tuple[GateReason, ...]:
    """Whether the time that was planned for the leg lies in a shift and in no leave."""
    assert leg.busy is not None
    start, end = leg.busy.lower, leg.busy.upper
    shut = []
    if not any(begins <= start and end <= ends for begins, ends in card.shifts):
        shut.append(GateReason.SHIFT)
    if any(begins < end and ends > start for begins, ends in card.leaves):
        shut.append(GateReason.LEAVE)
    return tuple(shut)
