"""Documents: made out with the step that brings them about, frozen, printed once, told to their tenant."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connections, transaction

from events.book.models import Entry
from events.models import Fact
from files.models import StoredFile
from files.services import keep_file, read_file
from fleet.models import Order
from fleet.selectors.documents import papers_of
from repair import states
from repair.models import Document, DocumentCopy, Job
from repair.requests import LineChoice
from repair.selectors.documents import documents_of
from repair.selectors.settling import settlement_lines
from repair.services import changing, inspecting, working
from repair.services.issuing import hash_content, withdraw_document
from repair.services.papers import SETTLED
from repair.services.printing import HOLD, note_printed, print_copies, print_copy, print_due, render_copy, take_hold
from tenants.actors import StaffRole, system_actor
from tenants.context import tenant_context
from tenants.models import Tenant
from tests.pdf_text import text_of
from tests.repair.world import World, build_world, draft, fresh, staff

LEAD = staff(StaffRole.LEAD, name="陈志远")


def settlement_of(job: Job) -> Document:
    """The statement in force."""
    return Document.objects.get(job=job, kind="settlement", superseded_at=None, withdrawn_at=None)


def bytes_of(copy: DocumentCopy) -> bytes:
    assert copy.file_id is not None
    return read_file(file_id=copy.file_id, tenant=copy.document.tenant)


def book_of(job: Job) -> list[tuple[str, int, str, list[str]]]:
    """The job's papers as its tenant reads them: kind, version, state, languages that are printed."""
    with tenant_context(job.tenant):
        found = papers_of(Order.objects.get(pk=job.order_id))
        return [(p.document.kind, p.document.version, p.document.state, sorted(p.copies)) for p in found]


def settlements_in_book(job: Job) -> list[tuple[int, str, list[str]]]:
    return [(version, state, printed) for kind, version, state, printed in book_of(job) if kind == "settlement"]


# --- made out -----------------------------------------------------------------------------------------------------------


def test_a_job_that_is_ready_has_its_settlement_statement(world: World) -> None:
    job = world.ready()
    paper = settlement_of(job)
    assert (paper.number, paper.version, paper.tenant_id, paper.order_ids) == (
        f"{job.number}-S1", 1, job.tenant_id, [job.order_id],
    )  # fmt: skip
    assert paper.content["total_fen"] == 30_000
    assert [(line["part"], line["text"], line["amount_fen"], line["payer"]) for line in paper.content["lines"]] == [
        ("labour", "更换前制动片", 30_000, "customer")
    ]
    assert paper.content["warranty"] == {"days": 100, "km": None}
    assert hash_content(Document.objects.get(pk=paper.pk).content) == paper.sha256  # as it comes back from the database
    fact = Fact.objects.get(type="document.issued", data__document_id=str(paper.pk))
    assert (fact.data["number"], fact.data["sha256"], fact.data["supersedes"]) == (paper.number, paper.sha256, None)
    assert settlements_in_book(job) == [(1, "valid", [])]


def test_only_what_was_approved_and_begun_is_charged(world: World) -> None:
    lines = [draft(10_000, text="一"), draft(20_000, kind="part", text="二"), draft(40_000, text="三")]
    job = world.awaiting_approval(*lines)
    choices = [
        LineChoice(no=1, is_approved=True, amount_fen=9_000, reason="按协议价"),
        LineChoice(no=2, is_approved=True),
        LineChoice(no=3, is_approved=False, reason="不需要"),
    ]
    world.decide(job, choices=choices)
    working.start_repair(job_id=job.pk, technician=world.technician(job), actor=world.ws(job), now=world.tick())
    assert settlement_lines(fresh(job)) == []
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    assert [(line.part, line.text, line.amount_fen) for line in settlement_lines(fresh(job))] == [
        ("labour", "一", 9_000), ("part", "二", 20_000),
    ]  # fmt: skip


def test_a_job_that_was_stopped_before_any_work_costs_nothing_and_says_so(world: World) -> None:
    job = world.receive(world.in_custody())
    changing.stop_job(job_id=job.pk, reason="车辆已售", actor=world.ten, now=world.tick())
    changing.wrap_up(job_id=job.pk, actor=world.dsp, now=world.tick())
    paper = settlement_of(job)
    assert (paper.content["lines"], paper.content["total_fen"], paper.content["warranty"]["days"]) == ([], 0, 0)
    print_due(now=world.tick())
    assert "¥0.00" in text_of(bytes_of(paper.copies.get(language="en")))


