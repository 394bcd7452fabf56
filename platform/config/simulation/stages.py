"""One function a stage: what its person does next with one job, visit or leg. Each calls one public service."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from config.simulation.cast import Cast, happens
from dispatch.models import Leg
from dispatch.services import driving, offers
from files.models import StoredFile
from fleet.services.ordering import decide_order_estimate, reschedule
from repair import states
from repair.events import PhotoTold
from repair.models import ConditionReport, Estimate, Job, QualityCheck, ReportSide, ShotOccasion, Visit
from repair.requests import EstimateLineDraft
from repair.selectors.shots import required_shots
from repair.services import aftercare, changing, collecting, errands, inspecting, returning, working
from repair.services.approving import Decision
from repair.services.collecting import ReportDraft
from tenants.actors import Actor, StaffRole
from tenants.context import tenant_context

# kind, operation, what, how much of it, unit price in fen
PRICES: dict[str, tuple[tuple[str, str, str, str, int], ...]] = {
    "maintenance": (("part", "M-0102", "机油及机滤", "1", 36_000), ("labour", "M-0101", "小保养工时", "1", 29_000)),
    "repair": (("part", "B-0102", "前制动片一套", "1", 48_000), ("labour", "B-0101", "拆装与调试", "1.6", 20_000)),
    "claim": (
        ("part", "C-0102", "前保险杠总成", "1", 118_000), ("labour", "C-0201", "钣金修复", "5", 18_667),
        ("labour", "C-0301", "喷漆", "2", 74_000),
    ),
    "parts": (("part", "P-0101", "指定配件", "1", 56_000), ("labour", "P-0201", "安装工时", "1", 12_000)),
    "inspection": (("labour", "R-0101", "检测不合格项整改", "2.5", 18_000),),
}  # fmt: skip


def answer_offer(leg: Leg, cast: Cast, now: datetime) -> None:
    """The agent takes the leg; now and then he cannot."""
    assert leg.agent_id is not None
    actor = cast.agent(leg.agent_id)
    if not leg.refused_by and leg.pk.int % 41 == 0:
        offers.decline_offer(leg_id=leg.pk, reason="车辆故障，无法按时到达", actor=actor, now=now)
    else:
        offers.accept_offer(leg_id=leg.pk, actor=actor, now=now)


def call_customer(leg: Leg, cast: Cast, now: datetime) -> None:
    """Time, place and condition settled by phone."""
    driving.contact(leg_id=leg.pk, actor=agent_of(leg, cast), now=now)


def drive_on(leg: Leg, cast: Cast, now: datetime) -> None:
    """To the customer; a return sets out by the workshop's hand-over."""
    if leg.kind == Leg.Kind.RETURN:
        take_over(
            Visit.objects.select_related("custody", "tenant").get(pk=leg.purpose_id), agent_of(leg, cast), cast, now
        )
    else:
        driving.set_out(leg_id=leg.pk, actor=agent_of(leg, cast), now=now)


def take_over(visit: Visit, agent: Actor, cast: Cast, now: datetime) -> None:
    """From the workshop, with the odometer and the photos; from a station the agent brings it himself."""
    given = None
    if visit.workshop_id is not None:
        jobs = visit.jobs.filter(status=states.AWAITING_RETURN)
        files = {
            shot.code: cast.pictures.find(tenant=visit.tenant, name=f"handover-{shot.code}", actor=agent, now=now)
            for shot in required_shots(ShotOccasion.HAND_OVER, jobs)
        }
        shots = [
            PhotoTold(file_id=file.pk, shot=code, sha256=file.sha256, taken_at=now) for code, file in files.items()
        ]
        given = returning.Given(odometer_km=visit.custody.odometer_out_km + 20, shots=shots)
    returning.hand_over(visit_id=visit.pk, given=given, actor=agent, now=now)


def arrive(leg: Leg, cast: Cast, now: datetime) -> None:
    """At the door."""
    driving.arrive(leg_id=leg.pk, actor=agent_of(leg, cast), now=now)


def agent_of(leg: Leg, cast: Cast) -> Actor:
    """Who drives it."""
    assert leg.agent_id is not None
    return cast.agent(leg.agent_id)


