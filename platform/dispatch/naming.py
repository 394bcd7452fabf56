"""How a leg gets its agent and loses him: for callers that hold the leg's lock, and the agent's, and have asked the gates."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from psycopg.types.range import Range

from dispatch.models import OCCUPIED, Agent, Assignment, Leg, Offer
from dispatch.planning.model import Interval
from dispatch.states import LEG
from dispatch.telling import Windows, tell_assigned, tell_moved, tell_unassigned
from events.commands import current_work
from events.copying import copy_rows
from events.ids import new_id
from tenants.actors import Actor, system_actor

SYSTEM = system_actor("dispatch")
AT_ONCE_WITHIN = timedelta(hours=4)
OFFER_AT_ONCE = timedelta(seconds=90)
OFFER_AT_SHIFT = timedelta(minutes=15)

NAME_LEGS = """
UPDATE dispatch_leg AS leg
   SET agent_id = new.agent_id, busy = tstzrange(new.departs_at, new.ends_at, '[)'), planned_at = new.planned_at,
       drive_s = new.drive_s, unassigned_reason = '', other_windows = '[]', is_by_hand = false
  FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::int[])
       AS new (id, agent_id, departs_at, planned_at, ends_at, drive_s)
 WHERE leg.id = new.id
"""
ASSIGNMENT = (
    "id", "leg", "agent", "assigned_at", "is_by_hand", "assigned_by", "drive_s", "planned_at", "candidates", "rejected",
    "ended_reason",
)  # fmt: skip
OFFER = ("id", "leg", "agent", "opens_at", "expires_at", "answer", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Who else could have gone, with times, and why each other one was not taken; kept with the naming."""

    candidates: Sequence[Mapping[str, Any]] = ()
    rejected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """An agent for a leg, with the planned times."""

    leg: Leg
    agent: Agent
    departs_at: datetime
    planned_at: datetime
    ends_at: datetime
    drive_s: int
    shifts: Sequence[Interval]
    why: Why = field(default_factory=Why)


def name_agents(
    *, namings: Sequence[Naming], event: str, actor: Actor, now: datetime, is_by_hand: bool = False
) -> None:
    """Name the agents, keep why, and hold out the offers: a few statements, however many legs.

    Raises TransitionError when `actor` may not; IntegrityError when an agent would be in two places at a time.
    """
    if not namings:
        return
    legs = [naming.leg for naming in namings]
    if event != "assign":
        end_naming(legs, reason=event, now=now)
    for leg in legs:
        LEG.check(leg, event, actor=actor, evidence={"agent": True})
    write_names(namings)
    LEG.transition_many(legs, event, actor=actor, now=now, agent=True)
    copy_rows(Assignment, ASSIGNMENT, (assignment_row(naming, actor, now, is_by_hand) for naming in namings))
    offers = [offer_row(naming, now) for naming in namings]
    copy_rows(Offer, OFFER, offers)
    for naming in namings:
        tell_assigned(naming.leg, agent=naming.agent, is_by_hand=is_by_hand)
    open_offers([naming.leg for naming, offer in zip(namings, offers, strict=True) if offer[3] <= now], now=now)


def write_names(namings: Sequence[Naming]) -> None:
    """Agents and planned times, into the rows and the objects."""
    columns = [
        (item.leg.pk, item.agent.pk, item.departs_at, item.planned_at, item.ends_at, item.drive_s) for item in namings
    ]
    with connection.cursor() as cursor:
        cursor.execute(NAME_LEGS, [list(column) for column in zip(*columns, strict=True)])
    for item in namings:
        leg = item.leg
        leg.agent, leg.planned_at, leg.drive_s = item.agent, item.planned_at, item.drive_s
        leg.busy = Range(item.departs_at, item.ends_at, "[)")
        leg.unassigned_reason, leg.other_windows, leg.is_by_hand = "", [], False


def assignment_row(naming: Naming, actor: Actor, now: datetime, is_by_hand: bool) -> tuple[Any, ...]:
    """In the order of ASSIGNMENT."""
    why = naming.why
    head = (
        new_id(),
        naming.leg.pk,
        naming.agent.pk,
        now,
        is_by_hand,
        actor.name[:200],
        naming.drive_s,
        naming.planned_at,
    )
    return (*head, json.dumps(list(why.candidates)), json.dumps(dict(why.rejected)), "")


def offer_row(naming: Naming, now: datetime) -> tuple[Any, ...]:
    """In the order of OFFER; one that opens later waits for its hour."""
    opens_at, expires_at = offer_times(naming, now)
    return (new_id(), naming.leg.pk, naming.agent.pk, opens_at, expires_at, "", "")


def offer_times(naming: Naming, now: datetime) -> tuple[datetime, datetime]:
    """At once for 90 s when the window opens within 4 h; else for 15 min from the start of the shift."""
    if naming.leg.window_start - now <= AT_ONCE_WITHIN:
        return now, now + OFFER_AT_ONCE
    starts = (start for start, end in naming.shifts if start <= naming.departs_at < end)
    opens_at = max(now, min(starts, default=now))
    return opens_at, opens_at + OFFER_AT_SHIFT


def open_offers(legs: Sequence[Leg], *, now: datetime) -> None:
    """The offers of these legs are held out from now on; whoever asked, it is the system's step."""
    if not legs:
        return
    befores = [leg.status for leg in legs]
    LEG.transition_many(legs, "offer", actor=SYSTEM, now=now)
    for leg, before in zip(legs, befores, strict=True):
        tell_moved(leg, "offer", before=before)


def end_naming(legs: Sequence[Leg], *, reason: str, now: datetime) -> None:
    """The agents of these legs are theirs no longer: offers are withdrawn and assignments end."""
    keys = [leg.pk for leg in legs]
    Offer.objects.filter(leg_id__in=keys, answer="").update(answer="withdrawn", answered_at=now, reason=reason[:200])
    Assignment.objects.filter(leg_id__in=keys, ended_at__isnull=True).update(ended_at=now, ended_reason=reason[:200])


def unname(
    leg: Leg, event: str, *, reason: str, actor: Actor, now: datetime, windows: Windows = (), is_by_hand: bool = False
) -> None:
    """Take the leg back (`give_up` or `unassign`): nobody has it, for `reason`; `windows` are offered instead."""
    current_work()
    end_naming([leg], reason=reason, now=now)
    LEG.transition(leg, event, actor=actor, now=now, reason=reason)
    forget_agent(leg)
    leg.unassigned_reason, leg.is_by_hand = reason[:200], is_by_hand
    leg.other_windows = windows_as_json(windows)
    leg.save()
    tell_unassigned(leg, reason=reason, windows=windows)


def windows_as_json(windows: Windows) -> list[list[str]]:
    """As the leg's row keeps them."""
    return [[start.isoformat(), end.isoformat()] for start, end in windows]


def refuse(leg: Leg) -> None:
    """The leg's agent is not asked again for it; the caller saves."""
    assert leg.agent_id is not None
    leg.refused_by = [*leg.refused_by, leg.agent_id]


def forget_agent(leg: Leg) -> None:
    """The leg is nobody's; the caller saves."""
    leg.agent, leg.busy, leg.planned_at, leg.drive_s = None, None, None, None


def is_named(leg: Leg) -> bool:
    """Whether an agent has it and has not set out."""
    return leg.status in OCCUPIED[:4]
