"""Sites and cost centres: lists, and the forms that change them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.access import Action, cost_center_for, may, require_may, site_for
from fleet.forms import CostCenterForm, SiteForm
from fleet.models import CostCenter, Site
from fleet.services import places
from fleet.tables import CostCenterTable, SiteTable
from fleet.views.acting import actor_of, now_of
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
    """Add a site, or change one."""
    actor = actor_of(request)
    require_may(actor, Action.MANAGE)
    site = site_for(actor, ref) if ref else None
    return edit(
        request,
        form=SiteForm(request.POST if request.method == "POST" else None, initial=vars(site) if site else None),
        save=lambda data: places.save_site(**data, site_id=site.pk if site else None, actor=actor, now=now_of(request)),
        title=_("Site %(code)s") % {"code": site.code} if site else _("Add a site"),
        back="fleet:sites",
        done=_("The site was saved."),
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
    """Add a cost centre, or change one."""
    actor = actor_of(request)
    require_may(actor, Action.MANAGE)
    center = cost_center_for(actor, ref) if ref else None
    return edit(
        request,
        form=CostCenterForm(
            request.POST if request.method == "POST" else None, initial=vars(center) if center else None
        ),
        save=lambda data: places.save_cost_center(
            **data, cost_center_id=center.pk if center else None, actor=actor, now=now_of(request)
        ),
        title=_("Cost centre %(name)s") % {"name": center.name} if center else _("Add a cost centre"),
        back="fleet:cost_centers",
        done=_("The cost centre was saved."),
    )


def edit(
    request: HttpRequest, *, form: forms.Form, save: Callable[[dict[str, Any]], Any], title: str, back: str, done: str
) -> HttpResponse:
    """A form and its answer: saved and back, or the faults beside their fields."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                save(form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error) if not hasattr(error, "error_dict") else add_errors(form, error)
        else:
            messages.success(request, done)
            return redirect(back)
    context = {"form": form, "title": title, "back": back}
    return render(request, "fleet/edit.html", context, status=422 if form.errors else 200)


def add_errors(form: forms.Form, error: ValidationError) -> None:
    """Each error beside its field; what belongs to none stands above."""
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
