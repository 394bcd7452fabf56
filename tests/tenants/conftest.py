"""People and keys of the two tenants, and the url map of tests/tenants/urls.py on their hosts."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tenants.models import Tenant
from tenants.owner import as_owner
from tenants.people.keys import issue_api_key
from tenants.people.models import Membership, User
from tenants.provisioning import drop_tenant
from tests.proving import prove

SEEDED = ("acme", "pacific")


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Pages, error pages among them, are drawn without collected files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def crooked_urls(settings: Any) -> None:
    """Tenants' hosts are served by tests/tenants/urls.py."""
    settings.TENANT_URLCONF = "tests.tenants.urls"


def client_at(slug: str) -> Client:
    """A browser at a host; what a view raises becomes the server's answer."""
    host = f"{slug}.{settings.BASE_DOMAIN}" if slug else settings.BASE_DOMAIN
    return Client(headers={"host": host}, raise_request_exception=False)


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """signed_in("acme", at="pacific"): a manager of acme who opens pacific's host."""

    def make(slug: str, *, at: str | None = None, role: str = "admin") -> Client:
        tenant = Tenant.objects.get(slug=slug)
        user, made = User.objects.get_or_create(email=f"{role}@{slug}.example", defaults={"name": f"{role} of {slug}"})
        if made:
            Membership.objects.create(user=user, tenant=tenant, roles=[role])
        client = client_at(slug if at is None else at)
        client.force_login(user)
        return prove(client)  # else what asks for proof would hide behind the question

    return make


@pytest.fixture
def with_key(now: datetime) -> Callable[..., Client]:
    """with_key("acme", at="pacific"): a program that sends acme's key to pacific's host."""

    def make(slug: str, *, at: str | None = None, scope: str = "*") -> Client:
        _row, text = issue_api_key(
            tenant=Tenant.objects.get(slug=slug), name="test", scopes=[scope], now=now, days=None
        )
        client = client_at(slug if at is None else at)
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
        return client

    return make


@pytest.fixture
def new_tenants(own_db: str) -> Iterator[None]:
    """A database in which tenants are made; their roles, which belong to the whole server, go with them."""
    try:
        yield
    finally:
        with as_owner():
            for tenant in Tenant.objects.exclude(slug__in=SEEDED):
                drop_tenant(tenant)
