"""Where the pages of keys are."""

from django.urls import path

from portal.keys import views

urlpatterns = [
    path("", views.list_keys, name="keys"),
    path("new/", views.make_key, name="key_new"),
    path("<str:public_id>/", views.show_key, name="key"),
    path("<str:public_id>/revoke/", views.revoke_key, name="key_revoke"),
]
