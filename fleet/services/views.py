"""Saved views of the order list: a person's own, or shared, which takes the right to manage. Shared ones are told to the log."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from events.announcing import announce, wait_for_turn
from events.ids import new_id
from fleet.access import Action, may, own_tenant, require_may, view_for
from fleet.events import ViewRemoved, ViewSaved
from fleet.models import FirstView, SavedView
from fleet.selectors.views import clean_query
from tenants.actors import Actor

MOST: Final = 50


def save_view(
    *,
    name: str,
    query: str | None = None,
    is_shared: bool = False,
    view_id: UUID | str | None = None,
    actor: Actor,
    now: datetime,
) -> SavedView:
    """Keep a filter under a name, or change the view of `view_id`; without a `query` it stays as it is.

    Raises Http404, PermissionDenied (to share, or to change another's), ValidationError by field.
    """
    require_may(actor, Action.READ)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    view = view_for(actor, view_id) if view_id else SavedView(id=new_id(), owner_id=actor.id, owner_name=actor.name)
    before = told(view)
    require_change(actor, view, is_shared=is_shared)
    view.name, view.is_shared = " ".join(name.split()), is_shared
    if query is not None:
        view.query = clean_query(QueryDict(query))
    validate(view)
    if before or view.is_shared:
        event = ViewSaved(subject=view.ref, before=before, after=told(view))
        announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
    view.save()
    return view


def remove_view(*, view_id: UUID | str, actor: Actor, now: datetime) -> None:
    """Forget a view. Raises Http404, PermissionDenied."""
    require_may(actor, Action.READ)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    view = view_for(actor, view_id)
    require_change(actor, view, is_shared=view.is_shared)
    if view.is_shared:
        event = ViewRemoved(subject=view.ref, before=told(view))
        announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
    view.delete()


def open_with(*, view_id: UUID | str | None, actor: Actor) -> None:
    """Let the actor's order list open with a view, or (None) with all orders. Raises Http404, PermissionDenied."""
    require_may(actor, Action.READ)
    if view_id is None:
        FirstView.objects.filter(person_id=actor.id).delete()
        return
    view = view_for(actor, view_id)
    FirstView.objects.update_or_create(person_id=actor.id, defaults={"view": view})


def told(view: SavedView) -> dict[str, Any]:
    """What everybody may know of a view: nothing of a private one."""
    return {"name": view.name, "query": view.query, "owner": view.owner_name} if view.is_shared else {}


def require_change(actor: Actor, view: SavedView, *, is_shared: bool) -> None:
    """A person's own views are its own; what all see is changed by who manages, and by nobody made private for himself."""
    if (view.is_shared or is_shared) and not may(actor, Action.MANAGE):
        raise PermissionDenied(_("A shared view is everybody's: a fleet manager or an administrator can change it."))


def validate(view: SavedView) -> None:
    """Raise ValidationError by field."""
    view.clean_fields(exclude=["id", "owner_name"])
    others = SavedView.objects.exclude(pk=view.pk)
    own = others.filter(owner_id=view.owner_id)
    if own.filter(name=view.name).exists():
        raise ValidationError({"name": _("You have a view of this name already.")})
    if view.is_shared and others.filter(is_shared=True, name=view.name).exists():
        raise ValidationError({"name": _("There is a shared view of this name already.")})
    if view._state.adding and own.count() >= MOST:
        raise ValidationError({"name": _("You have %(count)d views; remove one first.") % {"count": MOST}})
