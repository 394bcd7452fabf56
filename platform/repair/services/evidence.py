"""The wait for what a customer has to send: the clock *problem* stands still, for a day in all, and not a second more."""

from datetime import datetime, timedelta
from uuid import UUID

from dispatch.clocks import pause_clocks, resume_clocks
from events.commands import command
from events.each import each_alone
from repair.locking import lock_complaint
from repair.models import Complaint
from repair.models.complaints import MOST_WAIT_S
from repair.telling import record_complaint
from tenants.actors import Actor

WHY = "customer_evidence"
LAPSED = "evidence_lapsed"


def begin_wait(complaint: Complaint, *, now: datetime) -> None:
    """Let the clock stand still while there is something left of the day; the caller saves."""
    if complaint.evidence_since is None and complaint.evidence_used_s < MOST_WAIT_S:
        pause_clocks(kinds=["problem"], subject_ids=[complaint.pk], reason=WHY, now=now)
        complaint.evidence_since = now


def end_wait(complaint: Complaint, *, now: datetime) -> None:
    """Let it run on: from now, or from when the day was used up. The caller saves."""
    if complaint.evidence_since is None:
        return
    end = min(now, ends_at(complaint))
    resume_clocks(kinds=["problem"], subject_ids=[complaint.pk], reason=WHY, now=end)
    complaint.evidence_used_s += int((end - complaint.evidence_since).total_seconds())
    complaint.evidence_since = None


def ends_at(complaint: Complaint) -> datetime:
    """When the wait that runs has used up the day."""
    assert complaint.evidence_since is not None
    return complaint.evidence_since + timedelta(seconds=MOST_WAIT_S - complaint.evidence_used_s)


def resume_waited(*, actor: Actor, now: datetime) -> int:
    """Let each clock run on whose day is used up, a command a complaint; returns how many."""
    waiting = Complaint.objects.filter(evidence_since__isnull=False).order_by("evidence_since")
    over = [complaint.pk for complaint in waiting if ends_at(complaint) <= now]
    return sum(each_alone(over, lambda key: resume_one(complaint_id=key, actor=actor, now=now)))


@command
def resume_one(*, complaint_id: UUID, actor: Actor, now: datetime) -> bool:
    """One of `resume_waited`; False when it was answered meanwhile. What is asked for stays asked for."""
    complaint = lock_complaint(complaint_id=complaint_id)
    if complaint.evidence_since is None or ends_at(complaint) > now:
        return False
    end_wait(complaint, now=now)
    complaint.save(update_fields=["evidence_since", "evidence_used_s"])
    record_complaint(complaint, row="F4", event=LAPSED)
    return True
