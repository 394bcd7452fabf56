"""How a step of a job becomes a fact and an event: one place, for one job and for many."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from events.commands import Recorded, current_work, record, tell
from repair.events import (
    COMPLAINT_MOVES,
    ORDER_MOVES,
    ComplaintMoved,
    JobMoved,
    OrderNoted,
    OrderPhotographed,
    PhotoTold,
    VehicleOdometerRead,
)
from repair.ids import complaint_ref, job_ref, order_ref, vehicle_ref
from repair.models import Complaint, Job
from repair.states import COMPLAINT, JOB
from tenants.actors import Actor


def move(
    job: Job,
    event: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    detail: Mapping[str, Any] | None = None,
    **evidence: Any,
) -> Recorded:
    """Take one step: check, change, record, tell. Returns its fact; the caller saves the job's status.

    Raises TransitionError.
    """
    before = job.status
    step = JOB.transition(job, event, actor=actor, now=now, **evidence)
    return tell_step(job, row=step.row, event=event, before=before, note=note, detail=detail)


def move_many(
    jobs: Sequence[Job],
    event: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    detail: Mapping[str, Any] | None = None,
    **evidence: Any,
) -> dict[UUID, Recorded]:
    """The same step for many jobs, all or none; their states are saved here. Returns the facts. Raises TransitionError."""
    before = {job.pk: job.status for job in jobs}
    rows = {job.pk: JOB.check(job, event, actor=actor, evidence=evidence).row for job in jobs}
    JOB.transition_many(jobs, event, actor=actor, now=now, **evidence)
    return {
        job.pk: tell_step(job, row=rows[job.pk], event=event, before=before[job.pk], note=note, detail=detail)
        for job in jobs
    }


def tell_step(job: Job, *, row: str, event: str, before: str, note: str, detail: Mapping[str, Any] | None) -> Recorded:
    """Record the step, and tell the tenant when the state changed."""
    fact = record_step(job, row=row, event=event, before=before, note=note, detail=detail)
    if job.status != before:
        told = ORDER_MOVES[job.status](
            subject=order_ref(job.order_id), order_id=job.order_id, status=job.status, note=note
        )
        tell(job.tenant_id, told, because=fact)
    return fact


def record_step(
    job: Job, *, row: str, event: str, before: str = "", note: str = "", detail: Mapping[str, Any] | None = None
) -> Recorded:
    """The fact of a step, or of what changes no state."""
    return record(
        JobMoved(
            subject=job_ref(job.pk), job_id=job.pk, tenant_id=job.tenant_id, order_id=job.order_id, row=row, event=event,
            before=before or job.status, after=job.status, note=note, detail=dict(detail) if detail else None,
        )
    )  # fmt: skip


def last_step(job: Job) -> Recorded | None:
    """The fact that the running command recorded last of this job: what is told beside a step is told because of it."""
    return next((item for item in reversed(current_work().facts) if item.fact.subject == job_ref(job.pk)), None)


def note_order(job: Job, *, topic: str, text: str) -> None:
    """Tell the tenant something of its order that changes no state."""
    tell(
        job.tenant_id,
        OrderNoted(subject=order_ref(job.order_id), order_id=job.order_id, topic=topic, text=text),
        because=last_step(job),
    )


def tell_odometer(job: Job, *, km: int, source: str, now: datetime) -> None:
    """Tell the tenant what its vehicle's odometer shows at a hand-over; once a visit, by one of its jobs."""
    tell(
        job.tenant_id,
        VehicleOdometerRead(
            subject=vehicle_ref(job.vehicle_id), vehicle_id=job.vehicle_id, vin=job.vin, km=km, read_at=now, source=source,
            order_id=job.order_id,
        ),
        because=last_step(job),
    )  # fmt: skip


def tell_photos(job: Job, *, kind: str, photos: Sequence[PhotoTold]) -> None:
    """Let the tenant see photos of its order; the caller claims the files. None tells nothing."""
    if photos:
        subject = order_ref(job.order_id)
        told = OrderPhotographed(subject=subject, order_id=job.order_id, kind=kind, photos=tuple(photos))
        tell(job.tenant_id, told, because=last_step(job))


def move_complaint(
    complaint: Complaint,
    event: str,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    told: str = "",
    handler: str = "",
    compensation_fen: int | None = None,
    solution_by: datetime | None = None,
    **evidence: Any,
) -> Recorded:
    """Take one step of a complaint: check, change, record; tell the tenant (`told` in its words) when the state changed.

    Returns the fact; the caller saves. Raises TransitionError.
    """
    before = complaint.status
    step = COMPLAINT.transition(complaint, event, actor=actor, now=now, **evidence)
    detail = {} if compensation_fen is None else {"compensation_fen": compensation_fen}
    fact = record_complaint(complaint, row=step.row, event=event, before=before, note=note, detail=detail)
    if complaint.status != before:
        reached = COMPLAINT_MOVES[complaint.status](
            subject=complaint_ref(complaint.pk), complaint_id=complaint.pk, status=complaint.status, text=told,
            handler=handler, compensation_fen=compensation_fen, solution_by=solution_by,
        )  # fmt: skip
        tell(complaint.tenant_id, reached, because=fact)
    return fact


def record_complaint(
    complaint: Complaint,
    *,
    row: str,
    event: str,
    before: str = "",
    note: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Recorded:
    """The fact of a step, or of what changes no state."""
    return record(
        ComplaintMoved(
            subject=complaint_ref(complaint.pk), complaint_id=complaint.pk, tenant_id=complaint.tenant_id, row=row,
            event=event, before=before or complaint.status, after=complaint.status, note=note,
            detail=dict(detail) if detail else None,
        )
    )  # fmt: skip
