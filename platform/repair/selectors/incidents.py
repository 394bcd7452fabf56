"""Incident files and the cover of what we hold, as pages read them."""

from datetime import datetime

from django.db.models import Case, IntegerField, Q, QuerySet, When

from repair import states
from repair.models import CoverGap, Incident, IncidentNote, InsurancePolicy, Job
from repair.selectors.pictures import Picture, show
from tenants.actors import Actor


def list_incidents(jobs: QuerySet[Job]) -> QuerySet[Incident]:
    """The files over these jobs, what is open first, then the newest."""
    rank = Case(When(status=states.FILE_CLOSED, then=1), default=0, output_field=IntegerField())
    return (
        Incident.objects.filter(job__in=jobs)
        .select_related("job", "job__tenant", "agent")
        .order_by(rank, "-happened_at", "-pk")
    )


def count_open_incidents() -> int:
    """Files that nobody has closed."""
    return Incident.objects.exclude(status=states.FILE_CLOSED).count()


def notes_of(incident: Incident, actor: Actor) -> list[tuple[IncidentNote, list[Picture]]]:
    """The notes in the order in which they were written, with their photos: two queries, however many."""
    notes = list(incident.notes.order_by("noted_at", "pk"))
    shown = {p.label: p for p in show([(str(r), str(r)) for n in notes for r in n.photos], incident.job, actor)}
    return [(note, [shown[str(ref)] for ref in note.photos if str(ref) in shown]) for note in notes]


def policies_by_end(now: datetime) -> QuerySet[InsurancePolicy]:
    """What is in force or to come first, by its end; what is over last."""
    over = Case(When(Q(ends_at__lte=now), then=1), default=0, output_field=IntegerField())
    return InsurancePolicy.objects.order_by(over, "ends_at", "pk")


def open_gaps() -> QuerySet[CoverGap]:
    """Vehicles in custody that nothing covers now."""
    return gaps().filter(closed_at__isnull=True)


def gaps() -> QuerySet[CoverGap]:
    """All gaps, the newest first."""
    return CoverGap.objects.select_related("custody", "custody__visit", "custody__visit__tenant").order_by(
        "-opened_at", "-pk"
    )
