"""What a job costs is known line by line as soon as it happens, and comes out the same when it is worked out again."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event, Fact
from fleet.models import OrderCost, OrderCostTotal
from repair.models import Fee, Job, JobCost, JobRating
from repair.requests import EstimateLineDraft, LineChoice
from repair.selectors.costs import quote_order, read_bill
from repair.selectors.settling import settlement_lines
from repair.services import approving, changing, errands, fees, working
from tenants.actors import StaffRole
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.repair.prices import FINANCE, cancel, check, costs, price, publish_prices
from tests.repair.world import VINS, World, draft, fresh, member, staff

LEAD = staff(StaffRole.LEAD)


# --- a whole job --------------------------------------------------------------------------------------------------------


def test_a_repair_from_the_door_to_the_door(priced: World) -> None:
    """North workshop: 1.14 km as the crow flies from the site, so two by road and one beyond those included."""
    job = priced.in_custody()
    assert costs(job) == [("transport pickup", 6_000), ("transport pickup", 400)]
    job = priced.receive(job)
    half = EstimateLineDraft(kind="labour", text="制动片", amount_fen=30_000, quantity="1.5", unit_price_fen=20_000)
    priced.estimate(job, half, draft(45_678, kind="part", text="前制动片"))
    assert len(costs(job)) == 2  # what is only asked costs nothing
    priced.decide(job, choices=[LineChoice(no=2, is_approved=True, amount_fen=40_000)])
    assert costs(job)[:2] == [("work", 30_000), ("work", 40_000)]
    working.start_repair(job_id=job.pk, technician=priced.technician(job), actor=priced.ws(job), now=priced.tick())
    working.finish_repair(job_id=job.pk, actor=priced.ws(job), now=priced.tick())
    priced.inspect(job)
    job = priced.deliver(priced.to_door(priced.plan_return(fresh(job))))
    bill = read_bill(job)
    assert [(line.text, line.quantity, line.unit_price_fen, line.amount_fen) for line in bill.lines[:2]] == [
        ("制动片", Decimal("1.5"), 20_000, 30_000), ("前制动片", Decimal(1), 40_000, 40_000),
    ]  # fmt: skip
    assert [line.part for line in settlement_lines(job)[:3]] == ["labour", "part", "fee"]
    assert bill.is_final and bill.total_fen == 82_800
    assert bill.by_rate == ((1_300, 70_000, 8_053), (600, 12_800, 726))
    assert bill.by_payer == (("customer", 82_800),)
    assert bill.total_fen == sum(line.net_fen + line.tax_fen for line in bill.lines)
    assert check() == "0 differences"


def test_the_tenant_reads_the_same_lines(priced: World) -> None:
    job = priced.in_repair()
    mine = costs(job)
    with tenant_context(priced.tenant):
        total = OrderCostTotal.objects.get(order=job.order_id)
        rows = list(OrderCost.objects.filter(order=job.order_id).order_by("no"))
    assert [(f"{row.kind} {row.operation}".strip(), row.amount_fen) for row in rows] == mine
    assert (total.total_fen, total.is_final) == (sum(amount for _name, amount in mine), False)
    assert [(row.card, row.card_version) for row in rows] == [("", None), ("standard", 1), ("standard", 1)]
    told = Event.objects.filter(tenant=priced.tenant, type="order.costed").order_by("seq")
    assert [len(event.data["lines"]) for event in told] == [2, 3] and all(event.because for event in told)
    assert "list_fen" not in told[0].data["lines"][0]


def test_a_customers_own_card_and_the_day_of_the_order_decide(priced: World) -> None:
    publish_prices(priced.now, price("transport", amount_fen=5_000, included_km=20, per_km_fen=350, road_percent=135),
                   tenant=priced.tenant, days=-20)  # fmt: skip
    later = priced.now + timedelta(hours=25)
    job = priced.order(window_start=later, window_end=later + timedelta(hours=2))
    publish_prices(priced.now, price("transport", amount_fen=9_900, included_km=20, per_km_fen=350, road_percent=135),
                   tenant=priced.tenant, days=1)  # fmt: skip
    priced.tick(days=1)
    job = priced.collect(priced.to_pickup(job))
    assert costs(job) == [("transport pickup", 5_000)]
    assert JobRating.objects.get(pk=job.pk).area == "JQ"
    assert check() == "0 differences"


def test_many_jobs_of_one_visit_share_its_trips(priced: World) -> None:
    start = priced.now + timedelta(hours=1)
    window = {"window_start": start, "window_end": start + timedelta(hours=2)}
    first, second, third = priced.open(priced.line(**window), priced.line(**window), priced.line(**window))
    changing.cancel_orders(
        tenant_id=priced.tenant.pk, order_ids=[first.order_id], reason="-", actor=priced.ten, now=priced.tick()
    )
    priced.collect(priced.to_pickup(second))
    assert (costs(first), costs(third)) == ([], [])
    assert costs(second) == [("transport pickup", 6_000), ("transport pickup", 400)]


def test_an_agent_who_waits_and_a_trip_at_night(priced: World) -> None:
    """The window begins at 23:00; the agent stands at the door for 47 minutes, 30 of them included."""
    start = priced.now.replace(hour=15)  # 23:00 in Shanghai
    job = priced.order(window_start=start, window_end=start + timedelta(hours=2))
    job = priced.to_pickup(job)
    priced.tick(minutes=46)
    job = priced.collect(job)
    assert costs(job) == [
        ("transport pickup", 6_000), ("transport pickup", 400), ("night pickup", 1_920), ("waiting pickup", 4_000),
    ]  # fmt: skip
    assert check() == "0 differences"


def test_without_a_card_nothing_is_lost_but_named(world: World) -> None:
    job = world.in_repair()
    assert costs(job) == [("work", 30_000)]
    assert JobCost.objects.get(job=job, is_unrated=True).kind == "transport"
    publish_prices(world.now)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("recompute_costs", check=True, stdout=out)
    assert job.number in out.getvalue()
    call_command("recompute_costs", stdout=out)
    assert costs(job) == [("work", 30_000), ("transport pickup", 6_000), ("transport pickup", 400)]
    assert check() == "0 differences"
    assert Fact.objects.filter(data__event="rerate").count() == 1


def test_inspections_and_violations_cost_their_agency(priced: World) -> None:
    job = priced.at_station()
    assert [name for name, _fen in costs(job)] == ["transport pickup"]
    errands.fail_station(job_id=job.pk, reason="灯光", actor=priced.agent(), now=priced.tick())
    assert costs(job) == [("service inspection", 15_000), ("transport pickup", 6_000)]
    violation = priced.contact(
        priced.accept(priced.name(priced.order(service="violation", vin=VINS[1]), kind="errand"), "errand"), "errand"
    )
    for step in (errands.take_documents, errands.reach_office, errands.settle_violation):
        assert costs(violation) == []
        step(job_id=violation.pk, actor=priced.agent(), now=priced.tick())
    assert costs(violation) == [("service violation", 5_000)]
    assert check() == "0 differences"


# --- what did not go its way --------------------------------------------------------------------------------------------


STAGES: dict[str, tuple[Callable[[World], Job], list[tuple[str, int]]]] = {
    "unnamed": (lambda world: world.order(), []),
    "named": (lambda world: world.name(world.order()), [("cancellation named", 3_000)]),
    "contacted": (
        lambda world: world.contact(world.accept(world.name(world.order()))),
        [("cancellation named", 3_000)],
    ),
    "at_door": (lambda world: world.to_pickup(world.order()), [("cancellation at_door", 6_000)]),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_cancellation_costs_by_how_far_it_had_come(stage: str, priced: World) -> None:
    """J19."""
    begin, expected = STAGES[stage]
    job = begin(priced)
    asked = quote_order(tenant_id=priced.tenant.pk, order_id=job.order_id)
    assert asked.cancellation_fen == sum(amount for _name, amount in expected)  # no hidden charge
    cancel(priced, job)
    assert costs(job) == expected
    assert read_bill(fresh(job)).is_final
    assert check() == "0 differences"


def test_a_rollback_and_our_own_wish_are_free(priced: World) -> None:
    rolled, ours = priced.name(priced.order()), priced.name(priced.order(vin=VINS[1]), agent=priced.wu)
    cancel(priced, rolled, is_rollback=True)
    with pytest.raises(PermissionDenied):
        cancel(priced, ours, is_free=True)
    assert fresh(ours).status == "assigned"
    cancel(priced, ours, is_free=True, actor=priced.dsp)
    assert (costs(rolled), costs(ours)) == ([], [])
    assert list(Fee.objects.values_list("job__number", "waived_reason")) == [(ours.number, "our_wish")]


def test_stopped_work_is_billed_as_far_as_it_was_begun(priced: World) -> None:
    """J19b: approved lines begun, the fee, the way there and back."""
    job = priced.in_repair(draft(30_000), draft(50_000, text="变速箱"))
    assert costs(job)[:2] == [("work", 30_000), ("work", 50_000)]
    working.begin_line(job_id=job.pk, version=1, line_no=1, actor=priced.ws(job), now=priced.tick())
    changing.stop_job(job_id=job.pk, reason="卖车", actor=priced.ten, now=priced.tick(), tenant_id=priced.tenant.pk)
    way = [("transport pickup", 6_000), ("transport pickup", 400)]
    assert costs(job) == [("work", 30_000), *way, ("stop", 10_000)]
    changing.wrap_up(job_id=job.pk, actor=priced.dsp, now=priced.tick())
    job = priced.deliver(priced.to_door(priced.plan_return(fresh(job))))
    back = [("transport return", 6_000), ("transport return", 400)]
    assert costs(job) == [("work", 30_000), *way, *back, ("stop", 10_000)]
    assert check() == "0 differences"


def test_a_rejected_estimate_costs_the_diagnosis(priced: World) -> None:
    """J23."""
    job = priced.awaiting_approval()
    priced.decide(job, "reject", reason="太贵")
    assert ("diagnosis", 20_000) not in costs(job)
    changing.return_unrepaired(job_id=job.pk, actor=priced.dsp, now=priced.tick())
    assert costs(job)[-1] == ("diagnosis", 20_000)
    fee = Fee.objects.get(job=job)
    for actor in (priced.dsp, priced.ten, priced.ws(job)):
        with pytest.raises(PermissionDenied):
            fees.waive_fee(job_id=job.pk, fee_id=fee.pk, reason="老客户", actor=actor, now=priced.tick())
    fees.waive_fee(job_id=job.pk, fee_id=fee.pk, reason="老客户", actor=FINANCE, now=priced.tick())
    assert ("diagnosis", 20_000) not in costs(job)
    with pytest.raises(ValidationError):
        fees.waive_fee(job_id=job.pk, fee_id=fee.pk, reason="again", actor=FINANCE, now=priced.tick())
    assert check() == "0 differences"


# --- what the database holds, what others see ---------------------------------------------------------------------------


def test_a_rated_line_is_never_changed(priced: World) -> None:
    job = priced.in_repair()
    for changes in ({"amount_fen": 1}, {"superseded_at": None}, {"superseded_at": priced.now, "text": "x"}):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            JobCost.objects.filter(job=job, kind="work").update(**changes)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        JobRating.objects.filter(pk=job.pk).update(day=priced.now.date() - timedelta(days=3))
    row = JobCost.objects.filter(job=job, kind="work").get()
    row.pk, row.tax_fen = uuid4(), row.tax_fen + 1
    row.source = "work:9.9"
    with pytest.raises(IntegrityError, match="cost_tax_is_in_its_amount"), transaction.atomic():
        row.save(force_insert=True)


def test_what_a_line_was_before_stays_to_be_seen(priced: World) -> None:
    job = priced.in_repair()
    working.begin_line(job_id=job.pk, version=1, line_no=1, actor=priced.ws(job), now=priced.tick())
    lines = [EstimateLineDraft(kind="part", text="油封", amount_fen=8_000)]
    working.require_consent(job_id=job.pk, lines=lines, note="", actor=priced.ws(job), now=priced.tick())
    assert ("work", 8_000) not in costs(job)
    priced.decide(job)
    assert costs(job)[:2] == [("work", 30_000), ("work", 8_000)]
    assert not JobCost.objects.filter(job=job).exclude(superseded_at=None).exists()


def test_a_quote_is_for_its_own_tenant(priced: World, pacific: Tenant) -> None:
    job = priced.name(priced.order())
    mine = quote_order(tenant_id=priced.tenant.pk, order_id=job.order_id)
    assert [(line.kind, line.operation, line.amount_fen) for line in mine.lines] == [
        ("transport", "pickup", 6_000), ("transport", "pickup", 400), ("transport", "return", 6_000),
        ("transport", "return", 400),
    ]  # fmt: skip
    assert mine.cancellation_fen == 3_000
    theirs = quote_order(tenant_id=pacific.pk, order_id=job.order_id)
    assert (theirs.lines, theirs.cancellation_fen) == ((), None)


def test_what_was_expected_is_what_it_costs(priced: World) -> None:
    job = priced.name(priced.order())
    coming = quote_order(tenant_id=priced.tenant.pk, order_id=job.order_id).lines
    job = priced.collect(priced.to_pickup(priced.order(vin=VINS[1])))
    still = quote_order(tenant_id=priced.tenant.pk, order_id=job.order_id)
    assert [line.amount_fen for line in still.lines] == [line.amount_fen for line in coming[2:]]
    assert still.cancellation_fen is None


def test_many_orders_are_cancelled_at_the_price_of_one(priced: World) -> None:
    def cancelled(count: int) -> int:
        window = {"window_start": priced.now + timedelta(hours=9), "window_end": priced.now + timedelta(hours=11)}
        jobs = [
            priced.order(service="violation", vin=f"LSVNV2182E21{priced.orders:05d}", **window) for _ in range(count)
        ]
        with CaptureQueriesContext(connection) as queries:
            changing.cancel_orders(
                tenant_id=priced.tenant.pk,
                order_ids=[job.order_id for job in jobs],
                reason="-",
                actor=priced.ten,
                now=priced.tick(),
            )
        return sum(
            "repair_jobcost" in query["sql"] or "partners_desk" in query["sql"] for query in queries.captured_queries
        )

    assert cancelled(1) == cancelled(4)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 200_000), st.integers(0, 100), st.booleans()), min_size=1, max_size=5))
def test_the_bill_is_what_was_approved_to_the_fen(priced: World, lines: list[tuple[int, int, bool]]) -> None:
    """P14: whatever part of whatever line was approved."""
    with transaction.atomic():
        asked = [draft(amount, text=f"行 {number}") for number, (amount, _part, _yes) in enumerate(lines)]
        job = priced.awaiting_approval(*asked)
        choices = [
            LineChoice(no=number, is_approved=is_approved, amount_fen=amount * part // 100 if is_approved else None)
            for number, (amount, part, is_approved) in enumerate(lines, start=1)
        ]
        estimate = approving.decide_estimate(
            tenant_id=job.tenant_id, order_id=job.order_id, version=1, decision="approve", choices=choices, reason="-",
            actor=member(priced.tenant), now=priced.tick(),
        )  # fmt: skip
        bill = read_bill(fresh(job))
        work = [line for line in bill.lines if line.kind == "work"]
        assert sum(line.amount_fen for line in work) == estimate.approved_fen
        assert all(
            line.amount_fen == choices[number - 1].amount_fen
            for line in work
            for number in [int(line.source.split(".")[1])]
        )
        assert (
            sum(gross for _rate, gross, _tax in bill.by_rate)
            == sum(fen for _payer, fen in bill.by_payer)
            == bill.total_fen
        )
        assert sum(tax for _rate, _gross, tax in bill.by_rate) == bill.tax_fen
        transaction.set_rollback(True)
