"""What the dispatchers' board asks of this desk: its workshops, and the jobs that a leg serves."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from dispatch.rooms import Place, Served
from repair import texts
from repair.ids import job_ref
from repair.models import Job, Workshop


def workshop_places() -> Iterator[Place]:
    """The workshops that take vehicles."""
    found = Workshop.objects.filter(is_active=True).order_by("name").values_list("name", "lat", "lng")
    for name, lat, lng in found:
        yield Place(kind="workshop", name=name, lat=lat, lng=lng)


def jobs_of_purpose(purpose_id: UUID) -> Iterator[Served]:
    """The jobs of a visit, or the job of an errand."""
    found = Job.objects.filter(Q(visit_id=purpose_id) | Q(pk=purpose_id)).order_by("number")
    for key, number, status in found.values_list("pk", "number", "status"):
        state = texts.JOB_STATES.get(status, status)
        yield Served(id=key, label=f"{number} · {state}", url=reverse("repair:job", args=[job_ref(key)]))
