"""The coverage monitor: area by area and day by day, hour by hour, and the alerts of the past."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dispatch.filters import CoverAlertFilter
from dispatch.models import Area, CoverAlert
from dispatch.outlook import DAY, DAYS, read_outlook
from dispatch.planning.tables import ZONE
from dispatch.tables import CoverAlertTable
from dispatch.views.acting import now_of
from dispatch.views.staffing.asking import for_watchers, render_page
from ui.tables import paginate_table


@require_safe
@for_watchers
def show_cover(request: HttpRequest) -> HttpResponse:
    """Today and 14 days: in each cell the weakest hour of an area's day against what is wanted."""
    now = now_of(request)
    today = timezone.localdate(now, ZONE)
    outlook = read_outlook(first=today, days=DAYS)
    days = [today + number * DAY for number in range(DAYS)]
    rows = [(area, [outlook.day(area, day) for day in days]) for area in Area.objects.order_by("name")]
    short = [cell for _area, cells in rows for cell in cells if cell.short_hours]
    opened = CoverAlert.objects.filter(closed_at=None).select_related("area").order_by("opened_at")
    context: dict[str, Any] = {"days": days, "rows": rows, "short_days": len(short), "opened": list(opened)}
    return render_page(request, "cover", context, tab="cover")


@require_safe
@for_watchers
def show_day(request: HttpRequest, code: str, day: str) -> HttpResponse:
    """One area on one day: its hours, and who is there."""
    area = Area.objects.filter(code=code).first()
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if area is None or not 2000 <= on.year < 2100:
        raise Http404
    outlook = read_outlook(first=on, days=1)
    context = {"area": area, "day": on, "cover": outlook.day(area, on), "people": outlook.on_duty(area, on)}
    return render_page(request, "cover_day", context, tab="cover")


@require_safe
@for_watchers
def list_alerts(request: HttpRequest) -> HttpResponse:
    """Every alert of too few agents, the newest first."""
    rows = CoverAlert.objects.select_related("area").order_by("-opened_at", "-pk")
    found = CoverAlertFilter(request.GET or None, queryset=rows)
    table = paginate_table(table=CoverAlertTable(found.qs, now=now_of(request)), request=request)
    return render_page(request, "cover_alerts", {"filter": found, "table": table}, tab="cover")
