"""The doors to memberships and invitations: found only within what the actor may manage."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from events.ids import BadId, read_public_id
from tenants.actors import Actor, StaffRole
from tenants.models import Tenant
from tenants.people.models import ApiKey, Invitation, Membership, TenantRole

PROOF_HOLDS = timedelta(minutes=15)


def require_manager(*, actor: Actor, tenant: Tenant | None) -> None:
    """Raise PermissionDenied unless `actor` may manage the people of `tenant` (of the staff when it is None)."""
    if actor.kind == "system":
        return
    if tenant is None:
        is_manager = actor.is_staff_in(StaffRole.LEAD)
    else:
        is_own = actor.tenant is not None and actor.tenant.pk == tenant.pk
        is_manager = actor.kind == "user" and is_own and TenantRole.ADMIN in actor.roles
    if not is_manager:
        raise PermissionDenied(_("Only an administrator manages members. Ask one of yours."))


def own_tenant(actor: Actor) -> Tenant:
    """The tenant of the actor's host, of which it is an administrator; raises PermissionDenied."""
    require_manager(actor=actor, tenant=actor.tenant)
    if actor.tenant is None:
        raise PermissionDenied
    return actor.tenant


def membership_for(*, actor: Actor, public_id: str) -> Membership:
    """A membership of the actor's tenant; raises Http404 for anything else, PermissionDenied for who is no administrator."""
    found: Membership | None = (
        Membership.objects.for_tenant(own_tenant(actor))
        .select_related("user")
        .filter(pk=read_key("mem", public_id))
        .first()
    )
    if found is None:
        raise Http404
    return found


def invitation_for(*, actor: Actor, public_id: str) -> Invitation:
    """An open invitation of the actor's tenant; raises Http404 for anything else, PermissionDenied like the above."""
    mine = Invitation.objects.for_tenant(own_tenant(actor)).filter(accepted_at__isnull=True, revoked_at__isnull=True)
    found: Invitation | None = mine.filter(pk=read_key("inv", public_id)).first()
    if found is None:
        raise Http404
    return found


def api_key_for(*, actor: Actor, public_id: str) -> ApiKey:
    """A key of the actor's tenant, live or not; raises Http404 for anything else, PermissionDenied like the above."""
    found: ApiKey | None = ApiKey.objects.for_tenant(own_tenant(actor)).filter(pk=read_key("key", public_id)).first()
    if found is None:
        raise Http404
    return found


def has_just_signed_in(actor: Actor, *, at: datetime) -> bool:
    """Whether the person proved who it is a moment ago; asked before what would outlive a stolen session."""
    return actor.authenticated_at is not None and at - actor.authenticated_at < PROOF_HOLDS


def read_key(prefix: str, public_id: str) -> UUID:
    """The key behind a public id; raises Http404 when it is none."""
    try:
        return read_public_id(prefix, public_id)
    except BadId:
        raise Http404 from None
