"""What dispatch does when something happens elsewhere: who accepts an agent's invitation is that agent."""

from collections.abc import Sequence
from uuid import UUID

from dispatch.services.staffing.agents import link_invited
from events.commands import Recorded
from events.ids import read_public_id
from events.listening import listens
from tenants.people.events import MembershipStarted


@listens(MembershipStarted)
def link_agents(facts: Sequence[Recorded]) -> None:
    """Link the sign-in of whoever joined the staff by an agent's invitation."""
    for item in facts:
        fact: MembershipStarted = item.fact
        if not fact.tenant and fact.invitation:
            link_invited(invitation_id=read_public_id("inv", fact.invitation), user_id=UUID(fact.user))
