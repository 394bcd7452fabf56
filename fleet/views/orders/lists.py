"""The lists: of orders, and of what waits for a decision."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fleet.access import Action, may, require_may
from fleet.filters import OrderFilter
from fleet.models import Order
from fleet.selectors.orders import count_waiting, waiting_estimates
from fleet.selectors.settings import limit_of
from fleet.tables import EstimateTable, OrderTable
from fleet.views.acting import actor_of, now_of
from ui.tables import paginate_table


@require_safe
def list_orders(request: HttpRequest) -> HttpResponse:
    """The orders that the filter leaves."""
    require_may(actor_of(request), Action.READ)
    now = now_of(request)
    found = OrderFilter(request.GET, queryset=Order.objects.all(), now=now)
    table = paginate_table(table=OrderTable(found.qs), request=request)
    context = {
        "filter": found,
        "table": table,
        "query": request.GET.urlencode(),
        "can_submit": may(actor_of(request), Action.SUBMIT),
    }
    return render(request, "fleet/orders.html", context)


@require_safe
def list_approvals(request: HttpRequest) -> HttpResponse:
    """What waits for a decision of the tenant."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    table = paginate_table(table=EstimateTable(waiting_estimates()), request=request)
    limit = limit_of(actor.roles) if may(actor, Action.DECIDE) else None
    return render(request, "fleet/approvals.html", {"table": table, "limit_fen": limit, "count": count_waiting()})
