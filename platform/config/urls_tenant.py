"""The url map of a tenant's host. Every view is walled unless it is marked otherwise (tenants/marks.py)."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config.health import show_health
from tenants.people import urls_redirects, views

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portal.urls")),
    path("", include("fleet.urls")),
    path("members/", include("portal.members.urls")),
    path("keys/", include("portal.keys.urls")),
    path("audit/", include("portal.audit.urls")),
    path("api/v1/", include("api.urls")),
    path("check/", include("repair.urls_check")),
    path("files/", include("files.urls")),
    path("language/", views.set_language, name="set_language"),
    path("healthz", show_health, name="healthz"),
    *urls_redirects.urlpatterns,
]
if settings.DEBUG:
    urlpatterns.append(path("_ui/", include("ui.urls")))