def test_rework_that_costs_the_same_keeps_the_paper_and_other_costs_make_a_new_one(world: World) -> None:
    job = world.ready()
    first = settlement_of(job)
    inspecting.fail_reinspection(job_id=job.pk, reason="异响未消除", actor=world.qc, now=world.tick())
    working.resume_rework(job_id=job.pk, actor=world.ws(job), now=world.tick())
    extra = [draft(5_000, kind="part", text="制动油")]
    world_again = {"actor": world.ws(job)}
    working.finish_repair(job_id=job.pk, now=world.tick(), **world_again)
    world.inspect(job)
    assert settlement_of(job).pk == first.pk
    inspecting.fail_reinspection(job_id=job.pk, reason="还有异响", actor=world.qc, now=world.tick())
    working.resume_rework(job_id=job.pk, actor=world.ws(job), now=world.tick())
    working.require_consent(job_id=job.pk, lines=extra, note="油已变质", now=world.tick(), **world_again)
    world.decide(job)
    working.finish_repair(job_id=job.pk, now=world.tick(), **world_again)
    world.inspect(job)
    second, first = settlement_of(job), Document.objects.get(pk=first.pk)
    assert (second.number, second.version, second.content["total_fen"]) == (f"{job.number}-S2", 2, 35_000)
    assert (first.state, first.superseded_by_id) == ("superseded", second.pk)
    assert settlements_in_book(job) == [(2, "valid", []), (1, "superseded", [])]
    kinds = [document.state for document in documents_of(job) if document.kind == "settlement"]
    assert kinds == ["valid", "superseded"]


# --- printed ------------------------------------------------------------------------------------------------------------


def test_both_languages_are_printed_once_and_the_tenant_hears_of_it(world: World) -> None:
    job = world.ready()
    paper = settlement_of(job)
    assert print_copies(document_id=paper.pk, now=world.tick()) == 2
    assert print_copies(document_id=paper.pk, now=world.tick()) == 0
    copies = {copy.language: copy for copy in paper.copies.select_related("file", "document__tenant")}
    assert sorted(copies) == ["en", "zh-hans"]
    for copy in copies.values():
        pdf = bytes_of(copy)
        assert (copy.sha256, copy.size_bytes) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
        assert copy.file is not None and copy.file.claimed_at is not None and copy.file.tenant_id == job.tenant_id
        assert render_copy(copy) == pdf  # anybody may print it again: the same bytes
        text = text_of(pdf).replace(" ", "")
        assert paper.number in text and paper.sha256 in text and f"/check/{paper.check_code}/" in text
    assert "Settlementstatement" in text_of(bytes_of(copies["en"])).replace(" ", "")
    assert "维修结算单" in text_of(bytes_of(copies["zh-hans"])) and "叁佰元整" in text_of(bytes_of(copies["zh-hans"]))
    assert settlements_in_book(job) == [(1, "valid", ["en", "zh-hans"])]
    with tenant_context(job.tenant):
        told = Entry.objects.filter(type="order.document_printed", data__document_id=str(paper.pk)).order_by("seq")
        assert [entry.data["sha256"] for entry in told] == [copies["en"].sha256, copies["zh-hans"].sha256]


def test_a_copy_that_another_worker_holds_is_left_alone_until_the_hold_runs_out(world: World) -> None:
    paper = settlement_of(world.ready())
    copy = paper.copies.get(language="en")
    assert take_hold(copy_id=copy.pk, now=world.tick()) is not None
    assert not print_copy(copy_id=copy.pk, now=world.tick())
    assert print_copy(copy_id=copy.pk, now=world.now + HOLD)


def test_the_slower_of_two_workers_keeps_no_file(world: World) -> None:
    paper = settlement_of(world.ready())
    copy = paper.copies.get(language="en")
    assert print_copy(copy_id=copy.pk, now=world.tick())
    actor = system_actor("documents")
    late = keep_file(
        tenant=paper.tenant, name="late.pdf", content=b"x", purpose="document", content_type="application/pdf", actor=actor,
        now=world.now,
    )  # fmt: skip
    assert not note_printed(copy_id=copy.pk, file=late, actor=actor, now=world.tick())
    assert StoredFile.objects.get(pk=late.pk).claimed_at is None
    assert Fact.objects.filter(type="document.printed", data__document_id=str(paper.pk)).count() == 1


