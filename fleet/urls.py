"""The pages of the fleet's book; all of them are walled, but the upload, which stores its file first."""

from django.urls import URLPattern, path

from fleet.views import approvals, batches, drivers, imports, places, rules, vehicles
from fleet.views.orders import amending, cancelling, decisions, exports, lists, pages, saved, steps

app_name = "fleet"


def import_paths(register: str, place: str) -> list[URLPattern]:
    """Where the file of a register is dropped, and its templates."""
    said = {"register": register}
    csv, xlsx = {**said, "kind": "csv"}, {**said, "kind": "xlsx"}
    return [
        path(f"{place}/import/", imports.new_import, said, name=f"{register}_import"),
        path(f"{place}/import/receive/", imports.receive, said, name=f"{register}_receive"),
        path(f"{place}/import/template.csv", imports.download_template, csv, name=f"{register}_template_csv"),
        path(f"{place}/import/template.xlsx", imports.download_template, xlsx, name=f"{register}_template_xlsx"),
    ]


urlpatterns = [
    path("orders/", lists.list_orders, name="orders"),
    path("orders/export.csv", exports.export_orders, {"kind": "csv"}, name="orders_export"),
    path("orders/export.xlsx", exports.export_orders, {"kind": "xlsx"}, name="orders_export_xlsx"),
    path("orders/views/new/", saved.add_view, name="order_view_new"),
    path("orders/views/<str:ref>/", saved.edit_view, name="order_view"),
    path("orders/views/<str:ref>/remove/", saved.remove_view, name="order_view_remove"),
    path("orders/cancel/", cancelling.cancel_picked, name="orders_cancel"),
    path("orders/cancel/results.csv", cancelling.download_results, name="orders_cancel_results"),
    path("orders/<str:ref>/", pages.show_order, name="order"),
    path("orders/<str:ref>/amend/", amending.amend_order, name="order_amend"),
    path("orders/<str:ref>/cancel/", steps.cancel_order, name="order_cancel"),
    path("orders/<str:ref>/reschedule/", steps.reschedule_order, name="order_reschedule"),
    path("orders/<str:ref>/window/", steps.choose_window, name="order_window"),
    path("orders/<str:ref>/rate/", steps.rate_order, name="order_rate"),
    path("orders/<str:ref>/estimates/<int:version>/", decisions.decide_estimate, name="estimate_decide"),
    path("approvals/", approvals.queue.list_approvals, name="approvals"),
    path("approvals/decide/", approvals.many.approve_picked, name="approvals_decide"),
    path("approvals/rules/", approvals.rules.edit_rules, name="approval_rules"),
    path("approvals/delegations/", approvals.delegations.list_delegations, name="delegations"),
    path("approvals/delegations/new/", approvals.delegations.new_delegation, name="delegation_new"),
    path("approvals/delegations/<str:ref>/revoke/", approvals.delegations.revoke, name="delegation_revoke"),
    path("approvals/limits/", approvals.limits.list_limits, name="approval_limits"),
    path("approvals/limits/new/", approvals.limits.edit_limit, name="approval_limit_new"),
    path("approvals/limits/<str:ref>/", approvals.limits.edit_limit, name="approval_limit"),
    path("approvals/limits/<str:ref>/remove/", approvals.limits.remove, name="approval_limit_remove"),
    path("batches/", batches.lists.list_batches, name="batches"),
    path("batches/new/", batches.uploads.new_batch, name="batch_new"),
    path("batches/receive/", batches.uploads.receive, name="batch_receive"),
    path("batches/template.csv", batches.downloads.download_template, {"kind": "csv"}, name="batch_template_csv"),
    path("batches/template.xlsx", batches.downloads.download_template, {"kind": "xlsx"}, name="batch_template_xlsx"),
    path("batches/<str:ref>/", batches.pages.show_batch, name="batch"),
    path("batches/<str:ref>/grid/", batches.grid.show_grid, name="batch_grid"),
    path("batches/<str:ref>/grid/mend/", batches.grid.mend_cells, name="grid_mend"),
    path("batches/<str:ref>/grid/replace/", batches.grid.replace_cells, name="grid_replace"),
    path("batches/<str:ref>/progress/", batches.pages.show_progress, name="batch_progress"),
    path("batches/<str:ref>/submit/", batches.steps.submit, name="batch_submit"),
    path("batches/<str:ref>/discard/", batches.steps.discard, name="batch_discard"),
    path("batches/<str:ref>/roll-back/", batches.steps.roll_back, name="batch_roll_back"),
    path("batches/<str:ref>/resume/", batches.steps.resume, name="batch_resume"),
    path("batches/<str:ref>/rows-to-mend.csv", batches.downloads.download_failed, name="batch_failed"),
    path("batches/<str:ref>/results.csv", batches.downloads.download_results, name="batch_results"),
    path("batches/<str:ref>/make-real/", batches.steps.make_real, name="batch_make_real"),
    path("batches/<str:ref>/confirm/", batches.changes.confirm_all, name="batch_confirm"),
    path("batches/<str:ref>/mended-file/", batches.uploads.receive_mended, name="batch_mended_file"),
    path("batches/<str:ref>/rows/<int:line>/confirm/", batches.rows.confirm_row, name="row_confirm"),
    path("batches/<str:ref>/rows/<int:line>/mend/", batches.rows.mend_row, name="row_mend"),
    path("vehicles/", vehicles.list_vehicles, name="vehicles"),
    path("vehicles/new/", vehicles.edit_vehicle, name="vehicle_new"),
    *import_paths("vehicles", "vehicles"),
    path("vehicles/<str:ref>/", vehicles.show_vehicle, name="vehicle"),
    path("vehicles/<str:ref>/edit/", vehicles.edit_vehicle, name="vehicle_edit"),
    path("vehicles/<str:ref>/use/", vehicles.use_vehicle, name="vehicle_use"),
    path("drivers/", drivers.list_drivers, name="drivers"),
    path("drivers/new/", drivers.edit_driver, name="driver_new"),
    *import_paths("drivers", "drivers"),
    path("drivers/<str:ref>/", drivers.show_driver, name="driver"),
    path("drivers/<str:ref>/edit/", drivers.edit_driver, name="driver_edit"),
    path("drivers/<str:ref>/use/", drivers.use_driver, name="driver_use"),
    path("sites/", places.list_sites, name="sites"),
    path("sites/new/", places.edit_site, name="site_new"),
    *import_paths("sites", "sites"),
    path("sites/<str:ref>/", places.edit_site, name="site"),
    path("cost-centers/", places.list_cost_centers, name="cost_centers"),
    path("cost-centers/new/", places.edit_cost_center, name="cost_center_new"),
    *import_paths("cost_centers", "cost-centers"),
    path("cost-centers/<str:ref>/", places.edit_cost_center, name="cost_center"),
    path("imports/", imports.list_imports, name="imports"),
    path("imports/<str:ref>/", imports.show_import, name="import"),
    path("imports/<str:ref>/progress/", imports.show_progress, name="import_progress"),
    path("imports/<str:ref>/apply/", imports.apply, name="import_apply"),
    path("imports/<str:ref>/resume/", imports.resume, name="import_resume"),
    path("imports/<str:ref>/discard/", imports.discard, name="import_discard"),
    path("imports/<str:ref>/rows-to-mend.csv", imports.download_rejected, name="import_rejected"),
    path("settings/", rules.edit_settings, name="settings"),
]
