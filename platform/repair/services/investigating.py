"""F2 to F5, F8: what customer service does with a complaint, up to the closed loop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dispatch.clocks import stop_clocks
from events.commands import command, tell
from events.machine import TransitionError
from repair import states
from repair.events import ComplaintEvidenceAsked, ComplaintFilesShown
from repair.ids import complaint_ref
from repair.locking import lock_complaint
from repair.models import Answerable, Complaint, ComplaintCause, ComplaintNote
from repair.services.complaining import add_files, end_complaint
from repair.services.evidence import begin_wait, end_wait
from repair.states import COMPLAINT
from repair.telling import move_complaint, record_complaint
from tenants.actors import Actor

FINDINGS = ("cause", "answerable", "findings", "measures", "follow_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found and done; none of it is told."""

    cause: str = ""
    answerable: str = ""
    findings: str = ""
    measures: str = ""
    follow_up: str = ""


@command
def take_up(*, complaint_id: UUID, actor: Actor, now: datetime) -> Complaint:
    """F2: this person has it in hand. Of two at once the second is told who was first."""
    complaint = lock_complaint(complaint_id=complaint_id)
    if complaint.status == states.INVESTIGATING and complaint.handler != actor.id:
        text = _("%(who)s has taken it up already.") % {"who": complaint.handler_name}
        raise refuse(complaint, "investigate", actor, text)
    complaint.handler, complaint.handler_name = actor.id, actor.name
    move_complaint(complaint, "investigate", actor=actor, now=now, handler=actor.name)
    complaint.save(update_fields=["status", "status_since", "handler", "handler_name"])
    return complaint


@command
def hand_on(*, complaint_id: UUID, actor: Actor, now: datetime) -> Complaint:
    """F2: a colleague takes it over from who had it."""
    complaint = lock_complaint(complaint_id=complaint_id)
    before = complaint.handler_name
    COMPLAINT.check(complaint, "hand_on", actor=actor, evidence={})
    if complaint.handler == actor.id:
        raise refuse(complaint, "hand_on", actor, _("You have it in hand already."))
    complaint.handler, complaint.handler_name = actor.id, actor.name
    complaint.save(update_fields=["handler", "handler_name"])
    record_complaint(complaint, row="F2", event="hand_on", detail={"from": before, "to": actor.name})
    return complaint


def refuse(complaint: Complaint, event: str, actor: Actor, text: str) -> TransitionError:
    """A refusal that the table cannot know."""
    return COMPLAINT.refusal(complaint, event, actor, "illegal_state", text)


@command
def write_findings(*, complaint_id: UUID, draft: Findings, actor: Actor, now: datetime) -> Complaint:
    """F3: cause, who answers for it, measures, follow-up. Raises TransitionError, ValidationError by field."""
    complaint = lock_complaint(complaint_id=complaint_id)
    COMPLAINT.check(complaint, "find", actor=actor, evidence={})
    check_findings(complaint, draft)
    before = {name: getattr(complaint, name) for name in FINDINGS}
    after = {name: getattr(draft, name).strip() for name in FINDINGS}
    if before != after:
        for name, value in after.items():
            setattr(complaint, name, value)
        complaint.save(update_fields=list(FINDINGS))
        record_complaint(complaint, row="F3", event="find", detail={"before": before, "after": after})
    return complaint


def check_findings(complaint: Complaint, draft: Findings) -> None:
    """Raise ValidationError for a word that is none, or one that a given solution stands on and that is taken away."""
    errors: dict[str, str] = {}
    for name, known in (("cause", ComplaintCause.values), ("answerable", Answerable.values)):
        value = getattr(draft, name)
        if value and value not in known:
            errors[name] = _("There is no such choice.")
        elif not value and complaint.status in (states.SOLUTION_GIVEN, states.SOLUTION_ACCEPTED):
            errors[name] = _("The solution stands on it; it can be another, not none.")
    if errors:
        raise ValidationError(errors)


@command
def ask_evidence(*, complaint_id: UUID, text: str, actor: Actor, now: datetime) -> Complaint:
    """F4: something is missing; the clock stands still meanwhile, for a day in all."""
    complaint = lock_complaint(complaint_id=complaint_id)
    fact = move_complaint(complaint, "ask_evidence", actor=actor, now=now, note=text, reason=text)
    complaint.evidence_wanted = text.strip()[:1000]
    begin_wait(complaint, now=now)
    complaint.save(update_fields=["evidence_wanted", "evidence_since"])
    event = ComplaintEvidenceAsked(
        subject=complaint_ref(complaint.pk), complaint_id=complaint.pk, text=complaint.evidence_wanted
    )
    tell(complaint.tenant_id, event, because=fact)
    return complaint


@command
def give_solution(
    *, complaint_id: UUID, solution: str, compensation_fen: int | None, actor: Actor, now: datetime
) -> Complaint:
    """F5: what the operator offers, in words for the customer; the clock stops. Raises TransitionError, ValidationError."""
    complaint = lock_complaint(complaint_id=complaint_id)
    if compensation_fen is not None and compensation_fen <= 0:
        raise ValidationError({"compensation": _("Write an amount above zero, or nothing.")})
    complaint.solution, complaint.compensation_fen = solution.strip(), compensation_fen
    move_complaint(
        complaint, "give_solution", actor=actor, now=now, note=complaint.solution, told=complaint.solution,
        compensation_fen=compensation_fen, solution=complaint.solution,
    )  # fmt: skip
    end_wait(complaint, now=now)
    complaint.evidence_wanted = ""
    complaint.first_solution_at = complaint.first_solution_at or now
    complaint.save()
    stop_clocks(kind="problem", subject_ids=[complaint.pk], now=now)
    return complaint


@command
def close_complaint(*, complaint_id: UUID, actor: Actor, now: datetime) -> Complaint:
    """F8: accepted, and what keeps it from happening again is written down: the loop is closed."""
    complaint = lock_complaint(complaint_id=complaint_id)
    fact = move_complaint(complaint, "close", actor=actor, now=now)
    end_complaint(complaint, "", because=fact, now=now)
    return complaint


@command
def close_unanswered(*, complaint_id: UUID, reason: str, actor: Actor, now: datetime) -> Complaint:
    """F8: the customer has a solution and says nothing more."""
    complaint = lock_complaint(complaint_id=complaint_id)
    fact = move_complaint(complaint, "close_unanswered", actor=actor, now=now, note=reason, told=reason, reason=reason)
    end_complaint(complaint, reason, because=fact, now=now)
    return complaint


@command
def note_complaint(*, complaint_id: UUID, text: str, actor: Actor, now: datetime) -> ComplaintNote:
    """A word among ourselves; it never leaves the desk."""
    complaint = lock_complaint(complaint_id=complaint_id)
    if not text.strip():
        raise ValidationError({"text": _("Write something.")})
    return ComplaintNote.objects.create(complaint=complaint, text=text.strip(), by=actor.name, noted_at=now)


@command
def add_complaint_files(
    *, complaint_id: UUID, files: Sequence[UUID], is_shown: bool, actor: Actor, now: datetime
) -> Complaint:
    """Photos and papers of ours; only what is shown is told."""
    complaint = lock_complaint(complaint_id=complaint_id)
    told = add_files(complaint, files, is_shown=is_shown, actor=actor, now=now)
    fact = record_complaint(complaint, row="", event="add_files", detail={"files": len(told), "is_shown": is_shown})
    if is_shown and told:
        event = ComplaintFilesShown(subject=complaint_ref(complaint.pk), complaint_id=complaint.pk, files=told)
        tell(complaint.tenant_id, event, because=fact)
    return complaint
