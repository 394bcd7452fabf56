"""Sites and cost centres: kept by the tenant's own people; each change is told with before and after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from events.announcing import announce, wait_for_turn
from events.ids import new_id, public_id
from fleet.access import Action, cost_center_for, own_tenant, require_may, site_for
from fleet.events import CostCenterSaved, SiteSaved
from fleet.models import CostCenter, Site
from tenants.actors import Actor

SITE_FIELDS = ("code", "address", "lat", "lng", "is_active")
COST_CENTER_FIELDS = ("name", "code", "is_active")


def save_site(
    *,
    code: str,
    address: str,
    lat: float,
    lng: float,
    is_active: bool = True,
    site_id: UUID | str | None = None,
    actor: Actor,
    now: datetime,
) -> Site:
    """Add a site, or change the one of `site_id`. Raises Http404, PermissionDenied, ValidationError by field."""
    require_may(actor, Action.MANAGE)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    site = site_for(actor, site_id) if site_id else Site(id=new_id())
    before = {} if site._state.adding else snapshot(site, SITE_FIELDS)
    site.code, site.address, site.lat, site.lng = code.strip(), address.strip(), lat, lng
    site.is_active = is_active
    validate(site, {"code": _("You have a site of this code already.")})
    event = SiteSaved(subject=public_id("sit", site.pk), before=before, after=snapshot(site, SITE_FIELDS))
    announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
    site.save()
    return site


def save_cost_center(
    *,
    name: str,
    code: str = "",
    is_active: bool = True,
    cost_center_id: UUID | str | None = None,
    actor: Actor,
    now: datetime,
) -> CostCenter:
    """Add a cost centre, or change one. Raises Http404, PermissionDenied, ValidationError by field."""
    require_may(actor, Action.MANAGE)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    center = cost_center_for(actor, cost_center_id) if cost_center_id else CostCenter(id=new_id())
    before = {} if center._state.adding else snapshot(center, COST_CENTER_FIELDS)
    center.name, center.code, center.is_active = name.strip(), code.strip(), is_active
    validate(center, {"name": _("You have a cost centre of this name already.")})
    event = CostCenterSaved(
        subject=public_id("cct", center.pk), before=before, after=snapshot(center, COST_CENTER_FIELDS)
    )
    announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
    center.save()
    return center


def snapshot(row: Site | CostCenter, fields: tuple[str, ...]) -> dict[str, Any]:
    """The values that are told."""
    return {name: getattr(row, name) for name in fields}


def validate(row: Site | CostCenter, taken: Mapping[str, str]) -> None:
    """Raise ValidationError by field; `taken` says in words what must not stand twice."""
    row.clean_fields(exclude=["id"])
    for name, text in taken.items():
        others = type(row)._default_manager.filter(**{name: getattr(row, name)}).exclude(pk=row.pk)
        if others.exists():
            raise ValidationError({name: text})
    row.validate_constraints()
