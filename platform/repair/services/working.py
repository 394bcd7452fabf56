"""J11, J13, J14, J15, J22: the workshop's way from the estimate to finished work; only approved lines are unlocked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch.clocks import stop_clocks
from events.commands import Recorded, command, record, tell
from events.each import each_alone
from files.models import StoredFile
from files.services import claim_files
from repair import states
from repair.events import JobMoved, LineTold, OrderEstimated, OrderEstimateDecided, PhotoTold
from repair.ids import job_ref, order_ref
from repair.locking import lock_job
from repair.models import Estimate, EstimateLine, Job, LineDecision, LineKind, ProgressNote
from repair.requests import EstimateLineDraft
from repair.services.operations import check_operations
from repair.services.timing import note_progress_clock, start_wait
from repair.telling import move, note_order, record_step, tell_photos
from tenants.actors import Actor, Party, system_actor
from tenants.people.models import StaffMembership
from tenants.refusals import Refused

VALID_FOR = timedelta(days=3)
CENT = Decimal("0.01")
PRE_APPROVED, ESTIMATE_EXPIRED = "pre_approved", "estimate_expired"  # why the system did it; `texts.said` has the words


class WorkLocked(Refused):
    """Hours or parts on a line without consent; `code` is stable, `missing` says what must be approved first."""

    code = "work_locked"

    def __init__(self, *, missing: Sequence[str]) -> None:
        self.missing = list(missing)
        super().__init__(
            _("Work on this line is locked until it is approved: %(lines)s.") % {"lines": ", ".join(missing)}
        )


def require_own_workshop(job: Job, actor: Actor) -> None:
    """A workshop's people work on their own workshop's jobs; raises ValidationError."""
    if job.kind == Job.Kind.INSPECTION and job.workshop_id is None:
        return  # what the station found is mended wherever there is a bay
    if Party.WS in actor.parties and actor.workshop_id is not None and actor.workshop_id != job.workshop_id:
        raise ValidationError(_("This job is at another workshop."))


@command
def start_estimate(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """J11: the workshop looks at it."""
    return step(job_id, "start_estimate", actor=actor, now=now)


@command
def revise_estimate(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """J22: sent back, so a new version is due."""
    return step(job_id, "revise", actor=actor, now=now)


def step(job_id: UUID, event: str, *, actor: Actor, now: datetime, note: str = "") -> Job:
    """A workshop's step that needs no more than its guard."""
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    move(job, event, actor=actor, now=now, note=note)
    job.save(update_fields=["status", "status_since"])
    return job


@command
def submit_estimate(*, job_id: UUID, lines: Sequence[EstimateLineDraft], actor: Actor, now: datetime) -> Estimate:
    """J11: a version with its lines waits for approval; up to the pre-approved amount the system approves it at once.

    Raises ValidationError by field (`lines.2.amount_fen`), TransitionError when it is not being estimated.
    """
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    estimate = write_estimate(job, lines, is_supplement=False, now=now)
    fact = move(
        job,
        "submit_estimate",
        actor=actor,
        now=now,
        estimate=estimate,
        detail={"version": estimate.version, "total_fen": estimate.total_fen},
    )
    job.save(update_fields=["status", "status_since"])
    tell_estimate(job, estimate, because=fact)
    start_wait(job, "approval", now=now)
    note_progress_clock([job], now=now)
    if (
        job.pre_approved_up_to_fen is not None
        and estimate.total_fen <= job.pre_approved_up_to_fen
        and job.kind != Job.Kind.CLAIM
    ):
        approve_by_system(job, estimate, now)
    return estimate


def approve_by_system(job: Job, estimate: Estimate, now: datetime) -> None:
    """J12 by SYS: what the tenant approved beforehand."""
    from repair.services.approving import decide_estimate

    decide_estimate(
        tenant_id=job.tenant_id, order_id=job.order_id, version=estimate.version, decision="approve", choices=(),
        reason=PRE_APPROVED, actor=system_actor("pre-approval"), now=now,
    )  # fmt: skip


