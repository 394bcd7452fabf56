"""Legs come to be, change, are planned again, and are called off."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch.checking import check_agent
from dispatch.desk import locate
from dispatch.errors import BadChange
from dispatch.locking import lock_leg, lock_legs
from dispatch.models import ENDED, Leg
from dispatch.naming import SYSTEM, end_naming, is_named, refuse, unname, write_names
from dispatch.requests import LegSpec
from dispatch.states import CANCELLED, LEG, PLANNED
from dispatch.telling import tell_moved, tell_planned
from dispatch.waking import wake_solver
from events.commands import command
from events.copying import copy_rows
from events.ids import new_id
from tenants.actors import Actor

WINDOW = frozenset({"window_start", "window_end"})
PLACE = frozenset({"from_address", "from_lat", "from_lng", "to_address", "to_lat", "to_lng"})
GATED = PLACE | {"vehicle_class", "mode"}
AMENDABLE = WINDOW | GATED | {"contact", "phone", "label"}
COLUMNS = tuple(field.attname for field in Leg._meta.concrete_fields)


@command
def plan_legs(*, tenant_id: UUID, legs: Sequence[LegSpec], actor: Actor, now: datetime) -> list[Leg]:
    """New legs that wait for an agent; the planner is woken. Raises BadChange for a window that ends before it starts."""
    for kind in {spec.kind for spec in legs}:
        LEG.begin("plan", kind=kind, actor=actor)
    areas = locate(points=[(spec.from_lat, spec.from_lng) for spec in legs])
    values = [leg_values(tenant_id, spec, area, now) for spec, area in zip(legs, areas, strict=True)]
    names = tuple(field.name for field in Leg._meta.concrete_fields)
    copy_rows(Leg, names, ([{**row, "other_windows": "[]"}[name] for name in COLUMNS] for row in values))
    planned = [Leg.from_db("default", COLUMNS, [row[name] for name in COLUMNS]) for row in values]
    tell_planned(planned)
    wake_solver()
    return planned


def leg_values(tenant_id: UUID, spec: LegSpec, area_id: UUID | None, now: datetime) -> dict[str, Any]:
    """A new leg's columns by name."""
    require_window(spec.window_start, spec.window_end)
    require_places(spec.from_lat, spec.from_lng, spec.to_lat, spec.to_lng)
    return {
        "id": new_id(),
        "tenant_id": tenant_id,
        "purpose_id": spec.purpose_id,
        "label": spec.label,
        "kind": spec.kind,
        "mode": spec.mode,
        "status": PLANNED,
        "status_since": now,
        "received_at": spec.received_at,
        "window_start": spec.window_start,
        "window_end": spec.window_end,
        "from_address": spec.from_address,
        "from_lat": spec.from_lat,
        "from_lng": spec.from_lng,
        "to_address": spec.to_address,
        "to_lat": spec.to_lat,
        "to_lng": spec.to_lng,
        "vehicle_class": spec.vehicle_class,
        "contact": spec.contact,
        "phone": spec.phone,
        "area_id": area_id,
        "agent_id": None,
        "is_by_hand": False,
        "planned_at": None,
        "busy": None,
        "drive_s": None,
        "refused_by": [],
        "unassigned_reason": "",
        "other_windows": [],
    }


def require_window(start: datetime, end: datetime) -> None:
    """Raise BadChange unless the window ends after it starts."""
    if end <= start:
        raise BadChange(_("The window must end after it starts."))
    if not 2000 <= start.year <= end.year < 2100:  # one leg that no calendar can hold would stop every plan
        raise BadChange(_("Give a time between the years 2000 and 2099."))


def require_places(from_lat: float, from_lng: float, to_lat: float | None, to_lng: float | None) -> None:
    """Raise BadChange unless both ends are on the earth: one that is not would stop every plan."""
    ends = [(from_lat, from_lng), (0.0 if to_lat is None else to_lat, 0.0 if to_lng is None else to_lng)]
    if not all(abs(lat) <= 90 and abs(lng) <= 180 for lat, lng in ends):
        raise BadChange(_("A place must have a latitude and a longitude on the earth."))


