"""The url map of the root host: sign-in, accounts, invitations. No tenant's data, and nobody's but the person's own."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config.health import show_health
from tenants.people import views

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.show_home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("invitations/<str:token>/", views.show_invitation, name="invitation"),
    path("check/", include("repair.urls_check")),
    path("language/", views.set_language, name="set_language"),
    path("robots.txt", views.show_robots, name="robots"),
    path("healthz", show_health, name="healthz"),
]
if settings.DEMO:
    from config.demo.desk import PASSWORD
    from config.demo.tenants import sign_ins
    from tenants.people.demo import offer_sign_ins

    offer_sign_ins(sign_ins, password=PASSWORD)
if settings.DEBUG:
    urlpatterns.append(path("_ui/", include("ui.urls")))
