"""The floor of the order list: the same code as plain Django, `gunicorn tests.bench.plain:application`.

Django's own PostgreSQL backend on one schema, sign-in by session, the same view, filter, template and navigation. What tenancy
adds is gone: the host's tenant, memberships and the actor read for each request, the wall with its transaction, role and path.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

SCHEMA = "plain"
OURS = ("tenants.resolver.TenantResolver", "tenants.people.middleware.ActorMiddleware", "tenants.wall.TenantWall")
database: dict[str, Any] = settings.DATABASES["default"]
database["ENGINE"] = "django.db.backends.postgresql"
database["OPTIONS"] = {**database.get("OPTIONS", {}), "options": f"-c search_path={SCHEMA},public"}
settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name not in OURS] + ["tests.bench.plain.PlainActor"]
settings.ROOT_URLCONF = settings.TENANT_URLCONF

import django  # noqa: E402

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402

from tenants.actors import Actor  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tenants.people import navigation  # noqa: E402

ACTOR = Actor(kind="user", id="", name="", tenant=Tenant(slug="acme", kind="fleet"), roles=frozenset({"fleet_manager"}))


class PlainActor:
    """Who asks: the session's user, with roles that cost nothing to read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        request.actor = replace(ACTOR, id=str(user.pk), name=user.get_full_name())  # type: ignore[attr-defined]
        request.area, request.tenant = "portal", ACTOR.tenant  # type: ignore[attr-defined]
        return self.get_response(request)


def count_plainly(items: Iterable[navigation.NavItem], actor: Actor) -> dict[str, int]:
    """The navigation's figures, without asking where the connection stands."""
    return {item.key: item.count(actor) for item in items if item.count is not None}


navigation.read_counts = count_plainly
application = WSGIHandler()
