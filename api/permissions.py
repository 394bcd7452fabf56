"""What a credential is for: every view says which scope each of its methods asks; one that says nothing is shut.

A key needs the scope (or `*`); a signed-in person needs a role that includes what the scope is about, as at the doors of the
book (fleet.access).
"""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.authentication import actor_of
from api.errors import ScopeMissing
from fleet.access import SCOPES, require_may
from tenants.actors import Actor
from tenants.people.keys import EVERYTHING


class HasScope(BasePermission):
    """Grants what the view's `scopes` ask; raises ScopeMissing with the scope's name."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False for who is nobody here and for a method that names no scope."""
        actor = actor_of(request)
        scope = scope_of(view, str(request.method))
        if scope is None or not actor.is_member:
            return False
        require_scope(actor, scope)
        if actor.kind != "key":
            require_may(actor, SCOPES[scope])
        return True


def scope_of(view: Any, method: str) -> str | None:
    """The scope that a method of a view asks for; HEAD asks for what GET does."""
    scopes: dict[str, str] = getattr(view, "scopes", {})
    return scopes.get("GET" if method == "HEAD" else method)


def require_scope(actor: Actor, scope: str) -> None:
    """Raise ScopeMissing, with the scope's name, unless the actor's credential is for it."""
    if not holds(actor, scope):
        detail = _("This needs the scope %(scope)s, which the key does not have.") % {"scope": scope}
        raise ScopeMissing(detail, scope=scope)


def holds(actor: Actor, scope: str) -> bool:
    """Whether the actor's credential is for `scope`."""
    return actor.kind != "key" or scope in actor.scopes or EVERYTHING in actor.scopes


def admitted(actor: Actor, scope: str) -> Actor:
    """The actor as the doors of the book shall know it: a key may do here what this request's scope is about, no more."""
    if actor.kind != "key":
        return actor
    return replace(actor, scopes=frozenset({scope}))