def at_pickup(job: Job, cast: Cast, now: datetime) -> None:
    """Both look, photograph and sign; or nobody is there."""
    assert job.visit is not None
    actor = driver(job, cast)
    if job.failed_pickups == 0 and happens(job, "fail_pickup", 2):
        photo = cast.pictures.find(tenant=job.tenant, name="failed-door", actor=actor, now=now)
        shown = [PhotoTold(file_id=photo.pk, sha256=photo.sha256, taken_at=now)]
        collecting.fail_pickup(
            visit_id=job.visit.pk, reason="现场无人交车", photo=photo.ref, shown=shown, actor=actor, now=now
        )
        return
    if collecting.authorisation_for(job, now) is None:
        for each in job.visit.jobs.filter(status=states.AT_PICKUP):
            collecting.sign_authorisation(
                job_id=each.pk, signer=job.contact, sealed_file=signature(job, cast, now).ref, actor=actor, now=now
            )
    collecting.take_custody(
        visit_id=job.visit.pk, report=report_for(job, cast, now, side=ReportSide.PICKUP), actor=actor, now=now
    )


def driver(job: Job, cast: Cast) -> Actor:
    """The job's agent."""
    assert job.agent_id is not None
    return cast.agent(job.agent_id)


def signature(job: Job, cast: Cast, now: datetime) -> StoredFile:
    """What somebody draws on the phone."""
    return cast.pictures.find(tenant=job.tenant, name="sign", actor=driver(job, cast), now=now)


def report_for(job: Job, cast: Cast, now: datetime, *, side: ReportSide) -> ReportDraft:
    """What both saw; at the return a few kilometres more than at pickup."""
    assert job.visit is not None
    odometer = 10_000 + job.visit.pk.int % 90_000
    if side == ReportSide.RETURN:
        first = ConditionReport.objects.get(visit=job.visit, side=ReportSide.PICKUP)
        odometer = int(first.content["odometer_km"]) + 38
    actor = driver(job, cast)
    shots = {
        shot.code: cast.pictures.find(tenant=job.tenant, name=f"{side.value}-{shot.code}", actor=actor, now=now)
        for shot in required_shots(ShotOccasion.REPORT, job.visit.jobs.all())
    }
    drawn = signature(job, cast, now).ref
    return ReportDraft(
        odometer_km=odometer,
        energy_percent=40 + job.visit.pk.int % 50,
        keys=1 + job.visit.pk.int % 2,
        shots={name: file.ref for name, file in shots.items()},
        sums={name: file.sha256 for name, file in shots.items()},
        taken=dict.fromkeys(shots, now),
        customer_name=job.contact,
        agent_signature=drawn,
        customer_signature=drawn,
        items={"driving_licence": True, "etc_unit": job.visit.pk.int % 3 != 0, "tools": True},
    )


def in_custody(job: Job, cast: Cast, now: datetime) -> None:
    """To the workshop; an inspection is checked before it goes to the station."""
    assert job.visit is not None
    if job.kind == Job.Kind.INSPECTION:
        errands.start_pre_check(job_id=job.pk, actor=driver(job, cast), now=now)
    elif job.workshop_id is not None:
        odometer = 10_000 + job.visit.pk.int % 90_000 + 12
        collecting.receive_vehicle(
            visit_id=job.visit.pk, odometer_km=odometer, actor=cast.workshop(job.workshop_id), now=now
        )


def at_workshop(job: Job, cast: Cast, now: datetime) -> None:
    """The workshop begins its estimate; after a refused delivery it goes straight to work."""
    if job.is_reworked_for_refusal and job.visit_id is not None:
        returning.rework_refused(visit_id=job.visit_id, actor=shop(job, cast), now=now)
    else:
        working.start_estimate(job_id=job.pk, actor=shop(job, cast), now=now)


def shop(job: Job, cast: Cast) -> Actor:
    """The workshop's reception; an inspection's repair is done where the operator has one."""
    return cast.workshop(job.workshop_id) if job.workshop_id is not None else cast.staff(StaffRole.WORKSHOP)


def estimating(job: Job, cast: Cast, now: datetime) -> None:
    """Lines by the kind of service."""
    lines = [
        EstimateLineDraft(
            kind=kind, operation=operation, text=text, quantity=quantity, unit_price_fen=price,
            amount_fen=working.gross_of(Decimal(quantity), price),
        )
        for kind, operation, text, quantity, price in PRICES[job.kind]
    ]  # fmt: skip
    working.submit_estimate(job_id=job.pk, lines=lines, actor=shop(job, cast), now=now)


def another_day(job: Job, cast: Cast, now: datetime) -> None:
    """The same hours a day later."""
    actor = cast.approver(job.tenant_id)
    assert actor.tenant is not None
    window = (job.window_start + timedelta(days=1), job.window_end + timedelta(days=1))
    with tenant_context(actor.tenant):
        reschedule(order_id=job.order_id, window=window, actor=actor, now=now)


