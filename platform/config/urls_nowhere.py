"""The url map of a host that is nobody's: everything is 404."""

from django.urls import URLPattern, URLResolver

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = []
