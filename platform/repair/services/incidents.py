"""J25: an incident file from the first word to the close. The operator answers for it unless something shows otherwise (P26)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max
from django.utils.translation import gettext as _

from dispatch.models import Agent, Clock, Leg, LegKind, Shift
from events.commands import command, record, tell
from events.each import each_alone
from events.models import Fact
from files.models import StoredFile
from files.services import claim_files
from repair import states
from repair.events import (
    IncidentClosed,
    IncidentJudged,
    IncidentNoted,
    IncidentReported,
    JobMoved,
    OrderIncident,
    PhotoTold,
)
from repair.ids import incident_ref, job_ref, order_ref
from repair.locking import JobNotFound, lock_job
from repair.models import Custody, Incident, IncidentKind, IncidentNote, Job, Liability
from repair.services.agents import require_own_agent
from repair.services.working import require_own_workshop
from repair.telling import last_step, move, tell_photos
from tenants.actors import Actor, Party, system_actor

A_MINUTE: Final = timedelta(minutes=1)  # a form knows no seconds
MOST_FEN: Final = 100_000_000_00
LATE: Final = "promise_missed"  # in the reader's language by repair.texts


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReport:
    """What is said first; `photos` are kept before."""

    kind: str
    text: str
    happened_at: datetime
    place: str = ""
    police_number: str = ""
    photos: Sequence[StoredFile] = ()


@command
def report_incident(*, job_id: UUID, report: IncidentReport, actor: Actor, now: datetime) -> Incident:
    """J25: a file over the job; its clocks run on, and the tenant hears. Raises JobNotFound, TransitionError, ValidationError."""
    check_report(report, now)
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    require_custody(job, report.happened_at)
    if Party.AGT in actor.parties:
        require_own_agent([job], "report_incident", actor=actor)
    move(job, "report_incident", actor=actor, now=now, note=report.text, reason=report.text)
    leg = leg_at(job, report.happened_at)
    shift = shift_at(leg.agent if leg else None, report.happened_at)
    incident = Incident.objects.create(
        job=job, no=next_number(job), kind=report.kind, status=states.FILE_OPEN, status_since=now, text=report.text.strip(),
        happened_at=report.happened_at, place=report.place.strip(), police_number=report.police_number.strip(),
        photos=[photo.ref for photo in report.photos], leg=leg, agent=leg.agent if leg else None,
        shift_starts_at=shift.starts_at if shift else None, shift_ends_at=shift.ends_at if shift else None,
        reported_by=actor.name[:200], reported_at=now,
    )  # fmt: skip
    record(
        IncidentReported(
            subject=incident_ref(incident.pk), incident_id=incident.pk, job_id=job.pk, tenant_id=job.tenant_id,
            kind=incident.kind, happened_at=incident.happened_at, leg_id=leg.pk if leg else None,
            agent_id=incident.agent_id,
        )
    )  # fmt: skip
    tell_incident(incident, job)
    show_photos(job, report.photos, now=now)
    return incident


def check_report(report: IncidentReport, now: datetime) -> None:
    """Raise ValidationError by field."""
    if report.kind not in IncidentKind.values:
        raise ValidationError({"kind": _("Choose what happened from the list.")})
    if not report.text.strip():
        raise ValidationError({"text": _("Say in words what happened.")})
    if report.happened_at > now:
        raise ValidationError({"happened_at": _("This is still to come; say when it happened.")})


def next_number(job: Job) -> int:
    """The job's next file; the job is locked."""
    return (Incident.objects.filter(job=job).aggregate(most=Max("no"))["most"] or 0) + 1


def require_custody(job: Job, moment: datetime) -> None:
    """Raise ValidationError unless the vehicle was with us then: a fine may reach us long after."""
    minute = DateTimeTZRange(moment, moment + A_MINUTE)
    if not Custody.objects.filter(visit=job.visit, during__overlap=minute).exists():
        raise ValidationError({"happened_at": _("The vehicle was not with us then.")})


def leg_at(job: Job, moment: datetime) -> Leg | None:
    """The trip on which it happened; none while the vehicle stood with us."""
    moves = Fact.objects.filter(subject=job_ref(job.pk), type=JobMoved.type, occurred_at__lt=moment + A_MINUTE)
    state = str(moves.order_by("-id").values_list("data__after", flat=True).first() or "")
    if state not in states.ON_THE_ROAD:
        return None
    kind = LegKind.PICKUP if state in states.OUTBOUND else LegKind.RETURN
    legs = Leg.objects.select_related("agent").filter(purpose_id=job.visit_id or job.pk, kind=kind, agent__isnull=False)
    return legs.exclude(status="cancelled").order_by("-pk").first()


def shift_at(agent: Agent | None, moment: datetime) -> Shift | None:
    """The shift in which an agent drove."""
    if agent is None:
        return None
    return Shift.objects.filter(agent=agent, starts_at__lte=moment, ends_at__gt=moment).first()


@command
def add_to_incident(
    *, incident_id: UUID, text: str, photos: Sequence[StoredFile], police_number: str, actor: Actor, now: datetime
) -> IncidentNote:
    """N1: what was found out, with its photos; the police number, once there is one. Raises JobNotFound, TransitionError."""
    job, incident = lock_incident(incident_id)
    require_own_workshop(job, actor)
    states.INCIDENT.check(incident, "add", actor=actor, evidence={"reason": text})
    note = IncidentNote.objects.create(
        incident=incident, text=text.strip(), photos=[photo.ref for photo in photos], by=actor.name[:200], noted_at=now
    )
    record(IncidentNoted(subject=incident_ref(incident.pk), incident_id=incident.pk, text=note.text))
    if police_number.strip() and police_number.strip() != incident.police_number:
        incident.police_number = police_number.strip()
        incident.save(update_fields=["police_number"])
        tell_incident(incident, job)
    show_photos(job, photos, now=now)
    return note


