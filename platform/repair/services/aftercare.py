"""J17, J18, J21, J27: after the return: the call, the rating, the close, and coming back under warranty."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from psycopg.types.range import TimestamptzRange

from dispatch.clocks import cancel_clocks, stop_clocks
from dispatch.services.legs import cancel_legs
from events.commands import command
from events.each import each_alone
from repair import states
from repair.locking import lock_job, lock_jobs, lock_order
from repair.models import CallAttempt, ComplaintJob, Incident, Job, Rating
from repair.requests import JobLine, OpenedLine
from repair.services.opening import open_jobs
from repair.services.visit_ends import OVER, end_visits_if_over
from repair.telling import move
from tenants.actors import Actor, Party, system_actor

CLOSED_AT_ONCE = 500
WARRANTY = timedelta(days=100)  # of an overhaul; per service in the agreement (to confirm)


@command
def rate_order(*, tenant_id: UUID, order_id: UUID, score: int, comment: str, actor: Actor, now: datetime) -> Rating:
    """J17: 1 to 5. Raises JobNotFound, TransitionError, ValidationError."""
    job = lock_order(tenant_id=tenant_id, order_id=order_id)
    if not 1 <= score <= 5:
        raise ValidationError({"score": _("Give 1 to 5 stars.")})
    move(job, "rate", actor=actor, now=now, detail={"score": score})
    job.save(update_fields=["status", "status_since"])
    stop_clocks(kind="callback", subject_ids=[job.pk], now=now)
    return Rating.objects.create(job=job, score=score, comment=comment, by=actor.name, rated_at=now)


@command
def note_call(*, job_id: UUID, is_reached: bool, note: str, actor: Actor, now: datetime) -> CallAttempt:
    """A call after delivery; the third that reaches nobody ends the asking, with the clock met."""
    job = lock_job(job_id=job_id)
    if Party.CC not in actor.parties:
        raise PermissionDenied(_("Customer service makes these calls."))
    if job.status != states.DELIVERED:
        raise ValidationError(_("This customer need not be called: the vehicle is not delivered, or the rating is in."))
    attempt = CallAttempt.objects.create(job=job, by=actor.name, called_at=now, is_reached=is_reached, note=note)
    job.call_attempts += 1
    job.save(update_fields=["call_attempts"])
    if job.call_attempts >= 3 and not is_reached and job.status == states.DELIVERED:
        move(job, "give_up_rating", actor=actor, now=now)
        job.save(update_fields=["status", "status_since"])
        stop_clocks(kind="callback", subject_ids=[job.pk], now=now)
    return attempt


@command
def close_jobs(*, job_ids: Sequence[UUID], actor: Actor, now: datetime) -> list[Job]:
    """J18: rated or not, documents complete, no open complaint."""
    jobs = lock_jobs(job_ids=job_ids)
    complained = set(open_complaints().filter(job__in=jobs).values_list("job_id", flat=True))
    for job in jobs:
        move(job, "close", actor=actor, now=now, has_open_complaint=job.pk in complained)
        job.save(update_fields=["status", "status_since"])
    return jobs


def close_rated(*, actor: Actor, now: datetime) -> int:
    """J18 for all that is rated or past asking, unless it is held, complained of, or has an open incident file.

    A command a job; returns how many.
    """
    due = Job.objects.filter(status__in=[states.RATED, states.NOT_RATED], held_since__isnull=True)
    due = due.exclude(pk__in=Incident.objects.filter(released_at__isnull=True).values("job_id"))
    due = due.exclude(pk__in=open_complaints().values("job_id"))
    keys = list(due.order_by("status_since", "pk").values_list("pk", flat=True)[:CLOSED_AT_ONCE])
    return sum(each_alone(keys, lambda key: len(close_jobs(job_ids=[key], actor=actor, now=now))))


def open_complaints() -> QuerySet[ComplaintJob]:
    """Jobs with a complaint whose loop is not closed."""
    return ComplaintJob.objects.filter(complaint__ended_at__isnull=True)


@command
def come_back(
    *, job_id: UUID, description: str, window: tuple[datetime, datetime], actor: Actor, now: datetime
) -> OpenedLine:
    """J21: a new job linked to the old one, even on credit hold. Raises ValidationError once the warranty is over."""
    job = lock_job(job_id=job_id)
    move(job, "come_back", actor=actor, now=now)
    if now - delivered_at(job) > WARRANTY:
        raise ValidationError(_("The warranty is over; order a repair instead."))
    number = job.comebacks.count() + 1
    line = JobLine(
        external_ref=f"{job.external_ref[:56]}-C{number}",
        vin=job.vin,
        plate=job.plate,
        model=job.model,
        vehicle_class=job.vehicle_class,
        service=Job.Kind.REPAIR,
        description=description,
        site_code=job.site_code,
        address=job.address,
        lat=job.lat,
        lng=job.lng,
        contact=job.contact,
        phone=job.phone,
        window_start=window[0],
        window_end=window[1],
        cost_center=job.cost_center,
    )
    return open_jobs(
        tenant_id=job.tenant_id, lines=[line], channel="system", batch_id=None, actor=actor, now=now, comeback_of=job.pk
    )[0]


def delivered_at(job: Job) -> datetime:
    """When the customer had the vehicle back: from here the warranty counts."""
    moment: datetime | None = job.visit.custody.during.upper if job.visit is not None else None
    return moment or job.status_since


@command
def hand_over_salvage(*, job_id: UUID, receipt: str, actor: Actor, now: datetime) -> Job:
    """J27: a total loss is taken over with a receipt; custody ends."""
    job = lock_job(job_id=job_id)
    if Job.objects.filter(visit=job.visit_id).exclude(pk=job.pk).exclude(status__in=OVER).exists():
        raise ValidationError(_("Another job of this vehicle is still open; end it first."))
    move(job, "hand_over_salvage", actor=actor, now=now, note=receipt, reason=receipt)
    job.save(update_fields=["status", "status_since"])
    for kind in ("approval", "insurer", "progress"):
        stop_clocks(kind=kind, subject_ids=[job.pk], now=now)
    cancel_clocks(subject_ids=[job.pk], now=now)
    if job.visit is not None:
        custody = job.visit.custody
        custody.during = TimestamptzRange(custody.during.lower, now, "[)")
        custody.save(update_fields=["during"])
        cancel_legs(purpose_ids=[job.visit.pk], reason="salvage", actor=system_actor("salvage"), now=now)
        end_visits_if_over([job.visit], now=now)
    return job
