"""Who drives what: the planner's proposal, applied tenant by tenant, and a dispatcher's own choice."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Q

from dispatch.checking import Checked, check_pairs, find_next, judge_leg, why_of_verdicts
from dispatch.desk import task_of
from dispatch.errors import AgentUnfit, LegMoved, NobodyFits
from dispatch.locking import lock_agents, lock_leg, lock_legs
from dispatch.models import Agent, Leg
from dispatch.naming import SYSTEM, name_agents, unname, windows_as_json
from dispatch.planning import GateReason
from dispatch.proposing import Choice, GivenUp, Proposal, find_windows, propose
from dispatch.selectors import last_decision
from dispatch.states import LEG, PLANNED, UNASSIGNED
from dispatch.telling import tell_alert, tell_unassigned
from dispatch.texts import actor_text
from dispatch.waking import wake_solver
from events.commands import command
from events.each import each_alone
from tenants.actors import Actor

T = TypeVar("T", Choice, GivenUp)
LEGS_A_COMMAND = 200
ATTEMPTS = 5
SOLVER_KEY = 0x64697370  # "disp"


@dataclass(frozen=True, slots=True)
class Seen:
    """Whom the page showed as a leg's agent (None: nobody) when somebody decided."""

    agent_id: UUID | None


@dataclass(slots=True)
class SolveResult:
    """What a solve did. `changed` counts proposals that had become untrue under the lock; they were solved again."""

    assigned: int = 0
    given_up: int = 0
    changed: int = 0
    proposals: int = 0
    drive_s: int = 0
    is_busy: bool = False  # another solver is at work; it will see the same legs


def solve(*, now: datetime, limit: int | None = None) -> SolveResult:
    """Name agents for every waiting leg (the `limit` whose windows open first), with the least drive.

    The proposal is made outside any transaction; what had changed when it was applied goes into the next one.
    """
    result = SolveResult()
    with one_solver() as is_mine:
        if not is_mine:
            result.is_busy = True
            return result
        for _attempt in range(ATTEMPTS):
            proposal = propose(now=now, limit=limit)
            if proposal is None:
                break
            result.proposals += 1
            changed = apply_proposal(proposal, result, now=now)
            result.changed += changed
            if not changed and not Leg.objects.filter(status=PLANNED).exists():
                break
    return result


@contextmanager
def one_solver() -> Iterator[bool]:
    """Whether this is the only solver. The lock lives in a transaction of a connection of its own: so it ends with its
    process, and a pooler may stand between.
    """
    other = connection.copy()
    try:
        other.ensure_connection()
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SOLVER_KEY])
            found = cursor.fetchone()
        yield bool(found and found[0])
    finally:
        other.rollback()
        other.close()


def apply_proposal(proposal: Proposal, result: SolveResult, *, now: datetime) -> int:
    """Commit a proposal in commands of one tenant, in the order in which it was thought; returns what had changed.

    A command that fails is logged, and the others go on: no tenant waits for another's trouble.
    """

    def assign(run: tuple[UUID, list[Choice]]) -> int:
        tenant_id, choices = run
        kept = [replace(choice, why=proposal.why(choice.leg_id)) for choice in choices]
        named = assign_legs(tenant_id=tenant_id, choices=kept, actor=SYSTEM, now=now)
        result.assigned += len(named)
        result.drive_s += sum(leg.drive_s or 0 for leg in named)
        return len(choices) - len(named)

    def give_up(run: tuple[UUID, list[GivenUp]]) -> int:
        return len(give_up_legs(tenant_id=run[0], legs=run[1], actor=SYSTEM, now=now))

    changed = sum(each_alone(runs(proposal.choices), assign))
    result.given_up += sum(each_alone(runs(proposal.given_up()), give_up))
    return changed


def runs(items: Sequence[T]) -> Iterator[tuple[UUID, list[T]]]:
    """Neighbours of one tenant, at most LEGS_A_COMMAND together."""
    for tenant_id, run in groupby(items, key=lambda item: item.tenant_id):
        same = list(run)
        for start in range(0, len(same), LEGS_A_COMMAND):
            yield tenant_id, same[start : start + LEGS_A_COMMAND]


@command
def assign_legs(*, tenant_id: UUID, choices: Sequence[Choice], actor: Actor, now: datetime) -> list[Leg]:
    """Name the agents of a proposal for legs of one tenant, each leg and agent asked again under its lock.

    Returns the legs that were named; the others had changed and wait for the next solve.
    """
    legs = lock_waiting(tenant_id, choices)
    current = [choice for choice in choices if choice.leg_id in legs]
    checks = check_pairs([(legs[choice.leg_id], choice.agent_id) for choice in current], now=now)
    namings = [
        replace(checked.naming, why=choice.why)
        for choice, checked in zip(current, checks, strict=True)
        if checked.naming is not None
    ]
    name_agents(namings=namings, event="assign", actor=actor, now=now)
    return [naming.leg for naming in namings]


def lock_waiting(tenant_id: UUID, items: Sequence[Choice | GivenUp]) -> dict[UUID, Leg]:
    """Lock the legs and give those that still wait and are what the planner saw."""
    tasks = {item.leg_id: item.task for item in items}
    legs = lock_legs(Q(pk__in=tasks, tenant_id=tenant_id, status__in=[PLANNED, UNASSIGNED], is_by_hand=False))
    return {leg.pk: leg for leg in legs if task_of(leg) == tasks[leg.pk]}


