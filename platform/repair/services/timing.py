"""The progress clock: from one note to the next while the vehicle is held."""

from collections.abc import Sequence
from datetime import datetime

from dispatch.clocks import start_clocks, stop_clocks
from dispatch.requests import ClockStart
from repair import states
from repair.ids import job_ref
from repair.models import Job


def note_progress_clock(jobs: Sequence[Job], *, now: datetime) -> None:
    """The customer has heard something: the running clock is met, and the next one starts while the vehicle is held."""
    if not jobs:
        return
    stop_clocks(kind="progress", subject_ids=[job.pk for job in jobs], now=now)
    held = [job for job in jobs if job.status in states.IN_CUSTODY_STATES]
    for tenant_id in sorted({job.tenant_id for job in held}):
        clocks = [
            ClockStart(kind="progress", subject_id=job.pk, subject=job_ref(job.pk), started_at=now)
            for job in held
            if job.tenant_id == tenant_id
        ]
        start_clocks(tenant_id=tenant_id, clocks=clocks, now=now)
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(progress_noted_at=now)


def start_wait(job: Job, kind: str, *, now: datetime) -> None:
    """A measured wait (approval, consent, insurer, parts): shown in the downtime split, never breached."""
    clock = ClockStart(kind=kind, subject_id=job.pk, subject=job_ref(job.pk), started_at=now)
    start_clocks(tenant_id=job.tenant_id, clocks=[clock], now=now)
