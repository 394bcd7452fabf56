"""What people do with two tenants' orders, each as one function of two numbers that choose whom and how.

All of it goes through public services; a refusal is a lawful answer and leaves nothing behind.
"""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from config import clock
from config.simulation import stages
from config.simulation.running import LEG_STEPS, Simulation
from dispatch.models import Agent, Leg
from dispatch.services import assigning, offers
from fleet.models import Batch
from fleet.services import amending, ordering, places, rollback, rules, submitting
from fleet.services.approvals.limits import set_limits
from fleet.services.checking import check_file
from fleet.services.opening import open_chunk, open_orders
from fleet.services.receiving import receive_batch
from repair import states
from repair.models import Estimate, Incident, Job
from repair.requests import Amendment, EstimateLineDraft, LineChoice
from repair.services import (
    aftercare,
    changing,
    choosing,
    collecting,
    errands,
    holding,
    incidents,
    inspecting,
    returning,
    working,
)
from repair.services.incidents import IncidentReport
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.events import service_operations as service_operations  # they are kept by their names
from tests.events.play import OPERATIONS, SYSTEM, Play, Row, operation
from tests.world import as_csv

__all__ = ["OPERATIONS", "Play"]


# --- batches ----------------------------------------------------------------------------------------------------------


def rows_for(play: Play, tenant: Tenant, start: int, count: int) -> list[Row]:
    """Rows of the sample; a tenant without sites and cost centres names none."""
    chosen = [dict(play.samples[(start + index) % len(play.samples)]) for index in range(count)]
    for row in chosen:
        row["external_ref"] = f"{tenant.slug[:2].upper()}-{row['external_ref']}"
        if tenant.slug != "acme":
            row.update(site_code="", cost_center="")
    return chosen


def send(
    play: Play, tenant: Tenant, rows: list[Row], *, one_by_one: bool = False, policy: str = "accept_valid"
) -> Batch:
    """Upload, check, submit, open: in one command, or in one a row."""
    batch = upload(play, tenant, rows, policy=policy)
    with play.inside(tenant) as who:
        submitting.submit_batch(batch_id=batch.pk, **who)
    while one_by_one and open_chunk(tenant=tenant, batch_id=batch.pk, now=play.now, size=1):
        pass
    open_orders(tenant=tenant, batch_id=batch.pk, clock=clock.now)
    play.sent += [(tenant, row) for row in rows]
    return batch


def upload(play: Play, tenant: Tenant, rows: list[Row], *, policy: str = "accept_valid") -> Batch:
    """A file, checked."""
    batch = receive_batch(
        name="orders.csv",
        content=as_csv(rows),
        policy=policy,
        channel="portal",
        actor=play.manager(tenant),
        now=play.now,
    )
    check_file(tenant=tenant, batch_id=batch.pk, clock=clock.now)
    return batch


@operation
def order_in_bulk(play: Play, a: int, b: int) -> None:
    tenant = play.tenants[b % 2]
    send(play, tenant, rows_for(play, tenant, a, 2 + b % 6))


@operation
def order_one_by_one(play: Play, a: int, b: int) -> None:
    tenant = play.tenants[b % 2]
    send(play, tenant, rows_for(play, tenant, a, 1 + b % 4), one_by_one=True)


@operation
def order_for_a_vehicle_with_a_new_plate(play: Play, a: int, b: int) -> None:
    """The same vehicles again, under other references and plates."""
    tenant, row = play.sent[a % len(play.sent)] if play.sent else (play.tenants[0], play.samples[0])
    again = {
        **row,
        "external_ref": f"{row['external_ref']}-{b}",
        "plate": f"沪B{b % 100_000:05d}",
        "description": f"更换机油 {b}",
    }
    send(play, tenant, [again], one_by_one=bool(b % 2))


@operation
def send_again_with_changes(play: Play, a: int, b: int) -> None:
    """The same references with other content: each change is confirmed."""
    if not play.sent:
        raise Batch.DoesNotExist
    tenant, row = play.sent[a % len(play.sent)]
    changes: list[Row] = [
        {"contact": f"李{b}"},
        {"notes": "请先电话"},
        {"po_number": f"PO{b}"},
        {"plate": f"沪C{b % 100_000:05d}"},
    ]
    batch = upload(play, tenant, [{**row, **changes[b % len(changes)]}])
    with tenant_context(tenant):
        lines = list(amending.iter_changed(batch.pk))
    for line in lines:
        with play.inside(tenant) as who:
            amending.confirm_row(batch_id=batch.pk, line=line, **who)


