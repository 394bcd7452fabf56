"""The page of one order; it renews itself while it is open."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.ids import public_id
from fleet import states, texts, timeline
from fleet.access import Action, may, order_for
from fleet.models import Order, OrderEstimate
from fleet.selectors.complaints import complaints_of
from fleet.selectors.costs import read_costs
from fleet.selectors.orders import WAITING_FOR_YOU, holder_of, is_late, timeline_of
from fleet.views.acting import actor_of, has_seen, now_of
from fleet.views.orders.papers import shown_papers
from fleet.views.orders.showing import (
    asks_of,
    can_cancel,
    can_reschedule,
    compare_estimates,
    decision_context,
    incidents_of,
    with_photos,
)
from repair import states as jobs
from repair.texts import COMPLAINT_STATES


@require_safe
def show_order(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything about one order, what happens now first; 204 for a page that has seen all of it."""
    actor, now = actor_of(request), now_of(request)
    order = order_for(actor, ref)
    if has_seen(request, order.updated_seq):
        return HttpResponse(status=204)
    estimates = list(OrderEstimate.objects.filter(order=order).prefetch_related("lines").order_by("-version"))
    waiting = waiting_of(order, estimates)
    windows = list(order.windows.order_by("no"))
    context = {
        "order": order,
        "vehicle_ref": public_id("veh", order.vehicle_id),
        "status_label": texts.ORDER_STATES.get(order.status, order.status),
        "next_text": texts.NEXT.get(order.status, ""),
        "service_label": texts.SERVICES.get(order.service, order.service),
        "channel_label": texts.CHANNELS.get(order.channel, order.channel),
        "holder": holder_of(order),
        "is_live": order.status not in states.OVER,
        "is_late": is_late(order, now),
        "asks": asks_of(actor, order, waiting, has_windows=bool(windows)),
        "timeline": with_photos(actor, order, timeline_of(order.ref)),
        "compared": compare_estimates(estimates) if any(estimate.decision for estimate in estimates) else None,
        "decision": decision_context(actor, order, waiting, now) if waiting else None,
        "costs": read_costs(order, actor),
        "papers": shown_papers(actor, order),
        "incidents": incidents_of(order),
        "complaints": [(each, COMPLAINT_STATES.get(each.status, each.status)) for each in complaints_of(order)],
        "can_complain": may(actor, Action.COMPLAIN),
        "windows": windows if may(actor, Action.SUBMIT) else [],
        "can_cancel": can_cancel(actor, order),
        "can_reschedule": can_reschedule(actor, order),
        "can_rate": may(actor, Action.SUBMIT) and order.status == jobs.DELIVERED,
        "live_url": f"{request.path}?seen={order.updated_seq}",
        "now": now,
        "window": timeline.span(order.window_start.isoformat(), order.window_end.isoformat()),
        "points": [map_point(order)],
    }
    return render(request, "fleet/order.html", context)


def waiting_of(order: Order, estimates: list[OrderEstimate]) -> OrderEstimate | None:
    """The version that waits for the tenant, of those given newest first."""
    return next((e for e in estimates[:1] if not e.decision and order.status in WAITING_FOR_YOU), None)


def map_point(order: Order) -> dict[str, Any]:
    """Where the vehicle is fetched."""
    return {
        "lat": order.lat,
        "lng": order.lng,
        "label": order.site_code or order.address,
        "kind": "site",
        "tone": "active",
    }
