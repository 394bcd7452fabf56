"""What the first page reads: a fixed number of queries, however many jobs there are."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q

from dispatch.models import Leg, LegKind
from dispatch.states import CANCELLED, DONE, UNASSIGNED
from dispatch.texts import CLOCKS, LEG_STATES
from events.ids import public_id
from repair import texts
from repair.selectors import jobs as reads
from repair.stages import count_stages

ZONE = ZoneInfo(settings.TIME_ZONE)
SHOWN = 8


def today_of(now: datetime) -> tuple[datetime, datetime]:
    """From midnight to midnight, where the operator is."""
    start = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
    return start, start + timedelta(days=1)


def todays_legs(*, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Today's pickups and returns that are not over, by window."""
    start, end = today_of(now)
    legs = (
        Leg.objects.filter(window_start__lt=end, window_end__gt=start)
        .exclude(status__in=[DONE, CANCELLED])
        .select_related("agent", "tenant")
        .order_by("window_start", "pk")
    )
    found: dict[str, list[dict[str, Any]]] = {LegKind.PICKUP: [], LegKind.RETURN: []}
    for leg in legs.filter(kind__in=list(found))[:400]:
        found[leg.kind].append(
            {"leg": leg, "ref": public_id("leg", leg.pk), "label": LEG_STATES.get(leg.status, leg.status)}
        )
    return found


def count_legs(*, now: datetime) -> dict[str, int]:
    """Legs that nobody has, and how many of today's are over."""
    start, end = today_of(now)
    today = Q(window_start__lt=end, window_end__gt=start)
    return Leg.objects.aggregate(
        unassigned=Count("pk", filter=Q(status=UNASSIGNED)),
        pickups=Count("pk", filter=today & Q(kind=LegKind.PICKUP) & ~Q(status=CANCELLED)),
        pickups_done=Count("pk", filter=today & Q(kind=LegKind.PICKUP, status=DONE)),
        returns=Count("pk", filter=today & Q(kind=LegKind.RETURN) & ~Q(status=CANCELLED)),
        returns_done=Count("pk", filter=today & Q(kind=LegKind.RETURN, status=DONE)),
    )


def late_by_kind(*, now: datetime) -> list[tuple[str, int]]:
    """Late clocks, by name."""
    return [(str(CLOCKS.get(kind, kind)), count) for kind, count in reads.count_late_clocks(now=now).items()]


def chart_of(by_state: dict[str, int], labels: dict[str, Any], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Open jobs by stage as bars, in the order of a job's way; the table beside it names each state."""
    stages = count_stages(by_state)
    option = {
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "inverse": True, "data": [str(labels[stage]) for stage in stages]},
        "series": [
            {
                "type": "bar", "name": name, "data": list(stages.values()), "barMaxWidth": 20,
                "label": {"show": True, "position": "right", "textBorderWidth": 0},
            }
        ],
    }  # fmt: skip
    rows = [[str(label), by_state[state]] for state, label in texts.JOB_STATES.items() if by_state.get(state)]
    return option, {"head": [], "rows": rows}
