"""Projectors: what the desk tells changes the book, and one by one is the same as in bulk."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.catalogue import EventBase
from events.ids import new_id, public_id
from fleet.events import CostCenterSaved
from fleet.models import (
    BatchLines,
    BudgetEntry,
    Complaint,
    ComplaintFile,
    ComplaintOrder,
    CostCenterName,
    Order,
    OrderEstimate,
    OrderEstimateLine,
    OrderPhoto,
    OrderSearch,
    OrderWindow,
    PlateHistory,
    Vehicle,
)
from fleet.selectors.orders import search_orders
from repair import states as jobs
from repair.events import (
    COMPLAINT_MOVES,
    ComplaintEvidenceAsked,
    ComplaintEvidenceGiven,
    ComplaintFiled,
    ComplaintFilesShown,
    FileTold,
    LineTold,
    OrderAgentNamed,
    OrderAmended,
    OrderEstimateDecided,
    OrderNoted,
    OrderPhotographed,
    OrderWindowsOffered,
    OrderWorkshopNamed,
    PhotoTold,
    VehicleDescribed,
    VehicleKnown,
    VehicleReplated,
)
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.fleet.world import NOW, estimated, moved, place, placed, ref, tell, tell_one_by_one, vehicle

TABLES = (
    Vehicle,
    PlateHistory,
    Order,
    OrderSearch,
    OrderWindow,
    OrderEstimate,
    OrderEstimateLine,
    OrderPhoto,
    BatchLines,
    Complaint,
    ComplaintOrder,
    ComplaintFile,
    BudgetEntry,
    CostCenterName,
)


def story() -> list[Any]:
    """Many orders of two batches, told type by type, with everything that the desk may tell."""
    batches = [new_id(), new_id()]
    vehicles = [vehicle(number) for number in range(1, 9)]
    orders = [
        placed(number, of=vehicles[number % 8], batch_id=batches[number % 2] if number % 5 else None)
        for number in range(1, 21)
    ]
    keys = [order.order_id for order in orders]
    decided = (
        LineTold(no=1, kind="part", text="配件1", quantity="1", amount_fen=500, decision="approved", approved_fen=400),
    )
    centers = [public_id("cct", new_id()) for _number in range(2)]
    return [
        CostCenterSaved(subject=centers[0], before={}, after={"name": "华东干线"}),
        CostCenterSaved(subject=centers[1], before={}, after={"name": "冷链"}),
        CostCenterSaved(subject=centers[0], before={"name": "华东干线"}, after={"name": "华东"}),
        *vehicles,
        *orders,
        *(moved(key, jobs.ACKNOWLEDGED) for key in keys),
        *(agent(key, "王强") for key in keys[:12]),
        *(OrderWorkshopNamed(subject=ref(key), order_id=key, workshop="浦东金桥维修中心") for key in keys[:6]),
        *(offer(key, 3) for key in keys[12:16]),
        *(offer(key, 2) for key in keys[13:14]),
        *(moved(key, jobs.ASSIGNED) for key in keys[:13]),
        *(moved(key, jobs.ASSIGNED, "again") for key in keys[:2]),
        *(agent(key, "") for key in keys[3:5]),
        replated(vehicles[0], "沪B88888", vehicles[0].plate),
        replated(vehicles[0], "沪B99999", "沪B88888"),
        replated(vehicles[2], "沪B77777", vehicles[2].plate),
        described(vehicles[1], "福田 欧航", "light_truck"),
        described(vehicles[1], "福田 欧航", "tractor"),
        described(vehicles[2], "", ""),
        OrderNoted(subject=ref(keys[5]), order_id=keys[5], topic="hold", text="等待客户"),
        OrderNoted(subject=ref(keys[5]), order_id=keys[5], topic="release", text="继续"),
        OrderNoted(subject=ref(keys[6]), order_id=keys[6], topic="hold", text="台风"),
        photographed(keys[6], "front", "rear"),
        photographed(keys[7], "front"),
        amended(keys[14], contact="赵敏", window_start=(NOW + timedelta(days=1)).isoformat()),
        amended(keys[14], contact="钱多", courtesy_car=True),
        *(moved(key, jobs.AWAITING_APPROVAL) for key in keys[:4]),
        *(estimated(key, 500) for key in keys[:4]),
        estimated(keys[3], 700, 100),
        *(
            OrderEstimateDecided(
                subject=ref(key), order_id=key, estimate_version=1, decision="part_approved", approved_fen=400, reason="先修这些",
                lines=decided, promised_return_at=NOW + timedelta(days=2),
            )
            for key in keys[:2]
        ),
        *(moved(key, jobs.DELIVERED) for key in keys[1:2]),
        *(moved(key, jobs.HANDED_OVER) for key in keys[:1]),
        *(moved(key, jobs.CANCELLED, "不修了") for key in keys[15:17]),
        moved(keys[17], jobs.DECLINED_SCOPE, "改装"),
        *complaints(keys),
    ]  # fmt: skip


def complaints(keys: list[UUID]) -> list[Any]:
    """Two that go their way, told type by type."""
    first, second = new_id(), new_id()
    photo = FileTold(file_id=new_id(), name="门.jpg", is_photo=True)

    def about(key: UUID) -> dict[str, Any]:
        return {"subject": public_id("cmp", key), "complaint_id": key}

    def reached(key: UUID, status: str, **more: Any) -> Any:
        return COMPLAINT_MOVES[status](**about(key), status=status, **more)

    def filed(key: UUID, number: str, *orders: UUID) -> ComplaintFiled:
        return ComplaintFiled(
            **about(key), number=number, source="portal", order_ids=orders, contact="赵", phone="1", text="划痕", wish="",
            solution_by=NOW + timedelta(days=3), files=(photo,),
        )  # fmt: skip

    return [
        filed(first, "CP1", keys[0], keys[1]),
        filed(second, "CP2"),
        reached(first, "investigating", handler="林晓"),
        reached(second, "investigating", handler="陈晨"),
        ComplaintEvidenceAsked(**about(first), text="照片"),
        ComplaintEvidenceAsked(**about(second), text="发票"),
        ComplaintEvidenceGiven(**about(second), text="在此", files=(photo, photo)),
        ComplaintFilesShown(**about(first), files=(photo,)),
        reached(first, "solution_given", text="重喷", compensation_fen=500),
        reached(second, "solution_given", text="道歉"),
        reached(second, "reopened", text="不行", solution_by=NOW + timedelta(days=6)),
        reached(first, "accepted"),
        reached(first, "closed"),
    ]


def replated(known: VehicleKnown, plate: str, before: str) -> VehicleReplated:
    return VehicleReplated(
        subject=known.subject, vehicle_id=known.vehicle_id, vin=known.vin, plate=plate, before=before
    )


def described(known: VehicleKnown, model: str, vehicle_class: str) -> VehicleDescribed:
    return VehicleDescribed(
        subject=known.subject, vehicle_id=known.vehicle_id, vin=known.vin, model=model, vehicle_class=vehicle_class,
        transmission="manual", before={"model": known.model},
    )  # fmt: skip


def agent(key: UUID, name: str) -> OrderAgentNamed:
    return OrderAgentNamed(
        subject=ref(key), order_id=key, leg="pickup", agent_name=name, agent_phone="19900001234" if name else "",
        planned_at=NOW + timedelta(hours=2) if name else None,
    )  # fmt: skip


def photographed(key: UUID, *shots: str) -> OrderPhotographed:
    photos = tuple(PhotoTold(file_id=new_id(), shot=shot, sha256="ab" * 32) for shot in shots)
    return OrderPhotographed(subject=ref(key), order_id=key, kind="pickup", photos=photos)


def offer(key: UUID, count: int) -> OrderWindowsOffered:
    windows = tuple((NOW + timedelta(hours=5 * n), NOW + timedelta(hours=5 * n + 2)) for n in range(1, count + 1))
    return OrderWindowsOffered(subject=ref(key), order_id=key, windows=windows)


def amended(key: UUID, **after: Any) -> OrderAmended:
    return OrderAmended(subject=ref(key), order_id=key, before=dict.fromkeys(after), after=after)


def dump(tenant: Tenant) -> dict[str, list[tuple[Any, ...]]]:
    """Every projected table, row by row."""
    found = {}
    with tenant_context(tenant), connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t ORDER BY 1")
            found[model._meta.db_table] = cursor.fetchall()
    return found


@pytest.mark.django_db
def test_one_by_one_and_in_bulk_give_the_same_book(acme: Tenant, pacific: Tenant) -> None:
    events = story()
    tell(acme, *events)
    tell_one_by_one(pacific, events)
    in_bulk, one_by_one = dump(acme), dump(pacific)
    assert all(in_bulk.values())
    assert in_bulk == one_by_one


@pytest.mark.django_db
def test_what_a_batch_tells_costs_the_same_for_one_and_for_many(acme: Tenant) -> None:
    vehicles = [vehicle(number) for number in range(11, 19)]
    orders = [order.order_id for order in place(acme, 8)]
    tell(acme, *vehicles)

    def cost(count: int) -> list[int]:
        runs: list[list[EventBase]] = [
            [replated(known, f"沪C{number:05d}", known.plate) for number, known in enumerate(vehicles[:count])],
            [described(known, "福田", "small_car") for known in vehicles[:count]],
            [moved(key, jobs.ASSIGNED) for key in orders[:count]],
            [agent(key, "王强") for key in orders[:count]],
            [OrderWorkshopNamed(subject=ref(key), order_id=key, workshop="浦东") for key in orders[:count]],
            [offer(key, 2) for key in orders[:count]],
            [OrderNoted(subject=ref(key), order_id=key, topic="hold", text="台风") for key in orders[:count]],
            [moved(key, jobs.CANCELLED) for key in orders[:count]],
        ]
        return [count_statements(acme, run) for run in runs]

    assert cost(1) == cost(8)


def count_statements(tenant: Tenant, events: Sequence[EventBase]) -> int:
    with CaptureQueriesContext(connection) as queries:
        tell(tenant, *events)
    return len(queries)


@pytest.mark.django_db
def test_a_batch_is_counted_as_its_orders_move(acme: Tenant) -> None:
    batch = new_id()
    orders = place(acme, 5, batch_id=batch)
    keys = [order.order_id for order in orders]
    tell(acme, *(moved(key, jobs.ASSIGNED) for key in keys[:3]))
    tell(acme, moved(keys[0], jobs.DELIVERED), moved(keys[3], jobs.CANCELLED))
    with tenant_context(acme):
        lines = BatchLines.objects.get(pk=batch)
    assert (lines.waiting, lines.moving, lines.delivered, lines.declined, lines.cancelled) == (1, 2, 1, 0, 1)


@pytest.mark.django_db
def test_offers_end_when_an_agent_is_assigned_or_the_window_changes(acme: Tenant) -> None:
    first, second, third = (order.order_id for order in place(acme, 3))
    tell(acme, *(offer(key, 2) for key in (first, second, third)))
    tell(acme, moved(first, jobs.ASSIGNED), amended(second, window_start=NOW.isoformat()))
    with tenant_context(acme):
        assert set(OrderWindow.objects.values_list("order_id", flat=True)) == {third}


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["刘芳", "a00002", "R-2", "bl2611-000002", "lsvnv2183r2000002", "9900003294 r-2"])
def test_an_order_is_found_by_any_part_of_what_people_know(acme: Tenant, text: str) -> None:
    orders = place(acme, 3)
    with tenant_context(acme):
        found = set(search_orders(Order.objects.all(), text).values_list("pk", flat=True))
        assert not search_orders(Order.objects.all(), "no such thing").exists()
    assert orders[1].order_id in found


@pytest.mark.django_db
def test_a_time_of_an_amendment_is_a_time_also_when_it_comes_back_from_the_log(acme: Tenant) -> None:
    (order,) = place(acme)
    tell(acme, amended(order.order_id, return_by=(NOW + timedelta(days=3)).isoformat(), notes="急"))
    with tenant_context(acme):
        found = Order.objects.get(pk=order.order_id)
    assert (found.return_by, found.notes) == (NOW + timedelta(days=3), "急")
