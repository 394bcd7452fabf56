"""Drivers: the list, the page of one with the vehicles that they handed over, and the form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.access import Action, driver_for, may, require_may
from fleet.filters import DriverFilter
from fleet.models import Driver, Order
from fleet.selectors.orders import timeline_of
from fleet.selectors.registers import entry_fields
from fleet.tables import DriverTable, OrderTable
from fleet.texts import expiry_tone
from fleet.views.acting import actor_of
from fleet.views.registers import change_use, edit_member
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
def edit_driver(request: HttpRequest, ref: str = "") -> HttpResponse:
    """Add a driver, or change one."""
    driver = driver_for(actor_of(request), ref) if ref else None
    return edit_member(
        request,
        register="drivers",
        entry=driver,
        title=_("Change %(name)s") % {"name": driver.name} if driver else _("Add a driver"),
        done=_("The driver was saved."),
        fields=entry_fields("drivers", driver) if driver else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def use_driver(request: HttpRequest, ref: str) -> HttpResponse:
    """Out of use, or back into it."""
    driver = driver_for(actor_of(request), ref)
    return change_use(request, register="drivers", entry=driver, name=driver.name, is_active=not driver.is_active)
