"""Orders: placed, moved, named, offered, amended, photographed."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.dateparse import parse_datetime

from events.copying import copy_rows
from events.projecting import Told, projects
from fleet import states
from fleet.models import Order, OrderPhoto, OrderSearch, OrderWindow
from fleet.projectors.writing import last_of_each, update_orders
from repair import events as told_by_desk
from repair import states as jobs
from repair.requests import AMENDABLE_FIELDS

ASKED = (
    "number", "external_ref", "batch_id", "channel", "service", "description", "vin", "plate", "model", "site_code",
    "address", "lat", "lng", "contact", "phone", "window_start", "window_end", "return_by", "cost_center", "po_number",
    "courtesy_car", "key_with", "notes", "pre_approved_up_to_fen", "comeback_of", "respond_by",
)  # fmt: skip
ORDER_FIELDS = (
    "id", "vehicle", *ASKED, "placed_at", "status", "status_since", "status_note", "is_on_hold", "leg", "agent_name",
    "agent_phone", "workshop", "approved_fen", "updated_seq", "updated_at",
)  # fmt: skip
AMENDED = frozenset(AMENDABLE_FIELDS)
MOMENTS = frozenset({"window_start", "window_end", "return_by"})
SEARCHED = ("number", "external_ref", "plate", "vin", "contact", "phone")
ENDS_OFFER = frozenset({jobs.ASSIGNED, jobs.CANCELLED, jobs.DECLINED_SCOPE})

# The old state is read beside the update, so that the lines of each batch are counted from one class into another.
MOVE = """
WITH step AS (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::text[], %s::bigint[]) AS v(id, status, since, note, seq)
), moved AS (
    UPDATE fleet_order o SET status = step.status, status_since = step.since, status_note = step.note,
        updated_seq = step.seq, updated_at = step.since
    FROM step JOIN fleet_order before ON before.id = step.id WHERE o.id = step.id
    RETURNING o.batch_id, before.status AS was, o.status AS is_now
)
SELECT batch_id, was, is_now, count(*) FROM moved WHERE batch_id IS NOT NULL GROUP BY 1, 2, 3
"""
COUNT = """
INSERT INTO fleet_batchlines AS b (batch_id, waiting, moving, delivered, declined, cancelled) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (batch_id) DO UPDATE SET waiting = b.waiting + excluded.waiting, moving = b.moving + excluded.moving,
    delivered = b.delivered + excluded.delivered, declined = b.declined + excluded.declined,
    cancelled = b.cancelled + excluded.cancelled
