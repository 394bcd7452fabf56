"""J12 and J14 for many estimates at once: every job is locked first, in one order; each decision has a result of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError

from events.commands import command
from events.machine import TransitionError
from repair.locking import JobNotFound, lock_jobs
from repair.models import Job
from repair.requests import LineChoice
from repair.services.approving import Decision, decide_estimate
from tenants.actors import Actor

Refusal = TransitionError | ValidationError | JobNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionAsked:
    """One decision: on which version, what, and who decides (who acts for another says so on its actor)."""

    order_id: UUID
    version: int
    decision: Decision
    choices: Sequence[LineChoice]
    reason: str
    actor: Actor


@command
def decide_estimates(
    *, tenant_id: UUID, asked: Sequence[DecisionAsked], actor: Actor, now: datetime
) -> list[Refusal | None]:
    """Decide each of them; in the order asked None for what is done, else why not, of which nothing is kept."""
    keys = Job.objects.filter(tenant_id=tenant_id, order_id__in={each.order_id for each in asked})
    lock_jobs(job_ids=keys.values_list("pk", flat=True), tenant_id=tenant_id)
    return [decide_one(tenant_id, each, now) for each in asked]


def decide_one(tenant_id: UUID, asked: DecisionAsked, now: datetime) -> Refusal | None:
    """One decision, wholly or not at all."""
    try:
        decide_estimate(
            tenant_id=tenant_id, order_id=asked.order_id, version=asked.version, decision=asked.decision,
            choices=asked.choices, reason=asked.reason, actor=asked.actor, now=now,
        )  # fmt: skip
    except (TransitionError, ValidationError, JobNotFound) as error:
        return error
    return None
