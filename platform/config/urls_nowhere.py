"""The url map of a host that is nobody's: everything is 404."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
