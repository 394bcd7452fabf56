"""Members of a tenant, for what asks who could."""

from tenants.actors import Actor
from tenants.models import Tenant
from tenants.people.models import User
from tenants.people.seed import ensure_membership, ensure_user


def join(tenant: Tenant, *roles: str, name: str = "", language: str = "") -> User:
    """A member of a tenant with these roles; another name is another person."""
    address = f"{name or '-'.join(roles)}@{tenant.slug}.example"
    user = ensure_user(email=address, name=name or f"{roles[0]} of {tenant.slug}", password="x" * 20)
    User.objects.filter(pk=user.pk).update(language=language)
    ensure_membership(user=user, tenant=tenant, roles=list(roles))
    return user


def acting(user: User, tenant: Tenant, *roles: str) -> Actor:
    """The member as it asks."""
    return Actor(kind="user", id=str(user.pk), name=user.name, tenant=tenant, roles=frozenset(roles))
