"""The list of orders."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from fleet.access import Action, may, require_may
from fleet.filters import OrderFilter
from fleet.models import Order, SavedView
from fleet.selectors.orders import newest_order_seq
from fleet.selectors.views import clean_query, views_of
from fleet.tables import OrderListTable
from fleet.views.acting import actor_of, has_seen, now_of
from ui.tables import paginate_table

ALL: Final = "all=1"  # a list that was asked for whole is not the one that opens by itself
BUILT_IN: Final[tuple[tuple[Any, str], ...]] = (
    (_l("All orders"), ""),
    (_l("Open orders"), "group=open"),
    (_l("Waiting for you"), "group=waiting"),
    (_l("Late"), "group=late"),
)


@require_safe
def list_orders(request: HttpRequest) -> HttpResponse:
    """The orders that the filter leaves; without any wish the view that the person's list opens with."""
    actor, now = actor_of(request), now_of(request)
    require_may(actor, Action.READ)
    newest = newest_order_seq()
    if has_seen(request, newest):
        return HttpResponse(status=204)
    views = views_of(actor.id)
    first = None if request.GET else next((view for view in views if view.is_first), None)
    if first is not None:
        return redirect(f"{request.path}?{first.query or ALL}")
    found = OrderFilter(request.GET, queryset=Order.objects.all(), now=now)
    query = clean_query(request.GET)
    table = paginate_table(table=OrderListTable(found.qs), request=request)
    current = next((view for view in views if view.query == query), None)
    context = {
        "filter": found,
        "table": table,
        "query": query,
        "tabs": view_tabs(views, query),
        "current": current,
        "can_change": current is not None and (not current.is_shared or may(actor, Action.MANAGE)),
        "can_submit": may(actor, Action.SUBMIT),
        "reset": f"?{ALL}",
        "live_url": live_url(request, newest),
    }
    return render(request, "fleet/orders.html", context)


def live_url(request: HttpRequest, seen: int) -> str:
    """The list's own address, with what it has seen."""
    params = request.GET.copy()
    params["seen"] = str(seen)
    return f"{request.path}?{params.urlencode()}"


def view_tabs(views: list[SavedView], query: str) -> list[dict[str, Any]]:
    """The lists that are always there, then those that were saved."""
    tabs = [{"label": label, "url": f"?{part or ALL}", "active": part == query, "icon": ""} for label, part in BUILT_IN]
    for view in views:
        icon = "users" if view.is_shared else "bookmark"
        tabs.append({"label": view.name, "url": f"?{view.query or ALL}", "active": view.query == query, "icon": icon})
    return tabs
