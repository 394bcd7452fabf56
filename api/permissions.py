"""What a credential is for: every view says which scope each of its methods asks; one that says nothing is shut.

A key needs the scope (or `*`). A signed-in person has none: here every role of the tenant may read and those that work may
try; what a role may really do is decided by the doors of the book (fleet.access), for the API as for the pages.
"""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.authentication import actor_of
from api.errors import ScopeMissing
from tenants.actors import Actor

EVERYTHING = "*"


class HasScope(BasePermission):
    """Grants what the view's `scopes` ask; raises ScopeMissing with the scope's name."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """False for who is nobody here and for a method that names no scope."""
        actor = actor_of(request)
        scope = scope_of(view, str(request.method))
        if scope is None or not actor.is_member:
            return False
        if not holds(actor, scope):
            detail = _("This needs the scope %(scope)s, which the key does not have.") % {"scope": scope}
            raise ScopeMissing(detail, scope=scope)
        return True


def scope_of(view: Any, method: str) -> str | None:
    """The scope that a method of a view asks for; HEAD asks for what GET does."""
    scopes: dict[str, str] = getattr(view, "scopes", {})
    return scopes.get("GET" if method == "HEAD" else method)


def holds(actor: Actor, scope: str) -> bool:
    """Whether the actor's credential is for `scope`."""
    return actor.kind != "key" or scope in actor.scopes or EVERYTHING in actor.scopes
