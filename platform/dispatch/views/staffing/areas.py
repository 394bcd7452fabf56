"""Areas: on the map and in a list; a lead draws and changes them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dispatch.coverage import cover_areas
from dispatch.forms import AreaForm
from dispatch.models import Area
from dispatch.services.staffing.areas import save_area
from dispatch.views.acting import actor_of, now_of
from dispatch.views.staffing.asking import ask, for_lead, for_watchers, key_of, render_page
from events.ids import public_id


@require_safe
@for_watchers
def list_areas(request: HttpRequest) -> HttpResponse:
    """Every area, with who serves it now."""
    cover = cover_areas(now=now_of(request), by_area={})
    rows = [{"cover": item, "ref": public_id("are", item.area.pk), "km": item.area.radius_m / 1000} for item in cover]
    return render_page(request, "areas", {"rows": rows, "points": [point_of(item.area) for item in cover]}, tab="areas")


def point_of(area: Any) -> dict[str, Any]:
    """An area on the map: its centre and its reach."""
    return {"lat": area.lat, "lng": area.lng, "label": area.name, "tone": "info", "radius_m": area.radius_m}


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def edit_area(request: HttpRequest, ref: str = "") -> HttpResponse:
    """Draw an area, or change one."""
    area = Area.objects.filter(pk=key_of("are", ref)).first() if ref else None
    if ref and area is None:
        raise Http404
    form = AreaForm(
        request.POST if request.method == "POST" else None,
        initial=AreaForm.values_of(area) if area is not None else None,
    )
    return ask(
        request, form, title=area.name if area is not None else _("New area"), label=_("Save"), back=reverse("dispatch:areas"),
        done=_("The area is saved. Legs that wait find their area anew."),
        call=lambda _seen: save_area(
            area_id=area.pk if area is not None else None, draft=form.draft, actor=actor_of(request), now=now_of(request)
        ),
        more={"points": [point_of(area)] if area is not None else [], "map_title": _("Where the area lies")},
    )  # fmt: skip
