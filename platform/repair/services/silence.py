"""The contact clock ran out and the customer still has not been called: the leg goes to the next agent (JOBS.md, "Clocks").

A step of its own after the breach is recorded: it locks legs first, as everybody does, and sees what is true by then. An
agent who calls late has a breach on record, and keeps the leg.
"""

from datetime import datetime
from uuid import UUID

from dispatch.clocks import running
from dispatch.locking import lock_leg
from dispatch.models import Clock, Leg, LegKind
from dispatch.services.legs import free_legs
from dispatch.states import ACCEPTED
from events.commands import command
from events.each import each_alone
from repair.models import Job
from tenants.actors import Actor, system_actor


def pass_silent_legs_on(*, now: datetime) -> int:
    """Free every leg whose agent let the contact clock run out, one command a leg; returns how many."""
    clocks = Clock.objects.filter(
        kind="contact", breached_at__isnull=False, stopped_at__isnull=True, cancelled_at__isnull=True
    )
    subjects = list(clocks.values_list("subject_id", flat=True))
    jobs = Job.objects.filter(pk__in=subjects).values_list("pk", "visit_id")
    purposes = {key for pair in jobs for key in pair} - {None}  # a visit, or the job itself for an errand
    legs = Leg.objects.filter(purpose_id__in=purposes, status=ACCEPTED).exclude(kind=LegKind.RETURN).order_by("pk")
    actor, keys = system_actor("clocks"), list(legs.values_list("pk", flat=True))
    return sum(each_alone(keys, lambda key: pass_silent_leg_on(leg_id=key, actor=actor, now=now)))


@command
def pass_silent_leg_on(*, leg_id: UUID, actor: Actor, now: datetime) -> bool:
    """One leg of `pass_silent_legs_on`; False when its agent has called meanwhile, or it is another's already."""
    leg = lock_leg(leg_id)
    jobs = Job.objects.filter(visit_id=leg.purpose_id) | Job.objects.filter(pk=leg.purpose_id)
    clocks = running(kinds=["contact"], subject_ids=jobs.values_list("pk", flat=True))
    if leg.status != ACCEPTED or not clocks.filter(breached_at__isnull=False).exists():
        return False
    free_legs(purpose_ids=[leg.purpose_id], kind=leg.kind, reason="contact_breached", actor=actor, now=now)
    return True