@command
def cancel_legs(*, purpose_ids: Sequence[UUID], reason: str, actor: Actor, now: datetime) -> list[Leg]:
    """Call off every leg of these purposes that has not ended; its agent is free again. Returns the legs."""
    legs = lock_legs(Q(purpose_id__in=list(purpose_ids)) & ~Q(status__in=ENDED))
    befores = [leg.status for leg in legs]
    LEG.transition_many(legs, "cancel", actor=actor, now=now, reason=reason)
    end_naming(legs, reason=reason or CANCELLED, now=now)
    for leg, before in zip(legs, befores, strict=True):
        tell_moved(leg, "cancel", before=before, reason=reason)
    if legs:
        wake_solver()
    return legs


@command
def amend_legs(*, purpose_id: UUID, kind: str, changes: Mapping[str, object], actor: Actor, now: datetime) -> list[Leg]:
    """Change window, place, contact, label, class or mode of a purpose's open legs of one kind.

    An agent stays named while the window is the same and he still passes the gates; otherwise the leg waits again, with
    the reason. `received_at` stays. Raises BadChange for what a leg has not, TransitionError once an agent is under way.
    """
    unknown = sorted(changes.keys() - AMENDABLE)
    if unknown:
        raise BadChange(_("A leg has no %(names)s to change.") % {"names": ", ".join(unknown)})
    legs = lock_legs(Q(purpose_id=purpose_id, kind=kind) & ~Q(status__in=ENDED))
    for leg in legs:
        amend_leg(leg, changes, actor=actor, now=now)
    if legs:
        wake_solver()
    return legs


def amend_leg(leg: Leg, changes: Mapping[str, object], *, actor: Actor, now: datetime) -> None:
    """One leg of `amend_legs`; its lock is held."""
    LEG.transition(leg, "amend", actor=actor, now=now)
    changed = {name for name, value in changes.items() if getattr(leg, name) != value}
    for name in changed:
        setattr(leg, name, changes[name])
    require_window(leg.window_start, leg.window_end)
    require_places(leg.from_lat, leg.from_lng, leg.to_lat, leg.to_lng)
    if changed & PLACE:
        leg.area_id = locate(points=[(leg.from_lat, leg.from_lng)])[0]
    if changed & WINDOW:
        leg.refused_by, leg.other_windows = [], []
    tell_moved(leg, "amend", before=leg.status, reason=", ".join(sorted(changed)))
    leg.save()
    if is_named(leg) and changed & (WINDOW | GATED):
        keep_or_free(leg_id=leg.pk, is_moved=bool(changed & WINDOW), actor=SYSTEM, now=now)
        leg.refresh_from_db()


@command
def keep_or_free(*, leg_id: UUID, is_moved: bool, actor: Actor, now: datetime) -> None:
    """After an amendment: the agent stays if the window does and the gates let him; else the leg waits for another."""
    leg = lock_leg(leg_id)
    if is_moved:
        unname(leg, "unassign", reason="window_changed", actor=actor, now=now)
        return
    assert leg.agent_id is not None
    checked = check_agent(leg, agent_id=leg.agent_id, now=now)
    if checked.naming is None:
        unname(leg, "unassign", reason=checked.reasons[0].value, actor=actor, now=now)
    else:
        write_names([checked.naming])


@command
def free_legs(*, purpose_ids: Sequence[UUID], kind: str, reason: str, actor: Actor, now: datetime) -> list[Leg]:
    """Take named legs back from agents who let them lie (a breached contact clock): the next one is looked for.

    By the system or a dispatcher. Legs that nobody has, or whose agent is under way, stay as they are.
    """
    found = lock_legs(Q(purpose_id__in=list(purpose_ids), kind=kind) & ~Q(status__in=ENDED))
    legs = [leg for leg in found if is_named(leg)]
    for leg in legs:
        refuse(leg)
        unname(leg, "unassign", reason=reason, actor=actor, now=now)
    if legs:
        wake_solver()
    return legs
