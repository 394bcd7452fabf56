"""Files that go out: templates, and the rows that could not be taken."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fleet.access import Action, batch_for, own_tenant, require_may
from fleet.intake.context import Site
from fleet.intake.registers.files import sentence
from fleet.intake.writing import template_csv, template_xlsx, write_csv
from fleet.models import CostCenter, Order, RowState
from fleet.models import Site as SiteRow
from fleet.selectors.batches import list_results
from fleet.services.mendfiles import LINE, VERSION
from fleet.services.seen import version_of
from fleet.views.acting import actor_of
from fleet.views.outgoing import CSV, XLSX, as_download, results_csv, rollback_csv
from tenants.context import tenant_context
from tenants.marks import account_view


@account_view
@require_safe
def download_template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty order file; the workbook offers the tenant's own sites and cost centres. It is made outside the wall."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    if kind == "csv":
        return as_download(template_csv(), "orders-template.csv", CSV)
    with tenant_context(own_tenant(actor)):
        sites, centers = read_choices()
    content = template_xlsx(sites=sites, cost_centers=centers, language=actor.language)
    return as_download(content, "orders-template.xlsx", XLSX)


def read_choices() -> tuple[list[Site], list[str]]:
    """The sites and cost centres in use."""
    sites = [Site(s.code, s.address, s.lat, s.lng) for s in SiteRow.objects.filter(is_active=True).order_by("code")]
    return sites, list(CostCenter.objects.filter(is_active=True).order_by("name").values_list("name", flat=True))


@account_view
@require_safe
def download_failed(request: HttpRequest, ref: str) -> HttpResponse:
    """The rejected rows as they are now, each with what to mend; the file can be sent again as it is."""
    actor = actor_of(request)
    with tenant_context(own_tenant(actor)):
        batch = batch_for(actor, ref)
        rows = batch.rows.filter(status=RowState.REJECTED).order_by("line")
        found = list(rows.values_list("line", "cells", "errors"))
    columns = [str(column) for column in batch.columns]
    lines = (
        [
            *((cells or {}).get(column, "") for column in columns),
            str(line),
            " ".join(sentence(error) for error in errors),
            version_of(cells or {}),
        ]
        for line, cells, errors in found
    )
    content = write_csv(header=[*columns, LINE, "row_problems", VERSION], rows=lines)
    return as_download(content, "rows-to-mend.csv", CSV)


@account_view
@require_safe
def download_results(request: HttpRequest, ref: str) -> HttpResponse:
    """What the roll-back came to for each order: cancelled, or why not any more. Before one, how each order stands."""
    actor = actor_of(request)
    with tenant_context(own_tenant(actor)):
        batch = batch_for(actor, ref)
        rows = list(list_results(batch.pk)) if batch.rolled_back_at else None
        lines = dict(batch.rows.filter(order_id__isnull=False).values_list("order_id", "line"))
        orders = list(Order.objects.filter(batch_id=batch.pk).order_by("number"))
    if rows is not None:
        return as_download(rollback_csv(rows), "results.csv", CSV)
    return as_download(results_csv([(lines.get(order.pk), order) for order in orders]), "results.csv", CSV)
