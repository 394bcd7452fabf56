"""F1, F4, F6, F7, F9: what a customer says of a complaint, himself or through customer service."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from dispatch.clocks import cancel_clocks, running, start_clocks
from dispatch.requests import ClockStart
from events.commands import Recorded, command, record, tell
from events.ids import new_id
from files.models import StoredFile
from files.services import hold_file
from repair.events import (
    CompensationDue,
    ComplaintEvidenceGiven,
    ComplaintFiled,
    ComplaintOpened,
    FileTold,
    OrderNoted,
)
from repair.ids import complaint_ref, order_ref
from repair.locking import JobNotFound, lock_complaint, lock_jobs
from repair.models import Complaint, ComplaintFile, ComplaintJob, Job
from repair.requests import ComplaintDraft
from repair.services.choosing import local_day
from repair.services.evidence import end_wait
from repair.states import COMPLAINT
from repair.telling import move_complaint
from tenants.actors import Actor
from tenants.models import Tenant

PURPOSE: Final = "complaint"  # of the files that may be named in one
MOST_FILES: Final = 12


@command
def file_complaint(
    *, tenant_id: UUID, order_ids: Sequence[UUID], draft: ComplaintDraft, actor: Actor, now: datetime
) -> Complaint:
    """F1: the 72 hours begin. Raises JobNotFound, TransitionError, ValidationError by field."""
    jobs = lock_orders(tenant_id, order_ids)
    status = COMPLAINT.begin("file", kind="", actor=actor)
    contact = draft.contact.strip() or (jobs[0].contact if jobs else "")
    phone = draft.phone.strip() or (jobs[0].phone if jobs else "")
    check_words({"text": draft.text, "contact": contact, "phone": phone})
    complaint = Complaint(
        id=new_id(), number=next_number(now), tenant_id=tenant_id, source=draft.source, status=status, status_since=now,
        filed_at=now, filed_by=actor.name[:200], contact=contact, phone=phone, text=draft.text.strip(),
        wish=draft.wish.strip(),
    )  # fmt: skip
    complaint.save(force_insert=True)
    ComplaintJob.objects.bulk_create(ComplaintJob(complaint=complaint, job=job) for job in jobs)
    fact = record(
        ComplaintOpened(
            subject=complaint_ref(complaint.pk), complaint_id=complaint.pk, tenant_id=tenant_id, number=complaint.number,
            source=complaint.source, job_ids=tuple(job.pk for job in jobs),
        )
    )  # fmt: skip
    files = add_files(complaint, draft.files, is_shown=True, actor=actor, now=now)
    solution_by = start_problem_clock(complaint, now)
    event = ComplaintFiled(
        subject=complaint_ref(complaint.pk), complaint_id=complaint.pk, number=complaint.number, source=complaint.source,
        order_ids=tuple(job.order_id for job in jobs), contact=contact, phone=phone, text=complaint.text,
        wish=complaint.wish, solution_by=solution_by, files=files,
    )  # fmt: skip
    tell(tenant_id, event, because=fact)
    note_orders(complaint, "complaint", because=fact, jobs=jobs)
    return complaint


def lock_orders(tenant_id: UUID, order_ids: Sequence[UUID]) -> list[Job]:
    """The jobs behind a tenant's orders, locked, in the order asked; raises JobNotFound when one is not its own."""
    wanted = list(dict.fromkeys(order_ids))
    keys = dict(Job.objects.filter(tenant_id=tenant_id, order_id__in=wanted).values_list("order_id", "pk"))
    if len(keys) != len(wanted):
        raise JobNotFound
    jobs = {job.order_id: job for job in lock_jobs(job_ids=keys.values(), tenant_id=tenant_id)} if keys else {}
    return [jobs[order_id] for order_id in wanted]


def check_words(words: dict[str, str]) -> None:
    """Raise ValidationError for what must be said and is not."""
    missing = {name: _("This is needed.") for name, text in words.items() if not text.strip()}
    if missing:
        raise ValidationError(missing)


def next_number(now: datetime) -> str:
    """A number for people to quote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('repair_complaint_number')")
        (counter,) = cursor.fetchone()
    return f"CP{local_day(now):%y%m}-{counter:06d}"


def start_problem_clock(complaint: Complaint, now: datetime) -> datetime | None:
    """A solution is due; returns when."""
    start = ClockStart(kind="problem", subject_id=complaint.pk, subject=complaint_ref(complaint.pk), started_at=now)
    start_clocks(tenant_id=complaint.tenant_id, clocks=[start], now=now)
    clocks = running(kinds=["problem"], subject_ids=[complaint.pk])
    return clocks.order_by("-started_at").values_list("due_at", flat=True)[0]


def note_orders(complaint: Complaint, topic: str, *, because: Recorded, jobs: Sequence[Job] | None = None) -> None:
    """What an order's own page and log say of a complaint: that there is one, and that it is over."""
    about = complaint.jobs.order_by("pk") if jobs is None else jobs
    for job in about:
        noted = OrderNoted(subject=order_ref(job.order_id), order_id=job.order_id, topic=topic, text=complaint.number)
        tell(complaint.tenant_id, noted, because=because)


