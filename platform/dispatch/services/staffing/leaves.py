"""Leave: given by the lead, or asked for by the agent and answered."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dispatch.access import require_agent, require_staffer
from dispatch.events import LeaveChanged, LeaveRequestMoved
from dispatch.models import Agent, Leave, LeaveRequest
from dispatch.services.staffing.freeing import lock_staff, settle
from dispatch.services.staffing.shifts import say
from dispatch.states import LEAVE_REQUEST, REQUESTED
from dispatch.waking import wake_solver
from events.commands import command, record
from events.ids import new_id, public_id
from tenants.actors import Actor

LONGEST: Final = timedelta(days=366)


@command
def grant_leave(
    *,
    agent_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
    confirmed: Collection[UUID] | None = None,
) -> Leave:
    """An agent does not work from then to then; legs that he has in that time go to be planned anew.

    Raises PermissionDenied, ValidationError by field, Agent.DoesNotExist, LegsAtStake for legs not `confirmed`.
    """
    require_staffer(actor)
    agent = lock_staff([agent_id])[agent_id]
    check_span(starts_at, ends_at, reason, now=now)
    leave = give(agent, starts_at, ends_at, reason)
    settle([agent.pk], confirmed=confirmed, actor=actor, now=now)
    return leave


@command
def end_leave(*, leave_id: UUID, actor: Actor, now: datetime) -> None:
    """An agent is back: a leave that runs ends now, one that has not begun is taken back.

    Raises PermissionDenied, ValidationError for one that is over, Leave.DoesNotExist.
    """
    require_staffer(actor)
    agent_id = Leave.objects.values_list("agent_id", flat=True).get(pk=leave_id)
    lock_staff([agent_id])
    leave = Leave.objects.get(pk=leave_id)
    if leave.ends_at <= now:
        raise ValidationError(_("This leave is over; it stays as it was."))
    if leave.starts_at < now:
        leave.ends_at = now
        leave.save(update_fields=["ends_at"])
    else:
        leave.ends_at = leave.starts_at
        Leave.objects.filter(pk=leave_id).delete()
    tell_leave(leave, "ended")
    wake_solver()


@command
def ask_leave(*, starts_at: datetime, ends_at: datetime, reason: str, actor: Actor, now: datetime) -> LeaveRequest:
    """The agent himself asks. Raises PermissionDenied for anybody else, ValidationError by field."""
    agent = lock_staff([require_agent(actor).pk]).popitem()[1]
    check_span(starts_at, ends_at, reason, now=now)
    refuse_overlap(agent, starts_at, ends_at)
    if LeaveRequest.objects.filter(
        agent=agent, status=REQUESTED, starts_at__lt=ends_at, ends_at__gt=starts_at
    ).exists():
        raise ValidationError({"starts_on": _("You have asked for this time already; take that request back first.")})
    status = LEAVE_REQUEST.begin("ask", kind="", actor=actor)
    request = LeaveRequest.objects.create(
        pk=new_id(), agent=agent, starts_at=starts_at, ends_at=ends_at, reason=reason.strip()[:120], status=status,
        status_since=now, asked_at=now,
    )  # fmt: skip
    tell_request(request, "ask", before="")
    return request


@command
def decide_leave(
    *,
    request_id: UUID,
    is_approved: bool,
    answer: str,
    actor: Actor,
    now: datetime,
    confirmed: Collection[UUID] | None = None,
) -> LeaveRequest:
    """The lead answers; a yes is a leave, and the agent's legs of that time go to be planned anew.

    Raises PermissionDenied, TransitionError, ValidationError, LeaveRequest.DoesNotExist, LegsAtStake.
    """
    require_staffer(actor)
    agent_id = LeaveRequest.objects.values_list("agent_id", flat=True).get(pk=request_id)
    agent = lock_staff([agent_id])[agent_id]
    request = LeaveRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    before, event = request.status, "approve" if is_approved else "refuse"
    LEAVE_REQUEST.transition(request, event, actor=actor, now=now, reason=answer)
    request.answer, request.decided_by = answer.strip()[:200], actor.name[:200]
    if is_approved:
        check_span(request.starts_at, request.ends_at, request.reason, now=now)
        request.leave = give(agent, request.starts_at, request.ends_at, request.reason)
    request.save(update_fields=["status", "status_since", "answer", "decided_by", "leave"])
    tell_request(request, event, before=before)
    if is_approved:
        settle([agent.pk], confirmed=confirmed, actor=actor, now=now)
    return request


@command
def withdraw_leave(*, request_id: UUID, actor: Actor, now: datetime) -> LeaveRequest:
    """The agent takes his request back. Raises PermissionDenied, TransitionError, LeaveRequest.DoesNotExist for another's."""
    agent = lock_staff([require_agent(actor).pk]).popitem()[1]
    request = LeaveRequest.objects.select_for_update(of=("self",)).get(pk=request_id, agent=agent)
    before = request.status
    LEAVE_REQUEST.transition(request, "withdraw", actor=actor, now=now)
    request.save(update_fields=["status", "status_since"])
    tell_request(request, "withdraw", before=before)
    return request


def check_span(starts_at: datetime, ends_at: datetime, reason: str, *, now: datetime) -> None:
    """Raise ValidationError by field."""
    errors = {}
    if ends_at <= starts_at:
        errors["ends_on"] = _("It must end after it begins.")
    elif ends_at <= now:
        errors["ends_on"] = _("This time is over.")
    elif ends_at - starts_at > LONGEST:
        errors["ends_on"] = _("A leave has at most a year.")
    if not reason.strip():
        errors["reason"] = _("Say why.")
    if errors:
        raise ValidationError(errors)


def refuse_overlap(agent: Agent, starts_at: datetime, ends_at: datetime) -> None:
    """Raise ValidationError that names the leave in the way; the exclusion constraint holds it, this says it kindly."""
    other = (
        Leave.objects.filter(agent=agent, starts_at__lt=ends_at, ends_at__gt=starts_at).order_by("starts_at").first()
    )
    if other is not None:
        words = _("%(agent)s has leave then already: %(from)s – %(until)s.")
        values = {"agent": agent.name, "from": say(other.starts_at), "until": say(other.ends_at)}
        raise ValidationError({"starts_on": words % values})


def give(agent: Agent, starts_at: datetime, ends_at: datetime, reason: str) -> Leave:
    """Write a leave that was checked, under the agent's lock."""
    refuse_overlap(agent, starts_at, ends_at)
    leave = Leave.objects.create(
        pk=new_id(), agent=agent, starts_at=starts_at, ends_at=ends_at, reason=reason.strip()[:120]
    )
    tell_leave(leave, "granted")
    return leave


def tell_leave(leave: Leave, event: str) -> None:
    """The fact."""
    record(
        LeaveChanged(
            subject=public_id("agt", leave.agent_id), agent_id=leave.agent_id, leave_id=leave.pk, event=event,
            starts_at=leave.starts_at, ends_at=leave.ends_at, reason=leave.reason,
        )
    )  # fmt: skip


def tell_request(request: LeaveRequest, event: str, *, before: str) -> None:
    """The fact."""
    record(
        LeaveRequestMoved(
            subject=public_id("agt", request.agent_id), agent_id=request.agent_id, request_id=request.pk, event=event,
            before=before, after=request.status, starts_at=request.starts_at, ends_at=request.ends_at,
            note=request.answer or request.reason,
        )
    )  # fmt: skip