def write_estimate(job: Job, lines: Sequence[EstimateLineDraft], *, is_supplement: bool, now: datetime) -> Estimate:
    """The next version, with its lines; raises ValidationError by field."""
    check_lines(lines)
    check_operations(job, lines)
    last = Estimate.objects.filter(job=job).order_by("-version").values_list("version", flat=True).first() or 0
    estimate = Estimate.objects.create(
        job=job, version=last + 1, is_supplement=is_supplement, submitted_at=now, valid_until=now + VALID_FOR,
        total_fen=sum(line.amount_fen for line in lines),
    )  # fmt: skip
    EstimateLine.objects.bulk_create(
        EstimateLine(
            estimate=estimate, no=number, kind=line.kind, text=line.text.strip(), quantity=read_quantity(line.quantity),
            unit_price_fen=line.unit_price_fen, amount_fen=line.amount_fen, operation=line.operation,
            photos=list(line.photos),
        )
        for number, line in enumerate(lines, start=1)
    )  # fmt: skip
    return estimate


def check_lines(lines: Sequence[EstimateLineDraft]) -> None:
    """Raise ValidationError, by line and field."""
    errors: dict[str, str] = {}
    if not lines:
        errors["lines"] = _("An estimate has one line at least.")
    for index, line in enumerate(lines):
        if line.kind not in LineKind.values:
            errors[f"lines.{index}.kind"] = _("Choose labour or part.")
        if not line.text.strip() or len(line.text) > 300:
            errors[f"lines.{index}.text"] = _("Say what is done, in at most 300 letters.")
        if not 0 <= line.amount_fen <= 100_000_000:
            errors[f"lines.{index}.amount_fen"] = _("Give the amount in fen, tax included, from 0 to 100,000,000.")
        try:
            quantity = read_quantity(line.quantity)
        except InvalidOperation:
            errors[f"lines.{index}.quantity"] = _(
                "Give a quantity above 0 and below 1,000,000, with two decimals at most."
            )
            continue
        if line.unit_price_fen is None:
            continue
        if line.unit_price_fen < 0 or line.amount_fen != gross_of(quantity, line.unit_price_fen):
            errors[f"lines.{index}.unit_price_fen"] = _("The amount must be the quantity times the unit price.")
    if errors:
        raise ValidationError(errors)


