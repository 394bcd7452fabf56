"""The url map of the operator's console: the desks' pages, for staff alone."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path

from config.errors import permission_denied
from config.health import show_health
from tenants.marks import open_view
from tenants.people import urls_redirects, views
from tenants.wall import redirect_to_sign_in

handler400 = "config.errors.bad_request"
handler403 = "config.urls_console.refuse"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("console.urls")),
    path("dispatch/", include("dispatch.urls")),
    path("repair/", include("repair.urls")),
    path("agreements/", include("partners.desk.urls")),
    path("files/", include("files.urls")),
    path("language/", views.set_language, name="set_language"),
    path("healthz", show_health, name="healthz"),
    *urls_redirects.urlpatterns,
]
if settings.DEBUG:
    urlpatterns.append(path("_ui/", include("ui.urls")))


@open_view
def refuse(request: HttpRequest, exception: Any = None) -> HttpResponseBase:
    """403 at the console: who is nobody signs in first."""
    actor = getattr(request, "actor", None)
    if actor is not None and actor.kind == "nobody":
        return redirect_to_sign_in(request)
    return permission_denied(request, exception)
