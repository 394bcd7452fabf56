"""What an agent's phone sends from the vehicle: each thing once, however often the line makes it come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dispatch.models import Leg, LegKind
from dispatch.services import driving, offers
from events.commands import command
from files.services import claim_file
from repair import states
from repair.events import PhotoTold
from repair.models import Custody, HandoverDraft, HandoverPhoto, HandoverStep, Job, ReportSide, ShotOccasion
from repair.selectors.handover import GIVEN, Stop, read_stop, read_work
from repair.selectors.shots import required_shots
from repair.services import collecting, correcting, errands, incidents, returning
from repair.services.collecting import ReportDraft, authorisation_for
from tenants.actors import Actor

LATE_PHOTO: Final = timedelta(days=7)  # a phone that says more has a wrong clock
MOST_KM: Final = 3_000_000
REASONS: Final = ("nobody_there", "refused", "unsafe", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the phone says, beside the photos it sent before (shot → upload key)."""

    values: Mapping[str, Any]
    photos: Mapping[str, UUID]


@command
def keep_handover_photo(
    *, leg_id: UUID, file_id: UUID, shot: str, taken_at: datetime | None, actor: Actor, now: datetime
) -> HandoverPhoto:
    """The photo belongs to the leg; it replaces an older one of the shot. The same photo again is the same row."""
    leg = lock_all(leg_id)
    known = HandoverPhoto.objects.filter(file_id=file_id).first()
    if known is not None:
        if known.leg_id != leg.pk:
            raise ValidationError({"photo": _("This photo belongs to another trip.")})
        return known
    older = HandoverPhoto.objects.filter(leg=leg, shot=shot, replaced_at__isnull=True).first()
    if older is not None:
        HandoverPhoto.objects.filter(pk=older.pk).update(replaced_at=now)
    claim_file(file_id=file_id, now=now)
    if taken_at is None or not now - LATE_PHOTO <= taken_at <= now:
        taken_at = now
    return HandoverPhoto.objects.create(leg=leg, file_id=file_id, shot=shot, taken_at=taken_at)


def lock_all(leg_id: UUID) -> Leg:
    """The leg, locked together with those of the same visit, in the order that everybody keeps."""
    purpose_id = Leg.objects.values_list("purpose_id", flat=True).get(pk=leg_id)
    legs = Leg.objects.select_for_update(of=("self",)).filter(purpose_id=purpose_id).order_by("pk")
    return next(leg for leg in legs if leg.pk == leg_id)


