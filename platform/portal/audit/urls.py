"""Where the pages of the audit trail are."""

from django.urls import path

from portal.audit import exports, views

urlpatterns = [
    path("", views.list_entries, name="audit"),
    path("export.csv", exports.export_entries, name="audit_export"),
    path("<int:seq>/", views.show_entry, name="audit_entry"),
]
