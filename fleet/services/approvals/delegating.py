"""A member lends its limits to another for a time, and takes them back."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from psycopg.types.range import TimestamptzRange

from events.announcing import announce, wait_for_turn
from events.ids import new_id, public_id
from fleet.access import Action, delegation_for, may, own_tenant, require_may
from fleet.approving.events import DelegationGiven, DelegationRevoked
from fleet.approving.limits import MOST_FEN
from fleet.errors import NotValid
from fleet.models import Delegation, DelegationSide
from fleet.selectors.limits import DECIDERS
from tenants.actors import Actor
from tenants.people.selectors import Colleague, ask_colleagues
from ui.formats import format_moment

LONGEST: Final = timedelta(days=366)


def delegate(
    *,
    deputy_id: str,
    starts_at: datetime,
    ends_at: datetime,
    principal_id: str = "",
    up_to_fen: int | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Delegation:
    """Let the deputy decide for the principal (who asks, unless an administrator says who) within the principal's limits.

    A beginning that is past begins now. Raises PermissionDenied, ValidationError by field.
    """
    require_may(actor, Action.DECIDE if not principal_id or principal_id == actor.id else Action.CONFIGURE)
    tenant = own_tenant(actor)
    people = {str(person.id): person for person in ask_colleagues(tenant_id=tenant.pk, roles=DECIDERS)}
    wait_for_turn(tenant_id=tenant.pk)
    principal, deputy = people.get(principal_id or actor.id), people.get(deputy_id)
    starts_at = max(starts_at, now)
    check(principal, deputy, starts_at, ends_at, up_to_fen, now)
    assert principal is not None and deputy is not None
    require_apart(principal, deputy, starts_at, ends_at)
    row = Delegation(
        id=new_id(), principal_id=str(principal.id), principal_name=principal.name, deputy_id=str(deputy.id),
        deputy_name=deputy.name, starts_at=starts_at, ends_at=ends_at, up_to_fen=up_to_fen, reason=reason.strip()[:300],
        given_by=actor.name,
    )  # fmt: skip
    event = DelegationGiven(
        subject=public_id("dlg", row.pk), principal=principal.name, deputy=deputy.name, deputy_id=str(deputy.id),
        starts_at=starts_at, ends_at=ends_at, up_to_fen=up_to_fen, reason=row.reason,
    )  # fmt: skip
    announce(tenant_id=tenant.pk, events=[event], actor=actor, now=now)
    row.save(force_insert=True)
    during = TimestamptzRange(starts_at, ends_at)
    sides = [(DelegationSide.PRINCIPAL, row.principal_id), (DelegationSide.DEPUTY, row.deputy_id)]
    DelegationSide.objects.bulk_create(
        DelegationSide(delegation=row, side=side, member_id=member, during=during) for side, member in sides
    )
    return row


def revoke_delegation(*, delegation_id: UUID | str, actor: Actor, now: datetime) -> Delegation:
    """Take a delegation back before its end: the principal's to do, or an administrator's.

    Raises Http404, PermissionDenied, NotValid for one that is over.
    """
    require_may(actor, Action.DECIDE)
    wait_for_turn(tenant_id=own_tenant(actor).pk)
    row = delegation_for(actor, delegation_id)
    if row.principal_id != actor.id and not may(actor, Action.CONFIGURE):
        raise PermissionDenied(_("The one whom it is for takes it back, or an administrator."))
    if row.revoked_at is not None or row.ends_at <= now:
        raise NotValid(_("This delegation is over."))
    event = DelegationRevoked(subject=row.ref, principal=row.principal_name, deputy=row.deputy_name)
    announce(tenant_id=own_tenant(actor).pk, events=[event], actor=actor, now=now)
    row.revoked_at, row.revoked_by = now, actor.name
    row.save(update_fields=["revoked_at", "revoked_by"])
    end = max(row.starts_at, now)  # one that has not begun holds for no moment
    DelegationSide.objects.filter(delegation=row).update(during=TimestamptzRange(row.starts_at, end))
    return row


def check(
    principal: Colleague | None,
    deputy: Colleague | None,
    starts_at: datetime,
    ends_at: datetime,
    up_to_fen: int | None,
    now: datetime,
) -> None:
    """Raise ValidationError by field for a delegation that cannot be."""
    errors: dict[str, str] = {}
    choose = _("Choose a member who may decide: an approver, a fleet manager or an administrator.")
    if principal is None:
        errors["principal"] = choose
    if deputy is None:
        errors["deputy"] = choose
    elif principal is not None and principal.id == deputy.id:
        errors["deputy"] = _("Nobody stands in for oneself; choose somebody else.")
    if ends_at <= max(starts_at, now):
        errors["ends_at"] = _("It must end after it begins, and later than now.")
    elif ends_at - starts_at > LONGEST:
        errors["ends_at"] = _("At most a year at a time; give it again when it is over.")
    if up_to_fen is not None and not 0 <= up_to_fen <= MOST_FEN:
        errors["up_to_fen"] = _("Give an amount of 0 or more, or leave it blank for the whole of your own limits.")
    if errors:
        raise ValidationError(errors)


def require_apart(principal: Colleague, deputy: Colleague, starts_at: datetime, ends_at: datetime) -> None:
    """Raise ValidationError for a second deputy, a chain or a circle at that time; the table's constraints say the same."""
    sides = DelegationSide.objects.filter(during__overlap=TimestamptzRange(starts_at, ends_at)).select_related(
        "delegation"
    )
    for side in sides.filter(member_id__in=[str(principal.id), str(deputy.id)]).order_by("delegation_id", "side"):
        clash = side.delegation
        facts = {
            "principal": clash.principal_name,
            "deputy": clash.deputy_name,
            "start": format_moment(moment=clash.starts_at),
            "end": format_moment(moment=clash.ends_at),
        }
        is_principals = side.member_id == str(principal.id)
        if is_principals and side.side == DelegationSide.PRINCIPAL:
            text = _(
                "%(deputy)s stands in for %(principal)s already, from %(start)s until %(end)s. Take that back first."
            )
            raise ValidationError({"starts_at": text % facts})
        if is_principals or side.side == DelegationSide.PRINCIPAL:
            text = _(
                "%(deputy)s stands in for %(principal)s from %(start)s until %(end)s; delegations make no chains or circles."
            )
            raise ValidationError({"principal" if is_principals else "deputy": text % facts})
