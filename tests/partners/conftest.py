"""The agreements' desk: its people, prices, and the console's host."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as project
from django.test import Client

from partners.desk.models import RateVersion
from partners.desk.services import drafts, publishing
from partners.desk.services.drafts import PriceDraft
from tenants.actors import Actor, StaffRole
from tenants.models import Tenant
from tenants.people.seed import ensure_staff, ensure_user

Publish = Callable[..., RateVersion]


def staff(role: StaffRole) -> Actor:
    """One of the operator's people."""
    return Actor(kind="user", id=role.value, name=role.value, staff_roles=frozenset({role.value}))


FINANCE = staff(StaffRole.FINANCE)


def price(kind: str, operation: str = "", **values: Any) -> PriceDraft:
    return PriceDraft(kind=kind, operation=operation, **values)


def publish_card(
    tenant: Tenant | None, *prices: PriceDraft, valid_from: date, now: datetime, actor: Actor = FINANCE
) -> RateVersion:
    """A version with just these prices."""
    draft = drafts.begin_draft(tenant_id=tenant.pk if tenant else None, actor=actor, now=now)
    draft = drafts.replace_prices(card_id=draft.card_id, prices=prices, actor=actor, now=now)
    return publishing.publish_draft(
        card_id=draft.card_id, valid_from=valid_from, note="", revision=draft.revision, actor=actor, now=now
    )


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    """Pages are asked for, not their files."""
    settings.STORAGES = {
        **project.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def at_console(db: None) -> Callable[..., Client]:
    """A client on the console's host, signed in as staff of a role; without one, as nobody."""

    def sign_in(role: str = "", workshop_id: UUID | None = None) -> Client:
        client = Client(headers={"host": f"{project.OPERATOR_HOST}:{project.SITE_PORT}", "accept-language": "en"})
        if role:
            user = ensure_user(email=f"{role}@console.example", name=f"the {role}")
            ensure_staff(user=user, roles=[role], workshop_id=workshop_id)
            client.force_login(user)
        return client

    return sign_in
