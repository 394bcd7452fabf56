"""The lock order of dispatch: legs by id, then agents by id; then what is theirs."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from dispatch.models import Agent, Leg


def lock_leg(leg_id: UUID) -> Leg:
    """One leg, locked. Raises Leg.DoesNotExist."""
    return Leg.objects.select_for_update(of=("self",)).get(pk=leg_id)


def lock_legs(condition: Q) -> list[Leg]:
    """The legs that meet a condition, locked in the order of their ids."""
    return list(Leg.objects.select_for_update(of=("self",)).filter(condition).order_by("pk"))


def lock_agents(agent_ids: Iterable[UUID]) -> dict[UUID, Agent]:
    """The agents, locked in the order of their ids: nobody else can name them until the command ends."""
    agents = Agent.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(agent_ids)).order_by("pk")
    return {agent.pk: agent for agent in agents}
