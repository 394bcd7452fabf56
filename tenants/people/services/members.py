"""Members: their roles, and whether they may come in. A tenant always keeps one administrator who can."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from events.commands import command, record, tell
from tenants.actors import Actor
from tenants.models import Tenant
from tenants.people.access import require_manager
from tenants.people.events import (
    MemberChanged,
    MemberDeactivated,
    MemberReactivated,
    MembershipChanged,
    MembershipResumed,
    MembershipStopped,
)
from tenants.people.models import Membership, TenantRole
from tenants.people.services.invitations import clean_roles, lock_tenant


@command
def change_member_roles(
    *, tenant: Tenant, membership_id: UUID, roles: list[str], actor: Actor, now: datetime
) -> Membership:
    """Give a member other roles. Raises ValidationError by field, also when no administrator would be left."""
    membership = lock_member(tenant=tenant, membership_id=membership_id, actor=actor)
    wanted, before = clean_roles(roles, tenant=tenant), membership.roles
    if wanted == before:
        return membership
    if TenantRole.ADMIN not in wanted:
        keep_an_administrator(membership, field="roles")
    membership.roles = wanted
    membership.save(update_fields=["roles"])
    user, subject = membership.user, membership.public_id
    fact = record(
        MembershipChanged(subject=subject, tenant=tenant.slug, user=str(user.pk), roles_before=before, roles=wanted)
    )
    event = MemberChanged(subject=subject, name=user.get_full_name(), roles_before=before, roles=wanted)
    tell(tenant.pk, event, because=fact)
    return membership


@command
def deactivate_member(*, tenant: Tenant, membership_id: UUID, actor: Actor, now: datetime) -> Membership:
    """Shut a member out from the next request on. Raises ValidationError for the last administrator."""
    membership = lock_member(tenant=tenant, membership_id=membership_id, actor=actor)
    if not membership.is_active:
        return membership
    keep_an_administrator(membership, field="__all__")
    set_active(membership, is_active=False)
    user, subject = membership.user, membership.public_id
    fact = record(MembershipStopped(subject=subject, tenant=tenant.slug, user=str(user.pk)))
    tell(tenant.pk, MemberDeactivated(subject=subject, name=user.get_full_name()), because=fact)
    return membership


@command
def reactivate_member(*, tenant: Tenant, membership_id: UUID, actor: Actor, now: datetime) -> Membership:
    """Let a deactivated member in again, with the roles it had."""
    membership = lock_member(tenant=tenant, membership_id=membership_id, actor=actor)
    if membership.is_active:
        return membership
    set_active(membership, is_active=True)
    user, subject = membership.user, membership.public_id
    fact = record(MembershipResumed(subject=subject, tenant=tenant.slug, user=str(user.pk)))
    tell(tenant.pk, MemberReactivated(subject=subject, name=user.get_full_name()), because=fact)
    return membership


def lock_member(*, tenant: Tenant, membership_id: UUID, actor: Actor) -> Membership:
    """A membership of `tenant`, locked behind the tenant's row; raises PermissionDenied, and Http404 for another's."""
    require_manager(actor=actor, tenant=tenant)
    lock_tenant(tenant)
    rows = Membership.objects.for_tenant(tenant).select_for_update(of=("self",)).select_related("user")
    found: Membership | None = rows.filter(pk=membership_id).first()
    if found is None:
        raise Http404
    return found


def keep_an_administrator(membership: Membership, *, field: str) -> None:
    """Raise ValidationError when `membership` is the last administrator who can sign in; the tenant's row is locked."""
    if TenantRole.ADMIN not in membership.roles:
        return
    admins = Membership.objects.for_tenant(membership.tenant).filter(
        roles__contains=[TenantRole.ADMIN], is_active=True, user__is_active=True
    )
    if not admins.exclude(pk=membership.pk).exists():
        text = _("This is the last administrator. Make somebody else one first.")
        raise ValidationError({field: ValidationError(text, code="last_administrator")})


def set_active(membership: Membership, *, is_active: bool) -> None:
    """Save whether a member may come in."""
    membership.is_active = is_active
    membership.save(update_fields=["is_active"])
