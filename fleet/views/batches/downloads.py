"""Files that go out: templates, and the rows that could not be taken."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from fleet.access import Action, batch_for, require_may
from fleet.intake.context import Site
from fleet.intake.rows import RowProblem, explain
from fleet.intake.writing import template_csv, template_xlsx, write_csv
from fleet.models import CostCenter
from fleet.models import Site as SiteRow
from fleet.views.acting import actor_of

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def download_template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty order file; the workbook offers the tenant's own sites and cost centres."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    if kind == "csv":
        return as_download(template_csv(), "orders-template.csv", "text/csv; charset=utf-8")
    sites = [Site(s.code, s.address, s.lat, s.lng) for s in SiteRow.objects.filter(is_active=True).order_by("code")]
    centers = list(CostCenter.objects.filter(is_active=True).order_by("name").values_list("name", flat=True))
    content = template_xlsx(sites=sites, cost_centers=centers, language=actor.language)
    return as_download(content, "orders-template.xlsx", XLSX)


@require_safe
def download_failed(request: HttpRequest, ref: str) -> HttpResponseBase:
    """The rejected rows as they were sent, each with what to mend; the file can be sent again as it is."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    columns = [str(column) for column in batch.columns]
    rows = batch.rows.filter(status="rejected").order_by("line")
    lines = (
        [
            *((row.cells or {}).get(column, "") for column in columns),
            str(row.line),
            " ".join(say(problem) for problem in row.errors),
        ]
        for row in rows
    )
    content = write_csv(header=[*columns, "row_line", "row_problems"], rows=lines)
    return as_download(content, "rows-to-mend.csv", "text/csv; charset=utf-8")


def say(problem: dict[str, Any]) -> str:
    """A problem in one sentence, with its field."""
    message, fix = explain(RowProblem(problem["field"], problem["code"], problem["params"]))
    return f"[{problem['field']}] {message} {fix}"


def as_download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Bytes that the browser saves."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
