"""The tenant's first page, and the search over its books."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config import clock
from fleet import texts
from fleet.access import Action, may, require_may
from fleet.models import Batch, Order, Vehicle
from fleet.selectors.batches import summarise
from fleet.selectors.orders import (
    count_by_stage,
    count_by_state,
    count_waiting,
    late_q,
    search_orders,
    todays_pickups,
    waiting_estimates,
)
from tenants.actors import Actor

SHOWN = 8


def actor_of(request: HttpRequest) -> Actor:
    """Who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    """What needs somebody today, and how everything stands."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    now = clock.now(actor.tenant)
    by_state = count_by_state()
    pickups = todays_pickups(now)
    option, table = state_chart(by_state)
    context = {
        "open_count": sum(by_state.values()),
        "waiting_count": count_waiting(),
        "pickup_count": pickups.count(),
        "late_count": Order.objects.filter(late_q(now)).count(),
        "pickups": [show_line(order) for order in pickups[:SHOWN]],
        "waiting": list(waiting_estimates()[:SHOWN]),
        "batches": [show_batch(item) for item in summarise(list(Batch.objects.order_by("-pk")[:5]))],
        "option": option,
        "chart_table": table,
        "today": timezone.localtime(now),
        "has_orders": bool(by_state) or Order.objects.exists(),
        "can_submit": may(actor, Action.SUBMIT),
    }
    return render(request, "portal/home.html", context)


def show_line(order: Order) -> dict[str, Any]:
    """An order in a short list."""
    return {"order": order, "label": texts.ORDER_STATES.get(order.status, order.status)}


def show_batch(item: Any) -> dict[str, Any]:
    """A batch in a short list."""
    return {"item": item, "label": texts.BATCH_STATES.get(item.status, item.status)}


def state_chart(by_state: dict[str, int]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Open orders by stage as bars, in the order of an order's way; the table beside it names each state."""
    stages = count_by_stage(by_state)
    option = {
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "inverse": True, "data": [str(texts.STAGES[name]) for name in stages]},
        "series": [
            {
                "type": "bar",
                "name": _("Orders"),
                "data": list(stages.values()),
                "barMaxWidth": 20,
            }
        ],
    }
    rows = [[str(label), by_state[state]] for state, label in texts.ORDER_STATES.items() if by_state.get(state)]
    return option, {"head": [_("Status"), _("Orders")], "rows": rows}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Orders and vehicles by what people know of them; one single find is opened at once."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    text = " ".join(request.GET.get("q", "").split())[:80]
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
