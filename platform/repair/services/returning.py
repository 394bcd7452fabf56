"""J16: from ready to the signed return."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from psycopg.types.range import TimestamptzRange

from dispatch.clocks import stop_clocks
from dispatch.models import Leg, LegKind
from dispatch.requests import LegSpec
from dispatch.services import driving
from dispatch.services.legs import cancel_legs, plan_legs
from events.commands import command
from events.ids import public_id
from files.services import claim_files
from repair import states
from repair.events import PhotoTold
from repair.locking import lock_visit
from repair.models import ConditionReport, Custody, Job, ReportSide, ShotOccasion, Visit
from repair.selectors.shots import missing_shots, required_shots
from repair.services.agents import arrived_legs, driver_of, fail_legs, require_own_agent
from repair.services.choosing import LOCAL
from repair.services.collecting import (
    ReportDraft,
    check_report,
    finish_leg,
    odometer_problem,
    photos_of,
    require_any,
    require_own_workshop,
    sign_report,
)
from repair.services.timing import note_progress_clock, run_clocks
from repair.services.visit_ends import OVER, end_visit
from repair.telling import move_many, tell_odometer, tell_photos
from tenants.actors import Actor, system_actor

RETURN_WINDOW = timedelta(hours=4)
LEAD_TIME = timedelta(minutes=30)
OPENS_AT, CLOSES_AT = 8, 18  # local hours in which vehicles are returned unless the tenant asked otherwise (to confirm)
DONE_OR_WAITING = OVER | {states.READY, states.AWAITING_RETURN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the workshop gives with the vehicle: `things` are codes of `texts.ITEMS` and `texts.DOCUMENTS`.

    `keys` is None when the agent alone writes it down: he counts them with the customer.
    """

    odometer_km: int
    shots: Sequence[PhotoTold]
    keys: int | None = None
    things: Sequence[str] = ()
    remarks: str = ""


@command
def plan_return(
    *, visit_id: UUID, actor: Actor, now: datetime, window: tuple[datetime, datetime] | None = None
) -> list[Job]:
    """J16a: papers checked, customer told, return leg planned, once every job of the visit is ready or ended."""
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == states.READY]
    if not mine:
        require_any(jobs, "plan_return", actor)
    require_own_agent(mine, "plan_return", actor=actor)
    is_whole = all(job.status in DONE_OR_WAITING for job in jobs)
    move_many(mine, "plan_return", actor=actor, now=now, visit_is_ready=is_whole)
    note_progress_clock(mine, now=now)
    call_off_legs(visit, now)
    plan_return_leg(visit, window or return_window(visit, now), now)
    return mine


def call_off_legs(visit: Visit, now: datetime) -> None:
    """Whatever leg of the visit is still open (its pickup after a stop, a return that was taken back) makes way."""
    cancel_legs(purpose_ids=[visit.pk], reason="return", actor=system_actor("return"), now=now)


def return_window(visit: Visit, now: datetime) -> tuple[datetime, datetime]:
    """The tenant's wish if it can be kept, else the next four hours within the day's hours."""
    if visit.return_by is not None and visit.return_by - RETURN_WINDOW > now:
        return visit.return_by - RETURN_WINDOW, visit.return_by
    start = (now + LEAD_TIME).astimezone(LOCAL)
    start = start.replace(minute=30 if start.minute < 30 else 0, second=0, microsecond=0) + timedelta(
        hours=0 if start.minute < 30 else 1
    )
    if start.hour >= CLOSES_AT:
        start = (start + timedelta(days=1)).replace(hour=OPENS_AT, minute=0)
    start = start.replace(hour=max(start.hour, OPENS_AT))
    return start, start + RETURN_WINDOW


def plan_return_leg(visit: Visit, window: tuple[datetime, datetime], now: datetime) -> None:
    """From the workshop (or where the vehicle stands) back to the customer."""
    workshop = visit.workshop
    spec = LegSpec(
        purpose_id=visit.pk, kind="return", label=visit.plate or visit.vin[-6:], window_start=window[0], window_end=window[1],
        received_at=now, from_address=workshop.address if workshop else visit.address,
        from_lat=workshop.lat if workshop else visit.lat, from_lng=workshop.lng if workshop else visit.lng,
        to_address=visit.return_address or visit.address, to_lat=visit.return_lat if visit.return_lat is not None else visit.lat,
        to_lng=visit.return_lng if visit.return_lng is not None else visit.lng,
        vehicle_class=visit.jobs.values_list("vehicle_class", flat=True).first() or "", contact=visit.contact, phone=visit.phone,
    )  # fmt: skip
    plan_legs(tenant_id=visit.tenant_id, legs=[spec], actor=system_actor("return"), now=now)


