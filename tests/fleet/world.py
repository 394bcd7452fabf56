"""Orders without a desk behind them: events told by a small command, as the desk tells them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from events.announcing import announce
from events.catalogue import EventBase
from events.ids import new_id, public_id
from repair.events import (
    ORDER_MOVES,
    LineTold,
    OrderEstimated,
    OrderPlaced,
    VehicleKnown,
)
from tenants.actors import system_actor
from tenants.models import Tenant

NOW = datetime.fromisoformat("2026-11-23T01:00:00+00:00")


def ref(order_id: UUID) -> str:
    return public_id("ord", order_id)


def vehicle(number: int = 1, *, key: UUID | None = None) -> VehicleKnown:
    key = key or new_id()
    return VehicleKnown(
        subject=public_id("veh", key), vehicle_id=key, vin=f"LSVNV2183R2{number:06d}", plate=f"沪A{number:05d}",
        model="上汽大众 帕萨特", vehicle_class="small_car", transmission="automatic",
    )  # fmt: skip


def placed(number: int = 1, *, of: VehicleKnown, key: UUID | None = None, **changes: Any) -> OrderPlaced:
    key = key or new_id()
    values: dict[str, Any] = {
        "subject": ref(key), "order_id": key, "number": f"BL2611-{number:06d}", "external_ref": f"R-{number}",
        "batch_id": None, "channel": "portal", "service": "repair", "description": "异响", "vehicle_id": of.vehicle_id,
        "vin": of.vin, "plate": of.plate, "model": of.model, "site_code": "SH-SJ", "address": "上海市松江区新飞路1500号",
        "lat": 31.0689, "lng": 121.313, "contact": "刘芳娟", "phone": "+8619900003294",
        "window_start": NOW + timedelta(hours=2), "window_end": NOW + timedelta(hours=4), "return_by": None,
        "cost_center": "华东干线", "po_number": "", "courtesy_car": False, "key_with": "门卫", "notes": "",
        "pre_approved_up_to_fen": None, "respond_by": NOW + timedelta(minutes=30),
    }  # fmt: skip
    return OrderPlaced(**{**values, **changes})


def moved(order_id: UUID, status: str, note: str = "") -> EventBase:
    return ORDER_MOVES[status](subject=ref(order_id), order_id=order_id, status=status, note=note)


def estimated(order_id: UUID, *amounts: int, version: int = 1, is_supplement: bool = False) -> OrderEstimated:
    lines = tuple(
        LineTold(no=no, kind="part", text=f"配件{no}", quantity="1", amount_fen=amount)
        for no, amount in enumerate(amounts, start=1)
    )
    return OrderEstimated(
        subject=ref(order_id), order_id=order_id, estimate_version=version, is_supplement=is_supplement,
        total_fen=sum(amounts), valid_until=NOW + timedelta(days=3), lines=lines,
    )  # fmt: skip


def tell(tenant: Tenant, *events: EventBase, now: datetime = NOW) -> None:
    """All of them by one command."""
    announce(tenant_id=tenant.pk, events=events, actor=system_actor("test"), now=now)


def tell_one_by_one(tenant: Tenant, events: Sequence[EventBase], now: datetime = NOW) -> None:
    """Each by a command of its own."""
    for event in events:
        tell(tenant, event, now=now)


def place(tenant: Tenant, count: int = 1, **changes: Any) -> list[OrderPlaced]:
    """Vehicles with an order each; returns what was placed."""
    vehicles = [vehicle(number) for number in range(1, count + 1)]
    orders = [placed(number, of=known, **changes) for number, known in enumerate(vehicles, start=1)]
    tell(tenant, *vehicles, *orders)
    return orders
