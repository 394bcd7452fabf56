"""The console's map with the pages of dispatch in it, wherever the installation mounts them."""

from config.urls_console import urlpatterns as console
from django.urls import include, path

urlpatterns = [path("dispatch/", include("dispatch.urls")), *console]
