"""Starting the clocks of jobs: where each promise is kept, and the progress clock from one note to the next."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from dispatch.clocks import start_clocks, stop_clocks
from dispatch.requests import ClockStart
from repair import states
from repair.ids import job_ref
from repair.models import Job, Workshop

AT_WORKSHOP: Final = frozenset({"progress", "return", "parts"})
"""Promises that are kept where the vehicle stands as well as where it goes: an area alert at either place touches them."""


def run_clocks(kind: str, jobs: Sequence[Job], *, now: datetime, due_at: datetime | None = None) -> None:
    """Start a clock of one kind for each job, in the tenants' order."""
    workshops = workshops_of(jobs) if kind in AT_WORKSHOP else {}
    for tenant_id in sorted({job.tenant_id for job in jobs}):
        clocks = [
            ClockStart(
                kind=kind, subject_id=job.pk, subject=job_ref(job.pk), started_at=now, due_at=due_at,
                places=((job.lat, job.lng), *workshops.get(job.pk, ())),
            )
            for job in jobs
            if job.tenant_id == tenant_id
        ]  # fmt: skip
        start_clocks(tenant_id=tenant_id, clocks=clocks, now=now)


def workshops_of(jobs: Sequence[Job]) -> Mapping[UUID, tuple[tuple[float, float]]]:
    """Where the workshop of each job stands."""
    found = Workshop.objects.in_bulk({job.workshop_id for job in jobs if job.workshop_id})
    return {job.pk: ((w.lat, w.lng),) for job in jobs if job.workshop_id and (w := found.get(job.workshop_id))}


def note_progress_clock(jobs: Sequence[Job], *, now: datetime) -> None:
    """The customer has heard something: the running clock is met, and the next one starts while the vehicle is held."""
    if not jobs:
        return
    stop_clocks(kind="progress", subject_ids=[job.pk for job in jobs], now=now)
    run_clocks("progress", [job for job in jobs if job.status in states.IN_CUSTODY_STATES], now=now)
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(progress_noted_at=now)


def start_wait(job: Job, kind: str, *, now: datetime) -> None:
    """A measured wait (approval, consent, insurer, parts): shown in the downtime split, never breached; it moves the promise."""
    run_clocks(kind, [job], now=now)