@command
def give_up_legs(*, tenant_id: UUID, legs: Sequence[GivenUp], actor: Actor, now: datetime) -> list[Leg]:
    """Nobody can take these planned legs: other windows are offered, and a dispatcher is alerted."""
    found = lock_waiting(tenant_id, legs)
    current = [
        (found[item.leg_id], item) for item in legs if item.leg_id in found and found[item.leg_id].status == PLANNED
    ]
    for leg, item in current:
        leg.unassigned_reason, leg.other_windows = item.reason, windows_as_json(item.windows)
    changed = [leg for leg, _item in current]
    Leg.objects.bulk_update(changed, ["unassigned_reason", "other_windows"], batch_size=LEGS_A_COMMAND)
    LEG.transition_many(changed, "give_up", actor=actor, now=now, reason="nobody")
    for leg, item in current:
        tell_unassigned(leg, reason=item.reason, windows=item.windows)
        tell_alert(leg, reason=item.reason)
    return changed


@command
def reassign_leg(
    *,
    leg_id: UUID,
    agent_id: UUID,
    reason: str,
    actor: Actor,
    now: datetime,
    force: bool = False,
    seen: Seen | None = None,
) -> Leg:
    """A dispatcher's own choice, for a leg that waits or is named. Raises AgentUnfit with the shut gates, TransitionError,
    and LegMoved when the leg's agent is no longer the one who was `seen`.

    The gates hold always; `force` passes over one thing alone: that the agent declined this leg before.
    """
    leg = lock_leg(leg_id)
    check_seen(leg, seen, actor=actor)
    event = naming_event(leg)
    LEG.check(leg, event, actor=actor, evidence={"agent": agent_id})
    agent = lock_agents([agent_id]).get(agent_id)
    judged = judge_leg(leg, now=now, at_hand=True, forgive=force)
    checked = judged.check(leg, agent) if agent else Checked(naming=None, reasons=(GateReason.UNFIT,))
    if checked.naming is None:
        others = judged.able(besides=leg.agent_id)
        raise AgentUnfit(name=name_of(agent, agent_id), reasons=checked.reasons, others=others)
    why = why_of_verdicts(judged.verdicts, chosen=agent_id, reason=reason)
    name_agents(namings=[replace(checked.naming, why=why)], event=event, actor=actor, now=now, is_by_hand=True)
    if event == "reassign":
        wake_solver()
    return leg


@command
def name_best(*, leg_id: UUID, actor: Actor, now: datetime, seen: Seen | None = None) -> Leg:
    """Name the nearest agent who can go and does not have the leg already. Raises NobodyFits, TransitionError, LegMoved."""
    leg = lock_leg(leg_id)
    check_seen(leg, seen, actor=actor)
    event = naming_event(leg)
    LEG.check(leg, event, actor=actor, evidence={"agent": True})
    naming = find_next(leg, now=now, besides=leg.agent_id)
    if naming is None:
        raise NobodyFits
    name_agents(namings=[naming], event=event, actor=actor, now=now, is_by_hand=True)
    if event == "reassign":
        wake_solver()
    return leg


def naming_event(leg: Leg) -> str:
    """How a dispatcher names somebody: for a leg that waits, or instead of whom it has."""
    return "assign" if leg.status in (PLANNED, UNASSIGNED) else "reassign"


def check_seen(leg: Leg, seen: Seen | None, *, actor: Actor) -> None:
    """Raise LegMoved when a locked leg has another agent than the page showed."""
    if seen is None or seen.agent_id == leg.agent_id:
        return
    last = last_decision(leg.pk)
    who = actor_text(last.actor_name, kind=last.actor_kind) if last else "–"
    is_self = last is not None and (last.actor_kind, last.actor_id) == (actor.kind, str(actor.id))
    raise LegMoved(who=who, agent=leg.agent.name if leg.agent else "", is_self=is_self)


def name_of(agent: Agent | None, agent_id: UUID) -> str:
    """The agent's name, for a refusal."""
    return agent.name if agent else str(agent_id)


@command
def unassign_leg(*, leg_id: UUID, reason: str, actor: Actor, now: datetime, seen: Seen | None = None) -> Leg:
    """A dispatcher takes a leg back, with a reason: the planner leaves it alone until `plan_again` or `reassign_leg`.

    Raises LegMoved when its agent is no longer the one who was `seen`.
    """
    leg = lock_leg(leg_id)
    check_seen(leg, seen, actor=actor)
    unname(leg, "unassign", reason=reason, actor=actor, now=now, is_by_hand=True)
    wake_solver()
    return leg


@command
def plan_again(*, leg_id: UUID, actor: Actor, now: datetime) -> Leg:
    """Give a leg that a dispatcher holds back to the planner. Raises TransitionError for one that has an agent."""
    leg = lock_leg(leg_id)
    LEG.check(leg, "assign", actor=actor, evidence={"agent": True})
    leg.is_by_hand = False
    leg.save(update_fields=["is_by_hand"])
    wake_solver()
    return leg


@command
def offer_windows(
    *, leg_id: UUID, actor: Actor, now: datetime, seen: Seen | None = None
) -> list[tuple[datetime, datetime]]:
    """Look for other windows with room for a leg that nobody has, and offer them to the customer; the same are told once.

    Raises LegMoved when it has an agent, or another than the one who was `seen`.
    """
    leg = lock_leg(leg_id)
    check_seen(leg, seen, actor=actor)
    LEG.check(leg, "assign", actor=actor, evidence={"agent": True})
    windows = find_windows(leg, now=now)
    if leg.other_windows != windows_as_json(windows):
        leg.other_windows = windows_as_json(windows)
        leg.save(update_fields=["other_windows"])
        tell_unassigned(leg, reason=leg.unassigned_reason, windows=windows)
    return list(windows)