def decide(job: Job, cast: Cast, now: datetime) -> None:
    """The tenant's approver answers, in the tenant's own book; now and then with a no or a question."""
    actor = cast.approver(job.tenant_id)
    assert actor.tenant is not None
    version = Estimate.objects.filter(job=job).order_by("-version").values_list("version", flat=True)[0]
    decision: Decision = "approve"
    reason = ""
    if version == 1 and happens(job, "send_back", 4):
        decision, reason = "send_back", "请说明更换理由并附照片"
    elif version == 1 and happens(job, "reject", 3):
        decision, reason = "reject", "暂不维修，请送回"
    with tenant_context(actor.tenant):
        decide_order_estimate(
            order_id=job.order_id, version=version, decision=decision, choices=(), reason=reason, actor=actor, now=now
        )


def approved(job: Job, cast: Cast, now: datetime) -> None:
    """Work begins, for some after waiting for parts."""
    if happens(job, "parts", 12):
        working.wait_for_parts(job_id=job.pk, note="配件在途", actor=shop(job, cast), now=now)
    else:
        start_work(job, cast, now)


def start_work(job: Job, cast: Cast, now: datetime) -> None:
    """A technician takes it."""
    actor = shop(job, cast)
    working.start_repair(job_id=job.pk, technician=actor.id, actor=actor, now=now)


def in_repair(job: Job, cast: Cast, now: datetime) -> None:
    """Done; for some an extra fault is found first."""
    actor = shop(job, cast)
    if happens(job, "extra", 6) and not Estimate.objects.filter(job=job, is_supplement=True).exists():
        extra = [EstimateLineDraft(kind="part", text="转向拉杆球头磨损", amount_fen=26_000)]
        working.require_consent(job_id=job.pk, lines=extra, note="拆检发现新故障", actor=actor, now=now)
    else:
        working.finish_repair(job_id=job.pk, actor=actor, now=now)


def inspect(job: Job, cast: Cast, now: datetime) -> None:
    """The inspector's checklist; a few fail once."""
    standard = inspecting.standard_for(job, now)
    fails = happens(job, "rework", 5) and not QualityCheck.objects.filter(job=job).exists()
    results = {item["code"]: "fail" if fails and index == 0 else "ok" for index, item in enumerate(standard.items)}
    inspecting.inspect(job_id=job.pk, results=results, remarks="", actor=cast.staff(StaffRole.INSPECTOR), now=now)


def resume(job: Job, cast: Cast, now: datetime) -> None:
    """Back to work."""
    working.resume_rework(job_id=job.pk, actor=shop(job, cast), now=now)


def send_back_answer(job: Job, cast: Cast, now: datetime) -> None:
    """A new version is written."""
    working.revise_estimate(job_id=job.pk, actor=shop(job, cast), now=now)


def rejected(job: Job, cast: Cast, now: datetime) -> None:
    """Back as it came."""
    changing.return_unrepaired(job_id=job.pk, actor=cast.staff(StaffRole.DISPATCHER), now=now)


def stopped(job: Job, cast: Cast, now: datetime) -> None:
    """Put together again."""
    changing.wrap_up(job_id=job.pk, actor=cast.staff(StaffRole.DISPATCHER), now=now)


def ready(job: Job, cast: Cast, now: datetime) -> None:
    """The agent checks the papers and plans the return, once the whole visit is ready."""
    assert job.visit_id is not None
    others = Job.objects.filter(visit_id=job.visit_id).exclude(status__in=returning.DONE_OR_WAITING)
    if not others.exists():
        returning.plan_return(visit_id=job.visit_id, actor=driver(job, cast), now=now)


def at_return(job: Job, cast: Cast, now: datetime) -> None:
    """Accepted with both signatures; a few are not there, a few refuse once."""
    assert job.visit is not None
    actor = driver_of_return(job.visit, cast)
    if (
        happens(job, "fail_return", 2)
        and not Leg.objects.filter(purpose_id=job.visit.pk, kind="return", status="cancelled").exists()
    ):
        returning.fail_return(visit_id=job.visit.pk, reason="收车人不在", actor=actor, now=now)
    elif happens(job, "refuse", 1) and job.rework_count == 0 and job.kind in {"repair", "claim", "maintenance"}:
        returning.refuse_delivery(visit_id=job.visit.pk, reason="异响仍在", actor=actor, now=now)
    else:
        returning.deliver(
            visit_id=job.visit.pk, report=report_for(job, cast, now, side=ReportSide.RETURN), actor=actor, now=now
        )


def driver_of_return(visit: Visit, cast: Cast) -> Actor:
    """Who stands at the door."""
    leg = Leg.objects.filter(purpose_id=visit.pk, kind="return", agent__isnull=False).order_by("-status_since").first()
    assert leg is not None
    return agent_of(leg, cast)


