"""The facts of a leg, said in one place."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from dispatch.events import LegAlerted, LegAssigned, LegMoved, LegPlanned, LegUnassigned
from dispatch.models import Agent, Leg
from events.commands import record
from events.ids import public_id

Windows = tuple[tuple[datetime, datetime], ...]


def leg_ref(leg: Leg) -> str:
    """The leg's public id."""
    return public_id("leg", leg.pk)


def tell_planned(legs: Iterable[Leg]) -> None:
    """They wait for an agent."""
    for leg in legs:
        record(
            LegPlanned(
                subject=leg_ref(leg),
                leg_id=leg.pk,
                tenant_id=leg.tenant_id,
                purpose_id=leg.purpose_id,
                kind=leg.kind,
                window_start=leg.window_start,
                window_end=leg.window_end,
            )
        )


def tell_assigned(leg: Leg, *, agent: Agent, is_by_hand: bool) -> None:
    """An agent was named."""
    assert leg.planned_at is not None and leg.drive_s is not None
    record(
        LegAssigned(
            subject=leg_ref(leg),
            leg_id=leg.pk,
            tenant_id=leg.tenant_id,
            purpose_id=leg.purpose_id,
            kind=leg.kind,
            agent_id=agent.pk,
            agent_name=agent.name,
            agent_phone=agent.phone,
            planned_at=leg.planned_at,
            drive_s=leg.drive_s,
            is_by_hand=is_by_hand,
        )
    )


def tell_moved(leg: Leg, event: str, *, before: str, after: str = "", reason: str = "") -> None:
    """The leg went from `before` to `after` (its present state, unless that is still to be written)."""
    record(
        LegMoved(
            subject=leg_ref(leg),
            leg_id=leg.pk,
            tenant_id=leg.tenant_id,
            purpose_id=leg.purpose_id,
            kind=leg.kind,
            event=event,
            before=before,
            after=after or leg.status,
            agent_id=leg.agent_id,
            reason=reason,
        )
    )


def tell_unassigned(leg: Leg, *, reason: str, windows: Sequence[tuple[datetime, datetime]] = ()) -> None:
    """Nobody has it now."""
    record(
        LegUnassigned(
            subject=leg_ref(leg),
            leg_id=leg.pk,
            tenant_id=leg.tenant_id,
            purpose_id=leg.purpose_id,
            kind=leg.kind,
            reason=reason,
            windows=tuple(windows),
        )
    )


def tell_alert(leg: Leg, *, reason: str) -> None:
    """A dispatcher must act: nobody is left for the leg, and its clock runs on."""
    record(
        LegAlerted(
            subject=leg_ref(leg),
            leg_id=leg.pk,
            tenant_id=leg.tenant_id,
            purpose_id=leg.purpose_id,
            kind=leg.kind,
            reason=reason,
        )
    )
