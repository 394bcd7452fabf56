"""J8 to J10: authorisation, the condition report that both sign, custody, and the way to the workshop."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from psycopg.types.range import TimestamptzRange

from dispatch.models import LegKind
from events.commands import command, record
from events.ids import new_id, public_id, read_public_id
from repair import states
from repair.events import AuthorisationSigned, PhotoTold
from repair.locking import lock_job, lock_visit
from repair.models import (
    Authorisation,
    ConditionReport,
    Custody,
    Job,
    JobKind,
    ReportSide,
    RequiredShot,
    ShotOccasion,
    Visit,
)
from repair.selectors.shots import missing_shots, required_shots
from repair.services.agents import arrived_legs, fail_legs, finish_legs, require_own_agent
from repair.services.timing import note_progress_clock, run_clocks
from repair.telling import move, note_order, tell_odometer, tell_photos
from tenants.actors import Actor, Party

METRES_A_KM = 1000
TRIP_SLACK_KM = 60  # beyond the way itself: fuel, detours


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """What agent and customer saw: odometer in km, energy (fuel or charge) in percent, shots as file ids by name."""

    odometer_km: int
    energy_percent: int
    keys: int
    shots: Mapping[str, str]
    customer_name: str
    agent_signature: str
    customer_signature: str = ""
    witness: str = ""
    items: Mapping[str, bool] = field(default_factory=dict)  # 行驶证, ETC unit, tools
    valuables: Sequence[str] = ()
    remarks: str = ""
    refusal: str = ""  # why the customer would not sign
    sums: Mapping[str, str] = field(default_factory=dict)  # shot → SHA-256 of the photo as it was taken
    taken: Mapping[str, datetime] = field(default_factory=dict)
    work: Sequence[Mapping[str, Any]] = ()  # at the return: what was done and what it costs, by order
    signed_hash: str = ""  # what both saw on the screen; it must be what is kept


@command
def sign_authorisation(*, job_id: UUID, signer: str, sealed_file: str, actor: Actor, now: datetime) -> Authorisation:
    """P22: the agency authorisation for one job, signed before custody.

    Raises JobNotFound, PermissionDenied, ValidationError by field.
    """
    require_party(actor, Party.AGT, Party.CC, Party.DSP, Party.TEN, Party.INT)
    job = lock_job(job_id=job_id, tenant_id=actor.tenant.pk if actor.tenant is not None else None)
    if not signer.strip():
        raise ValidationError({"signer": _("Name who signs.")})
    return write_authorisation(job.tenant_id, job, [signer.strip()], now, None, sealed_file, now)


def require_party(actor: Actor, *parties: Party) -> None:
    """Raise PermissionDenied unless the actor is one of these."""
    if actor.parties.isdisjoint(parties):
        raise PermissionDenied(_("Your role may not do this."))


def write_authorisation(
    tenant_id: UUID, job: Job | None, signers: Sequence[str], valid_from: datetime, valid_until: datetime | None,
    sealed_file: str, now: datetime,
) -> Authorisation:  # fmt: skip
    """Keep the paper, and record it."""
    paper = Authorisation.objects.create(
        id=new_id(), tenant_id=tenant_id, job=job, valid_from=valid_from, valid_until=valid_until, signers=list(signers),
        sealed_file=sealed_file, signed_at=now,
    )  # fmt: skip
    record(
        AuthorisationSigned(
            subject=public_id("aut", paper.pk), authorisation_id=paper.pk, tenant_id=tenant_id,
            job_id=job.pk if job is not None else None, signers=tuple(signers), valid_from=valid_from, valid_until=valid_until,
        )
    )  # fmt: skip
    return paper


@command
def grant_standing_authorisation(
    *,
    tenant_id: UUID,
    signers: Sequence[str],
    valid_from: datetime,
    valid_until: datetime,
    sealed_file: str,
    actor: Actor,
    now: datetime,
) -> Authorisation:
    """A tenant's standing authorisation: sealed, dated, with named signers. By the tenant itself or the operator's desks.

    Raises PermissionDenied, ValidationError by field.
    """
    require_party(actor, Party.CC, Party.DSP, Party.TEN, Party.INT)
    if actor.tenant is not None and actor.tenant.pk != tenant_id:
        raise PermissionDenied(_("Your role may not do this."))
    if valid_until <= valid_from:
        raise ValidationError({"valid_until": _("It must end after it begins.")})
    if not any(name.strip() for name in signers):
        raise ValidationError({"signers": _("Name who may sign.")})
    return write_authorisation(tenant_id, None, signers, valid_from, valid_until, sealed_file, now)


def authorisation_for(job: Job, now: datetime) -> Authorisation | None:
    """The authorisation in force: this job's own, or the tenant's standing one."""
    rows = Authorisation.objects.filter(tenant_id=job.tenant_id, revoked_at__isnull=True, valid_from__lte=now)
    rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now)).filter(Q(job=job) | Q(job__isnull=True))
    return rows.order_by("-signed_at").first()


@command
def take_custody(*, visit_id: UUID, report: ReportDraft, actor: Actor, now: datetime) -> Custody:
    """J8: from here the operator holds the vehicle. Raises TransitionError or ValidationError, by field."""
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == states.AT_PICKUP]
    if not mine:
        require_any(jobs, "take_custody", actor)
    require_own_agent(mine, "take_custody", actor=actor)
    check_report(report, required_shots(ShotOccasion.REPORT, mine))
    require_free_vin(visit)
    custody = Custody.objects.create(
        visit=visit, vin=visit.vin, during=TimestamptzRange(now, None, "[)"), odometer_out_km=report.odometer_km
    )
    paper = sign_report(visit, custody, ReportSide.PICKUP, report, actor, now)
    for job in mine:
        permission = authorisation_for(job, now)
        move(
            job,
            "take_custody",
            actor=actor,
            now=now,
            authorisation=permission,
            report=paper,
            detail={"report": paper.hash},
        )
        job.progress_noted_at = now
        job.save(update_fields=["status", "status_since", "progress_noted_at"])
        tell_photos(job, kind="pickup", photos=photos_of(report))
        note_order(job, topic="condition", text=f"{report.odometer_km} km, {report.energy_percent} %")
    tell_odometer(mine[0], km=report.odometer_km, source="pickup", now=now)
    run_clocks("progress", mine, now=now)
    if all(job.kind == JobKind.INSPECTION for job in mine):
        finish_leg(visit, LegKind.PICKUP, actor=actor, now=now)
    return custody


def require_any(jobs: Sequence[Job], event: str, actor: Actor) -> None:
    """Raise the TransitionError of the first job that cannot do `event`."""
    for job in jobs:
        states.JOB.check(job, event, actor=actor, evidence={})
    raise ValidationError(_("There is no job here that this applies to."))


def require_free_vin(visit: Visit) -> None:
    """One open custody a VIN; the exclusion constraint holds it, this says it kindly."""
    if Custody.objects.filter(vin=visit.vin, during__endswith__isnull=True).exists():
        raise ValidationError(_("This vehicle is in our custody already; end that visit first."))


def check_report(report: ReportDraft, wanted: Sequence[RequiredShot]) -> None:
    """Raise ValidationError, by field, for what a condition report lacks."""
    errors: dict[str, str] = {}
    if missing := missing_shots(wanted, [shot for shot, file in report.shots.items() if file]):
        errors["shots"] = _("Photos are missing: %(names)s.") % {"names": ", ".join(missing)}
    if report.odometer_km < 0:
        errors["odometer_km"] = _("Read the odometer in whole kilometres.")
    if not 0 <= report.energy_percent <= 100:
        errors["energy_percent"] = _("Give fuel or charge in percent, 0 to 100.")
    if report.keys < 1:
        errors["keys"] = _("Count the keys; there must be one at least.")
    if not report.agent_signature:
        errors["agent_signature"] = _("The agent must sign.")
    if not report.customer_signature and not report.witness:
        errors["customer_signature"] = _("The customer must sign, or a witness be named.")
    if errors:
        raise ValidationError(errors)


def sign_report(
    visit: Visit, custody: Custody, side: ReportSide, report: ReportDraft, actor: Actor, now: datetime
) -> ConditionReport:
    """Both sign one hash over everything seen."""
    content = content_of(visit, side, report)
    if report.signed_hash and report.signed_hash != hash_of(content):
        raise ValidationError(
            {"hash": _("What was signed is not what has arrived. Look at it together and sign again.")}
        )
    return ConditionReport.objects.create(
        id=new_id(), visit=visit, custody=custody, side=side, content=content, files=dict(report.shots),
        hash=hash_of(content), agent_name=actor.name,
        agent_signature=report.agent_signature, customer_name=report.customer_name,
        customer_signature=report.customer_signature, witness=report.witness, signed_at=now,
    )  # fmt: skip


def content_of(visit: Visit, side: ReportSide, report: ReportDraft) -> dict[str, Any]:
    """All that both sign: one value, from which the hash can be computed again by anybody who has the photos."""
    content: dict[str, Any] = {
        "vin": visit.vin,
        "plate": visit.plate,
        "side": side.value,
        "odometer_km": report.odometer_km,
        "energy_percent": report.energy_percent,
        "keys": report.keys,
        "shots": {name: report.sums.get(name, ref) for name, ref in report.shots.items()},
        "items": dict(report.items),
        "valuables": list(report.valuables),
        "remarks": report.remarks,
        "customer_name": report.customer_name,
        "witness": report.witness,
        "refusal": report.refusal,
    }
    if report.work:
        content["work"] = [dict(line) for line in report.work]
    return content


def photos_of(report: ReportDraft) -> list[PhotoTold]:
    """The photos of a report as the tenant gets to know them: those whose sum was taken from the file itself."""
    return [
        PhotoTold(
            file_id=read_public_id("fil", report.shots[shot]), shot=shot, sha256=total, taken_at=report.taken.get(shot)
        )
        for shot, total in report.sums.items()
    ]


def hash_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over the report's canonical JSON; anybody can compute it again."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def finish_leg(visit: Visit, kind: str, *, actor: Actor, now: datetime) -> None:
    """The trip is over."""
    finish_legs(arrived_legs(visit.pk, kind), actor=actor, now=now)


@command
def fail_pickup(
    *, visit_id: UUID, reason: str, photo: str, actor: Actor, now: datetime, shown: Sequence[PhotoTold] = ()
) -> list[Job]:
    """J9: nobody there, refused, unsafe; with a photo. Raises TransitionError."""
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == states.AT_PICKUP]
    if not mine:
        require_any(jobs, "fail_pickup", actor)
    require_own_agent(mine, "fail_pickup", actor=actor)
    for job in mine:
        move(job, "fail_pickup", actor=actor, now=now, note=reason, reason=reason, photo=photo, detail={"photo": photo})
        tell_photos(job, kind="failed", photos=shown)
        job.failed_pickups += 1
        job.save(update_fields=["status", "status_since", "failed_pickups"])
    fail_legs(arrived_legs(visit.pk, LegKind.PICKUP), reason=reason, actor=actor, now=now)
    return mine


@command
def receive_vehicle(
    *, visit_id: UUID, odometer_km: int, actor: Actor, now: datetime, keys: int | None = None, remarks: str = ""
) -> list[Job]:
    """J10: the workshop has it, with an odometer that the way explains. Raises TransitionError.

    `keys` and `remarks`: what it counted, and what is not as in the report of the pickup.
    """
    visit, jobs = lock_visit(visit_id=visit_id)
    mine = [job for job in jobs if job.status == states.IN_CUSTODY and job.kind in states.WITH_WORKSHOP.split()]
    if not mine:
        require_any(jobs, "receive", actor)
    require_own_agent(mine, "receive", actor=actor)
    require_own_workshop(visit, actor)
    problem = odometer_problem(visit, odometer_km)
    found = {"keys": keys, "remarks": remarks.strip()}
    detail: dict[str, Any] = {
        "odometer_km": odometer_km,
        **{name: value for name, value in found.items() if value not in (None, "")},
    }
    for job in mine:
        move(job, "receive", actor=actor, now=now, odometer_problem=problem, detail=detail)
        job.save(update_fields=["status", "status_since"])
    tell_odometer(mine[0], km=odometer_km, source="workshop", now=now)
    note_progress_clock(mine, now=now)
    finish_leg(visit, LegKind.PICKUP, actor=actor, now=now)
    return mine


def require_own_workshop(visit: Visit, actor: Actor) -> None:
    """A workshop's people sign for their own workshop's vehicles; raises ValidationError."""
    if Party.WS in actor.parties and actor.workshop_id is not None and actor.workshop_id != visit.workshop_id:
        raise ValidationError(_("This vehicle is expected at another workshop."))


def odometer_problem(visit: Visit, odometer_km: int) -> str | None:
    """What is wrong with a reading at the workshop; None if it is plausible."""
    out = visit.custody.odometer_out_km
    if odometer_km < out:
        return " ".join(
            (
                _("The odometer has run back: %(out)s km at pickup, %(now)s km now.")
                % {"out": out, "now": odometer_km},
                _("If it was mistyped at the pickup, the agent corrects it on the page of the trip."),
            )
        )
    if odometer_km - out > TRIP_SLACK_KM * 2:
        return _("%(driven)s km since pickup is more than the way explains; open an incident file.") % {
            "driven": odometer_km - out
        }
    return None
