"""People for a demo world, a test or a first administrator: made once, found again ever after."""

from collections.abc import Iterable
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction

from tenants.models import Tenant
from tenants.people.models import Membership, StaffMembership, User


@transaction.atomic
def ensure_user(*, email: str, name: str, password: str | None = None, phone: str = "", language: str = "") -> User:
    """The person with this address (the first or another), made with `password` if there is none; a password stays as it is."""
    address = email.strip().lower()
    user = User.objects.filter(email__iexact=address).first()
    if user is None:
        other = EmailAddress.objects.select_related("user").filter(email__iexact=address, verified=True).first()
        user = other.user if other else None
    if user is None:
        user = User.objects.create_user(email=address, password=password, name=name, phone=phone, language=language)
    EmailAddress.objects.get_or_create(
        user=user, email=address, defaults={"verified": True, "primary": not has_primary(user)}
    )
    return user


def ensure_membership(*, user: User, tenant: Tenant, roles: Iterable[str]) -> Membership:
    """The person's place in a tenant, active and with exactly these roles."""
    wanted = list(dict.fromkeys(roles))
    membership: Membership
    membership, _made = Membership.objects.update_or_create(
        user=user, tenant=tenant, defaults={"roles": wanted, "is_active": True}
    )
    return membership


def ensure_staff(
    *, user: User, roles: Iterable[str], workshop_id: UUID | None = None, area_id: UUID | None = None
) -> StaffMembership:
    """The person's place among the operator's people, active and with exactly these roles."""
    values = {
        "roles": list(dict.fromkeys(roles)),
        "workshop_id": workshop_id,
        "area_id": area_id,
        "is_active": True,
    }
    staff, _made = StaffMembership.objects.update_or_create(user=user, defaults=values)
    return staff


def has_primary(user: User) -> bool:
    """Whether one of the person's addresses is the first already."""
    return bool(EmailAddress.objects.filter(user=user, primary=True).exists())
