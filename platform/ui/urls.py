"""The catalogue of components; mounted at `/_ui/` while DEBUG is on."""

from django.urls import path

from ui import views

app_name = "ui"

urlpatterns = [
    path("", views.show_catalogue, name="catalogue"),
    path("progress/", views.show_progress, name="progress"),
    path("upload/", views.receive_upload, name="upload"),
    path("dialog/", views.show_dialog, name="dialog"),
    path("drawer/", views.show_drawer, name="drawer"),
    path("print/", views.show_print, name="print"),
    path("error/<int:code>/", views.show_error, name="error"),
]
