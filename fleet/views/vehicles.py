"""Vehicles: the list, the page of one with its history, and the form."""

from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Least
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from events.ids import public_id
from fleet import states, texts
from fleet.access import Action, may, own_tenant, require_may, vehicle_for
from fleet.filters import VehicleFilter
from fleet.intake.registers.vehicles import EXPIRIES
from fleet.models import Order, Vehicle
from fleet.selectors.orders import timeline_of
from fleet.selectors.registers import expiring_q, record_of, vehicle_fields
from fleet.tables import OrderTable, VehicleTable
from fleet.texts import SOON, expiry_tone
from fleet.views.acting import actor_of, now_of
from fleet.views.registers import change_use, edit_member
from ui.tables import paginate_table

SHOWN_READINGS: Final = 12


def today_of(request: HttpRequest) -> date:
    """The day where the tenant is."""
    return now_of(request).astimezone(ZoneInfo(own_tenant(actor_of(request)).time_zone)).date()


def listed() -> QuerySet[Vehicle]:
    """Vehicles with what the tenant keeps of them, the first day on which something is over, and their orders."""
    return Vehicle.objects.select_related("record").annotate(
        next_expiry=Least(*(f"record__{name}" for name in EXPIRIES)),
        open_orders=Count("orders", filter=~Q(orders__status__in=states.OVER), distinct=True),
    )


@require_safe
def list_vehicles(request: HttpRequest) -> HttpResponse:
    """The vehicles that the filter leaves."""
    actor, today = actor_of(request), today_of(request)
    require_may(actor, Action.READ)
    found = VehicleFilter(request.GET, queryset=listed(), today=today)
    table = VehicleTable(found.qs)
    table.today = today
    in_use = Vehicle.objects.exclude(record__is_active=False)
    context = {
        "filter": found,
        "table": paginate_table(table=table, request=request),
        "can_manage": may(actor, Action.MANAGE),
        "counts": in_use.aggregate(
            total=Count("pk"),
            over=Count("pk", filter=expiring_q(today - timedelta(days=1))),
            soon=Count("pk", filter=expiring_q(today + SOON)),
        ),
    }
    return render(request, "fleet/vehicles.html", context)


@require_safe
def show_vehicle(request: HttpRequest, ref: str) -> HttpResponse:
    """What is known of a vehicle, what it costs, its plates, readings and orders."""
    actor, today = actor_of(request), today_of(request)
    vehicle = vehicle_for(actor, ref)
    record = record_of(vehicle)
    table = paginate_table(
        table=OrderTable(vehicle.orders.all(), exclude=("plate",), empty_text=_("No orders yet")),
        request=request,
        per_page=25,
    )
    readings = list(vehicle.readings.order_by("-read_at", "-seq")[:SHOWN_READINGS])
    context = {
        "vehicle": vehicle,
        "record": record,
        "class_label": texts.VEHICLE_CLASSES.get(vehicle.vehicle_class, vehicle.vehicle_class),
        "transmission_label": texts.TRANSMISSIONS.get(vehicle.transmission, vehicle.transmission),
        "expiries": [show_expiry(record, name, today) for name in EXPIRIES],
        "plates": list(vehicle.plates.order_by("-seq")),
        "readings": [show_reading(reading) for reading in readings],
        "spend": spend_of(vehicle, today),
        "table": table,
        "timeline": timeline_of(vehicle.ref, limit=20),
        "can_manage": may(actor, Action.MANAGE),
    }
    return render(request, "fleet/vehicle.html", context)


def show_expiry(record: Any, name: str, today: date) -> dict[str, Any]:
    """A day on which something is over, and how near it is."""
    day: date | None = getattr(record, name)
    tone, label = expiry_tone(day, today)
    return {"label": texts.EXPIRIES[name], "day": day, "tone": tone, "text": label}


def show_reading(reading: Any) -> dict[str, Any]:
    """A reading, and who took it."""
    order = public_id("ord", reading.order_id) if reading.order_id else ""
    return {
        "km": reading.km, "at": reading.read_at, "source": texts.READERS.get(reading.source, reading.source), "order": order,
    }  # fmt: skip


def spend_of(vehicle: Vehicle, today: date) -> dict[str, Any]:
    """What was approved for it: in all, this year, and when it was last with us."""
    found = Order.objects.filter(vehicle=vehicle).aggregate(
        orders=Count("pk"),
        total=Sum("approved_fen"),
        year=Sum("approved_fen", filter=Q(placed_at__year=today.year)),
        last=Max("placed_at"),
    )
    return {**found, "total": found["total"] or 0, "year": found["year"] or 0}


@require_http_methods(["GET", "HEAD", "POST"])
def edit_vehicle(request: HttpRequest, ref: str = "") -> HttpResponse:
    """Add a vehicle, or change what the tenant keeps of one, give it a plate, or add a reading."""
    vehicle = vehicle_for(actor_of(request), ref) if ref else None
    return edit_member(
        request,
        register="vehicles",
        entry=vehicle,
        title=_("Change %(name)s") % {"name": vehicle.plate or vehicle.vin} if vehicle else _("Add a vehicle"),
        done=_("The vehicle was saved."),
        fields=vehicle_fields(vehicle) if vehicle else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def use_vehicle(request: HttpRequest, ref: str) -> HttpResponse:
    """Out of use, or back into it."""
    vehicle = vehicle_for(actor_of(request), ref)
    is_active = record_of(vehicle).is_active
    return change_use(
        request, register="vehicles", entry=vehicle, name=vehicle.plate or vehicle.vin, is_active=not is_active
    )
