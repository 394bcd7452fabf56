"""The pages of the repair desk, at the console."""

from django.urls import path

from repair.views import handover, incidents, insurance, jobs, outlays, places, scope
from repair.views.service import urls as service_urls
from repair.views.workshop import estimate, floor, giving, progress, quality, receive

app_name = "repair"

urlpatterns = [
    path("jobs/", jobs.list_jobs, name="jobs"),
    path("jobs/<str:ref>/", jobs.show_job, name="job"),
    path("jobs/<str:ref>/steps/<slug:key>/", jobs.take_step, name="step"),
    path("jobs/<str:ref>/estimate/", estimate.edit_estimate, name="estimate"),
    path("jobs/<str:ref>/estimate/draft/", estimate.save_estimate, name="estimate_save"),
    path("jobs/<str:ref>/estimate/send/", estimate.send_estimate, name="estimate_send"),
    path("jobs/<str:ref>/estimate/photos/", estimate.add_photo, name="estimate_photo"),
    path("floor/", floor.show_floor, name="floor"),
    path("handover/", handover.show_day, name="day"),
    path("handover/worker.js", handover.serve_worker, name="handover_worker"),
    path("handover/<str:ref>/", handover.show_handover, name="handover"),
    path("handover/<str:ref>/photos/", handover.take_photo, name="handover_photo"),
    path("handover/<str:ref>/draft/", handover.keep_draft, name="handover_draft"),
    path("handover/<str:ref>/steps/<slug:kind>/", handover.take_step, name="handover_step"),
    path("handover/<str:ref>/outlays/", outlays.lay_out_on_the_way, name="handover_outlay"),
    path("jobs/<str:ref>/outlays/", outlays.lay_out, name="outlay"),
    path("jobs/<str:ref>/outlays/<str:paid>/strike/", outlays.strike_out, name="outlay_strike"),
    path("jobs/<str:ref>/fees/<slug:kind>/waive/", outlays.waive_fee, name="fee_waive"),
    path("jobs/<str:ref>/receive/", receive.receive, name="receive"),
    path("jobs/<str:ref>/quality/", quality.check_quality, name="quality"),
    path("jobs/<str:ref>/note/", progress.note_progress, name="note"),
    path("jobs/<str:ref>/hand-over/", giving.hand_over, name="give"),
    path("jobs/<str:ref>/incident/", incidents.report, name="incident_report"),
    path("incidents/", incidents.list_files, name="incidents"),
    path("incidents/<str:ref>/", incidents.show_file, name="incident"),
    path("incidents/<str:ref>/judge/", incidents.judge, name="incident_judge"),
    path("incidents/<str:ref>/close/", incidents.close, name="incident_close"),
    path("insurance/", insurance.list_policies, name="insurance"),
    path("insurance/gaps/", insurance.list_gaps, name="cover_gaps"),
    path("insurance/new/", insurance.enter_policy, name="policy_new"),
    path("insurance/<str:ref>/", insurance.show_policy, name="policy"),
    path("insurance/<str:ref>/end/", insurance.end_policy, name="policy_end"),
    path("scope/", scope.list_rules, name="scope_rules"),
    path("scope/new/", scope.edit_rule, name="scope_rule_new"),
    path("scope/try/", scope.try_text, name="scope_try"),
    path("scope/<str:ref>/", scope.edit_rule, name="scope_rule"),
    path("scope/<str:ref>/switch/", scope.switch_rule, name="scope_switch"),
    path("workshops/", places.list_workshops, name="workshops"),
    path("tenants/", places.list_tenants, name="tenants"),
    path("tenants/<str:ref>/", places.show_tenant, name="tenant"),
    path("tenants/<str:ref>/hold/", places.hold_tenant, name="tenant_hold"),
    *service_urls.urlpatterns,
]