def return_failed(job: Job, cast: Cast, now: datetime) -> None:
    """Another time."""
    assert job.visit_id is not None
    returning.retry_return(visit_id=job.visit_id, window=None, actor=cast.staff(StaffRole.DISPATCHER), now=now)


def refused(job: Job, cast: Cast, now: datetime) -> None:
    """Back at the workshop."""
    assert job.visit_id is not None
    returning.take_back(visit_id=job.visit_id, actor=cast.staff(StaffRole.DISPATCHER), now=now)


def pickup_failed(job: Job, cast: Cast, now: datetime) -> None:
    """A new window the next day."""
    day = timedelta(days=1)
    window = (job.window_start + day, job.window_end + day)
    while window[1] <= now:
        window = (window[0] + day, window[1] + day)
    changing.reschedule_order(job_id=job.pk, window=window, actor=cast.staff(StaffRole.DISPATCHER), now=now)


def delivered(job: Job, cast: Cast, now: datetime) -> None:
    """The call: stars from most, nobody at the phone for some."""
    actor = cast.staff(StaffRole.CUSTOMER_SERVICE)
    if happens(job, "unreached", 6):
        aftercare.note_call(job_id=job.pk, is_reached=False, note="无人接听", actor=actor, now=now)
    else:
        score = 3 if happens(job, "unhappy", 4) else 5 - job.pk.int % 2
        aftercare.rate_order(
            tenant_id=job.tenant_id, order_id=job.order_id, score=score, comment="", actor=actor, now=now
        )


def pre_check(job: Job, cast: Cast, now: datetime) -> None:
    """Fines cleared, cover valid, papers on board."""
    findings = {"fines_cleared": True, "cover_valid": True, "licence_on_board": True}
    errands.go_to_station(job_id=job.pk, findings=findings, actor=driver(job, cast), now=now)


def at_station(job: Job, cast: Cast, now: datetime) -> None:
    """Most pass; some are mended and go again."""
    if happens(job, "station", 8) and not QualityCheck.objects.filter(job=job).exists():
        errands.fail_station(job_id=job.pk, reason="尾气排放不合格", actor=driver(job, cast), now=now)
    else:
        errands.pass_station(job_id=job.pk, actor=driver(job, cast), now=now)


def station_failed(job: Job, cast: Cast, now: datetime) -> None:
    """The customer lets it be mended."""
    errands.decide_failed_inspection(
        tenant_id=job.tenant_id,
        order_id=job.order_id,
        is_repaired=True,
        reason="",
        actor=cast.approver(job.tenant_id),
        now=now,
    )


def violation_contacted(job: Job, cast: Cast, now: datetime) -> None:
    """The papers are handed to the agent."""
    errands.take_documents(job_id=job.pk, actor=driver(job, cast), now=now)


def documents_in(job: Job, cast: Cast, now: datetime) -> None:
    """At the office."""
    errands.reach_office(job_id=job.pk, actor=driver(job, cast), now=now)


def at_office(job: Job, cast: Cast, now: datetime) -> None:
    """Settled; a few are refused, with the reason."""
    if happens(job, "office", 5):
        errands.refuse_at_office(job_id=job.pk, reason="需驾驶人本人到场", actor=driver(job, cast), now=now)
    else:
        errands.settle_violation(job_id=job.pk, actor=driver(job, cast), now=now)


def papers(job: Job, cast: Cast, now: datetime) -> None:
    """Back in the customer's hands."""
    errands.deliver_papers(job_id=job.pk, receipt="sim-receipt", actor=driver(job, cast), now=now)


def parts_wanted(job: Job, cast: Cast, now: datetime) -> None:
    """Ordered from the supplier."""
    errands.order_parts(job_id=job.pk, actor=cast.staff(StaffRole.DISPATCHER), now=now)


def parts_ordered(job: Job, cast: Cast, now: datetime) -> None:
    """Here: most are fitted, some go to the customer."""
    errands.receive_parts(
        job_id=job.pk, is_fitted=not happens(job, "loose", 40), actor=cast.staff(StaffRole.DISPATCHER), now=now
    )


def parts_arrived(job: Job, cast: Cast, now: datetime) -> None:
    """What is not fitted is handed over."""
    errands.deliver_papers(job_id=job.pk, receipt="sim-receipt", actor=cast.staff(StaffRole.DISPATCHER), now=now)


def close(job_ids: list[UUID], now: datetime, system: Actor) -> None:
    """Rated or not: closed."""
    aftercare.close_jobs(job_ids=job_ids, actor=system, now=now)