@command
def judge_incident(
    *, incident_id: UUID, liability: str, reason: str, compensation_fen: int | None, actor: Actor, now: datetime
) -> Incident:
    """N2: who answers, and what the customer gets from us; may be said anew until the file is closed.

    Raises JobNotFound, TransitionError, ValidationError by field.
    """
    job, incident = lock_incident(incident_id)
    if liability not in Liability.values:
        raise ValidationError({"liability": _("Choose who answers for it.")})
    check_compensation(liability, compensation_fen)
    has_photos = bool(incident.photos) or incident.notes.exclude(photos=[]).exists()
    states.INCIDENT.transition(
        incident, "judge", actor=actor, now=now, liability=liability, reason=reason, has_photos=has_photos
    )
    incident.liability, incident.liability_reason = liability, reason.strip()
    incident.compensation_fen, incident.judged_at, incident.judged_by = compensation_fen, now, actor.name[:200]
    incident.save()
    record(
        IncidentJudged(
            subject=incident_ref(incident.pk), incident_id=incident.pk, liability=liability,
            reason=incident.liability_reason, compensation_fen=compensation_fen,
        )
    )  # fmt: skip
    tell_incident(incident, job)
    return incident


def check_compensation(liability: str, compensation_fen: int | None) -> None:
    """We compensate for what we answer for. Raises ValidationError."""
    if compensation_fen is None:
        return
    if liability not in {states.COMPANY, states.SHARED}:
        raise ValidationError({"compensation": _("We compensate only for what we answer for.")})
    if not 0 < compensation_fen <= MOST_FEN:
        raise ValidationError({"compensation": _("Give an amount above zero, or leave it empty.")})


@command
def close_incident(*, incident_id: UUID, actor: Actor, now: datetime) -> Incident:
    """N3: the judgement stands, and what the customer gets is due. Raises JobNotFound, TransitionError."""
    job, incident = lock_incident(incident_id)
    states.INCIDENT.transition(incident, "close", actor=actor, now=now)
    move(job, "release_incident", actor=actor, now=now)
    incident.released_at, incident.released_by = now, actor.name[:200]
    incident.save()
    record(
        IncidentClosed(
            subject=incident_ref(incident.pk), incident_id=incident.pk, job_id=job.pk, tenant_id=job.tenant_id,
            kind=incident.kind, liability=incident.liability, compensation_fen=incident.compensation_fen,
        )
    )  # fmt: skip
    tell_incident(incident, job)
    return incident


def lock_incident(incident_id: UUID) -> tuple[Job, Incident]:
    """The file, after its job. Raises JobNotFound."""
    job_id = Incident.objects.filter(pk=incident_id).values_list("job_id", flat=True).first()
    if job_id is None:
        raise JobNotFound
    job = lock_job(job_id=job_id)
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident_id)
    incident.job = job
    return job, incident


def tell_incident(incident: Incident, job: Job) -> None:
    """The tenant reads the file as it stands."""
    told = OrderIncident(
        subject=order_ref(job.order_id), order_id=job.order_id, incident_id=incident.pk, number=incident.number,
        kind=incident.kind, status=incident.status, text=incident.text, happened_at=incident.happened_at,
        place=incident.place, police_number=incident.police_number, liability=incident.liability,
        liability_reason=incident.liability_reason, compensation_fen=incident.compensation_fen,
    )  # fmt: skip
    tell(job.tenant_id, told, because=last_step(job))


def show_photos(job: Job, photos: Sequence[StoredFile], *, now: datetime) -> None:
    """The tenant sees what was photographed."""
    claim_files(file_ids=[photo.pk for photo in photos], now=now)
    tell_photos(job, kind="incident", photos=[PhotoTold(file_id=photo.pk, sha256=photo.sha256) for photo in photos])


def open_late_returns(*, now: datetime) -> int:
    """A file for each vehicle that was promised back and is late, a command each; returns how many were opened.

    A step of its own after the breach is recorded: it locks jobs first, as everybody does.
    """
    late = Clock.objects.filter(
        kind="return", breached_at__isnull=False, stopped_at__isnull=True, cancelled_at__isnull=True
    )
    jobs = Job.objects.filter(
        pk__in=list(late.values_list("subject_id", flat=True)), status__in=states.IN_CUSTODY_STATES
    )
    jobs = jobs.exclude(incidents__kind=IncidentKind.LATE_RETURN).order_by("pk")
    actor = system_actor("clocks")
    return sum(
        each_alone(
            list(jobs.values_list("pk", flat=True)), lambda key: open_late_return(job_id=key, actor=actor, now=now)
        )
    )


@command
def open_late_return(*, job_id: UUID, actor: Actor, now: datetime) -> bool:
    """One of `open_late_returns`; False when the vehicle is back, or another worker was first."""
    job = lock_job(job_id=job_id)
    if job.status not in states.IN_CUSTODY_STATES or has_late_file(job):
        return False
    due = job.promised_return_at or now
    report_incident(
        job_id=job_id, report=IncidentReport(kind=IncidentKind.LATE_RETURN, text=LATE, happened_at=min(due, now)),
        actor=actor, now=now,
    )  # fmt: skip
    return True


def has_late_file(job: Job) -> bool:
    """Whether its late return is on file already."""
    return Incident.objects.filter(job=job, kind=IncidentKind.LATE_RETURN).exists()
