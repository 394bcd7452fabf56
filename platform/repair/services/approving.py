"""J12 and J14: the decision on an estimate, line by line, lesser amounts allowed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dispatch.clocks import stop_clocks
from events.commands import Recorded, command
from repair.locking import lock_order
from repair.models import Estimate, EstimateLine, Job, LineDecision
from repair.requests import LineChoice
from repair.services.timing import note_progress_clock, run_clocks
from repair.services.working import tell_decision
from repair.telling import move
from tenants.actors import Actor

Decision = Literal["approve", "send_back", "reject"]
WORK_TAKES = timedelta(
    days=2
)  # from the yes to the promised return, if the tenant asked for no earlier time (to confirm)


@command
def decide_estimate(
    *,
    tenant_id: UUID,
    order_id: UUID,
    version: int,
    decision: Decision,
    choices: Sequence[LineChoice],
    reason: str,
    actor: Actor,
    now: datetime,
) -> Estimate:
    """Decide the version that waits. With `approve`, a line without a choice is approved whole; all declined is a rejection.

    Raises JobNotFound, TransitionError (illegal, not permitted, no reason), ValidationError by field (an amount above what
    was asked, an unknown line, a version that is not the one that waits).
    """
    job = lock_order(tenant_id=tenant_id, order_id=order_id)
    estimate = Estimate.objects.select_for_update().filter(job=job).order_by("-version").first()
    if estimate is None or estimate.version != version or estimate.decision:
        raise ValidationError(
            {"version": _("Somebody has decided this estimate already, or there is a newer one; look again.")}
        )
    require_valid(job, estimate, now)
    if decision == "approve":
        apply_choices(estimate, choices)
    fact = settle(job, estimate, decision, reason, actor, now)
    close_waits(job, now)
    tell_decision(job, estimate, reason, because=fact)
    return estimate


def require_valid(job: Job, estimate: Estimate, now: datetime) -> None:
    """J12b: prices hold until a day; after it a new version is due (a claim's stage holds the time, an extra fault has none)."""
    if job.kind == Job.Kind.CLAIM or estimate.is_supplement or estimate.valid_until is None:
        return
    if estimate.valid_until <= now:
        raise ValidationError({"version": _("This estimate was valid until a time that is over; a new one is due.")})


def apply_choices(estimate: Estimate, choices: Sequence[LineChoice]) -> None:
    """Write the yes, the lesser yes or the no on each line; raises ValidationError by line."""
    by_no = {choice.no: choice for choice in choices}
    lines = list(EstimateLine.objects.select_for_update().filter(estimate=estimate).order_by("no"))
    errors = {
        f"lines.{no}": _("There is no such line on this estimate.") for no in by_no.keys() - {line.no for line in lines}
    }
    for line in lines:
        choice = by_no.get(line.no, LineChoice(no=line.no, is_approved=True))
        amount = line.amount_fen if choice.amount_fen is None else choice.amount_fen
        if choice.is_approved and not 0 <= amount <= line.amount_fen:
            errors[f"lines.{line.no}"] = _("Approve at most what was asked.")
            continue
        line.decision = LineDecision.APPROVED if choice.is_approved else LineDecision.DECLINED
        line.approved_fen = amount if choice.is_approved else 0
        line.reason = choice.reason[:300]
    if errors:
        raise ValidationError(errors)
    EstimateLine.objects.bulk_update(lines, ["decision", "approved_fen", "reason"])
    estimate.approved_fen = sum(line.approved_fen for line in lines)


def settle(job: Job, estimate: Estimate, decision: Decision, reason: str, actor: Actor, now: datetime) -> Recorded:
    """Move the job by what was decided, and write it on the estimate."""
    if decision != "approve":
        EstimateLine.objects.filter(estimate=estimate).update(
            decision=LineDecision.DECLINED if decision == "reject" else LineDecision.PENDING
        )
    event, outcome = event_for(estimate, decision)
    if outcome in {"approved", "part_approved"} and not estimate.is_supplement:
        promise_return(job, now)
    fact = move(
        job,
        event,
        actor=actor,
        now=now,
        note=reason,
        reason=reason or outcome_reason(outcome),
        decision_problem=undecided(estimate),
        detail={"version": estimate.version, "approved_fen": estimate.approved_fen},
    )
    job.save(update_fields=["status", "status_since", "promised_return_at"])
    estimate.decision, estimate.decided_at, estimate.decided_by, estimate.reason = outcome, now, actor.name, reason
    estimate.save(update_fields=["decision", "decided_at", "decided_by", "reason", "approved_fen"])
    return fact


def undecided(estimate: Estimate) -> str | None:
    """What keeps an estimate from being decided: a line that still waits for its yes or no; None when there is none."""
    waiting = EstimateLine.objects.filter(estimate=estimate, decision=LineDecision.PENDING).order_by("no")
    numbers = ", ".join(str(number) for number in waiting.values_list("no", flat=True))
    return _("Decide every line; these still wait: %(lines)s.") % {"lines": numbers} if numbers else None


def event_for(estimate: Estimate, decision: Decision) -> tuple[str, str]:
    """The job's event and the word kept on the estimate."""
    decisions = set(EstimateLine.objects.filter(estimate=estimate).values_list("decision", flat=True))
    if estimate.is_supplement:
        if decision == "send_back":
            raise ValidationError(
                {"decision": _("An extra fault is approved or declined; ask the workshop by phone for more.")}
            )
        return "consent", "rejected" if decision == "reject" or decisions == {LineDecision.DECLINED} else "approved"
    if decision == "send_back":
        return "send_back", "sent_back"
    if decision == "reject" or decisions == {LineDecision.DECLINED}:
        return "reject", "rejected"
    whole = decisions == {LineDecision.APPROVED} and estimate.approved_fen == estimate.total_fen
    return ("approve", "approved") if whole else ("part_approve", "part_approved")


def outcome_reason(outcome: str) -> str:
    """A yes needs no words; a no and a sending back do."""
    return "-" if outcome in {"approved", "part_approved"} else ""


def promise_return(job: Job, now: datetime) -> None:
    """J12 sets the promise: the time the tenant asked for if it can still be kept, else the usual time of the work."""
    wanted = job.return_by
    job.promised_return_at = wanted if wanted and wanted > now else now + WORK_TAKES
    run_clocks("return", [job], now=now, due_at=job.promised_return_at)


def close_waits(job: Job, now: datetime) -> None:
    """The wait for approval or consent is over."""
    for kind in ("approval", "consent"):
        stop_clocks(kind=kind, subject_ids=[job.pk], now=now)
    note_progress_clock([job], now=now)
