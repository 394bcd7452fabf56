"""Who asks, read once, before the wall: session, key, membership, roles, language and zone in one frozen request.actor."""

import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import uuid_utils.compat as uuid_utils
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.db.models import QuerySet, UUIDField
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from config import clock
from tenants.actors import NOBODY, Actor
from tenants.models import Tenant
from tenants.people.keys import find_api_key, note_use
from tenants.people.models import Membership, StaffMembership, User
from tenants.postgresql.compiled import compile_once

BEARER = "bearer "


class ActorMiddleware:
    """Sets request.actor, and the language and zone that pages are shown in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = str(uuid_utils.uuid7())
        actor = read_actor(request, request_id)
        request.actor = actor  # type: ignore[attr-defined]
        timezone.activate(zoneinfo.ZoneInfo(actor.time_zone))
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        response.headers["X-Request-Id"] = request_id
        return response


def read_actor(request: HttpRequest, request_id: str) -> Actor:
    """The actor of a request; NOBODY when neither a session nor a key says who asks."""
    tenant: Tenant | None = getattr(request, "tenant", None)
    zone = tenant.time_zone if tenant else settings.TIME_ZONE
    common: dict[str, Any] = {
        "tenant": tenant,
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "time_zone": zone,
        "request_id": request_id,
    }
    header = request.headers.get("Authorization", "")
    if header:
        return read_key(header, tenant, common)
    user = getattr(request, "user", None)
    if isinstance(user, User) or (user is not None and user.is_authenticated):
        return read_user(request, user, tenant, common)
    return Actor(kind="nobody", id="", name="", **common)


def read_key(header: str, tenant: Tenant | None, common: dict[str, Any]) -> Actor:
    """The actor of an API key; a header that proves nothing makes nobody, whatever cookie came with it."""
    nobody = Actor(kind="nobody", id="", name="", **common)
    if tenant is None or not header.lower().startswith(BEARER):
        return nobody
    now = clock.now(tenant)
    key = find_api_key(text=header[len(BEARER) :].strip(), tenant=tenant, now=now)
    if key is None:
        return nobody
    note_use(key=key, now=now)
    return Actor(
        kind="key",
        id=str(key.pk),
        name=key.name,
        credential=f"key:{key.prefix}",
        scopes=frozenset(key.scopes),
        approve_up_to_fen=key.approve_up_to_fen,
        **common,
    )


def read_user(request: HttpRequest, user: Any, tenant: Tenant | None, common: dict[str, Any]) -> Actor:
    """The actor of a signed-in person: its roles in this host's tenant, or at the operator's desks."""
    memberships = read_memberships(user=user.pk)
    staff = next(iter(read_staff(user=user.pk)), None)
    own = next((m for m in memberships if tenant is not None and m.tenant_id == tenant.pk), None)
    is_console = getattr(request, "area", "") == "console"
    return Actor(
        kind="user",
        id=str(user.pk),
        name=user.get_full_name(),
        roles=frozenset(own.roles) if own else frozenset(),
        staff_roles=frozenset(staff.roles) if staff and is_console else frozenset(),
        staff_id=staff.pk if staff else None,
        workshop_id=staff.workshop_id if staff else None,
        authenticated_at=authenticated_at(request),
        memberships=tuple((m.tenant__slug, m.tenant__name) for m in memberships),
        **common,
    )


@compile_once(user=UUIDField())
def read_memberships(user: Any) -> QuerySet[Membership, Any]:
    """A person's places in tenants that are not closed."""
    mine = Membership.objects.filter(user=user, is_active=True).exclude(tenant__state=Tenant.State.CLOSED)
    return mine.order_by("tenant__name").values_list("tenant_id", "tenant__slug", "tenant__name", "roles")


@compile_once(user=UUIDField())
def read_staff(user: Any) -> QuerySet[StaffMembership, Any]:
    """A person's place among the operator's people, if there is one."""
    return StaffMembership.objects.filter(user=user, is_active=True).values_list("pk", "roles", "workshop_id")


def authenticated_at(request: HttpRequest) -> datetime | None:
    """When this session last proved who it is; step-up checks ask."""
    user = request.user if isinstance(request.user, User) else None
    times = [record["at"] for record in get_authentication_records(request, user) if "at" in record]
    return datetime.fromtimestamp(max(times), tz=UTC) if times else None


__all__ = ["NOBODY", "ActorMiddleware"]
