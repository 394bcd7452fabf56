"""The page of one order."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from events.ids import public_id
from fleet import states, texts, timeline
from fleet.access import Action, may, order_for
from fleet.models import Order, OrderEstimate
from fleet.selectors.orders import WAITING_FOR_YOU, holder_of, late_q, timeline_of
from fleet.selectors.settings import limit_of
from fleet.views.acting import actor_of, now_of
from repair import states as jobs
from ui.formats import format_plain_fen


@require_safe
def show_order(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything about one order, what happens now first."""
    actor, now = actor_of(request), now_of(request)
    order = order_for(actor, ref)
    estimates = list(OrderEstimate.objects.filter(order=order).prefetch_related("lines").order_by("-version"))
    waiting = next((e for e in estimates[:1] if not e.decision and order.status in WAITING_FOR_YOU), None)
    can_submit, can_decide = may(actor, Action.SUBMIT), may(actor, Action.DECIDE)
    context = {
        "order": order,
        "vehicle_ref": public_id("veh", order.vehicle_id),
        "status_label": texts.ORDER_STATES.get(order.status, order.status),
        "next_text": texts.NEXT.get(order.status, ""),
        "service_label": texts.SERVICES.get(order.service, order.service),
        "channel_label": texts.CHANNELS.get(order.channel, order.channel),
        "holder": holder_of(order),
        "is_live": order.status not in states.OVER,
        "is_late": Order.objects.filter(late_q(now), pk=order.pk).exists(),
        "timeline": timeline_of(order.ref),
        "estimates": [show_estimate(estimate) for estimate in estimates],
        "waiting": show_estimate(waiting) if waiting else None,
        "windows": list(order.windows.order_by("no")) if can_submit else [],
        "limit_fen": limit_of(actor.roles) if waiting and can_decide else None,
        "can_decide": can_decide,
        "can_cancel": can_submit and order.status in states.CANCELLABLE,
        "can_reschedule": can_submit and order.status in states.AMENDABLE,
        "can_rate": can_submit and order.status == jobs.DELIVERED,
        "now": now,
        "window": timeline.span(order.window_start.isoformat(), order.window_end.isoformat()),
        "points": [map_point(order)],
    }
    return render(request, "fleet/order.html", context)


def map_point(order: Order) -> dict[str, Any]:
    """Where the vehicle is fetched."""
    return {
        "lat": order.lat,
        "lng": order.lng,
        "label": order.site_code or order.address,
        "kind": "site",
        "tone": "active",
    }


def show_estimate(estimate: OrderEstimate) -> dict[str, Any]:
    """An estimate with its lines and their words."""
    lines = sorted(estimate.lines.all(), key=lambda line: line.no)
    return {
        "estimate": estimate,
        "decision": texts.DECISIONS.get(estimate.decision, estimate.decision),
        "lines": [
            {
                "line": line,
                "kind": texts.LINE_KINDS.get(line.kind, line.kind),
                "decision": texts.DECISIONS.get(line.decision, line.decision),
                "amount": format_plain_fen(amount_fen=line.amount_fen),
            }
            for line in lines
        ],
    }