def add_files(
    complaint: Complaint, file_ids: Sequence[UUID], *, is_shown: bool, actor: Actor, now: datetime
) -> tuple[FileTold, ...]:
    """Let the complaint name files that were sent for it; returns them as they are told. Raises ValidationError."""
    wanted = list(dict.fromkeys(file_ids))
    if len(wanted) + complaint.files.count() > MOST_FILES:
        raise ValidationError({"files": _("At most %(count)d files belong to one complaint.") % {"count": MOST_FILES}})
    tenant = Tenant.objects.get(pk=complaint.tenant_id)
    free = StoredFile.objects.filter(pk__in=wanted, tenant=tenant, purpose=PURPOSE, claimed_at__isnull=True)
    files = {file.pk: file for file in free}
    if len(files) != len(wanted):
        raise ValidationError({"files": _("Send these files again: one of them is not there any more.")})
    for key in wanted:
        hold_file(file_id=key, tenant=tenant, now=now)
    ComplaintFile.objects.bulk_create(
        ComplaintFile(complaint=complaint, file=files[key], is_shown=is_shown, by=actor.name[:200], added_at=now)
        for key in wanted
    )
    return tuple(FileTold(file_id=key, name=files[key].name, is_photo=files[key].picture is not None) for key in wanted)


@command
def give_evidence(
    *,
    complaint_id: UUID,
    text: str,
    files: Sequence[UUID] = (),
    tenant_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> Complaint:
    """F4: words, photos, papers; a clock that stood still for them runs on. Raises as `file_complaint`."""
    complaint = lock_complaint(complaint_id=complaint_id, tenant_id=tenant_id)
    if not text.strip() and not files:
        raise ValidationError({"text": _("Write something, or add a file.")})
    fact = move_complaint(complaint, "give_evidence", actor=actor, now=now, note=text.strip())
    told = add_files(complaint, files, is_shown=True, actor=actor, now=now)
    end_wait(complaint, now=now)
    complaint.evidence_wanted = ""
    complaint.save(update_fields=["evidence_wanted", "evidence_since", "evidence_used_s"])
    event = ComplaintEvidenceGiven(
        subject=complaint_ref(complaint.pk), complaint_id=complaint.pk, text=text.strip(), files=told
    )
    tell(complaint.tenant_id, event, because=fact)
    return complaint


@command
def accept_solution(
    *, complaint_id: UUID, tenant_id: UUID | None = None, note: str = "", actor: Actor, now: datetime
) -> Complaint:
    """F6: the customer takes it; what it pays him is due now."""
    complaint = lock_complaint(complaint_id=complaint_id, tenant_id=tenant_id)
    move_complaint(complaint, "accept", actor=actor, now=now, note=note.strip())
    complaint.save(update_fields=["status", "status_since"])
    if complaint.compensation_fen is not None:
        record(
            CompensationDue(
                subject=complaint_ref(complaint.pk), complaint_id=complaint.pk, tenant_id=complaint.tenant_id,
                job_ids=tuple(complaint.jobs.order_by("pk").values_list("pk", flat=True)),
                amount_fen=complaint.compensation_fen, cause=complaint.cause, answerable=complaint.answerable,
            )
        )  # fmt: skip
    return complaint


@command
def reopen_complaint(
    *, complaint_id: UUID, reason: str, tenant_id: UUID | None = None, actor: Actor, now: datetime
) -> Complaint:
    """F7: it is not well after all; another 72 hours begin. A compensation that was taken stays due."""
    complaint = lock_complaint(complaint_id=complaint_id, tenant_id=tenant_id)
    COMPLAINT.check(complaint, "reopen", actor=actor, evidence={"reason": reason})
    solution_by = start_problem_clock(complaint, now)
    complaint.compensation_fen = None  # refused; or due already, and the next solution says what comes on top
    complaint.reopened += 1
    complaint.ended_at, complaint.ended_reason = None, ""
    fact = move_complaint(
        complaint, "reopen", actor=actor, now=now, note=reason, told=reason, solution_by=solution_by, reason=reason
    )
    complaint.save(update_fields=["status", "status_since", "reopened", "ended_at", "ended_reason", "compensation_fen"])
    note_orders(complaint, "complaint", because=fact)
    return complaint


@command
def withdraw_complaint(
    *, complaint_id: UUID, reason: str, tenant_id: UUID | None = None, actor: Actor, now: datetime
) -> Complaint:
    """F9: the customer lets it be."""
    complaint = lock_complaint(complaint_id=complaint_id, tenant_id=tenant_id)
    fact = move_complaint(complaint, "withdraw", actor=actor, now=now, note=reason, told=reason, reason=reason)
    end_wait(complaint, now=now)
    cancel_clocks(subject_ids=[complaint.pk], now=now)
    end_complaint(complaint, reason, because=fact, now=now)
    return complaint


def end_complaint(complaint: Complaint, reason: str, *, because: Recorded, now: datetime) -> None:
    """Its last page is turned; the orders' pages say so."""
    complaint.ended_at, complaint.ended_reason, complaint.evidence_wanted = now, reason.strip()[:300], ""
    complaint.save()
    note_orders(complaint, "complaint_closed", because=because)