@command
def save_draft(*, leg_id: UUID, content: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """What is filled in so far; the last word counts."""
    HandoverDraft.objects.update_or_create(leg_id=leg_id, defaults={"content": dict(content), "saved_at": now})


@command
def take_step(*, leg_id: UUID, kind: str, submission: UUID, sent: Sent, actor: Actor, now: datetime) -> bool:
    """Do what the phone asks, once: False when it was done before.

    Raises KeyError for an unknown step, ValidationError by field, TransitionError.
    """
    run = STEPS[kind]
    leg = lock_all(leg_id)
    before = HandoverStep.objects.filter(pk=submission).first()
    if before is not None:
        if (before.leg_id, before.kind) != (leg.pk, kind):
            raise ValidationError(_("This page cannot be read; load it again."))
        return False
    stop = read_stop(leg)
    require_due(stop, kind, actor)
    run(stop, sent, actor, now)
    HandoverStep.objects.create(id=submission, leg=leg, kind=kind, done_at=now)
    return True


def require_due(stop: Stop, kind: str, actor: Actor) -> None:
    """What was called off or given to another moves nothing more; papers are signed at the door. Raises ValidationError."""
    leg = stop.leg
    is_own = leg.agent is not None and str(leg.agent.user_id) == actor.id
    at_door = kind not in {"authorise", "sign"} or stop.can_report
    right_way = kind != "take_over" or leg.kind == LegKind.RETURN
    if leg.status == "cancelled" or not is_own or not at_door or not right_way:
        raise ValidationError(_("This cannot be done now: the job has moved on, or it is somebody else's step."))


# --- what was photographed ---------------------------------------------------------------------------------------------


def photos_sent(
    stop: Stop, sent: Sent, names: Sequence[str], *, called: Mapping[str, str] | None = None
) -> dict[str, HandoverPhoto]:
    """The named photos as they arrived; raises ValidationError for one that has not, as it is `called`."""
    keys = {name: sent.photos[name] for name in names if name in sent.photos}
    rows = HandoverPhoto.objects.filter(
        leg=stop.leg, file__upload_key__in=list(keys.values()), replaced_at__isnull=True
    )
    found = {(row.shot, row.file.upload_key): row for row in rows.select_related("file")}
    missing = [(called or {}).get(name, name) for name in names if (name, keys.get(name)) not in found]
    if missing:
        raise ValidationError({"shots": _("Photos are missing: %(names)s.") % {"names": ", ".join(missing)}})
    return {name: found[name, key] for name, key in keys.items()}


def told(photo: HandoverPhoto, shot: str = "") -> PhotoTold:
    """The photo as the tenant gets to know it, as `shot` if the phone called it otherwise."""
    return PhotoTold(file_id=photo.file_id, shot=shot or photo.shot, sha256=photo.file.sha256, taken_at=photo.taken_at)


def text_of(sent: Sent, name: str, *, most: int) -> str:
    """A text of the phone's, cut to what is kept."""
    return str(sent.values.get(name) or "").replace("\0", "").strip()[:most]


def number_of(sent: Sent, name: str) -> int:
    """A whole number of the phone's; raises ValidationError."""
    value = sent.values.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_KM:
        raise ValidationError({name: _("Give a whole number.")})
    return value


# --- papers ------------------------------------------------------------------------------------------------------------


def authorise(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
    """P22: for every job at the door that has none in force."""
    photo = photos_sent(stop, sent, ["sign-authorisation"])["sign-authorisation"]
    for job in stop.jobs:
        if authorisation_for(job, now) is None:
            collecting.sign_authorisation(
                job_id=job.pk, signer=text_of(sent, "signer", most=80), sealed_file=photo.file.ref, actor=actor, now=now
            )


def sign(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
    """J8 or J16c, by the side."""
    if stop.visit is None:
        raise ValidationError(_("There is no vehicle to hand over on this trip."))
    report = read_report(stop, sent)
    check_odometer(stop, report.odometer_km)
    if stop.side == ReportSide.PICKUP:
        collecting.take_custody(visit_id=stop.visit.pk, report=report, actor=actor, now=now)
    else:
        returning.deliver(visit_id=stop.visit.pk, report=report, actor=actor, now=now)
    HandoverDraft.objects.filter(leg=stop.leg).delete()


def read_report(stop: Stop, sent: Sent) -> ReportDraft:
    """The report, with the sums of the photos as they arrived. Raises ValidationError."""
    extra = sorted(name for name in sent.photos if name.startswith("damage-"))
    wanted = {shot.code: shot.name for shot in required_shots(ShotOccasion.REPORT, stop.due)}
    shots = photos_sent(stop, sent, [*wanted, *extra], called=wanted)
    witness = text_of(sent, "witness", most=80)
    signatures = photos_sent(stop, sent, ["sign-agent"] if witness else ["sign-agent", "sign-customer"])
    if not text_of(sent, "customer_name", most=80):
        raise ValidationError({"customer_name": _("Name who hands over.")})
    if witness and not text_of(sent, "refusal", most=300):
        raise ValidationError({"refusal": _("Say why the customer does not sign.")})
    items = sent.values.get("items")
    valuables = sent.values.get("valuables")
    if not isinstance(items, dict) or not isinstance(valuables, list) or not sent.values.get("hash"):
        raise ValidationError({"hash": _("Look at it together and sign.")})
    return ReportDraft(
        odometer_km=number_of(sent, "odometer_km"),
        energy_percent=number_of(sent, "energy_percent"),
        keys=number_of(sent, "keys"),
        shots={name: photo.file.ref for name, photo in shots.items()},
        sums={name: photo.file.sha256 for name, photo in shots.items()},
        taken={name: photo.taken_at for name, photo in shots.items()},
        customer_name=text_of(sent, "customer_name", most=80),
        agent_signature=signatures["sign-agent"].file.ref,
        customer_signature="" if witness else signatures["sign-customer"].file.ref,
        witness=witness,
        refusal=text_of(sent, "refusal", most=300) if witness else "",
        items={name: items.get(name) is True for name in ("driving_licence", "etc_unit", "tools")},
        valuables=[str(name).strip()[:120] for name in valuables[:50]],
        remarks=text_of(sent, "remarks", most=2_000),
        work=read_work(stop),
        signed_hash=str(sent.values["hash"]),
    )


def check_odometer(stop: Stop, km: int) -> None:
    """Never below what this vehicle has shown us before. Raises ValidationError."""
    assert stop.visit is not None
    seen = Custody.objects.filter(vin=stop.visit.vin).order_by("-during").first()
    last = (seen.odometer_in_km or seen.odometer_out_km) if seen is not None else 0
    if km < last and stop.side == ReportSide.RETURN:
        raise ValidationError({"odometer_km": collecting.odometer_problem(stop.visit, km)})
    if km < last:
        raise ValidationError(
            {"odometer_km": _("This vehicle has shown %(km)s km before; read it again.") % {"km": last}}
        )
    if stop.side == ReportSide.RETURN and km - last > collecting.TRIP_SLACK_KM * 4:
        raise ValidationError(
            {
                "odometer_km": _("%(km)s km since pickup is more than the way explains; read it again.")
                % {"km": km - last}
            }
        )


# --- the way -----------------------------------------------------------------------------------------------------------


def fail(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
    """J9 or J16d: with a photo and a reason."""
    photo = photos_sent(stop, sent, ["failed"])["failed"]
    reason = text_of(sent, "reason", most=300)
    if stop.visit is None or not reason:
        raise ValidationError({"reason": _("Say what happened.")})
    call = collecting.fail_pickup if stop.side == ReportSide.PICKUP else returning.fail_return
    call(visit_id=stop.visit.pk, reason=reason, photo=photo.file.ref, shown=[told(photo)], actor=actor, now=now)
    # whoever comes next photographs for himself: nobody signs with the pictures of an earlier day
    HandoverPhoto.objects.filter(leg=stop.leg, replaced_at__isnull=True).update(replaced_at=now)
    HandoverDraft.objects.filter(leg=stop.leg).delete()


def of_leg(call: Callable[..., Any]) -> Callable[[Stop, Sent, Actor, datetime], None]:
    """A step of the leg itself."""
    return lambda stop, _sent, actor, now: call(leg_id=stop.leg.pk, actor=actor, now=now)


def of_visit(call: Callable[..., Any], *, needs_reason: bool = False) -> Callable[[Stop, Sent, Actor, datetime], None]:
    """A step of the visit."""

    def run(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
        if stop.visit is None:
            raise ValidationError(_("There is no vehicle to hand over on this trip."))
        more = {"reason": text_of(sent, "reason", most=300)} if needs_reason else {}
        call(visit_id=stop.visit.pk, actor=actor, now=now, **more)

    return run


def of_jobs(call: Callable[..., Any], source: str, *, needs_reason: bool = False) -> Callable[..., None]:
    """A step of every job of the stop that stands at `source`."""

    def run(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
        jobs = stop.at(source)
        if not jobs:
            raise ValidationError(_("This cannot be done now: the job has moved on, or it is somebody else's step."))
        more = {"reason": text_of(sent, "reason", most=300)} if needs_reason else {}
        for job in jobs:
            call(job_id=job.pk, actor=actor, now=now, **more)

    return run


def some(jobs: Sequence[Job]) -> Sequence[Job]:
    """The jobs; raises ValidationError when there is none, so that nothing is called done that was not."""
    if not jobs:
        raise ValidationError(_("This cannot be done now: the job has moved on, or it is somebody else's step."))
    return jobs


def receive(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
    """J10: at the workshop, with the odometer."""
    if stop.visit is None:
        raise ValidationError(_("There is no vehicle to hand over on this trip."))
    collecting.receive_vehicle(visit_id=stop.visit.pk, odometer_km=number_of(sent, "odometer_km"), actor=actor, now=now)


def correct_odometer(side: ReportSide) -> Callable[[Stop, Sent, Actor, datetime], None]:
    """What was mistyped at the pickup or the return, once it is compared with the photo."""

    def run(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
        if stop.visit is None:
            raise ValidationError(_("There is no vehicle to hand over on this trip."))
        if sent.values.get("is_compared") is not True:
            raise ValidationError({"is_compared": _("Compare it with the photo of the dashboard first.")})
        km, reason = number_of(sent, "odometer_km"), text_of(sent, "reason", most=300)
        correcting.correct_odometer(visit_id=stop.visit.pk, side=side, km=km, reason=reason, actor=actor, now=now)

    return run


def take_over(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
    """J16b: from the workshop, with the odometer and the photos; from the station he brings it himself."""
    if stop.visit is None:
        raise ValidationError(_("There is no vehicle to hand over on this trip."))
    given = read_given(stop, sent) if stop.visit.workshop_id is not None else None
    returning.hand_over(visit_id=stop.visit.pk, given=given, actor=actor, now=now)


def read_given(stop: Stop, sent: Sent) -> returning.Given:
    """What the agent read and photographed as he took the vehicle. Raises ValidationError."""
    wanted = required_shots(ShotOccasion.HAND_OVER, stop.at(states.AWAITING_RETURN))
    called = {GIVEN + shot.code: shot.name for shot in wanted}
    photos = photos_sent(stop, sent, list(called), called=called)
    shots = [told(photo, name.removeprefix(GIVEN)) for name, photo in photos.items()]
    return returning.Given(odometer_km=number_of(sent, "odometer_km"), shots=shots)


def report_incident(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
    """J25: over each job of the vehicle, with the photo that was taken there."""
    photo = photos_sent(stop, sent, ["incident"])["incident"]
    said = incidents.IncidentReport(
        kind=text_of(sent, "kind", most=20), text=text_of(sent, "text", most=2000), happened_at=photo.taken_at,
        place=text_of(sent, "place", most=300), police_number=text_of(sent, "police_number", most=64), photos=[photo.file],
    )  # fmt: skip
    for job in some(stop.at(*sorted(states.IN_CUSTODY_STATES))):
        incidents.report_incident(job_id=job.pk, report=said, actor=actor, now=now)
    HandoverPhoto.objects.filter(pk=photo.pk).update(replaced_at=now)  # the next one is another photo


def to_station(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
    """I2: with what the check before found."""
    findings = {name: sent.values.get(name) is True for name in ("fines_cleared", "cover_valid", "licence_on_board")}
    for job in some(stop.at(states.PRE_CHECK)):
        errands.go_to_station(job_id=job.pk, findings=findings, actor=actor, now=now)


def papers_back(stop: Stop, sent: Sent, actor: Actor, now: datetime) -> None:
    """V5: the receipt is the evidence."""
    photo = photos_sent(stop, sent, ["receipt"])["receipt"]
    for job in some(stop.at(states.PAID, states.OFFICE_REFUSED)):
        errands.deliver_papers(job_id=job.pk, receipt=photo.file.ref, shown=[told(photo)], actor=actor, now=now)


STEPS: Final[dict[str, Callable[[Stop, Sent, Actor, datetime], None]]] = {
    "accept": of_leg(offers.accept_offer),
    "contact": of_leg(driving.contact),
    "set_out": of_leg(driving.set_out),
    "arrive": of_leg(driving.arrive),
    "authorise": authorise,
    "sign": sign,
    "fail": fail,
    "receive": receive,
    "correct_odometer": correct_odometer(ReportSide.PICKUP),
    "correct_return": correct_odometer(ReportSide.RETURN),
    "take_over": take_over,
    "report_incident": report_incident,
    "plan_return": of_visit(returning.plan_return),
    "refuse": of_visit(returning.refuse_delivery, needs_reason=True),
    "back_to_workshop": of_visit(returning.back_to_workshop),
    "take_back": of_visit(returning.take_back),
    "retry_return": of_visit(partial(returning.retry_return, window=None)),
    "start_pre_check": of_jobs(errands.start_pre_check, states.IN_CUSTODY),
    "go_to_station": to_station,
    "pass_station": of_jobs(errands.pass_station, states.AT_STATION),
    "fail_station": of_jobs(errands.fail_station, states.AT_STATION, needs_reason=True),
    "take_documents": of_jobs(errands.take_documents, states.CONTACTED),
    "reach_office": of_jobs(errands.reach_office, states.DOCUMENTS_IN),
    "settle_violation": of_jobs(errands.settle_violation, states.AT_OFFICE),
    "refuse_at_office": of_jobs(errands.refuse_at_office, states.AT_OFFICE, needs_reason=True),
    "deliver_papers": papers_back,
}
