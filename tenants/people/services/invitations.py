"""Invitations: one address, one tenant (or the staff), one link that works once and for some days.

The link's token is an HMAC over the invitation and its end, so that the mail can be written after commit from the row alone;
the row keeps its hash. An invitation that is sent anew gets another end, and the older link is void.
"""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from events.commands import Recorded, command, record, tell
from events.ids import new_id, public_id
from tenants.actors import Actor
from tenants.hosts import root_url
from tenants.models import Tenant
from tenants.people.access import require_manager
from tenants.people.events import (
    InvitationRevoked,
    InvitationSent,
    MemberInvited,
    MemberJoined,
    MembershipStarted,
    MemberUninvited,
)
from tenants.people.models import STAFF_ROLES, Invitation, Membership, StaffMembership, TenantRole, User

SALT = "tenants.people.invitation"
PAUSE = timedelta(minutes=1)  # between two mails to one address: the button is no way to flood somebody's mailbox
MOST_OPEN = 500  # open invitations of one tenant


class InvitationClosed(Exception):
    """The link is unknown, used, revoked or too old; told apart by nothing."""

    code = "invitation_closed"


def invitation_token(invitation: Invitation) -> str:
    """The secret of the link: 43 letters, made from the row and the installation's key."""
    value = f"{invitation.pk}:{invitation.expires_at.astimezone(UTC).isoformat()}"
    digest = salted_hmac(SALT, value, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_token(token: str) -> str:
    """What the row keeps."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_link(invitation: Invitation) -> str:
    """The address that the mail carries."""
    return root_url("invitation", token=invitation_token(invitation))


def find_invitation(*, token: str, now: datetime) -> Invitation:
    """The open invitation behind a link; raises InvitationClosed."""
    found: Invitation | None = Invitation.objects.select_related("tenant").filter(token_hash=hash_token(token)).first()
    if found is None or not found.is_open_at(now) or (found.tenant is not None and not found.tenant.is_ready):
        raise InvitationClosed
    return found


@command
def invite(*, tenant: Tenant | None, email: str, roles: list[str], actor: Actor, now: datetime) -> Invitation:
    """Invite an address into `tenant`, or into the staff when it is None; the mail follows after commit.

    Raises ValidationError by field, PermissionDenied for who is no administrator of that tenant (no lead of the staff).
    """
    require_manager(actor=actor, tenant=tenant)
    address, wanted = clean_email(email), clean_roles(roles, tenant=tenant)
    lock_tenant(tenant)
    refuse_member(tenant=tenant, email=address)
    expire_old(tenant=tenant, email=address, now=now)
    invitation = Invitation(
        id=new_id(),
        tenant=tenant,
        email=address,
        roles=wanted,
        invited_by=User.objects.filter(pk=actor.id).first() if actor.kind == "user" else None,
        invited_at=now,
        expires_at=now + timedelta(days=settings.INVITATION_DAYS),
    )
    invitation.token_hash = hash_token(invitation_token(invitation))
    invitation.save(force_insert=True)
    tell_sent(invitation, actor, is_again=False)
    return invitation


@command
def resend_invitation(*, invitation_id: UUID, actor: Actor, now: datetime) -> Invitation:
    """Send the mail anew with a new link and a new end. Raises ValidationError within a minute of the last mail."""
    invitation = lock_open(invitation_id)
    require_manager(actor=actor, tenant=invitation.tenant)
    if now - invitation.invited_at < PAUSE:
        raise ValidationError(
            _("The last mail to this address is less than a minute old. Wait a moment."), code="too_soon"
        )
    invitation.invited_at, invitation.expires_at = now, now + timedelta(days=settings.INVITATION_DAYS)
    invitation.token_hash = hash_token(invitation_token(invitation))
    invitation.save(update_fields=["invited_at", "expires_at", "token_hash"])
    tell_sent(invitation, actor, is_again=True)
    return invitation


@command
def revoke_invitation(*, invitation_id: UUID, actor: Actor, now: datetime) -> None:
    """Take an invitation back; its link is void at once. Raises InvitationClosed when it is used or revoked already."""
    invitation = lock_open(invitation_id)
    require_manager(actor=actor, tenant=invitation.tenant)
    invitation.revoked_at = now
    invitation.save(update_fields=["revoked_at"])
    subject = invitation.public_id
    fact = record(InvitationRevoked(subject=subject, tenant=slug_of(invitation.tenant), email=invitation.email))
    if invitation.tenant is not None:
        tell(invitation.tenant.pk, MemberUninvited(subject=subject, email=invitation.email), because=fact)


@command
def accept(*, token: str, actor: Actor, now: datetime) -> Invitation:
    """The signed-in person joins. Raises InvitationClosed, and PermissionDenied when another address was invited."""
    invitation = lock_by_token(token, now=now)
    user = User.objects.filter(pk=actor.id, is_active=True).first() if actor.kind == "user" else None
    if user is None or not owns_address(user, invitation.email):
        raise PermissionDenied(_("Another address was invited. Sign in with that one."))
    join(invitation, user, now=now)
    return invitation


@command
def open_account(*, token: str, name: str, password: str, actor: Actor, now: datetime) -> tuple[User, Invitation]:
    """A new person opens an account with the invited address and joins; `actor.id` becomes the account's key.

    The password is checked by the form. Raises InvitationClosed also when the address has an account by now.
    """
    invitation = lock_by_token(token, now=now)
    if has_account(invitation.email):
        raise InvitationClosed
    user = User.objects.create_user(id=UUID(actor.id), email=invitation.email, name=name, password=password)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    join(invitation, user, now=now)
    return user, invitation


def has_account(email: str) -> bool:
    """Whether the address is somebody's already."""
    known = EmailAddress.objects.filter(email__iexact=email, verified=True).exists()
    return known or User.objects.filter(email__iexact=email).exists()


def owns_address(user: User, email: str) -> bool:
    """Whether the address is one that this person has proved to be theirs."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists())


def join(invitation: Invitation, user: User, *, now: datetime) -> None:
    """Close the invitation, and make or reopen the membership."""
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    values = {"roles": invitation.roles, "is_active": True}
    tenant = invitation.tenant
    if tenant is None:
        staff, _made = StaffMembership.objects.update_or_create(user=user, defaults=values)
        record_start(public_id("stf", staff.pk), invitation, user)
        return
    membership, _made = Membership.objects.update_or_create(user=user, tenant=tenant, defaults=values)
    fact = record_start(membership.public_id, invitation, user)
    event = MemberJoined(subject=membership.public_id, name=user.get_full_name(), roles=invitation.roles)
    tell(tenant.pk, event, because=fact)


def record_start(subject: str, invitation: Invitation, user: User) -> Recorded:
    """Record that a person joined."""
    return record(
        MembershipStarted(
            subject=subject,
            tenant=slug_of(invitation.tenant),
            user=str(user.pk),
            name=user.get_full_name(),
            roles=invitation.roles,
            invitation=invitation.public_id,
        )
    )


def tell_sent(invitation: Invitation, actor: Actor, *, is_again: bool) -> None:
    """Record and tell that a mail is on its way; the link's secret is in neither."""
    fact = record(
        InvitationSent(
            subject=invitation.public_id,
            tenant=slug_of(invitation.tenant),
            email=invitation.email,
            roles=invitation.roles,
            invited_by=actor.name if actor.kind == "user" else "",
            expires_at=invitation.expires_at,
            is_again=is_again,
        )
    )
    if invitation.tenant is not None:
        event = MemberInvited(
            subject=invitation.public_id,
            email=invitation.email,
            roles=invitation.roles,
            expires_at=invitation.expires_at,
        )
        tell(invitation.tenant.pk, event, because=fact)


def clean_email(email: str) -> str:
    """The address in small letters; raises ValidationError."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError({"email": error}) from None
    return address


def clean_roles(roles: list[str], *, tenant: Tenant | None) -> list[str]:
    """The roles, each once, in the order of their declaration; raises ValidationError."""
    known: list[str] = TenantRole.values if tenant is not None else [role for role, _name in STAFF_ROLES]
    unknown = [role for role in roles if role not in known]
    if unknown or not roles:
        choices = ", ".join(known)
        raise ValidationError({"roles": _("Choose at least one of: %(choices)s.") % {"choices": choices}})
    return [role for role in known if role in roles]


def refuse_member(*, tenant: Tenant | None, email: str) -> None:
    """Raise ValidationError for who is in already; says nothing about accounts elsewhere."""
    owners = User.objects.filter(emailaddress__email__iexact=email) | User.objects.filter(email__iexact=email)
    if tenant is None:
        is_in = StaffMembership.objects.filter(user__in=owners, is_active=True).exists()
    else:
        is_in = Membership.objects.for_tenant(tenant).filter(user__in=owners, is_active=True).exists()
    if is_in:
        raise ValidationError({"email": _("This person is a member already.")})


def expire_old(*, tenant: Tenant | None, email: str, now: datetime) -> None:
    """Close an invitation that ran out; raises ValidationError for one that is still open, and for too many."""
    opened = Invitation.objects.filter(tenant=tenant, accepted_at__isnull=True, revoked_at__isnull=True)
    opened.filter(email=email, expires_at__lte=now).update(revoked_at=now)
    if opened.filter(email=email).exists():
        raise ValidationError({"email": _("This address is invited already; send the invitation again instead.")})
    if opened.count() >= MOST_OPEN:
        raise ValidationError({"email": _("Too many invitations are open. Revoke some first.")})


def lock_tenant(tenant: Tenant | None) -> None:
    """One change of a tenant's people at a time, so that rules over all of them hold."""
    if tenant is not None:
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)


def lock_open(invitation_id: UUID) -> Invitation:
    """An invitation that is neither accepted nor revoked, locked; raises InvitationClosed."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("tenant")
    found: Invitation | None = rows.filter(pk=invitation_id, accepted_at__isnull=True, revoked_at__isnull=True).first()
    if found is None:
        raise InvitationClosed
    return found


def lock_by_token(token: str, *, now: datetime) -> Invitation:
    """The open invitation behind a link, locked; raises InvitationClosed."""
    lock_tenant(find_invitation(token=token, now=now).tenant)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("tenant")
    found: Invitation | None = rows.filter(token_hash=hash_token(token)).first()
    if found is None or not found.is_open_at(now):
        raise InvitationClosed
    return found


def slug_of(tenant: Tenant | None) -> str:
    """The tenant's short name, empty for the staff."""
    return tenant.slug if tenant is not None else ""
