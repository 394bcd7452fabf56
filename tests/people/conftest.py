"""People of two tenants, and browsers on their hosts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from tenants.actors import Actor
from tenants.models import Tenant
from tenants.people.models import Membership, TenantRole, User
from tenants.people.seed import ensure_membership, ensure_user

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def people_pages(settings: Any) -> None:
    """The pages under test, whatever else the tenant's map holds by now; and no one else's rate limits."""
    settings.TENANT_URLCONF = "tests.people.tenant_urls"
    cache.clear()


@pytest.fixture
def zhou(db: None, acme: Tenant) -> User:
    """The administrator of acme."""
    user = ensure_user(email="zhou@acme.example", name="周敏", password=PASSWORD)
    ensure_membership(user=user, tenant=acme, roles=[TenantRole.ADMIN])
    return user


@pytest.fixture
def lin(db: None, acme: Tenant) -> User:
    """A viewer of acme."""
    user = ensure_user(email="lin@acme.example", name="林涛", password=PASSWORD)
    ensure_membership(user=user, tenant=acme, roles=[TenantRole.VIEWER])
    return user


@pytest.fixture
def pan(db: None, pacific: Tenant) -> User:
    """The administrator of pacific."""
    user = ensure_user(email="pan@pacific.example", name="潘岳", password=PASSWORD)
    ensure_membership(user=user, tenant=pacific, roles=[TenantRole.ADMIN])
    return user


@pytest.fixture
def actor_in() -> Callable[[User, Tenant], Actor]:
    """The actor that a signed-in person is at a tenant's host."""

    def make(user: User, tenant: Tenant) -> Actor:
        membership = Membership.objects.filter(user=user, tenant=tenant).first()
        roles = frozenset(membership.roles) if membership else frozenset()
        return Actor(kind="user", id=str(user.pk), name=user.name, tenant=tenant, roles=roles)

    return make


@pytest.fixture
def browser() -> Callable[..., Client]:
    """browser("acme", user): a client on a host ("" is the root host), signed in as `user`."""

    def open_browser(slug: str = "", user: User | None = None, **kwargs: Any) -> Client:
        host = f"{slug}.{settings.BASE_DOMAIN}" if slug else settings.BASE_DOMAIN
        client = Client(headers={"host": f"{host}:{settings.SITE_PORT}", "accept-language": "en"}, **kwargs)
        if user is not None:
            client.force_login(user)
        return client

    return open_browser
