"""What a book did to its own rows is told like everything else: under the tenant's counter, into its log."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.catalogue import EventBase
from events.commands import command, tell
from tenants.actors import Actor


@command
def announce(*, tenant_id: UUID, events: Sequence[EventBase], actor: Actor, now: datetime) -> None:
    """Tell the tenant what one of its own services does; the service calls this first and writes its rows after."""
    for event in events:
        tell(tenant_id, event, because=None)
