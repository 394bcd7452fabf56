"""The few doors to the book, for pages and API alike: who may do what, and how an object of a request is found.

Whatever is asked by an id is looked for in the actor's own book alone: another tenant's id is not found.
"""

from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.utils.translation import gettext as _

from events.ids import BadId, read_public_id
from fleet.errors import NotValid
from fleet.models import (
    ApprovalLimit,
    Batch,
    BatchRow,
    Budget,
    Complaint,
    CostCenter,
    Delegation,
    Driver,
    Import,
    Order,
    SavedView,
    Site,
    Vehicle,
)
from tenants.actors import Actor
from tenants.context import require_tenant
from tenants.models import Tenant
from tenants.people.keys import EVERYTHING
from tenants.people.keys import SCOPES as KEY_SCOPES
from tenants.people.models import TenantRole

M = TypeVar("M", bound=models.Model)


class Action(StrEnum):
    """What can be done with a fleet's book."""

    READ = "read"
    SUBMIT = "submit"  # batches and orders, before the vehicle is fetched
    DECIDE = "decide"  # estimates, within a limit
    COMPLAIN = "complain"  # of an order, and answer what is offered
    MANAGE = "manage"  # vehicles, drivers, sites and cost centres
    BUDGET = "budget"  # the budgets of cost centres
    CONFIGURE = "configure"  # limits and settings


ROLES: dict[Action, frozenset[str]] = {
    Action.READ: frozenset(TenantRole.values),
    Action.SUBMIT: frozenset({TenantRole.FLEET_MANAGER, TenantRole.REQUESTER}),
    Action.DECIDE: frozenset({TenantRole.FLEET_MANAGER, TenantRole.APPROVER}),
    Action.COMPLAIN: frozenset({TenantRole.FLEET_MANAGER, TenantRole.REQUESTER, TenantRole.APPROVER}),
    Action.MANAGE: frozenset({TenantRole.FLEET_MANAGER}),
    Action.BUDGET: frozenset({TenantRole.FINANCE}),
    Action.CONFIGURE: frozenset(),
}  # an administrator holds them all
SCOPES: dict[str, Action] = {scope: Action(word) for scope, word in KEY_SCOPES.items()}  # of a partner system's key


def may(actor: Actor, action: Action) -> bool:
    """Whether `actor` may do it in its own tenant; nobody may do what is not said here."""
    if actor.kind == "system":
        return True
    if not actor.is_member:
        return False
    if actor.kind == "key":
        return action in allowed_by(actor.scopes)
    return action is Action.READ or actor.has_role(*ROLES[action])


def allowed_by(scopes: frozenset[str]) -> set[Action]:
    """What a key with these scopes may do; whoever may do anything may read."""
    held = SCOPES.keys() if EVERYTHING in scopes else scopes & SCOPES.keys()
    return {SCOPES[scope] for scope in held} | ({Action.READ} if held else set())


def require_may(actor: Actor, action: Action) -> None:
    """Raise PermissionDenied, with what a person can do about it."""
    if not may(actor, action):
        raise PermissionDenied(_("Your role does not include this. Ask your administrator if you need it."))


def require_reason(reason: str) -> None:
    """Raise NotValid without words."""
    if not reason.strip():
        raise NotValid(_("Say why."), field="reason")


def own_tenant(actor: Actor) -> Tenant:
    """The tenant that the actor works in; raises PermissionDenied for who works in none."""
    if actor.tenant is None:
        raise PermissionDenied(_("Your role does not include this. Ask your administrator if you need it."))
    return actor.tenant


def find(actor: Actor, model: type[M], key: UUID | str, prefix: str) -> M:
    """An object of the actor's own book by its key or public id; raises Http404, PermissionDenied for who may not read."""
    require_may(actor, Action.READ)
    require_tenant(own_tenant(actor))
    if isinstance(key, str):
        try:
            key = read_public_id(prefix, key)
        except BadId as error:
            raise Http404 from error
    found = model._default_manager.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def order_for(actor: Actor, key: UUID | str) -> Order:
    """An order (ord_…)."""
    return find(actor, Order, key, "ord")


def vehicle_for(actor: Actor, key: UUID | str) -> Vehicle:
    """A vehicle (veh_…)."""
    return find(actor, Vehicle, key, "veh")


def batch_for(actor: Actor, key: UUID | str) -> Batch:
    """A batch (bat_…)."""
    return find(actor, Batch, key, "bat")


def row_for(actor: Actor, batch: UUID | str, line: int) -> BatchRow:
    """A row of a batch, by its line."""
    found = batch_for(actor, batch).rows.filter(line=line).first()
    if found is None:
        raise Http404
    return found


def complaint_for(actor: Actor, key: UUID | str) -> Complaint:
    """A complaint (cmp_…)."""
    return find(actor, Complaint, key, "cmp")


def site_for(actor: Actor, key: UUID | str) -> Site:
    """A site (sit_…)."""
    return find(actor, Site, key, "sit")


def cost_center_for(actor: Actor, key: UUID | str) -> CostCenter:
    """A cost centre (cct_…)."""
    return find(actor, CostCenter, key, "cct")


def limit_row_for(actor: Actor, key: UUID | str) -> ApprovalLimit:
    """An approval limit (apl_…)."""
    return find(actor, ApprovalLimit, key, "apl")


def budget_for(actor: Actor, key: UUID | str) -> Budget:
    """A budget (bud_…)."""
    return find(actor, Budget, key, "bud")


def delegation_for(actor: Actor, key: UUID | str) -> Delegation:
    """A delegation (dlg_…)."""
    return find(actor, Delegation, key, "dlg")


def view_for(actor: Actor, key: UUID | str) -> SavedView:
    """A saved view (viw_…): the actor's own, or a shared one; another person's own is not found."""
    found = find(actor, SavedView, key, "viw")
    if not found.is_shared and found.owner_id != actor.id:
        raise Http404
    return found


def driver_for(actor: Actor, key: UUID | str) -> Driver:
    """A driver (drv_…)."""
    return find(actor, Driver, key, "drv")


def import_for(actor: Actor, key: UUID | str) -> Import:
    """An import (imp_…)."""
    return find(actor, Import, key, "imp")
