"""What stands in the navigation: each room registers its pages when its app starts, and the shell shows what fits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from tenants.actors import Actor, StaffRole
from tenants.context import require_tenant, tenant_context
from tenants.postgresql.base import CORE, WallError, current_wrapper

Count = Callable[[Actor], int]
AREAS = ("portal", "console")
LEAD_ALSO = frozenset({StaffRole.DISPATCHER, StaffRole.CUSTOMER_SERVICE})


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One entry; `label` and `section` are lazy texts, `roles` empty means everybody of the area."""

    area: str
    key: str
    label: Any
    url_name: str
    icon: str
    order: int
    roles: frozenset[str]
    count: Count | None
    section: Any


_items: dict[tuple[str, str], NavItem] = {}
_searches: dict[str, str] = {}


def register_nav(
    *,
    area: str,
    key: str,
    label: Any,
    url_name: str,
    icon: str = "point",
    order: int = 100,
    roles: Iterable[str] = (),
    count: Count | None = None,
    section: Any = "",
) -> None:
    """Add an entry to an area ("portal" or "console"); the same key again replaces it.

    A portal's `count` runs inside the tenant, a console's in the core. Entries of one section must follow each other by
    `order`.
    """
    if area not in AREAS:
        raise ValueError(f"{area} is none of {', '.join(AREAS)}.")
    _items[area, key] = NavItem(
        area=area,
        key=key,
        label=label,
        url_name=url_name,
        icon=icon,
        order=order,
        roles=frozenset(roles),
        count=count,
        section=section,
    )


def register_search(*, area: str, url_name: str) -> None:
    """Say which page answers the search box of an area."""
    _searches[area] = url_name


def build_nav(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries that the request's actor may see, in order; the one whose address is nearest is active."""
    area, actor = area_of(request), actor_of(request)
    if actor is None or not belongs(actor, area):
        return []
    shown = [item for item in items_of(area) if is_allowed(item, actor)]
    addresses = {item.key: find_address(item.url_name, request) for item in shown}
    shown = [item for item in shown if addresses[item.key]]
    counts = read_counts(shown, actor)
    near = [url for url in addresses.values() if request.path == url or lies_under(request.path, url)]
    active = max(near, key=len, default="")
    return [
        {
            "key": item.key,
            "label": item.label,
            "url": addresses[item.key],
            "icon": item.icon,
            "section": item.section,
            "count": counts.get(item.key, 0),
            "active": addresses[item.key] == active,
        }
        for item in shown
    ]


def items_of(area: str) -> list[NavItem]:
    """The entries of an area, in order."""
    mine = [item for item in _items.values() if item.area == area]
    return sorted(mine, key=lambda item: (item.order, item.key))


def find_search(request: HttpRequest) -> str:
    """The address of the area's search page, or ""."""
    area, actor = area_of(request), actor_of(request)
    if actor is None or area not in _searches or not belongs(actor, area):
        return ""
    return find_address(_searches[area], request)


def is_allowed(item: NavItem, actor: Actor) -> bool:
    """Whether the actor's roles include one of the entry's."""
    if not item.roles:
        return True
    if item.area == "portal":
        return actor.has_role(*item.roles)
    is_lead = actor.is_staff_in(StaffRole.LEAD) and not LEAD_ALSO.isdisjoint(item.roles)
    return actor.is_staff_in(*item.roles) or is_lead


def read_counts(items: list[NavItem], actor: Actor) -> dict[str, int]:
    """The figures by key. A portal's are read in the actor's own tenant: where the page is rendered already, or in one entry."""
    counted = [(item.key, item.count) for item in items if item.count is not None]
    if not counted:
        return {}
    is_core = current_wrapper().wanted == CORE
    if actor.tenant is not None and is_core:
        with tenant_context(actor.tenant):
            return {key: count(actor) for key, count in counted}
    if actor.tenant is not None:
        require_tenant(actor.tenant)
    elif not is_core:
        raise WallError("The console counts in the core.")
    return {key: count(actor) for key, count in counted}


def belongs(actor: Actor, area: str) -> bool:
    """Whether the actor is at home in the area."""
    return actor.is_member if area == "portal" else area == "console" and actor.is_staff


def lies_under(path: str, address: str) -> bool:
    """Whether a page lies below an entry's; the home page has nothing below it."""
    return address != "/" and path.startswith(f"{address.rstrip('/')}/")


def find_address(url_name: str, request: HttpRequest) -> str:
    """The address in the url map of the request's host; "" when the map has no such page."""
    try:
        return reverse(url_name, urlconf=getattr(request, "urlconf", None))
    except NoReverseMatch:
        return ""


def area_of(request: HttpRequest) -> str:
    """portal, console or account."""
    return str(getattr(request, "area", "account"))


def actor_of(request: HttpRequest) -> Actor | None:
    """Who asks; None on a page that answers before that was read."""
    return getattr(request, "actor", None)
