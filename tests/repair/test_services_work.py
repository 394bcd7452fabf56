"""J11 to J15: estimates, decisions, the work lock, consent and the inspector."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from dispatch.models import Clock
from events.machine import TransitionError
from events.models import Event
from repair import texts
from repair.forms import TechnicianForm
from repair.locking import JobNotFound
from repair.models import Estimate, EstimateLine, Job
from repair.requests import EstimateLineDraft, LineChoice
from repair.selectors.jobs import read_timeline
from repair.services import changing, holding, working
from repair.services.working import WorkLocked
from tenants.actors import StaffRole
from tenants.models import Tenant
from tests.repair.world import SYSTEM, World, draft, fresh, member, staff


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([], "lines"),
        ([draft(kind="magic")], "lines.0.kind"),
        ([draft(), draft(text=" ")], "lines.1.text"),
        ([draft(text="x" * 301)], "lines.0.text"),
        ([draft(-1)], "lines.0.amount_fen"),
        ([draft(100_000_001)], "lines.0.amount_fen"),
    ],
)
def test_a_wrong_line_is_refused_beside_its_field(world: World, lines: list[EstimateLineDraft], field: str) -> None:
    job = world.receive(world.in_custody())
    working.start_estimate(job_id=job.pk, actor=world.ws(job), now=world.tick())
    with pytest.raises(ValidationError) as caught:
        working.submit_estimate(job_id=job.pk, lines=lines, actor=world.ws(job), now=world.tick())
    assert list(caught.value.message_dict) == [field]
    assert (fresh(job).status, Estimate.objects.count()) == ("estimating", 0)


@pytest.mark.parametrize("quantity", ["0", "-1", "1000000", "999999.999", "0.001", "1e9", "many", "NaN", "Infinity"])
def test_a_quantity_is_a_number_above_nought(world: World, quantity: str) -> None:
    with pytest.raises(ValidationError) as caught:
        working.check_lines([EstimateLineDraft(kind="part", text="机油", amount_fen=1, quantity=quantity)])
    assert list(caught.value.message_dict) == ["lines.0.quantity"]


def test_an_estimate_waits_for_approval_and_the_wait_is_measured(world: World) -> None:
    job = world.awaiting_approval(draft(30_000), draft(20_000, kind="part", text="制动片"))
    estimate = Estimate.objects.get()
    assert (job.status, estimate.version, estimate.total_fen) == ("awaiting_approval", 1, 50_000)
    assert estimate.valid_until == world.now + timedelta(days=3)
    assert Clock.objects.get(kind="approval").stopped_at is None
    told = Event.objects.get(type="order.estimated").data
    assert [line["amount_fen"] for line in told["lines"]] == [30_000, 20_000]


def test_another_workshop_writes_no_estimate(world: World) -> None:
    job = world.receive(world.in_custody())
    foreign = staff(StaffRole.WORKSHOP, workshop_id=world.south.pk)
    with pytest.raises(ValidationError, match="another workshop"):
        working.start_estimate(job_id=job.pk, actor=foreign, now=world.tick())


# --- decisions --------------------------------------------------------------------------------------------------------


def test_all_of_it_is_approved_and_the_return_promised(world: World) -> None:
    job = world.awaiting_approval()
    estimate = world.decide(job)
    job = fresh(job)
    assert (job.status, estimate.decision, estimate.approved_fen) == ("approved", "approved", 30_000)
    assert job.promised_return_at == world.now + timedelta(days=2)
    assert Clock.objects.get(kind="return").due_at == job.promised_return_at
    assert Clock.objects.get(kind="approval").stopped_at == world.now


def test_lesser_amounts_and_declined_lines(world: World) -> None:
    job = world.awaiting_approval(draft(30_000), draft(20_000), draft(10_000))
    choices = [
        LineChoice(no=1, is_approved=True, amount_fen=25_000),
        LineChoice(no=3, is_approved=False, reason="以后再说"),
    ]
    estimate = world.decide(job, choices=choices)
    assert (fresh(job).status, estimate.approved_fen) == ("part_approved", 45_000)
    assert list(estimate.lines.order_by("no").values_list("decision", "approved_fen", "reason")) == [
        ("approved", 25_000, ""), ("approved", 20_000, ""), ("declined", 0, "以后再说"),
    ]  # fmt: skip


def test_a_lesser_amount_alone_is_a_part_approval(world: World) -> None:
    job = world.awaiting_approval()
    world.decide(job, choices=[LineChoice(no=1, is_approved=True, amount_fen=29_999)])
    assert fresh(job).status == "part_approved"


@pytest.mark.parametrize(
    ("choice", "field"),
    [
        (LineChoice(no=1, is_approved=True, amount_fen=30_001), "lines.1"),
        (LineChoice(no=1, is_approved=True, amount_fen=-1), "lines.1"),
        (LineChoice(no=9, is_approved=True), "lines.9"),
    ],
)
def test_no_more_than_was_asked(world: World, choice: LineChoice, field: str) -> None:
    job = world.awaiting_approval()
    with pytest.raises(ValidationError) as caught:
        world.decide(job, choices=[choice])
    assert list(caught.value.message_dict) == [field]
    assert fresh(job).status == "awaiting_approval"


def test_all_declined_is_a_rejection_with_its_reason(world: World) -> None:
    job = world.awaiting_approval()
    with pytest.raises(TransitionError, match="Say why"):
        world.decide(job, choices=[LineChoice(no=1, is_approved=False)])
    world.decide(job, choices=[LineChoice(no=1, is_approved=False)], reason="太贵")
    assert fresh(job).status == "rejected"
    changing.return_unrepaired(job_id=job.pk, actor=world.dsp, now=world.tick())
    assert fresh(job).status == "ready"


def test_sent_back_a_new_version_is_written(world: World) -> None:
    job = world.awaiting_approval()
    world.decide(job, "send_back", reason="请附照片")
    assert fresh(job).status == "sent_back"
    working.revise_estimate(job_id=job.pk, actor=world.ws(job), now=world.tick())
    estimate = world.estimate(job, draft(28_000))
    assert estimate.version == 2
    world.decide(job)
    assert list(Estimate.objects.order_by("version").values_list("decision", flat=True)) == ["sent_back", "approved"]
    assert [line.estimate.version for line in working.approved_lines(fresh(job))] == [2]


def test_an_estimate_is_decided_once(world: World) -> None:
    job = world.awaiting_approval()
    world.decide(job)
    with pytest.raises(ValidationError, match="decided this estimate already"):
        world.decide(job)


def test_another_tenant_decides_nothing(world: World, pacific: Tenant) -> None:
    job = world.awaiting_approval()
    job.tenant_id = pacific.pk
    with pytest.raises(JobNotFound):
        world.decide(job, actor=member(pacific))


def test_what_expired_needs_a_new_version(world: World) -> None:
    job = world.awaiting_approval()
    world.tick(days=3)
    with pytest.raises(ValidationError, match="valid until"):
        world.decide(job)
    assert working.expire_estimates(actor=SYSTEM, now=world.now) == 1
    assert working.expire_estimates(actor=SYSTEM, now=world.now) == 0
    assert (fresh(job).status, Estimate.objects.get().decision) == ("estimating", "expired")
    assert Event.objects.get(type="order.estimate_decided").data["decision"] == "expired"
    notes = [event.data["note"] for event in Event.objects.filter(data__status="estimating").order_by("seq")]
    assert notes == ["", "estimate_expired"]
    assert world.estimate(job).version == 2


def test_one_held_job_does_not_stop_the_others_estimates_from_expiring(world: World) -> None:
    held = world.awaiting_approval()
    other = world.awaiting_approval(vin="LSVNV2182E2100001", plate="沪B1")
    holding.hold_job(job_id=held.pk, cause="ours", reason="争议", actor=world.dsp, now=world.tick())
    world.tick(days=4)
    assert working.expire_estimates(actor=SYSTEM, now=world.now) == 1
    assert [fresh(job).status for job in (held, other)] == ["awaiting_approval", "estimating"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_the_system_says_is_read_in_the_readers_language(world: World, language: str) -> None:
    with translation.override("zh-hans" if language == "en" else "en"):  # whoever acts reads another language
        job = world.awaiting_approval(pre_approved_up_to_fen=30_000)
    with translation.override(language):
        words = {"en": "Within the amount approved beforehand", "zh-hans": "在预先批准的金额之内"}
        assert (texts.said("pre_approved"), texts.said("他自己说的")) == (words[language], "他自己说的")
        assert words[language] in " ".join(item.text for item in read_timeline(job))


@pytest.mark.parametrize(
    ("limit_fen", "status"), [(30_000, "approved"), (29_999, "awaiting_approval"), (None, "awaiting_approval")]
)
def test_the_system_approves_up_to_what_was_approved_beforehand(
    world: World, limit_fen: int | None, status: str
) -> None:
    job = world.awaiting_approval(pre_approved_up_to_fen=limit_fen)
    assert job.status == status
    if status == "approved":
        assert Estimate.objects.get().decided_by == "pre-approval"
        assert Estimate.objects.get().reason == "pre_approved"


def test_a_claim_is_never_approved_beforehand_and_never_expires(world: World) -> None:
    job = world.awaiting_approval(service="claim", pre_approved_up_to_fen=10_000_000)
    assert job.status == "awaiting_approval"
    world.tick(days=30)
    assert working.expire_estimates(actor=SYSTEM, now=world.now) == 0
    world.decide(job, actor=world.clm)
    assert fresh(job).status == "approved"


# --- the work lock ----------------------------------------------------------------------------------------------------


def part_approved(world: World) -> Job:
    job = world.awaiting_approval(draft(30_000), draft(20_000, text="更换雨刮"))
    world.decide(job, choices=[LineChoice(no=2, is_approved=False)])
    working.start_repair(job_id=job.pk, technician=world.technician(job), actor=world.ws(job), now=world.tick())
    return fresh(job)


def test_only_approved_lines_are_unlocked(world: World) -> None:
    job = part_approved(world)
    working.begin_line(job_id=job.pk, version=1, line_no=1, actor=world.ws(job), now=world.tick())
    with pytest.raises(WorkLocked) as caught:
        working.begin_line(job_id=job.pk, version=1, line_no=2, actor=world.ws(job), now=world.tick())
    assert caught.value.missing == ["1.2 更换雨刮"]
    with pytest.raises(ValidationError, match="no such line"):
        working.begin_line(job_id=job.pk, version=1, line_no=7, actor=world.ws(job), now=world.tick())
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    assert list(EstimateLine.objects.order_by("no").values_list("work_begun_at", flat=True))[1] is None


def test_the_database_locks_the_work_too(world: World) -> None:
    job = part_approved(world)
    with (
        pytest.raises(IntegrityError, match="work_lock_no_hours_without_consent"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE repair_estimateline l SET work_begun_at = now() FROM repair_estimate e"
            " WHERE e.id = l.estimate_id AND e.job_id = %s AND l.no = 2",
            [job.pk],
        )


def test_repair_needs_an_approved_line_and_a_name(world: World) -> None:
    job = world.awaiting_approval()
    world.decide(job)
    EstimateLine.objects.update(decision="declined", approved_fen=0)
    with pytest.raises(TransitionError, match="work is locked"):
        working.start_repair(job_id=job.pk, technician=world.technician(job), actor=world.ws(job), now=world.tick())
    for stranger in (" ", "陈师傅", str(world.technician_of(world.south).pk), str(world.li.user_id)):
        with pytest.raises(ValidationError) as caught:
            working.start_repair(job_id=job.pk, technician=stranger, actor=world.ws(job), now=world.tick())
        assert "technician" in caught.value.message_dict


def test_the_form_offers_the_people_of_the_workshop(world: World) -> None:
    job = world.awaiting_approval()
    form = TechnicianForm(job=job, actor=world.ws(job), now=world.now)
    field: Any = form.fields["technician"]
    assert field.choices == [(world.technician(job), "北厂 技师")]


def test_a_quantity_is_kept_to_the_hundredth(world: World) -> None:
    job = world.receive(world.in_custody())
    world.estimate(job, replace(draft(), quantity="999999.990"), replace(draft(), quantity="1e1"))
    assert [str(line.quantity) for line in EstimateLine.objects.order_by("no")] == ["999999.99", "10.00"]


def test_waiting_for_parts_is_measured(world: World) -> None:
    job = world.awaiting_approval()
    world.decide(job)
    working.wait_for_parts(job_id=job.pk, note="在途", actor=world.ws(job), now=world.tick())
    assert fresh(job).status == "waiting_parts"
    working.start_repair(job_id=job.pk, technician=world.technician(job), actor=world.ws(job), now=world.tick(hours=5))
    clock = Clock.objects.get(kind="parts")
    assert clock.stopped_at is not None and clock.stopped_at - clock.started_at == timedelta(hours=5)


# --- consent ----------------------------------------------------------------------------------------------------------


def consent_required(world: World) -> Job:
    job = world.in_repair()
    extra = [draft(26_000, kind="part", text="球头磨损")]
    working.require_consent(job_id=job.pk, lines=extra, note="拆检发现", actor=world.ws(job), now=world.tick())
    return fresh(job)


def test_an_extra_fault_is_locked_until_the_customer_says_yes(world: World) -> None:
    job = consent_required(world)
    assert job.status == "consent_required"
    with pytest.raises(WorkLocked):
        working.begin_line(job_id=job.pk, version=2, line_no=1, actor=world.ws(job), now=world.tick())
    promised = job.promised_return_at
    world.decide(job)
    assert (fresh(job).status, fresh(job).promised_return_at) == ("in_repair", promised)
    working.begin_line(job_id=job.pk, version=2, line_no=1, actor=world.ws(job), now=world.tick())
    assert Clock.objects.get(kind="consent").stopped_at is not None


def test_a_no_declines_the_line_and_work_goes_on(world: World) -> None:
    job = consent_required(world)
    world.decide(job, "reject", reason="下次")
    assert fresh(job).status == "in_repair"
    assert EstimateLine.objects.get(estimate__version=2).decision == "declined"
    with pytest.raises(WorkLocked):
        working.begin_line(job_id=job.pk, version=2, line_no=1, actor=world.ws(job), now=world.tick())


def test_an_extra_fault_is_not_sent_back(world: World) -> None:
    job = consent_required(world)
    with pytest.raises(ValidationError, match="approved or declined"):
        world.decide(job, "send_back", reason="?")


@pytest.mark.parametrize("who", ["ten", "dsp"])
def test_it_is_stopped_at_the_extra_fault(world: World, who: str) -> None:
    """The customer who is asked (J14), or a dispatcher (J19b)."""
    job = consent_required(world)
    changing.stop_job(job_id=job.pk, reason="不修了", actor=getattr(world, who), now=world.tick())
    assert fresh(job).status == "stopped"
    assert Estimate.objects.get(version=2).decision == "withdrawn"
    assert EstimateLine.objects.get(estimate__version=2).decision == "declined"
