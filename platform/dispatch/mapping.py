"""What the dispatchers' map draws: legs where they begin, agents where they were last, areas, workshops and sites.

Rows are lists in the order of the columns named beside them: hundreds of legs travel every few seconds.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from dispatch import texts
from dispatch.coverage import AreaCover, cover_areas, floor_licences, on_shift_now, why_unfit
from dispatch.models import Agent, Leg, LegKind
from dispatch.planning.tables import ZONE
from dispatch.rooms import read_places
from dispatch.states import ARRIVED, DONE, FAILED
from events.ids import public_id
from ui.formats import format_moment

ON_MAP: Final = 2_000
SEEN_FOR: Final = timedelta(hours=16)
"""How long the end of a leg says where its agent is; after a night it is his base again."""
LEG_COLUMNS: Final = (
    "ref", "label", "lat", "lng", "toLat", "toLng", "state", "due", "since", "agent", "kind", "window", "to",
)  # fmt: skip
AGENT_COLUMNS: Final = ("ref", "name", "lat", "lng", "state", "where")
LEG_FIELDS: Final = (
    "pk", "label", "from_lat", "from_lng", "to_lat", "to_lng", "status", "due_at", "status_since", "agent_id", "kind",
    "window_start", "window_end", "from_address", "to_address",
)  # fmt: skip
PLACES: Final = 5  # digits of a coordinate: a metre


def draw_map(legs: Any, *, now: datetime) -> dict[str, Any]:
    """Everything for the map: `legs` (of `open_legs`), the most urgent first, and what stands around them."""
    rows = list(legs.order_by("due_at", "pk").values_list(*LEG_FIELDS)[: ON_MAP + 1])
    cover = cover_areas(now=now)
    return {
        "now": now.isoformat(timespec="seconds"),
        "legs": {"columns": LEG_COLUMNS, "rows": [leg_row(row) for row in rows[:ON_MAP]]},
        "more": len(rows) > ON_MAP,
        "agents": {"columns": AGENT_COLUMNS, "rows": agent_rows({row[9] for row in rows if row[9]}, now=now)},
        "areas": [area_item(item) for item in cover],
        "places": [*place_items(), *site_items(rows)],
        "words": {
            "states": {state: str(label) for state, label in texts.LEG_STATES.items()},
            "due": {state: str(label) for state, label in texts.DUE.items()},
            "kinds": {kind: str(label) for kind, label in texts.KINDS.items()},
        },
    }


def leg_row(row: Sequence[Any]) -> list[Any]:
    """A leg in the order of LEG_COLUMNS; times are epoch seconds."""
    key, label, lat, lng, to_lat, to_lng, status, due, since, agent_id, kind, start, end, _from, to = row
    window = f"{format_moment(moment=start)} – {format_moment(moment=end, style='time')}"
    agent = public_id("agt", agent_id) if agent_id else ""
    ref = public_id("leg", key)
    return [
        ref, label or ref[-6:], near(lat), near(lng), near(to_lat), near(to_lng), status, seconds(due), seconds(since),
        agent, kind, window, to,
    ]  # fmt: skip


def near(degrees: float | None) -> float | None:
    """A coordinate to the metre."""
    return None if degrees is None else round(degrees, PLACES)


def seconds(moment: datetime | None) -> int | None:
    """Epoch seconds."""
    return None if moment is None else int(moment.timestamp())


def agent_rows(named: Iterable[UUID], *, now: datetime) -> list[list[Any]]:
    """Whoever is on shift, and whoever has one of the legs, in the order of AGENT_COLUMNS."""
    on_shift = {agent.pk: agent for agent in on_shift_now(now=now)}
    others = Agent.objects.filter(pk__in=set(named) - on_shift.keys()).order_by("name", "pk")
    floor = floor_licences(timezone.localdate(now, ZONE))
    places = last_places([*on_shift, *(agent.pk for agent in others)], now=now)
    rows = []
    for agent in [*on_shift.values(), *others]:
        where, place = ("seen", places[agent.pk]) if agent.pk in places else ("base", (agent.lat, agent.lng))
        state = state_of(agent, now=now, floor=floor) if agent.pk in on_shift else "off"
        rows.append([public_id("agt", agent.pk), agent.name, near(place[0]), near(place[1]), state, where])
    return rows


def state_of(agent: Any, *, now: datetime, floor: frozenset[str]) -> str:
    """Of one on shift: unfit, busy or free."""
    if why_unfit(agent, now=now, floor=floor):
        return "unfit"
    return "busy" if agent.is_busy else "free"


def last_places(agent_ids: Iterable[UUID], *, now: datetime) -> dict[UUID, tuple[float, float]]:
    """Where the latest step of a leg says that an agent is: at its beginning, or at its end when it is done.

    One under way has left where he was, and nobody knows how far he is: that place stands.
    """
    steps = Leg.objects.filter(
        agent__in=list(agent_ids),
        status__in=[ARRIVED, DONE, FAILED],
        status_since__gt=now - SEEN_FOR,
        window_start__gt=now - 3 * SEEN_FOR,  # by the index of the agent's legs
    )
    fields = ("agent_id", "status", "from_lat", "from_lng", "to_lat", "to_lng")
    found: dict[UUID, tuple[float, float]] = {}
    for agent_id, status, *place in steps.order_by("status_since", "pk").values_list(*fields):
        is_at_end = status == DONE and place[2] is not None
        found[agent_id] = (place[2], place[3]) if is_at_end else (place[0], place[1])
    return found


def area_item(item: AreaCover) -> dict[str, Any]:
    """An area's outline: the circle that it serves."""
    area = item.area
    return {
        "code": area.code,
        "name": area.name,
        "lat": area.lat,
        "lng": area.lng,
        "radius": area.radius_m,
        "tone": item.tone,
    }


def place_items() -> list[dict[str, Any]]:
    """What the rooms above keep: workshops."""
    return [
        {"kind": place.kind, "name": place.name, "lat": near(place.lat), "lng": near(place.lng), "url": place.url}
        for place in read_places()
    ]


def site_items(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """The customers' places, as the legs name them: where a pickup begins and where a return ends."""
    found: dict[tuple[Any, Any], str] = {}
    for row in rows:
        _key, _label, lat, lng, to_lat, to_lng, *_between, address, to_address = row
        if row[10] == LegKind.RETURN:
            found.setdefault((near(to_lat), near(to_lng)), to_address)
        else:
            found.setdefault((near(lat), near(lng)), address)
    return [
        {"kind": "site", "name": name, "lat": lat, "lng": lng, "url": ""}
        for (lat, lng), name in found.items()
        if lat is not None
    ]
