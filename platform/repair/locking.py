"""The desk's locks, in one order everywhere: legs, visit, jobs (each by key), then workshop days.

The same order as dispatch's, which locks a leg before its fact reaches our listeners. Complaints come after jobs.
"""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from dispatch.models import Leg
from repair.models import Complaint, Job, JobKind, Visit


class JobNotFound(ObjectDoesNotExist):
    """There is no such job for who asks: it does not exist, or it is somebody else's."""

    code = "not_found"


class ComplaintNotFound(ObjectDoesNotExist):
    """There is no such complaint for who asks."""

    code = "not_found"


def lock_complaint(*, complaint_id: UUID, tenant_id: UUID | None = None) -> Complaint:
    """The complaint, locked; raises ComplaintNotFound."""
    rows = Complaint.objects.select_for_update().filter(pk=complaint_id)
    found = rows.first() if tenant_id is None else rows.filter(tenant_id=tenant_id).first()
    if found is None:
        raise ComplaintNotFound
    return found


def lock_job(*, job_id: UUID, tenant_id: UUID | None = None) -> Job:
    """The job, its visit and their legs, locked; raises JobNotFound."""
    return lock_jobs(job_ids=[job_id], tenant_id=tenant_id)[0]


def lock_jobs(*, job_ids: Iterable[UUID], tenant_id: UUID | None = None) -> list[Job]:
    """The jobs in key order, locked with their visits and legs; raises JobNotFound when one is missing."""
    wanted = sorted(set(job_ids))
    rows = Job.objects.filter(pk__in=wanted)
    if tenant_id is not None:
        rows = rows.filter(tenant_id=tenant_id)
    pairs = list(rows.values_list("pk", "visit_id"))
    if len(pairs) != len(wanted):
        raise JobNotFound
    visits = sorted({visit_id for _job, visit_id in pairs} - {None})
    list(Leg.objects.select_for_update().filter(purpose_id__in=[*visits, *wanted]).order_by("pk"))
    list(Visit.objects.select_for_update().filter(pk__in=visits).order_by("pk"))
    return list(Job.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))


def lock_order(*, tenant_id: UUID, order_id: UUID) -> Job:
    """The job behind a tenant's order, locked; raises JobNotFound."""
    key = Job.objects.filter(tenant_id=tenant_id, order_id=order_id).values_list("pk", flat=True).first()
    if key is None:
        raise JobNotFound
    return lock_job(job_id=key, tenant_id=tenant_id)


def lock_visit(*, visit_id: UUID) -> tuple[Visit, list[Job]]:
    """The visit and its jobs in key order, locked after their legs; raises JobNotFound."""
    list(Leg.objects.select_for_update().filter(purpose_id=visit_id).order_by("pk"))
    visit = Visit.objects.select_for_update().filter(pk=visit_id).first()
    if visit is None:
        raise JobNotFound
    return visit, list(Job.objects.select_for_update(of=("self",)).filter(visit_id=visit_id).order_by("pk"))


def lock_purposes(purpose_ids: Iterable[UUID]) -> tuple[dict[UUID, Visit], dict[UUID, list[Job]]]:
    """For listeners to legs, whose rows are locked already: visits by key, and the jobs of each purpose."""
    wanted = sorted(set(purpose_ids))
    visits = {v.pk: v for v in Visit.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    jobs: dict[UUID, list[Job]] = {}
    for job in Job.objects.select_for_update(of=("self",)).filter(visit_id__in=visits).order_by("pk"):
        jobs.setdefault(job.visit_id, []).append(job)  # type: ignore[arg-type]
    errands = [key for key in wanted if key not in visits]
    for job in (
        Job.objects.select_for_update(of=("self",)).filter(pk__in=errands, kind=JobKind.VIOLATION).order_by("pk")
    ):
        jobs[job.pk] = [job]
    return visits, jobs