def test_what_cannot_be_printed_waits_longer_each_time_and_says_why(world: World) -> None:
    job = world.ready()
    sound = settlement_of(job)
    content = {key: value for key, value in sound.content.items() if key != "totals"}
    broken = Document.objects.create(
        kind="settlement", number="X-1", subject="job_x", version=1, tenant=job.tenant, job=job, content=content, sha256="0" * 64,
        check_code="x", issued_at=world.now, issued_by="test",
    )  # fmt: skip
    copy = DocumentCopy.objects.create(document=broken, language="en", wanted_at=world.now, next_try_at=world.now)
    for attempt, pause in ((1, 60), (2, 120), (3, 240)):
        now = DocumentCopy.objects.get(pk=copy.pk).next_try_at
        assert now is not None and not print_copy(copy_id=copy.pk, now=now)
        copy.refresh_from_db()
        assert (copy.attempts, copy.next_try_at, copy.fault) == (
            attempt,
            now + timedelta(seconds=pause),
            "KeyError: 'totals'",
        )
    others = DocumentCopy.objects.filter(next_try_at__lte=world.now).exclude(pk=copy.pk).count()
    assert print_due(now=world.now) == others > 0  # one that cannot be printed keeps no other back


def test_two_workers_at_once_print_a_copy_once(own_db: str, now: datetime) -> None:
    world = build_world(Tenant.objects.get(slug="acme"), now)
    paper = settlement_of(world.ready())
    copy = paper.copies.get(language="en")
    moment = world.tick()

    def work(_number: int) -> bool:
        try:
            return print_copy(copy_id=copy.pk, now=moment)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(4))) == [False, False, False, True]
    assert StoredFile.objects.filter(purpose="document").count() == 1


# --- kept ---------------------------------------------------------------------------------------------------------------


def test_an_issued_document_is_never_changed_or_deleted(world: World) -> None:
    paper = settlement_of(world.ready())
    changes: tuple[dict[str, Any], ...] = (
        {"content": {"total_fen": 1}}, {"sha256": "0" * 64}, {"number": "X"}, {"check_code": "X"}, {"order_ids": []},
        {"issued_at": world.now + timedelta(days=1)}, {"version": 7}, {"job": None}, {"issued_by": "X"},
    )  # fmt: skip
    for change in changes:
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            Document.objects.filter(pk=paper.pk).update(**change)
    print_due(now=world.tick())
    with pytest.raises(IntegrityError, match="a printed copy is never changed"), transaction.atomic():
        DocumentCopy.objects.filter(document=paper).update(sha256="0" * 64)
    for rows in (DocumentCopy.objects.filter(document=paper), Document.objects.filter(pk=paper.pk)):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            rows._raw_delete(rows.db)


def test_there_is_one_paper_in_force(world: World) -> None:
    paper = settlement_of(world.ready())
    with pytest.raises(IntegrityError, match="one_document_in_force"), transaction.atomic():
        Document.objects.create(
            kind="settlement", number="X", subject=paper.subject, version=2, tenant=paper.tenant, content={}, sha256="0" * 64,
            check_code="X", issued_at=world.now, issued_by="test",
        )  # fmt: skip


def test_a_lead_takes_a_paper_back_with_a_reason_and_for_good(world: World) -> None:
    job = world.ready()
    paper = settlement_of(job)
    for actor in (world.cc, world.dsp, world.ws(job), world.agent(), world.ten):
        with pytest.raises(PermissionDenied):
            withdraw_document(document_id=paper.pk, reason="错误", actor=actor, now=world.tick())
    with pytest.raises(ValidationError):
        withdraw_document(document_id=paper.pk, reason=" ", actor=LEAD, now=world.tick())
    withdraw_document(document_id=paper.pk, reason="单价录入错误", actor=LEAD, now=world.tick())
    with pytest.raises(ValidationError):
        withdraw_document(document_id=paper.pk, reason="又一次", actor=LEAD, now=world.tick())
    with pytest.raises(IntegrityError, match="never taken back"), transaction.atomic():
        Document.objects.filter(pk=paper.pk).update(withdrawn_at=None)
    assert settlements_in_book(job) == [(1, "withdrawn", [])]
    with tenant_context(job.tenant):
        assert Entry.objects.get(type="order.document_withdrawn").data["why"] == "单价录入错误"


def test_another_tenants_book_knows_nothing_of_it(world: World, pacific: Tenant) -> None:
    world.ready()
    print_due(now=world.tick())
    with tenant_context(pacific):
        assert not Entry.objects.filter(type__startswith="order.document").exists()


def test_states_in_which_the_cost_is_known_are_states_of_jobs() -> None:
    assert states.JOB.states >= SETTLED
