"""Who asked, kept for the worker that carries it out later: the log names the person, not the machine."""

from typing import Any

from tenants.actors import Actor
from tenants.models import Tenant

KEPT = (
    "kind",
    "id",
    "name",
    "credential",
    "on_behalf_of",
    "reason",
    "language",
    "time_zone",
    "request_id",
    "approve_up_to_fen",
)


def freeze_actor(actor: Actor) -> dict[str, Any]:
    """The actor as plain data."""
    return {
        **{name: getattr(actor, name) for name in KEPT},
        "roles": sorted(actor.roles),
        "scopes": sorted(actor.scopes),
    }


def thaw_actor(data: dict[str, Any], tenant: Tenant) -> Actor:
    """The actor as it was when it asked."""
    kept = {name: data[name] for name in KEPT if name in data}
    return Actor(**kept, tenant=tenant, roles=frozenset(data["roles"]), scopes=frozenset(data["scopes"]))
