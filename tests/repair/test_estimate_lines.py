"""The lines of an estimate: an operation of the workshop's, quantity × unit price to the fen, and what the tenant hears."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from events.catalogue import decode
from events.models import Event
from fleet.models import OrderEstimateLine
from repair.events import LineTold, OrderEstimated, OrderEstimateDecided
from repair.models import EstimateLine, Job, Operation, Workshop
from repair.requests import EstimateLineDraft
from repair.services import drafting, working
from tenants.context import tenant_context
from tests.repair.world import World, draft, fresh

PADS = {"code": "B-0102", "name_en": "Brake pads", "name_zh": "制动片", "kind": "part", "services": ["repair"]}


def priced(quantity: str, unit_price_fen: int, amount_fen: int | None = None, **more: Any) -> EstimateLineDraft:
    amount = working.gross_of(Decimal(quantity), unit_price_fen) if amount_fen is None else amount_fen
    return EstimateLineDraft(
        kind="part", text="前制动片", quantity=quantity, unit_price_fen=unit_price_fen, amount_fen=amount, **more
    )


@pytest.fixture
def job(world: World) -> Job:
    """A job that its workshop is estimating."""
    made = world.receive(world.in_custody())
    working.start_estimate(job_id=made.pk, actor=world.ws(made), now=world.tick())
    return fresh(made)


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [("2", 18_050, 36_100), ("0.5", 1, 1), ("0.49", 1, 0), ("1.55", 333, 516), ("0.25", 2, 1), ("999999.99", 1, 1_000_000),
     ("3.35", 10, 34), ("3.34", 10, 33), ("1", 0, 0)],
)  # fmt: skip
def test_python_and_the_database_round_alike(world: World, job: Job, quantity: str, price: int, amount: int) -> None:
    assert working.gross_of(Decimal(quantity), price) == amount
    world.estimate(job, priced(quantity, price))
    line = EstimateLine.objects.get()
    assert (line.amount_fen, line.unit_price_fen) == (amount, price)
    with pytest.raises(IntegrityError, match="line_amount_is_quantity_times_unit_price"), transaction.atomic():
        EstimateLine.objects.filter(pk=line.pk).update(amount_fen=amount + 1)
    with pytest.raises(IntegrityError, match="line_amount_is_quantity_times_unit_price"), transaction.atomic():
        EstimateLine.objects.filter(pk=line.pk).update(unit_price_fen=price + 300)
    with pytest.raises(IntegrityError, match="line_amount_is_quantity_times_unit_price"), transaction.atomic():
        EstimateLine.objects.filter(pk=line.pk).update(unit_price_fen=-1, amount_fen=0)


def test_a_flat_price_has_no_unit_price_and_stays_valid(world: World, job: Job) -> None:
    world.estimate(job, draft(12_345))
    EstimateLine.objects.update(quantity=7)
    assert (EstimateLine.objects.get().unit_price_fen, EstimateLine.objects.get().amount_fen) == (None, 12_345)


@pytest.mark.parametrize("line", [priced("2", 100, 201), priced("2", -100, -200), priced("0.5", 1, 0)])
def test_an_amount_that_is_not_the_product_is_refused_beside_the_price(
    world: World, job: Job, line: EstimateLineDraft
) -> None:
    with pytest.raises(ValidationError) as caught:
        world.estimate(job, draft(), line)
    assert "lines.1.unit_price_fen" in caught.value.message_dict
    assert not EstimateLine.objects.exists()


def test_only_operations_of_the_workshops_services_are_written(world: World, job: Job) -> None:
    Operation.objects.create(**PADS)
    Operation.objects.create(**{**PADS, "code": "X-OLD", "is_active": False})
    Operation.objects.create(**{**PADS, "code": "G-0001", "services": ["glass"]})
    for code in ("X-OLD", "G-0001", "never"):
        with pytest.raises(ValidationError) as caught:
            world.estimate(job, draft(), priced("1", 100, operation=code))
        assert caught.value.message_dict == {"lines.1.operation": [f"This workshop has no operation {code}."]}
    shop = Workshop.objects.filter(name=job.workshop.name if job.workshop else "")
    shop.update(services=["maintenance"])
    with pytest.raises(ValidationError):
        world.estimate(job, priced("1", 100, operation="B-0102"))
    shop.update(services=["maintenance", "repair"])
    world.estimate(job, priced("1", 100, operation="B-0102"))
    assert EstimateLine.objects.get().operation == "B-0102"


def test_the_tenant_reads_operation_and_unit_price_in_the_event_and_in_its_book(world: World, job: Job) -> None:
    Operation.objects.create(**PADS)
    world.estimate(job, priced("1.5", 333, operation="B-0102"), draft(7_000))
    told = Event.objects.get(type="order.estimated")
    assert told.version == 2
    assert [(line["operation"], line["unit_price_fen"], line["amount_fen"]) for line in told.data["lines"]] == [
        ("B-0102", 333, 500), ("", None, 7_000),
    ]  # fmt: skip
    world.decide(fresh(job))
    with tenant_context(world.tenant):
        lines = list(
            OrderEstimateLine.objects.order_by("no").values_list(
                "operation", "quantity", "unit_price_fen", "amount_fen", "approved_fen"
            )
        )
    assert lines == [("B-0102", "1.50", 333, 500, 500), ("", "1.00", None, 7_000, 7_000)]


@pytest.mark.parametrize("kind", [OrderEstimated, OrderEstimateDecided])
def test_what_was_told_before_there_were_unit_prices_is_still_read(world: World, job: Job, kind: Any) -> None:
    world.estimate(job, draft(7_000))
    world.decide(fresh(job))
    data = Event.objects.get(type=kind.type).data
    old = {
        **data,
        "lines": [
            {name: value for name, value in line.items() if name not in {"operation", "unit_price_fen"}}
            for line in data["lines"]
        ],
    }
    (line,) = decode(kind, old, version=1).lines
    assert isinstance(line, LineTold)
    assert (line.operation, line.unit_price_fen, line.amount_fen) == ("", None, 7_000)


def test_what_is_typed_is_multiplied_and_a_typed_amount_beside_a_price_counts_for_nothing() -> None:
    typed = {"kind": "part", "operation": " B-0102 ", "text": "前制动片", "quantity": "2", "unit_price": "180.25"}
    (line,) = drafting.read_lines([{**typed, "amount": "1"}])
    assert (line.operation, line.unit_price_fen, line.amount_fen) == ("B-0102", 18_025, 36_050)
    (flat,) = drafting.read_lines([{**typed, "unit_price": " ", "amount": "360.50"}])
    assert (flat.unit_price_fen, flat.amount_fen) == (None, 36_050)
    with pytest.raises(ValidationError) as caught:
        drafting.read_lines([{**typed, "unit_price": "1.005", "amount": "1"}, {"unit_price": "5"}])
    assert sorted(caught.value.message_dict) == ["lines.0.unit_price", "lines.1.text"]


def test_an_old_draft_without_the_new_fields_is_read() -> None:
    (line,) = drafting.read_lines([{"kind": "labour", "text": "喷漆", "quantity": "1", "amount": "5", "photos": []}])
    assert (line.operation, line.unit_price_fen, line.amount_fen) == ("", None, 500)
