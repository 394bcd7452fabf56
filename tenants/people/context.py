"""What every page's shell shows: who is signed in, where, and what there is to do there.

Everything here comes from the frozen actor, so that a page may be rendered inside the wall, in the core, or on its way out of
a failure. Only `nav` may count, in the actor's own tenant, and only on pages that show it (tenants/people/navigation.py).
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from tenants.actors import Actor
from tenants.hosts import console_url, host_url, tenant_url
from tenants.people import demo
from tenants.people.navigation import actor_of, area_of, build_nav, find_search


def shell(request: HttpRequest) -> dict[str, Any]:
    """Django's context processor; see platform/ui/templates/ui/shell.html for what is read."""
    actor, area = actor_of(request), area_of(request)
    tenant = getattr(request, "tenant", None)
    is_inside = actor is not None and actor.is_member
    return {
        "actor": actor,
        "actor_name": actor.name if actor and actor.kind == "user" else "",
        "tenant_name": tenant.name if tenant is not None and is_inside else "",
        "brand_area": area,
        "nav": partial(build_nav, request),
        "search_url": partial(find_search, request),
        "memberships": list_places(actor, area) if actor else [],
        "user_menu": list_other_places(actor, area) if actor else [],
        "languages": [
            {"code": code, "name": name, "is_current": code == translation.get_language()}
            for code, name in settings.LANGUAGES
        ],
        "demo_sign_ins": demo.list_sign_ins if settings.DEMO and area == "account" else [],
        "demo_password": demo.tell_password() if settings.DEMO and area == "account" else "",
    }


def list_places(actor: Actor, area: str) -> list[dict[str, Any]]:
    """Where this person works: each tenant by name, and the console; `active` is the place of this page."""
    here = actor.tenant.slug if actor.tenant else ""
    places: list[dict[str, Any]] = [
        {"slug": slug, "name": name, "url": tenant_url(slug), "icon": "building", "active": slug == here}
        for slug, name in actor.memberships
    ]
    if actor.staff_id is not None:
        console = {"slug": "", "name": _("Operator console"), "url": console_url(), "icon": "layout-dashboard"}
        places.append({**console, "active": area == "console"})
    return places


def list_other_places(actor: Actor, area: str) -> list[dict[str, Any]]:
    """The user menu's way to the other places."""
    places = list_places(actor, area)
    if len(places) > 6:
        return [{"label": _("All your places"), "url": host_url(settings.BASE_DOMAIN), "icon": "apps"}]
    return [
        {"label": place["name"], "url": place["url"], "icon": place["icon"]} for place in places if not place["active"]
    ]
