"""What a book did to its own rows is told like everything else: under the tenant's counter, into its log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.catalogue import EventBase
from events.commands import command, tell
from events.settling import lock_streams
from tenants.actors import Actor
from tenants.context import core_context


def wait_for_turn(*, tenant_id: UUID) -> None:
    """Take the tenant's counter now, as `announce` would later: what is read from here on is what the event will say."""
    with core_context():
        lock_streams([tenant_id])


@command
def announce(*, tenant_id: UUID, events: Sequence[EventBase], actor: Actor, now: datetime) -> None:
    """Tell the tenant what one of its own services does; the service calls this first and writes its rows after."""
    for event in events:
        tell(tenant_id, event, because=None)
