"""The search over the tenant's books."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from fleet import texts
from fleet.access import Action, require_may
from fleet.models import Order, Vehicle
from fleet.selectors.orders import (
    search_orders,
)
from tenants.actors import actor_of

SHOWN = 8


def show_line(order: Order) -> dict[str, Any]:
    """An order in a short list."""
    return {"order": order, "label": texts.ORDER_STATES.get(order.status, order.status)}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Orders and vehicles by what people know of them; one single find is opened at once."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:80]
    orders: list[Order] = []
    vehicles: list[Vehicle] = []
    if len(text) >= 2:
        orders = list(search_orders(Order.objects.order_by("-pk"), text)[:21])
        upper = text.upper()
        vehicles = list(
            (Vehicle.objects.filter(plate__contains=upper) | Vehicle.objects.filter(vin__contains=upper)).order_by(
                "plate"
            )[:11]
        )
        if len(orders) == 1 and not vehicles:
            return redirect(orders[0])
    context = {
        "search_query": text,
        "orders": [show_line(order) for order in orders[:20]],
        "vehicles": vehicles[:10],
        "has_more": len(orders) > 20,
        "is_short": len(text) < 2,
    }
    return render(request, "portal/search.html", context)
