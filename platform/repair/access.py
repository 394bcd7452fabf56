"""The doors of the repair desk: who reads which jobs, who sees what, who decides. What is not allowed here is refused."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from events.ids import BadId, read_public_id
from repair.models import Complaint, Job
from tenants.actors import Actor, StaffRole
from tenants.actors import actor_of as actor_of  # the pages of this room take it from here
from tenants.models import Tenant
from tenants.people.doors import staff_view as staff_view  # and its doors

WATCHERS = (
    StaffRole.DISPATCHER, StaffRole.LEAD, StaffRole.CUSTOMER_SERVICE, StaffRole.INSPECTOR, StaffRole.CLAIMS, StaffRole.FINANCE,
)  # fmt: skip
"""They read the jobs of every tenant."""
READERS = (*WATCHERS, StaffRole.WORKSHOP)
"""And a workshop's people those of their own workshop. Agents have pages of their own."""
DESK = (StaffRole.DISPATCHER, StaffRole.LEAD, StaffRole.CUSTOMER_SERVICE)
SERVICE = (StaffRole.CUSTOMER_SERVICE, StaffRole.LEAD)
"""Customers' own data (records, requests, calls, complaints) are theirs alone."""


def is_watcher(actor: Actor) -> bool:
    """Whether `actor` reads the jobs of every tenant."""
    return actor.is_staff_in(*WATCHERS)


def jobs_for(actor: Actor) -> QuerySet[Job]:
    """The jobs that `actor` may read: all of them, those of its own workshop, or none."""
    if is_watcher(actor):
        return Job.objects.all()
    if actor.is_staff_in(StaffRole.WORKSHOP) and actor.workshop_id is not None:
        return Job.objects.filter(workshop_id=actor.workshop_id)
    return Job.objects.none()


def job_for(actor: Actor, ref: str) -> Job:
    """The job with this public id, if `actor` may read it; raises Http404."""
    related = ("tenant", "visit", "visit__workshop", "vehicle", "agent", "workshop", "comeback_of")
    job = jobs_for(actor).select_related(*related).filter(pk=read_key("job", ref)).first()
    if job is None:
        raise Http404
    return job


def complaint_for(actor: Actor, ref: str) -> Complaint:
    """The complaint with this public id; raises Http404, also for who has no business with customers' data."""
    found = Complaint.objects.select_related("tenant").filter(pk=read_key("cmp", ref)).first()
    if found is None or not actor.is_staff_in(*SERVICE):
        raise Http404
    return found


def tenant_for(ref: str) -> Tenant:
    """The tenant with this public id; raises Http404."""
    tenant: Tenant | None = Tenant.objects.filter(pk=read_key("ten", ref)).first()
    if tenant is None:
        raise Http404
    return tenant


def read_key(prefix: str, ref: str) -> UUID:
    """The key behind a public id; raises Http404 when it is none."""
    try:
        return read_public_id(prefix, ref)
    except BadId as error:
        raise Http404 from error


def sees_business(actor: Actor) -> bool:
    """Whether `actor` sees what stands between operator and customer: terms, limits, how the workshop was chosen."""
    return is_watcher(actor)


def may_edit_scope(actor: Actor) -> bool:
    """Whether `actor` may change what is in scope."""
    return actor.is_staff_in(StaffRole.LEAD)


def may_withdraw(actor: Actor) -> bool:
    """Whether `actor` may take an issued document back."""
    return actor.is_staff_in(StaffRole.LEAD)
