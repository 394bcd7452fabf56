"""The console's host, with somebody of each role; and the repair desk's small world."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.conf import settings as project
from django.test import Client

from config import clock
from tenants.models import Tenant
from tenants.people.seed import ensure_staff, ensure_user
from tests.repair.world import World, build_world


@pytest.fixture
def world(db: None, acme: Tenant) -> World:
    """As of now: pages ask the true clock."""
    return build_world(acme, clock.now())


@pytest.fixture(autouse=True)
def plain_static(settings: pytest.FixtureRequest) -> None:
    """Pages are asked for, not their files."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        **project.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def at_console(db: None) -> Callable[..., Client]:
    """at_console("lead"): a client on the console's host, signed in as staff of that role; without a role, as nobody."""

    def sign_in(role: str = "", workshop_id: UUID | None = None) -> Client:
        client = Client(headers={"host": f"{project.OPERATOR_HOST}:{project.SITE_PORT}", "accept-language": "en"})
        if role:
            user = ensure_user(email=f"{role}@console.example", name=f"the {role}")
            ensure_staff(user=user, roles=[role], workshop_id=workshop_id)
            client.force_login(user)
        return client

    return sign_in
