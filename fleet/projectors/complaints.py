"""Complaints: filed, moved, asked about, answered."""

from collections.abc import Sequence

from events.copying import copy_rows
from events.projecting import Told, projects
from fleet.models import Complaint, ComplaintFile, ComplaintOrder
from repair import events as told_by_desk
from repair import states

FIELDS = (
    "id", "number", "source", "status", "status_since", "filed_at", "filed_by", "contact", "phone", "text", "wish", "handler",
    "solution_by", "solution", "compensation_fen", "evidence_wanted", "updated_seq", "updated_at",
)  # fmt: skip


@projects(told_by_desk.ComplaintFiled)
def file_complaints(told: Sequence[Told]) -> None:
    """The complaint, the orders that it is about, and the files that came with it."""
    copy_rows(
        Complaint,
        FIELDS,
        (
            (
                t.event.complaint_id, t.event.number, t.event.source, states.FILED, t.occurred_at, t.occurred_at,
                t.actor_name, t.event.contact, t.event.phone, t.event.text, t.event.wish, "", t.event.solution_by, "", None,
                "", t.seq, t.occurred_at,
            )
            for t in told
        ),
    )  # fmt: skip
    links = [(t.event.complaint_id, order_id) for t in told for order_id in t.event.order_ids]
    copy_rows(ComplaintOrder, ("complaint", "order"), links)
    keep_files(told)


@projects(*told_by_desk.COMPLAINT_MOVES.values())
def move_complaints(told: Sequence[Told]) -> None:
    """The state that the desk's complaint has reached, with what is said in it."""
    for t in told:
        complaint = Complaint.objects.get(pk=t.event.complaint_id)
        complaint.status, complaint.status_since = t.event.status, t.occurred_at
        if t.event.handler:
            complaint.handler = t.event.handler
        if t.event.status == states.SOLUTION_GIVEN:
            complaint.solution, complaint.compensation_fen = t.event.text, t.event.compensation_fen
        if t.event.status == states.REOPENED:
            complaint.solution_by = t.event.solution_by
        if t.event.status in (states.SOLUTION_GIVEN, states.COMPLAINT_CLOSED):
            complaint.evidence_wanted = ""
        complaint.updated_seq, complaint.updated_at = t.seq, t.occurred_at
        complaint.save()


@projects(told_by_desk.ComplaintEvidenceAsked)
def ask_evidence(told: Sequence[Told]) -> None:
    """What is missing, in the operator's words."""
    for t in told:
        Complaint.objects.filter(pk=t.event.complaint_id).update(
            evidence_wanted=t.event.text, updated_seq=t.seq, updated_at=t.occurred_at
        )


@projects(told_by_desk.ComplaintEvidenceGiven)
def take_evidence(told: Sequence[Told]) -> None:
    """Nothing is asked for any more."""
    for t in told:
        Complaint.objects.filter(pk=t.event.complaint_id).update(
            evidence_wanted="", updated_seq=t.seq, updated_at=t.occurred_at
        )
    keep_files(told)


@projects(told_by_desk.ComplaintFilesShown)
def show_files(told: Sequence[Told]) -> None:
    """What the operator lets the tenant see."""
    for t in told:
        Complaint.objects.filter(pk=t.event.complaint_id).update(updated_seq=t.seq, updated_at=t.occurred_at)
    keep_files(told)


def keep_files(told: Sequence[Told]) -> None:
    """A row for each file that an event brought."""
    copy_rows(
        ComplaintFile,
        ("seq", "no", "complaint", "file_id", "name", "is_photo", "added_at"),
        (
            (t.seq, no, t.event.complaint_id, file.file_id, file.name, file.is_photo, t.occurred_at)
            for t in told
            for no, file in enumerate(t.event.files, start=1)
        ),
    )