@command
def hand_over(*, visit_id: UUID, actor: Actor, now: datetime, given: Given | None = None) -> list[Job]:
    """J16b: the workshop gives the vehicle to the agent, who sets out; odometer and photos say how it went.

    `given` is None only from a station, from which the agent brings it himself. Raises TransitionError, ValidationError by field.
    """
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == states.AWAITING_RETURN]
    if not mine:
        require_any(jobs, "hand_over", actor)
    require_own_agent(mine, "hand_over", actor=actor)
    require_own_workshop(visit, actor)
    is_whole = all(job.status in OVER | {states.AWAITING_RETURN} for job in jobs)
    check_given(visit, given, mine)
    move_many(
        mine, "hand_over", actor=actor, now=now, visit_is_ready=is_whole, detail=detail_of(given) if given else None
    )
    if given is not None:
        show_given(mine, given, now)
    for leg in Leg.objects.select_related("agent").filter(purpose_id=visit.pk, kind=LegKind.RETURN, status="contacted"):
        driving.set_out(leg_id=leg.pk, actor=driver_of(leg, actor), now=now)
    return mine


def check_given(visit: Visit, given: Given | None, jobs: Sequence[Job]) -> None:
    """An odometer that has not run back, and every picture. Raises ValidationError by field."""
    if given is None:
        if visit.workshop_id is not None:
            raise ValidationError({"odometer_km": _("Read the odometer in whole kilometres.")})
        return
    errors: dict[str, Any] = {}
    if given.odometer_km < visit.custody.odometer_out_km:
        errors["odometer_km"] = odometer_problem(visit, given.odometer_km)
    wanted = required_shots(ShotOccasion.HAND_OVER, jobs)
    if missing := missing_shots(wanted, [photo.shot for photo in given.shots]):
        errors["shots"] = _("Photos are missing: %(names)s.") % {"names": ", ".join(missing)}
    if errors:
        raise ValidationError(errors)


def detail_of(given: Given) -> dict[str, Any]:
    """What the fact keeps of it."""
    return {
        "odometer_km": given.odometer_km,
        "shots": {photo.shot: public_id("fil", photo.file_id) for photo in given.shots},
        **({"keys": given.keys, "given": list(given.things)} if given.keys is not None else {}),
        **({"remarks": given.remarks.strip()} if given.remarks.strip() else {}),
    }


def show_given(jobs: Sequence[Job], given: Given, now: datetime) -> None:
    """The tenant sees how its vehicle left the workshop."""
    claim_files(file_ids=[photo.file_id for photo in given.shots], now=now)
    for job in jobs:
        tell_photos(job, kind="hand_over", photos=given.shots)
    tell_odometer(jobs[0], km=given.odometer_km, source="hand_over", now=now)


@command
def deliver(*, visit_id: UUID, report: ReportDraft, actor: Actor, now: datetime) -> ConditionReport:
    """J16c: the same shots, the difference, both signatures; custody ends here. Raises TransitionError or ValidationError."""
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == states.AT_RETURN]
    if not mine:
        require_any(jobs, "deliver", actor)
    require_own_agent(mine, "deliver", actor=actor)
    check_report(report, required_shots(ShotOccasion.REPORT, mine))
    custody = Custody.objects.select_for_update().get(visit=visit)
    if report.odometer_km < custody.odometer_out_km:
        raise ValidationError({"odometer_km": odometer_problem(visit, report.odometer_km)})
    paper = sign_report(visit, custody, ReportSide.RETURN, report, actor, now)
    move_many(mine, "deliver", actor=actor, now=now, report=paper, detail={"report": paper.hash})
    for job in mine:
        tell_photos(job, kind="return", photos=photos_of(report))
    custody.during = TimestamptzRange(custody.during.lower, now, "[)")
    custody.odometer_in_km = report.odometer_km
    custody.save(update_fields=["during", "odometer_in_km"])
    tell_odometer(mine[0], km=report.odometer_km, source="return", now=now)
    finish_leg(visit, LegKind.RETURN, actor=actor, now=now)
    close_delivery(mine, now)
    end_visit(visit, now=now)
    return paper