def gross_of(quantity: Decimal, unit_price_fen: int) -> int:
    """What so much of it costs, in whole fen, half a fen upwards: the database computes the same."""
    return int((quantity * unit_price_fen).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def read_quantity(text: str) -> Decimal:
    """A quantity as the database keeps it, with two decimals; raises InvalidOperation for one that it cannot keep."""
    quantity = Decimal(text)
    if not quantity.is_finite() or not 0 < quantity < 1_000_000 or quantity != quantity.quantize(CENT):
        raise InvalidOperation
    return quantity.quantize(CENT)


def tell_estimate(job: Job, estimate: Estimate, *, because: Recorded) -> None:
    """The tenant reads the lines."""
    assert estimate.valid_until is not None
    event = OrderEstimated(
        subject=order_ref(job.order_id), order_id=job.order_id, estimate_version=estimate.version,
        is_supplement=estimate.is_supplement, total_fen=estimate.total_fen,
        valid_until=estimate.valid_until, lines=told_lines(estimate),
    )  # fmt: skip
    tell(job.tenant_id, event, because=because)


def told_lines(estimate: Estimate) -> tuple[LineTold, ...]:
    """The lines as events carry them."""
    return tuple(
        LineTold(
            no=line.no, kind=line.kind, text=line.text, quantity=str(line.quantity),
            unit_price_fen=line.unit_price_fen, amount_fen=line.amount_fen, operation=line.operation, decision=line.decision,
            approved_fen=line.approved_fen, reason=line.reason,
        )
        for line in estimate.lines.order_by("no")
    )  # fmt: skip


def expire_estimates(*, actor: Actor, now: datetime) -> int:
    """J12b: what was not decided in time needs a new version; how many. Each job is a command of its own."""
    due = Estimate.objects.filter(
        decision="", is_supplement=False, valid_until__lte=now, job__status=states.AWAITING_APPROVAL
    )
    due = due.filter(job__held_since__isnull=True).exclude(job__kind=Job.Kind.CLAIM)
    keys = list(due.values_list("job_id", flat=True))
    return sum(each_alone(keys, lambda key: expire_estimate(job_id=key, actor=actor, now=now)))


@command
def expire_estimate(*, job_id: UUID, actor: Actor, now: datetime) -> bool:
    """J12b for one job; False when it was decided or held meanwhile."""
    job = lock_job(job_id=job_id)
    estimate = Estimate.objects.select_for_update().filter(job=job, decision="", valid_until__lte=now).first()
    if job.status != states.AWAITING_APPROVAL or job.held_since is not None or estimate is None:
        return False
    estimate.decision, estimate.decided_at = "expired", now
    estimate.save(update_fields=["decision", "decided_at"])
    fact = move(job, "expire_estimate", actor=actor, now=now, note=ESTIMATE_EXPIRED)
    job.save(update_fields=["status", "status_since"])
    stop_clocks(kind="approval", subject_ids=[job.pk], now=now)
    tell_decision(job, estimate, "", because=fact)
    return True


def tell_decision(job: Job, estimate: Estimate, reason: str, *, because: Recorded) -> None:
    """Everybody at the tenant reads who decided what."""
    event = OrderEstimateDecided(
        subject=order_ref(job.order_id), order_id=job.order_id, estimate_version=estimate.version, decision=estimate.decision,
        approved_fen=estimate.approved_fen, reason=reason, lines=told_lines(estimate), promised_return_at=job.promised_return_at,
    )  # fmt: skip
    tell(job.tenant_id, event, because=because)


def approved_lines(job: Job) -> list[EstimateLine]:
    """The unlocked lines of all decided versions."""
    return list(
        EstimateLine.objects.filter(estimate__job=job, decision=LineDecision.APPROVED)
        .exclude(estimate__decision="expired").order_by("estimate__version", "no")
    )  # fmt: skip


@command
def wait_for_parts(*, job_id: UUID, note: str, actor: Actor, now: datetime) -> Job:
    """J13: parts are on their way; the wait is measured."""
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    move(job, "wait_for_parts", actor=actor, now=now, note=note, approved_lines=approved_lines(job))
    job.save(update_fields=["status", "status_since"])
    start_wait(job, "parts", now=now)
    return job


def technicians_for(job: Job) -> QuerySet[StaffMembership]:
    """Who may repair it: the people of its workshop (of any, when what the station found is mended wherever there is a bay)."""
    people = StaffMembership.objects.filter(is_active=True, workshop_id__isnull=False).select_related("user")
    if job.workshop_id is not None:
        people = people.filter(workshop_id=job.workshop_id)
    return people.order_by("created_at", "id")


@command
def start_repair(*, job_id: UUID, technician: str, actor: Actor, now: datetime) -> Job:
    """J13: work begins on the approved lines; the rest stay visible as declined. `technician`: the user id of one of the
    workshop's people, whom the inspector must not be. Raises ValidationError, TransitionError.
    """
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    if technician not in {str(row.user_id) for row in technicians_for(job)}:
        raise ValidationError({"technician": _("Say who repairs it; somebody else will inspect it.")})
    move(job, "start_repair", actor=actor, now=now, approved_lines=approved_lines(job))
    job.technician = technician
    job.save(update_fields=["status", "status_since", "technician"])
    stop_clocks(kind="parts", subject_ids=[job.pk], now=now)
    return job


@command
def begin_line(*, job_id: UUID, version: int, line_no: int, actor: Actor, now: datetime) -> Recorded:
    """Hours or parts on one line. Raises WorkLocked when it is not approved: the promise P11, held by a constraint too."""
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    line = (
        EstimateLine.objects.select_for_update()
        .filter(estimate__job=job, estimate__version=version, no=line_no)
        .first()
    )
    if line is None:
        raise ValidationError({"line": _("There is no such line on this estimate.")})
    if line.decision != LineDecision.APPROVED or job.status != states.IN_REPAIR:
        raise WorkLocked(missing=[f"{version}.{line_no} {line.text}"])
    if line.work_begun_at is None:
        line.work_begun_at = now
        line.save(update_fields=["work_begun_at"])
    return record(
        JobMoved(
            subject=job_ref(job.pk), job_id=job.pk, tenant_id=job.tenant_id, order_id=job.order_id, row="P11",
            event="begin_line", before=job.status, after=job.status, detail={"version": version, "line": line_no},
        )
    )  # fmt: skip


@command
def require_consent(
    *, job_id: UUID, lines: Sequence[EstimateLineDraft], note: str, actor: Actor, now: datetime
) -> Estimate:
    """J14: an extra fault; its lines are locked until the customer says yes."""
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    supplement = write_estimate(job, lines, is_supplement=True, now=now)
    fact = move(
        job,
        "require_consent",
        actor=actor,
        now=now,
        note=note,
        estimate=supplement,
        detail={"version": supplement.version},
    )
    job.save(update_fields=["status", "status_since"])
    tell_estimate(job, supplement, because=fact)
    start_wait(job, "consent", now=now)
    return supplement


@command
def finish_repair(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """J15: ready to be inspected; approved lines that nobody began are begun now, so that the bill equals the work."""
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    move(job, "finish_repair", actor=actor, now=now)
    job.save(update_fields=["status", "status_since"])
    EstimateLine.objects.filter(pk__in=[line.pk for line in approved_lines(job)], work_begun_at__isnull=True).update(
        work_begun_at=now
    )
    return job


@command
def resume_rework(*, job_id: UUID, actor: Actor, now: datetime) -> Job:
    """J15: back to work after a failed check; counted."""
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    move(job, "resume_rework", actor=actor, now=now)
    job.rework_count += 1
    job.save(update_fields=["status", "status_since", "rework_count"])
    return job


@command
def note_progress(*, job_id: UUID, text: str, actor: Actor, now: datetime, photos: Sequence[StoredFile] = ()) -> Job:
    """P10: the customer hears how it goes, and sees `photos`, kept before; the 24-hour clock starts again.

    Raises ValidationError.
    """
    if actor.parties.isdisjoint({Party.WS, Party.AGT, Party.DSP, Party.CC, Party.SYS}):
        raise PermissionDenied(_("The operator's people write progress notes."))
    if not text.strip():
        raise ValidationError({"text": _("Say how it goes.")})
    if len(text) > 1000:
        over = len(text) - 1000
        raise ValidationError(
            {"text": ngettext("%(over)s letter too long.", "%(over)s letters too long.", over) % {"over": over}}
        )
    job = lock_job(job_id=job_id)
    require_own_workshop(job, actor)
    if job.status in states.JOB.ended:
        raise ValidationError({"text": _("This job has ended.")})
    ProgressNote.objects.create(
        job=job, text=text.strip(), photos=[photo.ref for photo in photos], by=actor.name, noted_at=now
    )
    note_progress_clock([job], now=now)
    detail = {"photos": [photo.ref for photo in photos]} if photos else None
    record_step(job, row="P10", event="note_progress", note=text.strip(), detail=detail)
    note_order(job, topic="progress", text=text.strip())
    claim_files(file_ids=[photo.pk for photo in photos], now=now)
    tell_photos(job, kind="progress", photos=[PhotoTold(file_id=photo.pk, sha256=photo.sha256) for photo in photos])
    return job
