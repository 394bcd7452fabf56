"""Sites and cost centres by their fields, for who has them as values; and what a place is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from fleet.access import Action, cost_center_for, require_may, site_for
from fleet.intake.columns import PLACE
from fleet.models import CostCenter, Site
from fleet.services.registers.saving import save_entry
from tenants.actors import Actor


def place_of(site: Site) -> dict[str, Any]:
    """Where a site's vehicles stand: a site brings its own place."""
    return {"site_code": site.code, "address": site.address, "lat": site.lat, "lng": site.lng}


def missing_place(given: Mapping[str, Any]) -> list[str]:
    """What a place without a site lacks: all three are needed."""
    return [name for name in PLACE if given.get(name) in (None, "")]


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
    key = site_for(actor, site_id).pk if site_id else None
    texts = {"code": code, "address": address, "lat": degrees(lat), "lng": degrees(lng), "is_active": yes_no(is_active)}
    return Site.objects.get(pk=save_entry(register="sites", texts=texts, key=key, actor=actor, now=now))


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
    key = cost_center_for(actor, cost_center_id).pk if cost_center_id else None
    texts = {"name": name, "code": code, "is_active": yes_no(is_active)}
    return CostCenter.objects.get(pk=save_entry(register="cost_centers", texts=texts, key=key, actor=actor, now=now))


def degrees(value: float) -> str:
    """Decimal degrees as a file would say them."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def yes_no(value: bool) -> str:
    """A choice as a file would say it."""
    return "yes" if value else "no"
