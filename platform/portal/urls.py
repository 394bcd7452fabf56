"""The tenant's own pages that span several books."""

from django.urls import path

from portal import home, views

app_name = "portal"

urlpatterns = [
    path("", home.show_home, name="home"),
    path("search/", views.search, name="search"),
]
