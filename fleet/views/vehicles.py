"""Vehicles: the list, and the page of one with its orders."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fleet import states
from fleet.access import Action, require_may, vehicle_for
from fleet.filters import VehicleFilter
from fleet.models import Vehicle
from fleet.selectors.orders import timeline_of
from fleet.tables import OrderTable, VehicleTable
from fleet.views.acting import actor_of
from ui.tables import paginate_table


@require_safe
def list_vehicles(request: HttpRequest) -> HttpResponse:
    """The vehicles that the filter leaves."""
    require_may(actor_of(request), Action.READ)
    rows = Vehicle.objects.annotate(
        order_count=Count("orders", distinct=True),
        open_orders=Count("orders", filter=~Q(orders__status__in=states.OVER), distinct=True),
    )
    found = VehicleFilter(request.GET, queryset=rows)
    table = paginate_table(table=VehicleTable(found.qs), request=request)
    return render(request, "fleet/vehicles.html", {"filter": found, "table": table})


@require_safe
def show_vehicle(request: HttpRequest, ref: str) -> HttpResponse:
    """What is known of a vehicle, its plates and its orders."""
    vehicle = vehicle_for(actor_of(request), ref)
    table = paginate_table(table=OrderTable(vehicle.orders.all(), exclude=("plate",)), request=request, per_page=25)
    context = {
        "vehicle": vehicle,
        "plates": list(vehicle.plates.order_by("-seq")),
        "table": table,
        "timeline": timeline_of(vehicle.ref, limit=20),
    }
    return render(request, "fleet/vehicle.html", context)