@operation
def mend_a_row(play: Play, a: int, b: int) -> None:
    """A wrong VIN is typed anew; now and then the batch is put away instead."""
    tenant = play.tenants[b % 2]
    rows = rows_for(play, tenant, a, 2)
    right = rows[0]["vin"]
    rows[0]["vin"] = "LVB"
    batch = upload(play, tenant, rows)
    with play.inside(tenant) as who:
        if b % 5 == 0:
            submitting.discard_batch(batch_id=batch.pk, **who)
            return
        submitting.mend_rows(batch_id=batch.pk, cells={2: {"vin": right}}, **who)
    check_file(tenant=tenant, batch_id=batch.pk, clock=clock.now)
    with play.inside(tenant) as who:
        submitting.submit_batch(batch_id=batch.pk, **who)
    open_orders(tenant=tenant, batch_id=batch.pk, clock=clock.now)


@operation
def roll_back(play: Play, a: int, b: int) -> None:
    tenant = play.tenants[b % 2]
    batch = play.batch(tenant, a)
    with play.inside(tenant) as who:
        rollback.rollback_batch(batch_id=batch.pk, reason="改期", **who)
    rollback.roll_back_orders(tenant=tenant, batch_id=batch.pk, clock=clock.now)


@operation
def refuse_a_file(play: Play, a: int, b: int) -> None:
    """A file that is no table."""
    tenant = play.tenants[b % 2]
    out = io.StringIO()
    csv.writer(out).writerow(["unknown", str(a)])
    batch = receive_batch(
        name="x.csv",
        content=out.getvalue().encode(),
        policy=None,
        channel="portal",
        actor=play.manager(tenant),
        now=play.now,
    )
    check_file(tenant=tenant, batch_id=batch.pk, clock=clock.now)


# --- the tenant's word ------------------------------------------------------------------------------------------------


@operation
def tenant_speaks(play: Play, a: int, b: int) -> None:
    """Amend, cancel, choose, reschedule, rate: the first order of which it is still allowed."""
    start = play.now + timedelta(days=1 + b % 3, minutes=b)
    window = (start, start + timedelta(hours=4))
    words: list[Callable[..., Any]] = [
        partial(ordering.amend_order, amendment=Amendment(contact="赵敏", phone="13900000001")),
        partial(ordering.amend_order, amendment=Amendment(notes="", courtesy_car=True, plate="沪D00001")),
        partial(ordering.amend_order, amendment=Amendment(window_start=window[0], window_end=window[1])),
        partial(ordering.reschedule, window=window),
        partial(ordering.cancel_order, reason="不需要了"),
        partial(ordering.choose_window, no=1 + b % 2),
        partial(ordering.rate_order, score=1 + b % 5, comment="谢谢"),
    ]

    def say(job: Job) -> None:
        with play.inside(play.tenant_of(job)) as who:
            words[b % len(words)](order_id=job.order_id, **who)

    play.first_that_may(a, say)


@operation
def save_places(play: Play, a: int, b: int) -> None:
    """Sites, cost centres, limits, settings: owned tables, told all the same."""
    tenant = play.tenants[b % 2]
    saves: list[Callable[..., Any]] = [
        lambda **who: places.save_site(code=f"S-{a % 7}", address=f"上海市{a}路{b}号", lat=31.2, lng=121.5, **who),
        lambda **who: places.save_cost_center(name=f"部门{a % 7}", **who),
        lambda **who: rules.set_policy(policy=["accept_valid", "all_or_nothing"][a % 2], **who),
        lambda **who: set_limits(limits={"approver": a * 1000}, **who),
    ]
    with play.inside(tenant) as who:
        saves[b % len(saves)](**who)


# --- dispatch ---------------------------------------------------------------------------------------------------------


