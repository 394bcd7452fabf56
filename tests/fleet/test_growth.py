"""What is asked often costs the same in a large tenant as in a small one: rows read are counted, plans are looked at."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from events.ids import new_id
from fleet.intake.reading import read_orders
from fleet.models import Driver, Order, Vehicle, VehicleRecord
from fleet.selectors.intake import read_context
from fleet.selectors.orders import newest_order_seq
from fleet.services.imports import applying
from fleet.services.mending import mend_rows
from fleet.services.registers.saving import save_entry
from tenants.context import tenant_context
from tests.fleet.conftest import Desk
from tests.fleet.test_batches import as_csv, lines_of
from tests.fleet.test_imports import Office
from tests.fleet.world import place

LARGE = 1_000
BIG = ("fleet_vehicle", "fleet_driver", "fleet_vehiclerecord", "repair_visit")


@contextmanager
def reading() -> Iterator[Counter[str]]:
    """How many rows of each growing table the SELECTs within have given."""
    found: Counter[str] = Counter()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT"):
            for name in BIG:
                if f'FROM "{name}"' in sql:
                    found[name] += max(context["cursor"].rowcount, 0)
        return result

    with connection.execute_wrapper(note):
        yield found


def fill(desk: Desk, count: int) -> None:
    """Vehicles and drivers that nobody asks for."""
    start = Vehicle.objects.count()
    numbers = range(start, count)
    names = [(new_id(), f"LSVNV2183R3{number:06d}") for number in numbers]
    stamp = {"registered_at": desk.now, "updated_seq": 0}
    Vehicle.objects.bulk_create(
        [Vehicle(id=key, vin=vin, plate=f"沪B{n:05d}", **stamp) for n, (key, vin) in zip(numbers, names, strict=True)]
    )
    VehicleRecord.objects.bulk_create([VehicleRecord(vehicle_id=key, cost_center="冷链") for key, _vin in names])
    Driver.objects.bulk_create(
        [Driver(name="司机", phone=f"+86139{number:08d}", reference=f"N{number}") for number in numbers]
    )


def test_a_typed_cell_reads_the_vehicles_of_its_rows_alone(desk: Desk) -> None:
    batch = desk.upload(as_csv([{**row, "contact": ""} for row in lines_of()]))
    costs = []
    for count in (10, LARGE):
        with tenant_context(desk.tenant):
            fill(desk, count)
            cells = {2: {"notes": f"急 {count}"}}
            with reading() as found:
                mend_rows(batch_id=batch.pk, cells=cells, actor=desk.actor, now=desk.now)
        costs.append(found)
    assert costs[0] == costs[1]
    assert sum(costs[1].values()) < 10


def test_what_a_row_takes_from_its_vehicle_is_found_among_many(desk: Desk) -> None:
    with tenant_context(desk.tenant):
        fill(desk, LARGE)
    row = {**lines_of(count=1)[0], "cost_center": ""}
    with tenant_context(desk.tenant):
        known = Vehicle.objects.order_by("vin")[5]
        Vehicle.objects.filter(pk=known.pk).update(plate=row["plate"])
        Vehicle.objects.filter(pk=Vehicle.objects.order_by("vin")[6].pk).update(vin=row["vin"])
    batch = desk.upload(as_csv([row]))
    with tenant_context(desk.tenant):
        found = batch.rows.get()
    assert (found.asked or {})["cost_center"] == "冷链"  # of the vehicle of its VIN
    assert [(w["field"], w["params"]["vin"]) for w in found.warnings if w["field"] == "plate"] == [("plate", known.vin)]


@pytest.mark.parametrize(
    ("register", "texts"),
    [
        ("drivers", {"name": "赵磊", "phone": "139 9999 000{n}", "reference": "D-{n}"}),
        ("vehicles", {"vin": "LSVNV2183R200000{n}", "plate": "沪A9000{n}"}),
    ],
)
def test_one_entry_is_saved_by_looking_at_few(desk: Desk, register: str, texts: dict[str, str]) -> None:
    costs: list[Counter[str]] = []
    who: dict[str, Any] = {"actor": desk.actor, "now": desk.now}
    for number, count in ((1, 10), (2, LARGE)):
        vins = {1: "LSVNV2183R2000001", 2: "LFV2A2152R3000002"}
        said = {name: vins[number] if name == "vin" else text.format(n=number) for name, text in texts.items()}
        with tenant_context(desk.tenant):
            fill(desk, count)
        with reading() as found:
            with tenant_context(desk.tenant):
                key = save_entry(register=register, texts=said, **who)
            with tenant_context(desk.tenant):
                save_entry(register=register, texts={**said, "site_code": "SH-SJ"}, key=key, **who)
        costs.append(found)
    assert costs[0] == costs[1]


def test_a_driver_whose_phone_or_number_another_has_is_refused_among_many(desk: Desk) -> None:
    with tenant_context(desk.tenant):
        fill(desk, LARGE)
        for texts, field in (
            ({"name": "赵磊", "phone": "139 0000 0500"}, "phone"),
            ({"name": "赵磊", "phone": "139 9999 0001", "reference": "N500"}, "reference"),
        ):
            with pytest.raises(ValidationError) as refused:
                save_entry(register="drivers", texts=texts, actor=desk.actor, now=desk.now)
            assert list(refused.value.error_dict) == [field]


def test_a_chunk_of_an_import_reads_the_drivers_of_its_rows(desk: Desk) -> None:
    office = Office(desk.tenant, desk.now)
    with tenant_context(desk.tenant):
        fill(desk, LARGE)
    source = office.check("drivers", "name,phone\n赵磊,13999990001\n钱磊,13900000007\n")
    office.say_yes(source)
    with reading() as found:
        applying.write_import(tenant=office.tenant, import_id=source.pk, clock=office.clock)
    assert found["fleet_driver"] <= 2
    assert [row.verdict for row in office.rows(source)] == ["new", "changed"]


def plan_of(rows: Any) -> str:
    """How PostgreSQL would read them if a table were too long to walk."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return str(rows.explain())


def test_the_orders_of_a_phone_and_the_newest_news_of_orders_are_found_by_index(
    desk: Desk, django_assert_num_queries: Any
) -> None:
    place(desk.tenant, 3)
    with tenant_context(desk.tenant):
        assert "order_by_phone" in plan_of(Order.objects.filter(phone="+8619900003294"))
        with django_assert_num_queries(1), connection.execute_wrapper(explained := Explained()):
            assert newest_order_seq() > 0
        assert "entry_of_orders" in explained.plan


class Explained:
    """Asks for the plan of what is asked."""

    plan = ""

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        execute(f"EXPLAIN {sql}", params, many, context)
        self.plan = "\n".join(row[0] for row in context["cursor"].fetchall())
        return execute(sql, params, many, context)


def test_a_new_tenant_has_the_indexes_too(desk: Desk) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname FROM pg_indexes WHERE indexname = ANY(%s) GROUP BY 1 HAVING count(*) = 2 ORDER BY 1",
            [["order_by_phone", "entry_of_orders"]],
        )
        assert {name for (name,) in cursor.fetchall()} >= {"tenant_template", desk.tenant.schema_name}


def test_the_context_of_a_short_file_names_no_more_than_the_file(desk: Desk) -> None:
    file = read_orders(name="a.csv", content=as_csv(lines_of()))
    with tenant_context(desk.tenant):
        fill(desk, LARGE)
        context = read_context(tenant=desk.tenant, file=file, now=desk.now)
    assert (context.vehicles, context.plates, context.open_vins) == ({}, {}, frozenset())
