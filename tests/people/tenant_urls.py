"""A tenant's url map with the pages of people, and one book page, for tests of them alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from config.health import show_health
from tenants.people import views


def show_page(request: HttpRequest) -> HttpResponse:
    """A book page in the shell."""
    return render(request, "ui/shell.html")


urlpatterns = [
    path("", show_page, name="portal_home"),
    path("orders/", show_page, name="test_orders"),
    path("members/", include("portal.members.urls")),
    path("language/", views.set_language, name="set_language"),
    path("healthz", show_health, name="healthz"),
    path("", include("tenants.people.urls_redirects")),
]
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
