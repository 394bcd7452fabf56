"""Where anybody who holds a paper can verify it: at each tenant's host, and at the root host for the operator's own."""

from django.urls import path

from repair.views import checking

app_name = "papers"

urlpatterns = [path("<slug:code>/", checking.check_paper, name="check")]