def close_delivery(jobs: Sequence[Job], now: datetime) -> None:
    """The return and progress clocks are met; the callback clock starts."""
    keys = [job.pk for job in jobs]
    for kind in ("return", "progress"):
        stop_clocks(kind=kind, subject_ids=keys, now=now)
    run_clocks("callback", jobs, now=now)


@command
def fail_return(
    *, visit_id: UUID, reason: str, actor: Actor, now: datetime, photo: str = "", shown: Sequence[PhotoTold] = ()
) -> list[Job]:
    """J16d: nobody there to take it."""
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = at_return(jobs, "fail_return", actor)
    detail = {"photo": photo} if photo else None
    move_many(mine, "fail_return", actor=actor, now=now, note=reason, reason=reason, detail=detail)
    for job in mine:
        tell_photos(job, kind="failed", photos=shown)
    fail_legs(arrived_legs(visit.pk, LegKind.RETURN), reason=reason, actor=actor, now=now)
    return mine


def at_return(jobs: Sequence[Job], event: str, actor: Actor) -> list[Job]:
    """The jobs that stand at the customer's door; raises TransitionError when there is none."""
    mine = [job for job in jobs if job.status == states.AT_RETURN]
    if not mine:
        require_any(jobs, event, actor)
    require_own_agent(mine, event, actor=actor)
    return mine


@command
def retry_return(*, visit_id: UUID, window: tuple[datetime, datetime] | None, actor: Actor, now: datetime) -> list[Job]:
    """J16d: another time; the failed leg gives way to a new one."""
    return turn(visit_id, states.RETURN_FAILED, "retry_return", actor=actor, now=now, window=window)


@command
def return_again(*, visit_id: UUID, window: tuple[datetime, datetime] | None, actor: Actor, now: datetime) -> list[Job]:
    """J16d: from the workshop, where it waited, to the customer again."""
    return turn(visit_id, states.AT_WORKSHOP, "return_again", actor=actor, now=now, window=window)


def turn(
    visit_id: UUID, source: str, event: str, *, actor: Actor, now: datetime, window: tuple[datetime, datetime] | None
) -> list[Job]:
    """Move the jobs in `source` and plan a new return leg."""
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == source]
    if not mine:
        require_any(jobs, event, actor)
    require_own_agent(mine, event, actor=actor)
    move_many(mine, event, actor=actor, now=now)
    cancel_legs(purpose_ids=[visit.pk], reason=event, actor=system_actor("return"), now=now)
    plan_return_leg(visit, window or return_window(visit, now), now)
    return mine


@command
def back_to_workshop(*, visit_id: UUID, actor: Actor, now: datetime) -> list[Job]:
    """J16d: nobody came; the vehicle waits at the workshop."""
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == states.RETURN_FAILED]
    if not mine:
        require_any(jobs, "back_to_workshop", actor)
    require_own_agent(mine, "back_to_workshop", actor=actor)
    move_many(mine, "back_to_workshop", actor=actor, now=now)
    cancel_legs(purpose_ids=[visit.pk], reason="back_to_workshop", actor=system_actor("return"), now=now)
    return mine


@command
def refuse_delivery(*, visit_id: UUID, reason: str, actor: Actor, now: datetime) -> list[Job]:
    """J16d: the customer does not accept, and says why; back to the workshop and straight into rework."""
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = at_return(jobs, "refuse_delivery", actor)
    move_many(mine, "refuse_delivery", actor=actor, now=now, note=reason, reason=reason)
    Job.objects.filter(pk__in=[job.pk for job in mine]).update(is_reworked_for_refusal=True)
    finish_leg(visit, LegKind.RETURN, actor=actor, now=now)
    return mine


@command
def take_back(*, visit_id: UUID, actor: Actor, now: datetime) -> list[Job]:
    """J16d: refused, and at the workshop again."""
    _visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == states.REFUSED]
    if not mine:
        require_any(jobs, "take_back", actor)
    require_own_agent(mine, "take_back", actor=actor)
    move_many(mine, "take_back", actor=actor, now=now)
    return mine


@command
def rework_refused(*, visit_id: UUID, actor: Actor, now: datetime) -> list[Job]:
    """J16d: into repair, to put right what was refused; counted as rework."""
    _visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == states.AT_WORKSHOP and job.is_reworked_for_refusal]
    if not mine:
        require_any(jobs, "rework_refused", actor)
    move_many(mine, "rework_refused", actor=actor, now=now)
    for job in mine:
        job.rework_count += 1
        job.is_reworked_for_refusal = False
        job.save(update_fields=["rework_count", "is_reworked_for_refusal"])
    return mine