@operation
def plan(play: Play, a: int, b: int) -> None:
    """The planner names agents; some or all offers are held out at once."""
    assigning.solve(now=play.now, limit=1 + b % 9 if a % 3 == 0 else None)
    waiting = list(Leg.objects.filter(status="assigned").order_by("label").values_list("pk", flat=True))
    offers.open_offers(leg_ids=waiting[: 1 + b % 12], actor=play.dispatcher, now=play.now)


@operation
def answer_an_offer(play: Play, a: int, b: int) -> None:
    leg = play.leg(a, "offered")
    assert leg.agent_id is not None
    agent = play.cast.agent(leg.agent_id)
    if b % 4 == 0:
        offers.decline_offer(leg_id=leg.pk, reason="车辆故障", actor=agent, now=play.now)
    elif b % 4 == 1:
        offers.expire_offers(actor=SYSTEM, now=play.now + timedelta(hours=1))
    else:
        offers.accept_offer(leg_id=leg.pk, actor=agent, now=play.now)


@operation
def dispatch_by_hand(play: Play, a: int, b: int) -> None:
    leg = play.leg(a, "planned", "unassigned", "assigned", "offered", "accepted", "contacted")
    who: dict[str, Any] = {"leg_id": leg.pk, "actor": play.dispatcher, "now": play.now}
    if b % 4 == 0:
        assigning.unassign_leg(reason="司机请假", **who)
    elif b % 4 == 1:
        assigning.plan_again(**who)
    elif b % 4 == 2:
        assigning.offer_windows(**who)
    else:
        agents = list(Agent.objects.order_by("phone").values_list("pk", flat=True))
        assigning.reassign_leg(agent_id=agents[(a + b) % len(agents)], reason="客户指定", **who)


# --- the desk ---------------------------------------------------------------------------------------------------------


@operation
def go_on(play: Play, a: int, b: int) -> None:
    """One job some steps further on its usual way, its legs first; estimates wait for `decide`."""
    for _step in range(1 + b % 4):
        job = play.job(a)
        if job.held_since is not None:
            holding.release_job(job_id=job.pk, actor=play.dispatcher, now=play.now)
            continue
        leg = Leg.objects.filter(purpose_id__in=[job.visit_id or job.pk], status__in=LEG_STEPS).first()
        step = Simulation.step_for(job)
        if leg is not None and not (leg.kind == Leg.Kind.ERRAND and leg.status == "contacted"):
            LEG_STEPS[leg.status](leg, play.cast, play.now)
        elif step is not None and step is not stages.decide:
            step(job, play.cast, play.now)


@operation
def decide(play: Play, a: int, b: int) -> None:
    """An estimate or an extra fault: whole, in part, for less, back, no; or nobody answers in time."""
    waiting = Job.objects.filter(status__in=[states.AWAITING_APPROVAL, states.CONSENT_REQUIRED]).order_by("number")
    job = list(waiting)[a % waiting.count()] if waiting.exists() else play.job(a)
    estimate = Estimate.objects.filter(job=job).order_by("-version").first()
    if estimate is None:
        raise Estimate.DoesNotExist
    if b % 6 == 5:
        clock.move(by=timedelta(days=8))
        working.expire_estimates(actor=SYSTEM, now=play.now)
        return
    part = [LineChoice(no=1, is_approved=False, reason="暂不更换")]
    less = [LineChoice(no=1, is_approved=True, amount_fen=100 * (b % 90), reason="按协议价")]
    decision: Any = ["approve", "approve", "approve", "send_back", "reject"][b % 5]
    with play.inside(play.tenant_of(job)) as who:
        ordering.decide_order_estimate(
            order_id=job.order_id, version=estimate.version, decision=decision, choices=[(), part, less, (), ()][b % 5],
            reason="见备注", **who,
        )  # fmt: skip


@operation
def something_happens(play: Play, a: int, b: int) -> None:
    """What is not on the usual way, to the first job whose guards allow it."""

    def befall(job: Job) -> None:
        acts = desk_acts(play, job) + visit_acts(play, job)
        acts[b % len(acts)]()

    play.first_that_may(a, befall)


