"""The console's own pages."""

from django.urls import path

from console import views

app_name = "console"

urlpatterns = [
    path("", views.show_home, name="home"),
    path("search/", views.search, name="search"),
]
