"""The dispatch board over all tenants, as a list and as a map, and the clocks."""

from collections.abc import Iterable
from hashlib import blake2s
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_safe

from dispatch import texts
from dispatch.access import may_decide, require_watcher
from dispatch.coverage import cover_areas
from dispatch.filters import GROUP_NAMES, ClockFilter, LegFilter, read_choices
from dispatch.mapping import draw_map
from dispatch.rows import rows_of
from dispatch.selectors import count_by_area, count_legs, open_legs, running_clocks
from dispatch.tables import ClockTable, LegTable
from dispatch.views.acting import actor_of, now_of
from ui.tables import paginate_table

ROWS = 50
SHOWS: tuple[tuple[str, str, Any], ...] = (  # what the browser remembers, its icon and its name
    ("list", "list", _l("List")),
    ("both", "layout-columns", _l("Both")),
    ("map", "map-2", _l("Map")),
)


@require_safe
def show_board(request: HttpRequest) -> HttpResponse:
    """The legs that the filter leaves; htmx asks every few seconds for what lives, and hears 204 when that is nothing."""
    require_watcher(actor_of(request))
    now, legs = now_of(request), open_legs()
    by_area = count_by_area(now=now)
    counts, cover = count_legs(by_area), cover_areas(now=now, by_area=by_area)
    choices = read_choices(asked=request.GET.get("agent", ""), areas=[item.area for item in cover])
    found = LegFilter(request.GET, queryset=rows_of(legs), now=now, choices=choices)
    can_decide = may_decide(actor_of(request))
    listed = LegTable(found.qs, now=now, exclude=() if can_decide else ("pick",))
    table = paginate_table(table=listed, request=request, per_page=ROWS)
    cover_key = repr([item.shown for item in cover])
    mark = mark_of((row.record for row in table.paginated_rows), counts, cover_key)
    if request.headers.get("X-Seen") == mark:
        return HttpResponse(status=204)
    context = {
        "can_decide": can_decide,
        "table": table,
        "filter": found,
        "choices": choices,
        "counts": counts,
        "cover": cover,
        "short": [item for item in cover if item.is_short],
        "tabs": group_tabs(request, counts),
        "now": now,
        "query": request.GET.urlencode(),
        "cover_key": cover_key,
        "mark": mark,
        "shows": SHOWS,
        "agent_states": texts.AGENT_STATES.items(),
    }
    is_part = getattr(request, "htmx", False) and request.headers.get("HX-Target") == "board-live"
    return render(request, "dispatch/parts/board_live.html" if is_part else "dispatch/board.html", context)


def mark_of(legs: Iterable[Any], counts: dict[str, int], cover_key: str) -> str:
    """What the living part shows, in few letters: the same mark is the same part, but for the clocks that run in it."""
    shown = repr(([tuple(leg) for leg in legs], sorted(counts.items()), cover_key, get_language()))
    return blake2s(shown.encode(), digest_size=8).hexdigest()


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
def read_map(request: HttpRequest) -> HttpResponse:
    """The same legs for the map, whatever page the list shows."""
    require_watcher(actor_of(request))
    now = now_of(request)
    found = LegFilter(request.GET, queryset=open_legs(), now=now)
    return JsonResponse(
        draw_map(found.qs, now=now), json_dumps_params={"ensure_ascii": False, "separators": (",", ":")}
    )


@require_safe
def list_clocks(request: HttpRequest) -> HttpResponse:
    """Every clock that runs, the next to run out first."""
    require_watcher(actor_of(request))
    now = now_of(request)
    found = ClockFilter(request.GET, queryset=running_clocks())
    table = paginate_table(table=ClockTable(found.qs, now=now), request=request, per_page=ROWS)
    return render(request, "dispatch/clocks.html", {"table": table, "filter": found})
