"""The addresses of customer service's pages."""

from django.urls import path

from repair.views.service import complaints

urlpatterns = [
    path("jobs/<str:job_key>/complain/", complaints.new_complaint, name="complaint_new"),
    path("complaints/", complaints.list_complaints, name="complaints"),
    path("complaints/report/", complaints.report, name="complaint_report"),
    path("complaints/<str:ref>/", complaints.show_complaint, name="complaint"),
    path("complaints/<str:ref>/findings/", complaints.write_findings, name="complaint_findings"),
    path("complaints/<str:ref>/files/", complaints.add_files, name="complaint_files"),
    path("complaints/<str:ref>/steps/<slug:key>/", complaints.take_step, name="complaint_step"),
]
