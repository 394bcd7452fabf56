"""Sites and cost centres: lists, and the forms that change them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.access import Action, cost_center_for, may, require_may, site_for
from fleet.models import CostCenter, Site
from fleet.selectors.registers import entry_fields
from fleet.tables import CostCenterTable, SiteTable
from fleet.views.acting import actor_of
from fleet.views.registers import edit_entry
from ui.tables import paginate_table


@require_safe
def list_sites(request: HttpRequest) -> HttpResponse:
    """The sites, and where they lie."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    table = paginate_table(table=SiteTable(Site.objects.all()), request=request)
    points = [
        {"lat": site.lat, "lng": site.lng, "label": f"{site.code} {site.address}", "kind": "site", "tone": "active"}
        for site in Site.objects.filter(is_active=True).order_by("code")[:500]
    ]
    return render(
        request, "fleet/sites.html", {"table": table, "points": points, "can_manage": may(actor, Action.MANAGE)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit_site(request: HttpRequest, ref: str = "") -> HttpResponse:
    """Add a site, or change one; who may not change it reads it."""
    actor = actor_of(request)
    require_may(actor, Action.READ if ref and request.method != "POST" else Action.MANAGE)
    site = site_for(actor, ref) if ref else None
    return edit_entry(
        request,
        register="sites",
        title=_("Site %(code)s") % {"code": site.code} if site else _("Add a site"),
        back=reverse("fleet:sites"),
        done=_("The site was saved."),
        key=site.pk if site else None,
        fields=entry_fields("sites", site) if site else {"coord_system": "wgs84"},
    )


@require_safe
def list_cost_centers(request: HttpRequest) -> HttpResponse:
    """The cost centres."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    table = paginate_table(table=CostCenterTable(CostCenter.objects.all()), request=request)
    return render(request, "fleet/cost_centers.html", {"table": table, "can_manage": may(actor, Action.MANAGE)})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_cost_center(request: HttpRequest, ref: str = "") -> HttpResponse:
    """Add a cost centre, or change one; who may not change it reads it."""
    actor = actor_of(request)
    require_may(actor, Action.READ if ref and request.method != "POST" else Action.MANAGE)
    center = cost_center_for(actor, ref) if ref else None
    return edit_entry(
        request,
        register="cost_centers",
        title=_("Cost centre %(name)s") % {"name": center.name} if center else _("Add a cost centre"),
        back=reverse("fleet:cost_centers"),
        done=_("The cost centre was saved."),
        key=center.pk if center else None,
        fields=entry_fields("cost_centers", center) if center else None,
    )
