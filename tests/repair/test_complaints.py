"""Complaints at the desk: from the first word to the closed loop, with its clock; and what of it never leaves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from dispatch.clocks import find_breaches
from dispatch.models import Clock
from events.machine import TransitionError
from events.models import Event, Fact
from files.models import StoredFile
from repair.ids import complaint_ref, order_ref
from repair.locking import ComplaintNotFound, JobNotFound
from repair.models import Complaint, ComplaintJob, ComplaintNote, Job
from repair.requests import ComplaintDraft
from repair.services import aftercare, complaining, investigating
from repair.services.evidence import resume_waited
from repair.services.investigating import Findings
from repair.tasks import resume
from tenants.actors import StaffRole
from tenants.models import Tenant
from tests.repair.world import SYSTEM, VINS, World, fresh, member, staff

DAY = timedelta(days=1)
FOUND = Findings(
    cause="damage", answerable="agent", findings="右门划痕，取车照片上没有", measures="复训", follow_up="一周后回访"
)


def draft(**changes: Any) -> ComplaintDraft:
    return ComplaintDraft(**{"source": "portal", "text": "车门有划痕", "wish": "请修好", **changes})


def file(world: World, *jobs: Job, **changes: Any) -> Complaint:
    return complaining.file_complaint(
        tenant_id=world.tenant.pk, order_ids=[job.order_id for job in jobs], draft=draft(**changes), actor=world.ten,
        now=world.tick(),
    )  # fmt: skip


def solve(world: World, complaint: Complaint, fen: int | None = 20_000) -> Complaint:
    if again(complaint).status in ("open", "reopened"):
        investigating.take_up(complaint_id=complaint.pk, actor=world.cc, now=world.tick())
    investigating.write_findings(complaint_id=complaint.pk, draft=FOUND, actor=world.cc, now=world.tick())
    return investigating.give_solution(
        complaint_id=complaint.pk, solution="重新喷漆", compensation_fen=fen, actor=world.cc, now=world.tick()
    )


def again(complaint: Complaint) -> Complaint:
    return Complaint.objects.get(pk=complaint.pk)


def clock_of(complaint: Complaint) -> Clock:
    return Clock.objects.filter(subject_id=complaint.pk, kind="problem").latest("started_at")


def told(complaint: Complaint) -> list[tuple[str, dict[str, Any]]]:
    rows = Event.objects.filter(subject=complaint_ref(complaint.pk)).order_by("seq")
    return [(row.type, row.data) for row in rows]


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(TransitionError) as error:
        yield
    assert error.value.code == code


# --- the way ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_from_the_first_word_to_the_closed_loop(world: World) -> None:
    job = world.delivered()
    complaint = file(world, job)
    start = world.now
    assert (complaint.status, complaint.number[:6]) == ("open", "CP2611")
    assert (complaint.contact, complaint.phone) == ("赵师傅", "13800000000")
    assert clock_of(complaint).due_at == start + timedelta(hours=72)
    solved = solve(world, complaint)
    assert (solved.status, solved.first_solution_at, clock_of(complaint).stopped_at) == (
        "solution_given", world.now, world.now,
    )  # fmt: skip
    complaining.accept_solution(complaint_id=complaint.pk, tenant_id=world.tenant.pk, actor=world.ten, now=world.tick())
    due = Fact.objects.get(type="complaint.compensation_due").data
    assert (due["amount_fen"], due["cause"], due["answerable"], due["job_ids"]) == (
        20_000, "damage", "agent", [str(job.pk)],
    )  # fmt: skip
    closed = investigating.close_complaint(complaint_id=complaint.pk, actor=world.cc, now=world.tick())
    assert (closed.status, closed.ended_at) == ("closed", world.now)
    assert [name for name, _data in told(complaint)] == [
        "complaint.filed", "complaint.taken_up", "complaint.solution_given", "complaint.solution_accepted",
        "complaint.closed",
    ]  # fmt: skip
    notes = Event.objects.filter(subject=order_ref(job.order_id), type="order.noted").order_by("seq")
    assert [(row.data["topic"], row.data["text"]) for row in notes][-2:] == [
        ("complaint", complaint.number), ("complaint_closed", complaint.number),
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_was_found_never_leaves(world: World) -> None:
    complaint = file(world, world.delivered())
    investigating.note_complaint(complaint_id=complaint.pk, text="客户情绪激动", actor=world.cc, now=world.tick())
    solve(world, complaint)
    words = str(told(complaint))
    assert "重新喷漆" in words and "20000" in words
    for secret in ("客户情绪激动", "damage", "agent", FOUND.findings, FOUND.measures, FOUND.follow_up):
        assert secret not in words
    with pytest.raises(ValidationError):
        investigating.note_complaint(complaint_id=complaint.pk, text=" ", actor=world.cc, now=world.tick())


@pytest.mark.django_db
def test_a_job_with_an_open_complaint_is_not_closed(world: World) -> None:
    """J18, by the sweep and by the guard itself."""
    job, other = world.delivered(), world.delivered(vin=VINS[1])
    for each in (job, other):
        aftercare.rate_order(
            tenant_id=each.tenant_id, order_id=each.order_id, score=4, comment="", actor=world.ten, now=world.tick()
        )
    complaint = file(world, job)
    assert aftercare.close_rated(actor=SYSTEM, now=world.tick()) == 1
    assert [fresh(each).status for each in (job, other)] == ["rated", "closed"]
    with refused("guard"):
        aftercare.close_jobs(job_ids=[job.pk], actor=SYSTEM, now=world.tick())
    complaining.withdraw_complaint(complaint_id=complaint.pk, reason="误会", actor=world.ten, now=world.tick())
    assert aftercare.close_rated(actor=SYSTEM, now=world.tick()) == 1
    assert fresh(job).status == "closed"


@pytest.mark.django_db
def test_a_solution_stands_on_a_cause_and_says_something(world: World) -> None:
    complaint = file(world, world.order())
    investigating.take_up(complaint_id=complaint.pk, actor=world.cc, now=world.tick())

    def give(solution: str, fen: int | None = None) -> None:
        investigating.give_solution(
            complaint_id=complaint.pk, solution=solution, compensation_fen=fen, actor=world.cc, now=world.tick()
        )

    with refused("guard"):
        give("退款")
    investigating.write_findings(complaint_id=complaint.pk, draft=FOUND, actor=world.cc, now=world.tick())
    with refused("guard"):
        give("  ")
    with pytest.raises(ValidationError):
        give("退款", 0)
    assert again(complaint).status == "investigating"
    give("退款")
    for wrong in (Findings(), Findings(cause="nothing", answerable="agent")):
        with pytest.raises(ValidationError):
            investigating.write_findings(complaint_id=complaint.pk, draft=wrong, actor=world.cc, now=world.tick())


@pytest.mark.django_db
def test_the_loop_is_closed_by_measures_alone(world: World) -> None:
    complaint = solve(world, file(world, world.order()), fen=None)
    bare = Findings(cause="damage", answerable="agent")
    investigating.write_findings(complaint_id=complaint.pk, draft=bare, actor=world.cc, now=world.tick())
    complaining.accept_solution(complaint_id=complaint.pk, actor=world.cc, now=world.tick())
    assert not Fact.objects.filter(type="complaint.compensation_due").exists()
    with refused("guard"):
        investigating.close_complaint(complaint_id=complaint.pk, actor=world.cc, now=world.tick())
    investigating.write_findings(complaint_id=complaint.pk, draft=FOUND, actor=world.cc, now=world.tick())
    investigating.close_complaint(complaint_id=complaint.pk, actor=world.cc, now=world.tick())
    assert again(complaint).status == "closed"


@pytest.mark.django_db
def test_what_is_not_well_after_all_is_opened_again_with_a_clock_of_its_own(world: World) -> None:
    complaint = solve(world, file(world, world.order()))
    with refused("guard"):
        complaining.reopen_complaint(complaint_id=complaint.pk, reason=" ", actor=world.ten, now=world.tick())
    complaining.reopen_complaint(complaint_id=complaint.pk, reason="没修好", actor=world.ten, now=world.tick())
    now = again(complaint)
    assert (now.status, now.reopened, now.compensation_fen) == ("reopened", 1, None)
    assert (clock_of(complaint).stopped_at, clock_of(complaint).due_at) == (None, world.now + timedelta(hours=72))
    assert told(complaint)[-1][1] == {
        **told(complaint)[-1][1], "text": "没修好", "solution_by": (world.now + 3 * DAY).isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    solve(world, complaint, fen=None)
    investigating.close_unanswered(complaint_id=complaint.pk, reason="三次联系无回复", actor=world.cc, now=world.tick())
    complaining.reopen_complaint(complaint_id=complaint.pk, reason="又坏了", actor=world.ten, now=world.tick())
    now = again(complaint)
    assert (now.status, now.reopened, now.ended_at, now.ended_reason) == ("reopened", 2, None, "")
    assert Clock.objects.filter(subject_id=complaint.pk).count() == 3


@pytest.mark.django_db
def test_two_take_it_up_and_the_second_hears_who_was_first(world: World) -> None:
    complaint = file(world, world.order())
    lin, chen = (staff(StaffRole.CUSTOMER_SERVICE, name=name) for name in ("林晓", "陈晨"))
    investigating.take_up(complaint_id=complaint.pk, actor=lin, now=world.tick())
    with pytest.raises(TransitionError, match="林晓"):
        investigating.take_up(complaint_id=complaint.pk, actor=chen, now=world.tick())
    investigating.hand_on(complaint_id=complaint.pk, actor=chen, now=world.tick())
    assert again(complaint).handler_name == "陈晨"
    with refused("illegal_state"):
        investigating.hand_on(complaint_id=complaint.pk, actor=chen, now=world.tick())


# --- the clock ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_missing_evidence_stops_the_clock_for_a_day_in_all(world: World) -> None:
    complaint = file(world, world.order())
    due = world.now + 3 * DAY
    investigating.take_up(complaint_id=complaint.pk, actor=world.cc, now=world.tick())

    def ask() -> None:
        investigating.ask_evidence(complaint_id=complaint.pk, text="请提供照片", actor=world.cc, now=world.now)

    with refused("guard"):
        investigating.ask_evidence(complaint_id=complaint.pk, text="", actor=world.cc, now=world.now)
    ask()
    world.tick(hours=10)
    complaining.give_evidence(complaint_id=complaint.pk, text="在这里", actor=world.ten, now=world.now)
    assert (clock_of(complaint).due_at, again(complaint).evidence_used_s) == (due + timedelta(hours=10), 36_000)
    ask()
    world.tick(hours=13)
    assert resume_waited(actor=SYSTEM, now=world.now) == 0
    world.tick(hours=9)  # the beat comes late: the day ended eight hours ago
    assert resume_waited(actor=SYSTEM, now=world.now) == 1
    assert resume_waited(actor=SYSTEM, now=world.now) == 0
    waited = again(complaint)
    assert (clock_of(complaint).due_at, waited.evidence_used_s, waited.evidence_wanted) == (
        due + DAY, 86_400, "请提供照片",
    )  # fmt: skip
    ask()  # asked again; the clock goes on
    assert clock_of(complaint).paused_at is None
    solve(world, complaint)
    assert (again(complaint).evidence_wanted, clock_of(complaint).breached_at) == ("", None)


@pytest.mark.django_db
def test_a_solution_while_the_clock_stands_ends_the_wait(world: World) -> None:
    complaint = file(world, world.order())
    investigating.take_up(complaint_id=complaint.pk, actor=world.cc, now=world.tick())
    investigating.ask_evidence(complaint_id=complaint.pk, text="照片", actor=world.cc, now=world.tick())
    world.tick(hours=2)
    solve(world, complaint)
    ended = clock_of(complaint)
    assert (ended.stopped_at, ended.paused_at, again(complaint).evidence_since) == (world.now, None, None)
    assert resume() == 0


@pytest.mark.django_db
def test_a_late_solution_is_a_breach_for_the_operations_head(world: World) -> None:
    complaint = file(world, world.order())
    world.tick(hours=73)
    assert find_breaches(now=world.now) >= 1
    breach = Fact.objects.get(type="clock.breached", subject=complaint_ref(complaint.pk))
    assert (breach.data["clock"], breach.data["subject_id"]) == ("problem", str(complaint.pk))
    solve(world, complaint)
    assert clock_of(complaint).breached_at is not None


# --- whose it is --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_another_tenants_orders_and_complaints_are_not_there(world: World, pacific: Tenant) -> None:
    job = world.order()
    theirs = world.open(world.line(vin=VINS[1]), tenant=pacific, actor=member(pacific))[0]
    with pytest.raises(JobNotFound):
        file(world, job, theirs)
    assert not Complaint.objects.exists()
    complaint = file(world, job)
    stranger = member(pacific)
    for call in customers_steps(complaint.pk, pacific.pk, stranger, world):
        with pytest.raises(ComplaintNotFound):
            call()
    assert again(complaint).status == "open"
    assert not Event.objects.filter(tenant=pacific, type__startswith="complaint.").exists()


def customers_steps(key: UUID, tenant_id: UUID, actor: Any, world: World) -> list[Callable[[], Any]]:
    common = {"complaint_id": key, "tenant_id": tenant_id, "actor": actor, "now": world.now}
    return [
        lambda: complaining.give_evidence(text="x", **common),
        lambda: complaining.accept_solution(**common),
        lambda: complaining.reopen_complaint(reason="x", **common),
        lambda: complaining.withdraw_complaint(reason="x", **common),
    ]


@pytest.mark.django_db
def test_what_is_wrong_with_a_complaint_is_said_by_field(world: World) -> None:
    for changes, field in (({"text": " "}, "text"), ({"files": (UUID(int=1),)}, "files")):
        with pytest.raises(ValidationError) as error:
            file(world, world.order(vin=VINS[1]), **changes)
        assert list(error.value.error_dict) == [field]
    with pytest.raises(ValidationError) as error:  # about no order: then who complains must be said
        file(world)
    assert sorted(error.value.error_dict) == ["contact", "phone"]
    complaint = file(world, contact="钱女士", phone="+8613900001111")
    assert not complaint.jobs.exists()


# --- files --------------------------------------------------------------------------------------------------------------


def stored(world: World, tenant: Tenant | None = None, **changes: Any) -> StoredFile:
    values = {
        "tenant": tenant or world.tenant, "name": "门.jpg", "purpose": "complaint", "content_type": "image/jpeg",
        "size_bytes": 3, "sha256": "0" * 64, "key": f"k/{StoredFile.objects.count()}", "created_at": world.now,
        "picture": {"width": 3},
    }  # fmt: skip
    return StoredFile.objects.create(**{**values, **changes})


@pytest.mark.django_db
def test_files_are_the_tenants_own_and_sent_for_a_complaint(world: World, pacific: Tenant) -> None:
    good = stored(world)
    for wrong in (stored(world, pacific), stored(world, purpose="order_batch"), stored(world, claimed_at=world.now)):
        with pytest.raises(ValidationError):
            file(world, world.order(vin=VINS[1]), files=(good.pk, wrong.pk))
    complaint = file(world, world.order(), files=(good.pk,))
    assert StoredFile.objects.get(pk=good.pk).claimed_at == world.now
    assert told(complaint)[0][1]["files"] == [{"file_id": str(good.pk), "name": "门.jpg", "is_photo": True}]
    hidden, shown = stored(world), stored(world, name="检验.pdf", picture=None)
    for each, is_shown in ((hidden, False), (shown, True)):
        investigating.add_complaint_files(
            complaint_id=complaint.pk, files=[each.pk], is_shown=is_shown, actor=world.cc, now=world.tick()
        )
    assert told(complaint)[1:] == [("complaint.files_shown", {
        "subject": complaint_ref(complaint.pk), "complaint_id": str(complaint.pk),
        "files": [{"file_id": str(shown.pk), "name": "检验.pdf", "is_photo": False}],
    })]  # fmt: skip


# --- the database -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "gone"}, "complaint_state_is_known"),
        ({"status": "solution_given"}, "solution_stands_on_a_cause"),
        ({"status": "closed"}, "closed_complaint_has_an_end"),
        ({"ended_reason": "x", "ended_at": "2026-11-23T00:00Z"}, "closed_complaint_has_an_end"),
        ({"cause": "weather"}, "complaint_words_are_known"),
        ({"text": ""}, "complaint_says_what"),
        ({"compensation_fen": 0}, "compensation_is_an_amount"),
        ({"evidence_used_s": 86_401}, "evidence_waits_a_day_at_most"),
        ({"evidence_since": "2026-11-23T00:00Z"}, "evidence_wait_says_for_what"),
    ],
)
def test_what_the_table_itself_refuses(world: World, changes: dict[str, Any], constraint: str) -> None:
    complaint = file(world, world.order())
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(**changes)


@pytest.mark.django_db
def test_notes_and_links_stay_as_they_are(world: World) -> None:
    complaint = file(world, world.order())
    investigating.note_complaint(complaint_id=complaint.pk, text="x", actor=world.cc, now=world.tick())
    for model in (ComplaintNote, ComplaintJob):
        with (
            pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor
        ):  # fmt: skip
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
