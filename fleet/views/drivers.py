"""Drivers: the list, the page of one with the vehicles that they handed over, and the form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from events.ids import public_id
from fleet.access import Action, driver_for, may, require_may
from fleet.filters import DriverFilter
from fleet.models import Driver, Order
from fleet.selectors.orders import timeline_of
from fleet.selectors.registers import entry_fields
from fleet.tables import DriverTable, OrderTable
from fleet.texts import expiry_tone
from fleet.views.acting import actor_of
from fleet.views.registers import change_use, edit_entry
from fleet.views.vehicles import today_of
from ui.tables import paginate_table


@require_safe
def list_drivers(request: HttpRequest) -> HttpResponse:
    """The drivers that the filter leaves."""
    actor, today = actor_of(request), today_of(request)
    require_may(actor, Action.READ)
    found = DriverFilter(request.GET, queryset=Driver.objects.select_related("site"), today=today)
    table = DriverTable(found.qs)
    table.today = today
    context = {
        "filter": found,
        "table": paginate_table(table=table, request=request),
        "can_manage": may(actor, Action.MANAGE),
    }
    return render(request, "fleet/drivers.html", context)


@require_safe
def show_driver(request: HttpRequest, ref: str) -> HttpResponse:
    """Who it is, the licence, and the orders that name this phone as their contact."""
    actor = actor_of(request)
    driver = driver_for(actor, ref)
    tone, text = expiry_tone(driver.licence_expires_on, today_of(request))
    table = paginate_table(
        table=OrderTable(Order.objects.filter(phone=driver.phone), empty_text=_("No orders yet")),
        request=request,
        per_page=25,
    )
    context = {
        "driver": driver,
        "site": driver.site,
        "expiry_tone": tone,
        "expiry_text": text,
        "table": table,
        "timeline": timeline_of(driver.ref, limit=20),
        "can_manage": may(actor, Action.MANAGE),
    }
    return render(request, "fleet/driver.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_driver(request: HttpRequest) -> HttpResponse:
    """Add a driver."""
    require_may(actor_of(request), Action.MANAGE)
    return edit_entry(
        request,
        register="drivers",
        title=_("Add a driver"),
        back=reverse("fleet:drivers"),
        done=_("The driver was saved."),
        where=lambda key: reverse("fleet:driver", args=[public_id("drv", key)]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit_driver(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a driver."""
    actor = actor_of(request)
    driver = driver_for(actor, ref)
    require_may(actor, Action.MANAGE)
    return edit_entry(
        request,
        register="drivers",
        title=_("Change %(name)s") % {"name": driver.name},
        back=driver.get_absolute_url(),
        done=_("The driver was saved."),
        key=driver.pk,
        fields=entry_fields("drivers", driver),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def use_driver(request: HttpRequest, ref: str) -> HttpResponse:
    """Out of use, or back into it."""
    actor = actor_of(request)
    driver = driver_for(actor, ref)
    require_may(actor, Action.MANAGE)
    return change_use(
        request,
        register="drivers",
        key=driver.pk,
        name=driver.name,
        back=driver.get_absolute_url(),
        is_active=not driver.is_active,
    )
