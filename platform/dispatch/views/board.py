"""The dispatch board over all tenants, its map, and the clocks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.access import may_decide, require_watcher
from dispatch.filters import GROUP_NAMES, ClockFilter, LegFilter
from dispatch.models import Area, Leg
from dispatch.selectors import count_legs, cover_areas, open_legs, running_clocks
from dispatch.tables import ClockTable, LegTable
from dispatch.texts import LEG_STATES
from dispatch.views.acting import actor_of, now_of
from events.ids import public_id
from ui.tables import paginate_table
from ui.tones import tone_of_status

ON_MAP = 500
ROWS = 50


@require_safe
def show_board(request: HttpRequest) -> HttpResponse:
    """The legs that the filter leaves; htmx asks every few seconds for what lives."""
    require_watcher(actor_of(request))
    now = now_of(request)
    counts = count_legs(now=now)
    found = LegFilter(request.GET, queryset=open_legs().select_related("tenant", "area", "agent"), now=now)
    can_decide = may_decide(actor_of(request))
    listed = LegTable(found.qs, now=now, exclude=() if can_decide else ("pick",))
    table = paginate_table(table=listed, request=request, per_page=ROWS)
    context = {
        "can_decide": can_decide,
        "table": table,
        "filter": found,
        "counts": counts,
        "cover": cover_areas(now=now),
        "tabs": group_tabs(request, counts),
        "now": now,
        "query": request.GET.urlencode(),
        "is_map": False,
    }
    is_part = getattr(request, "htmx", False) and request.headers.get("HX-Target") == "board-live"
    return render(request, "dispatch/parts/board_live.html" if is_part else "dispatch/board.html", context)


def group_tabs(request: HttpRequest, counts: dict[str, int]) -> list[dict[str, Any]]:
    """All, waiting, named, moving, late, with their counts; the rest of the filter stays."""
    here = request.GET.get("group", "")
    tabs = [{"label": _("All open"), "url": address(request, ""), "active": not here, "count": counts["all"]}]
    for key, label in GROUP_NAMES.items():
        tabs.append({"label": label, "url": address(request, key), "active": here == key, "count": counts[key]})
    return tabs


def address(request: HttpRequest, group: str) -> str:
    """This page with another group."""
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("group", None)
    if group:
        query["group"] = group
    return f"{request.path}?{query.urlencode()}"


@require_safe
def show_map(request: HttpRequest) -> HttpResponse:
    """The same legs where they begin, and the areas."""
    require_watcher(actor_of(request))
    now = now_of(request)
    counts = count_legs(now=now)
    found = LegFilter(request.GET, queryset=open_legs().select_related("tenant", "agent"), now=now)
    legs = list(found.qs.order_by("due_at", "pk")[:ON_MAP])
    context = {
        "filter": found,
        "counts": counts,
        "points": [area_point(area) for area in Area.objects.order_by("name")] + [leg_point(leg) for leg in legs],
        "shown": len(legs),
        "tabs": group_tabs(request, counts),
        "query": request.GET.urlencode(),
        "is_map": True,
    }
    return render(request, "dispatch/map.html", context)


def leg_point(leg: Leg) -> dict[str, Any]:
    """Where a leg begins."""
    agent = f" · {leg.agent.name}" if leg.agent else ""
    return {
        "lat": leg.from_lat,
        "lng": leg.from_lng,
        "label": f"{leg.label} · {leg.get_kind_display()} · {LEG_STATES[leg.status]}{agent}",
        "tone": tone_of_status(status=leg.status),
        "url": reverse("dispatch:leg", args=[public_id("leg", leg.pk)]),
    }


def area_point(area: Area) -> dict[str, Any]:
    """The centre of an area."""
    return {"lat": area.lat, "lng": area.lng, "label": area.name, "tone": "neutral", "kind": "site"}


@require_safe
def list_clocks(request: HttpRequest) -> HttpResponse:
    """Every clock that runs, the next to run out first."""
    require_watcher(actor_of(request))
    now = now_of(request)
    found = ClockFilter(request.GET, queryset=running_clocks())
    table = paginate_table(table=ClockTable(found.qs, now=now), request=request, per_page=ROWS)
    return render(request, "dispatch/clocks.html", {"table": table, "filter": found})
