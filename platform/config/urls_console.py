"""The url map of the operator's console: the desks' pages, for staff alone."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config.health import show_health
from tenants.people import urls_redirects, views

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("console.urls")),
    path("dispatch/", include("dispatch.urls")),
    path("repair/", include("repair.urls")),
    path("files/", include("files.urls")),
    path("language/", views.set_language, name="set_language"),
    path("healthz", show_health, name="healthz"),
    *urls_redirects.urlpatterns,
]
if settings.DEBUG:
    urlpatterns.append(path("_ui/", include("ui.urls")))