def desk_acts(play: Play, job: Job) -> list[Callable[[], Any]]:
    """Things that befall a job."""
    who: dict[str, Any] = {"job_id": job.pk, "now": play.now}
    dsp, shop = play.dispatcher, stages.shop(job, play.cast)
    extra = [EstimateLineDraft(kind="part", text="球头磨损", amount_fen=26_000)]
    words = {"en": "Not our work.", "zh": "不在范围内"}
    file = Incident.objects.filter(job=job, released_at__isnull=True).values_list("pk", flat=True).first() or job.pk
    return [
        lambda: holding.hold_job(cause="ours", reason="等客户", actor=dsp, **who),
        lambda: holding.release_job(actor=dsp, **who),
        lambda: changing.stop_job(reason="客户要求停止", actor=dsp, **who),
        lambda: changing.decline_scope(reason=words, alternative=words, actor=dsp, **who),
        lambda: incidents.report_incident(
            report=IncidentReport(kind="damage", text="倒车刮擦", happened_at=play.now), actor=dsp, **who
        ),
        lambda: incidents.judge_incident(
            liability="company", reason="我方倒车", compensation_fen=30_000, actor=dsp, now=play.now, incident_id=file
        ),
        lambda: incidents.close_incident(incident_id=file, actor=dsp, now=play.now),
        lambda: working.note_progress(text="正在拆检", actor=shop, **who),
        lambda: working.require_consent(lines=extra, note="发现新故障", actor=shop, **who),
        lambda: inspecting.fail_reinspection(reason="异响", actor=play.inspector, **who),
        lambda: quality_fails(play, job),
        lambda: aftercare.note_call(is_reached=False, note="", actor=play.service, **who),
        lambda: aftercare.hand_over_salvage(receipt="回收凭证", actor=play.claims, **who),
        lambda: come_back(play, job),
        lambda: errands.fail_station(reason="尾气超标", actor=agent_of(play, job), **who),
        lambda: errands.refuse_at_office(reason="需本人到场", actor=agent_of(play, job), **who),
        lambda: changing.cancel_orders(
            tenant_id=job.tenant_id, order_ids=[job.order_id], reason="重复", actor=dsp, now=play.now
        ),
    ]


def visit_acts(play: Play, job: Job) -> list[Callable[[], Any]]:
    """Things that befall a visit."""
    who: dict[str, Any] = {"visit_id": job.visit_id, "now": play.now}
    dsp = play.dispatcher
    return [
        lambda: choosing.change_workshop(workshop_id=None, reason="工位已满", actor=dsp, **who),
        lambda: returning.fail_return(reason="无人收车", actor=dsp, **who),
        lambda: returning.refuse_delivery(reason="异响仍在", actor=dsp, **who),
        lambda: returning.back_to_workshop(actor=dsp, **who),
        lambda: returning.return_again(window=None, actor=dsp, **who),
        lambda: collecting.fail_pickup(reason="无人交车", photo="f", actor=agent_of(play, job), **who),
    ]


def agent_of(play: Play, job: Job) -> Actor:
    """The job's agent; a dispatcher, who may not, while it has none."""
    return play.cast.agent(job.agent_id) if job.agent_id is not None else play.dispatcher


def quality_fails(play: Play, job: Job) -> None:
    """One item of the checklist fails."""
    items = inspecting.standard_for(job, play.now).items
    results = {item["code"]: "fail" if index == 0 else "ok" for index, item in enumerate(items)}
    inspecting.inspect(job_id=job.pk, results=results, remarks="返工", actor=play.inspector, now=play.now)


def come_back(play: Play, job: Job) -> None:
    """Within the warranty."""
    start = play.now + timedelta(days=1)
    aftercare.come_back(
        job_id=job.pk, description="故障又出现", window=(start, start + timedelta(hours=4)), now=play.now,
        actor=play.manager(play.tenant_of(job)),
    )  # fmt: skip


@operation
def everybody_goes_on(play: Play, a: int, b: int) -> None:
    """A round or more over all jobs and legs."""
    Simulation(speed=0, progress=lambda text: None).run(rounds=1 + b % 3)


@operation
def time_passes(play: Play, a: int, b: int) -> None:
    """Minutes, now and then a day."""
    clock.move(by=timedelta(days=1) if b % 6 == 0 else timedelta(minutes=1 + a % 240))
    if b % 3 == 0:
        offers.expire_offers(actor=SYSTEM, now=play.now)
