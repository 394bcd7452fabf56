"""What the tenant does with a complaint: file it, add to it, take or refuse the solution, let it be."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from fleet.access import Action, complaint_for, order_for, own_tenant, require_may, require_reason
from fleet.errors import NotValid
from fleet.models import Complaint
from repair.requests import ComplaintDraft
from repair.services import complaining
from tenants.actors import Actor

MOST_ORDERS = 50


def file_complaint(*, order_ids: Sequence[UUID | str], draft: ComplaintDraft, actor: Actor, now: datetime) -> Complaint:
    """File one about orders of the actor's own. Raises PermissionDenied, NotValid, ValidationError by field."""
    require_may(actor, Action.COMPLAIN)
    filed = complaining.file_complaint(
        tenant_id=own_tenant(actor).pk, order_ids=find_orders(actor, order_ids), draft=draft, actor=actor, now=now
    )
    return complaint_for(actor, filed.pk)


def find_orders(actor: Actor, keys: Sequence[UUID | str]) -> list[UUID]:
    """The orders' keys; raises NotValid for none, too many, or one that is not there."""
    if not 1 <= len(keys) <= MOST_ORDERS:
        raise NotValid(_("Name one order to %(most)d.") % {"most": MOST_ORDERS}, field="orders")
    found = []
    for place, key in enumerate(keys):
        try:
            found.append(order_for(actor, key).pk)
        except Http404 as error:
            raise NotValid(_("There is no such order."), field=f"orders.{place}") from error
    return found


def add_evidence(
    *, complaint_id: UUID | str, text: str, files: Sequence[UUID] = (), actor: Actor, now: datetime
) -> Complaint:
    """Words, photos, papers. Raises Http404, PermissionDenied, TransitionError, ValidationError by field."""
    require_may(actor, Action.COMPLAIN)
    complaint = complaint_for(actor, complaint_id)
    complaining.give_evidence(
        complaint_id=complaint.pk, text=text, files=files, tenant_id=own_tenant(actor).pk, actor=actor, now=now
    )
    return complaint_for(actor, complaint.pk)


def accept_solution(*, complaint_id: UUID | str, actor: Actor, now: datetime) -> Complaint:
    """Take what is offered. Raises Http404, PermissionDenied, TransitionError."""
    require_may(actor, Action.COMPLAIN)
    complaint = complaint_for(actor, complaint_id)
    complaining.accept_solution(complaint_id=complaint.pk, tenant_id=own_tenant(actor).pk, actor=actor, now=now)
    return complaint_for(actor, complaint.pk)


def reopen_complaint(*, complaint_id: UUID | str, reason: str, actor: Actor, now: datetime) -> Complaint:
    """It is not well after all. Raises as `accept_solution`, and NotValid without a reason."""
    require_may(actor, Action.COMPLAIN)
    complaint = complaint_for(actor, complaint_id)
    require_reason(reason)
    complaining.reopen_complaint(
        complaint_id=complaint.pk, reason=reason.strip(), tenant_id=own_tenant(actor).pk, actor=actor, now=now
    )
    return complaint_for(actor, complaint.pk)


def withdraw_complaint(*, complaint_id: UUID | str, reason: str, actor: Actor, now: datetime) -> Complaint:
    """Let it be. Raises as `reopen_complaint`."""
    require_may(actor, Action.COMPLAIN)
    complaint = complaint_for(actor, complaint_id)
    require_reason(reason)
    complaining.withdraw_complaint(
        complaint_id=complaint.pk, reason=reason.strip(), tenant_id=own_tenant(actor).pk, actor=actor, now=now
    )
    return complaint_for(actor, complaint.pk)
