"""Incident files."""

from collections.abc import Sequence

from events.projecting import Told, projects
from fleet.models import OrderIncident
from fleet.projectors.writing import update_orders
from repair import events as told_by_desk

COPIED = (
    "order_id", "number", "kind", "status", "text", "happened_at", "place", "police_number", "liability",
    "liability_reason", "compensation_fen",
)  # fmt: skip


@projects(told_by_desk.OrderIncident)
def keep_incidents(told: Sequence[Told]) -> None:
    """The file as it stands now; each event tells the whole of it.

    One by one: a person reports, judges or closes one file a command.
    """
    for t in told:
        values = {name: getattr(t.event, name) for name in COPIED}
        OrderIncident.objects.update_or_create(id=t.event.incident_id, defaults={**values, "told_at": t.occurred_at})
    update_orders(told, {})