"""


@projects(told_by_desk.OrderPlaced)
def place_orders(told: Sequence[Told]) -> None:
    """The orders, what they are looked up by, and the count of their batches."""
    copy_rows(Order, ORDER_FIELDS, (order_row(t) for t in told))
    copy_rows(OrderSearch, ("order", "text"), ((t.event.order_id, search_text(t.event)) for t in told))
    counts: dict[UUID, int] = {}
    for t in told:
        if t.event.batch_id is not None:
            counts[t.event.batch_id] = counts.get(t.event.batch_id, 0) + 1
    count_lines({batch: {"waiting": count} for batch, count in counts.items()})


def order_row(t: Told) -> tuple[Any, ...]:
    """The columns of a new order, in the order of ORDER_FIELDS."""
    event = t.event
    return (
        event.order_id, event.vehicle_id, *(getattr(event, name) for name in ASKED), t.occurred_at, jobs.NEW, t.occurred_at,
        "", False, "", "", "", "", 0, t.seq, t.occurred_at,
    )  # fmt: skip


def search_text(asked: Any) -> str:
    """What people look an order up by, in small letters, one a line."""
    return "\n".join(filter(None, (re.sub(r"\s+", " ", getattr(asked, name)).lower() for name in SEARCHED)))


def count_lines(changes: dict[UUID, dict[str, int]]) -> None:
    """Add to the counts of batches, class by class."""
    names = tuple(states.LINE_CLASSES)
    with connection.cursor() as cursor:
        for batch, change in sorted(changes.items()):
            cursor.execute(COUNT, [batch, *(change.get(name, 0) for name in names)])


@projects(*told_by_desk.ORDER_MOVES.values())
def move_orders(told: Sequence[Told]) -> None:
    """The state that the desk's job has reached."""
    steps = last_of_each(told)
    columns = (
        [t.event.order_id for t in steps], [t.event.status for t in steps], [t.occurred_at for t in steps],
        [t.event.note for t in steps], [t.seq for t in steps],
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(MOVE, columns)
        moved = cursor.fetchall()
    changes: dict[UUID, dict[str, int]] = {}
    for batch, was, is_now, count in moved:
        change = changes.setdefault(batch, {})
        for name, step in ((states.CLASS_OF[was], -count), (states.CLASS_OF[is_now], count)):
            change[name] = change.get(name, 0) + step
    count_lines(changes)
    if not ENDS_OFFER.isdisjoint(t.event.status for t in told):
        end_offers([t.event.order_id for t in told if t.event.status in ENDS_OFFER])


def end_offers(order_ids: Sequence[UUID]) -> None:
    """Windows that were offered are off the table."""
    OrderWindow.objects.filter(order_id__in=order_ids).delete()


@projects(told_by_desk.OrderAgentNamed)
def name_agents(told: Sequence[Told]) -> None:
    """Who comes, and when; an empty name takes it back."""
    update_orders(
        told,
        {
            "leg": ("text", lambda e: e.leg),
            "agent_name": ("text", lambda e: e.agent_name),
            "agent_phone": ("text", lambda e: e.agent_phone),
            "planned_at": ("timestamptz", lambda e: e.planned_at),
        },
    )


@projects(told_by_desk.OrderWorkshopNamed)
def name_workshops(told: Sequence[Told]) -> None:
    """Where the vehicle is repaired."""
    update_orders(told, {"workshop": ("text", lambda e: e.workshop)})


@projects(told_by_desk.OrderWindowsOffered)
def offer_windows(told: Sequence[Told]) -> None:
    """The windows to choose from; a new offer replaces the one before."""
    steps = last_of_each(told)
    end_offers([t.event.order_id for t in steps])
    copy_rows(
        OrderWindow,
        ("order", "no", "starts_at", "ends_at"),
        ((t.event.order_id, no, start, end) for t in steps for no, (start, end) in enumerate(t.event.windows, start=1)),
    )
    update_orders(steps, {})


@projects(told_by_desk.OrderNoted)
def note_orders(told: Sequence[Told]) -> None:
    """The text stands in the log; a hold also shows on the order."""
    for is_held, run in hold_runs(told):
        Order.objects.filter(pk__in=run).update(is_on_hold=is_held)
    update_orders(told, {})


def hold_runs(told: Sequence[Told]) -> list[tuple[bool, list[UUID]]]:
    """The orders that a hold or its release was told of last."""
    last = {t.event.order_id: t.event.topic == "hold" for t in told if t.event.topic in {"hold", "release"}}
    return [(is_held, [order for order, held in last.items() if held is is_held]) for is_held in (True, False)]


@projects(told_by_desk.OrderAmended)
def amend_orders(told: Sequence[Told]) -> None:
    """J26: only what changed, which is other columns each time; a person amends one order, and with it the few of its visit."""
    for t in told:
        changes = {name: read_value(name, value) for name, value in t.event.after.items() if name in AMENDED}
        Order.objects.filter(pk=t.event.order_id).update(**changes, updated_seq=t.seq, updated_at=t.occurred_at)
        if not {"plate", "contact", "phone"}.isdisjoint(changes):
            order = Order.objects.only(*SEARCHED).get(pk=t.event.order_id)
            OrderSearch.objects.filter(pk=t.event.order_id).update(text=search_text(order))
        if "window_start" in changes:
            end_offers([t.event.order_id])


def read_value(name: str, value: Any) -> Any:
    """A value of `after`: a time is text when the event comes back from the log."""
    if name in MOMENTS and value is not None and not isinstance(value, datetime):
        return parse_datetime(str(value))
    return value


@projects(told_by_desk.OrderPhotographed)
def add_photos(told: Sequence[Told]) -> None:
    """What was photographed; the row is the permission to see the file."""
    copy_rows(
        OrderPhoto,
        ("seq", "no", "order", "file_id", "kind", "shot", "line_no", "sha256", "taken_at"),
        (
            (
                t.seq,
                no,
                t.event.order_id,
                p.file_id,
                t.event.kind,
                p.shot,
                p.line_no,
                p.sha256,
                p.taken_at or t.occurred_at,
            )
            for t in told
            for no, p in enumerate(t.event.photos, start=1)
        ),
    )
    update_orders(told, {})
