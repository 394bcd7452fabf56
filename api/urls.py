"""The addresses of /api/v1, as the tenant's url map includes them."""

from django.urls import URLPattern, URLResolver, path

from api.docs import DocsView, SchemaView
from api.resources import complaints, cost_centers, drivers, events, files, imports, sites, vehicles
from api.resources.batches import rows as batch_rows
from api.resources.batches import views as batches
from api.resources.orders import costs, documents, estimates, incidents, photos, steps
from api.resources.orders import views as orders

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("order-batches", batches.BatchList.as_view(), name="batches"),
    path("order-batches/<str:batch_id>", batches.BatchDetail.as_view(), name="batch"),
    path("order-batches/<str:batch_id>/rows", batches.BatchRows.as_view(), name="batch-rows"),
    path("order-batches/<str:batch_id>/rows/<int:line>", batch_rows.RowDetail.as_view(), name="batch-row"),
    path("order-batches/<str:batch_id>/rows/<int:line>/confirm", batch_rows.RowConfirm.as_view(), name="row-confirm"),
    path("order-batches/<str:batch_id>/submit", batches.BatchSubmit.as_view(), name="batch-submit"),
    path("order-batches/<str:batch_id>/discard", batches.BatchDiscard.as_view(), name="batch-discard"),
    path("order-batches/<str:batch_id>/make-real", batches.BatchMakeReal.as_view(), name="batch-make-real"),
    path("order-batches/<str:batch_id>/resume", batches.BatchResume.as_view(), name="batch-resume"),
    path("order-batches/<str:batch_id>/rollback", batches.BatchRollback.as_view(), name="batch-rollback"),
    path("orders", orders.OrderList.as_view(), name="orders"),
    path("orders/cancellations", steps.OrderCancellations.as_view(), name="order-cancellations"),
    path("orders/<str:order_id>", orders.OrderDetail.as_view(), name="order"),
    path("orders/<str:order_id>/cancel", steps.OrderCancel.as_view(), name="order-cancel"),
    path("orders/<str:order_id>/timeline", events.OrderTimeline.as_view(), name="order-timeline"),
    path("orders/<str:order_id>/costs", costs.OrderCostsDetail.as_view(), name="order-costs"),
    path("orders/<str:order_id>/photos", photos.OrderPhotos.as_view(), name="order-photos"),
    path("orders/<str:order_id>/documents", documents.OrderDocuments.as_view(), name="order-documents"),
    path("orders/<str:order_id>/incidents", incidents.OrderIncidents.as_view(), name="order-incidents"),
    path("orders/<str:order_id>/window", steps.OrderWindowChoice.as_view(), name="order-window"),
    path("orders/<str:order_id>/rating", steps.OrderRating.as_view(), name="order-rating"),
    path("orders/<str:order_id>/estimates/<int:version>", estimates.EstimateDetail.as_view(), name="estimate"),
    path(
        "orders/<str:order_id>/estimates/<int:version>/decide",
        estimates.EstimateDecide.as_view(),
        name="estimate-decide",
    ),
    path("estimates", estimates.EstimateList.as_view(), name="estimates"),
    path("complaints", complaints.ComplaintList.as_view(), name="complaints"),
    path("complaints/<str:complaint_id>", complaints.ComplaintDetail.as_view(), name="complaint"),
    path("complaints/<str:complaint_id>/accept", complaints.ComplaintAccept.as_view(), name="complaint-accept"),
    path("complaints/<str:complaint_id>/reopen", complaints.ComplaintReopen.as_view(), name="complaint-reopen"),
    path("complaints/<str:complaint_id>/withdraw", complaints.ComplaintWithdraw.as_view(), name="complaint-withdraw"),
    path("complaints/<str:complaint_id>/evidence", complaints.ComplaintEvidence.as_view(), name="complaint-evidence"),
    path("complaints/<str:complaint_id>/files", complaints.ComplaintFiles.as_view(), name="complaint-files"),
    path("vehicles", vehicles.VehicleList.as_view(), name="vehicles"),
    path("vehicles/<str:vehicle_id>", vehicles.VehicleDetail.as_view(), name="vehicle"),
    path("drivers", drivers.DriverList.as_view(), name="drivers"),
    path("drivers/<str:driver_id>", drivers.DriverDetail.as_view(), name="driver"),
    path("imports", imports.ImportList.as_view(), name="imports"),
    path("imports/<str:import_id>", imports.ImportDetail.as_view(), name="import"),
    path("imports/<str:import_id>/rows", imports.ImportRows.as_view(), name="import-rows"),
    path("imports/<str:import_id>/apply", imports.ImportApply.as_view(), name="import-apply"),
    path("imports/<str:import_id>/resume", imports.ImportResume.as_view(), name="import-resume"),
    path("imports/<str:import_id>/discard", imports.ImportDiscard.as_view(), name="import-discard"),
    path("sites", sites.SiteList.as_view(), name="sites"),
    path("sites/<str:site_id>", sites.SiteDetail.as_view(), name="site"),
    path("cost-centers", cost_centers.CostCenterList.as_view(), name="cost-centers"),
    path("cost-centers/<str:cost_center_id>", cost_centers.CostCenterDetail.as_view(), name="cost-center"),
    path("files", files.FileList.as_view(), name="files"),
    path("files/<str:file_id>", files.FileDetail.as_view(), name="file"),
    path("events", events.EventList.as_view(), name="events"),
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
]
