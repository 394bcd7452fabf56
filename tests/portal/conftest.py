"""Signed-in people of acme and pacific, with a browser at their tenant's host."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.models import Tenant
from tenants.people.seed import ensure_membership, ensure_user
from tests.fleet.conftest import Desk, files_apart, seed_book, seed_desk

__all__ = ["files_apart"]
SignIn = Callable[..., Client]


@pytest.fixture
def world(db: None, acme: Tenant) -> Tenant:
    seed_desk()
    seed_book(acme)
    return acme


@pytest.fixture
def desk(world: Tenant, now: Any) -> Desk:
    return Desk(world, now)


@pytest.fixture
def sign_in(db: None, browser_of: Callable[[str], Client]) -> SignIn:
    """sign_in("acme", "viewer"): a browser of a new person with these roles."""

    def make(slug: str, *roles: str) -> Client:
        tenant = Tenant.objects.get(slug=slug)
        user = ensure_user(email=f"{'-'.join(roles)}@{slug}.example", name="王娟平", password="a long enough password")
        ensure_membership(user=user, tenant=tenant, roles=list(roles))
        client = browser_of(slug)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make
