"""Where files are fetched."""

from django.urls import path

from files import links

app_name = "files"

urlpatterns = [
    path("photo/<str:token>/", links.show_photo, name="photo"),
    path("<str:token>/", links.download, name="download"),
]
