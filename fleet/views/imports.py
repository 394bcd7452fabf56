"""Imports: where a register's file is dropped, what it would change, and the yes."""

from collections.abc import Sequence
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.ids import public_id
from files.links import file_url
from fleet import states, texts
from fleet.access import Action, import_for, may, own_tenant, require_may
from fleet.errors import FleetError
from fleet.intake.reading import FileRefused
from fleet.intake.refusals import MAX_BYTES, MAX_ROWS, check_size, explain_file
from fleet.intake.registers.files import register_csv, register_xlsx, rejected_csv
from fleet.intake.registers.others import REGISTERS
from fleet.intake.texts import LABELS
from fleet.models import CostCenter, Import, ImportRow, Register, Site, Verdict
from fleet.selectors.orders import timeline_of
from fleet.selectors.registers import PREFIXES, model_table
from fleet.services.imports.receiving import (
    WRITTEN,
    apply_import,
    count_import,
    discard_import,
    receive_import,
    resume_import,
)  # fmt: skip
from fleet.tables import ImportTable
from fleet.timeline import say_value
from fleet.views.acting import NoForm, act, actor_of, ask, now_of
from fleet.views.batches.rows import show_problem
from fleet.views.outgoing import XLSX, as_download
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.marks import account_view
from ui.tables import paginate_table

PER_PAGE: Final = 50
TABS: Final = (Verdict.REJECTED, Verdict.NEW, Verdict.CHANGED, Verdict.SAME)
NOTES: Final[dict[str, tuple[Any, ...]]] = {
    "vehicles": (
        _l("The VIN; a vehicle is known by it."),
        _l("Plate, model, odometer, days of expiry, site and cost centre as far as you have them."),
        _l("A file with the VIN and one other column changes that column alone."),
    ),
    "drivers": (
        _l("Name and phone; your own driver number if you have one."),
        _l("Of a licence only the last four characters are kept."),
    ),
    "sites": (
        _l("The code; of a new site also address, latitude and longitude."),
        _l("Coordinates from a Chinese map: gcj02 in the column coord_system."),
    ),
    "cost_centers": (_l("The name; a code if you have one. Orders and vehicles name a cost centre by its name."),),
}


@require_safe
def list_imports(request: HttpRequest) -> HttpResponse:
    """All imports, the newest first."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    table = paginate_table(table=ImportTable(Import.objects.order_by("-pk")), request=request, per_page=25)
    return render(request, "fleet/imports.html", {"table": table})


@require_safe
def new_import(request: HttpRequest, register: str) -> HttpResponse:
    """Where a file is dropped."""
    require_may(actor_of(request), Action.MANAGE)
    return show_upload(request, register)


def show_upload(request: HttpRequest, register: str, errors: Sequence[str] = ()) -> HttpResponse:
    """The form, with what is wrong beside it."""
    context = {
        "label": Register(register).label,
        "notes": NOTES[register],
        "errors": errors,
        "max_bytes": MAX_BYTES,
        "max_mb": MAX_BYTES // 1024 // 1024,
        "max_rows": MAX_ROWS,
        "receive_url": reverse(f"fleet:{register}_receive"),
        "csv_url": reverse(f"fleet:{register}_template_csv"),
        "xlsx_url": reverse(f"fleet:{register}_template_xlsx"),
        "back": reverse(f"fleet:{register}"),
    }
    return render(request, "fleet/import_new.html", context, status=422 if errors else 200)


@account_view
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest, register: str) -> HttpResponse:
    """Take the file: outside the wall, for it is stored before the book hears of it."""
    actor = actor_of(request)
    if request.method != "POST":
        return redirect(f"fleet:{register}_import")
    require_may(actor, Action.MANAGE)
    file = request.FILES.get("file")
    if file is None:
        return show_upload(request, register, [_("Choose a file.")])
    try:
        check_size(file.size or 0)
        source = receive_import(
            register=register, name=file.name or "", content=file.read(), channel="portal", actor=actor, now=now_of(request),
            content_type=file.content_type or "",
        )  # fmt: skip
    except FileRefused as refusal:
        return show_upload(request, register, [refusal.message, refusal.fix])
    except FleetError as error:
        return show_upload(request, register, [error.message])
    return redirect(source)


@account_view
@require_safe
def download_template(request: HttpRequest, register: str, kind: str) -> HttpResponse:
    """An empty file; the workbook offers the tenant's own sites and cost centres. It is made outside the wall."""
    actor = actor_of(request)
    require_may(actor, Action.READ)
    if kind == "csv":
        return as_download(register_csv(REGISTERS[register]), f"{register}-template.csv", "text/csv; charset=utf-8")
    with tenant_context(own_tenant(actor)):
        offered = read_choices(actor)
    content = register_xlsx(REGISTERS[register], offered=offered, language=actor.language)
    return as_download(content, f"{register}-template.xlsx", XLSX)


def read_choices(actor: Actor) -> dict[str, list[str]]:
    """The sites and cost centres in use, and the operator's vehicle classes."""
    return {
        "site_code": list(Site.objects.filter(is_active=True).order_by("code").values_list("code", flat=True)),
        "cost_center": list(CostCenter.objects.filter(is_active=True).order_by("name").values_list("name", flat=True)),
        "vehicle_class": sorted(model_table(own_tenant(actor)).vehicle_classes),
    }


@require_safe
def show_import(request: HttpRequest, ref: str) -> HttpResponse:
    """How far it is, what each row would change, and what can be done with it."""
    actor = actor_of(request)
    source = import_for(actor, ref)
    counts = count_import(source.pk)
    chosen = request.GET.get("status", "")
    if chosen not in {"all", *Verdict.values}:
        chosen = next((name for name in TABS if counts[name]), "all")
    rows = source.rows.order_by("line")
    page = Paginator(rows if chosen == "all" else rows.filter(verdict=chosen), PER_PAGE).get_page(
        request.GET.get("page")
    )
    can_manage, is_ready = may(actor, Action.MANAGE), source.status == states.READY
    context = {
        "source": source,
        "label": Register(source.register).label,
        "list_url": reverse(f"fleet:{source.register}"),
        "again_url": reverse(f"fleet:{source.register}_import"),
        "status_label": texts.IMPORT_STATES.get(source.status, source.status),
        "counts": counts,
        "total": sum(counts.values()),
        "to_write": sum(counts[name] for name in WRITTEN),
        "written": source.rows.filter(verdict__in=WRITTEN, done_at__isnull=False).count() if source.done_at else 0,
        "tabs": list_tabs(counts, chosen),
        "chosen": chosen,
        "page": page,
        "rows": [show_row(row, source.register) for row in page.object_list],
        "progress": describe_progress(source),
        "refusal": explain_file(**source.refusal) if source.refusal else None,
        "file_warnings": [explain_file(code=w["code"], params=w["params"]) for w in source.warnings],
        "file_url": file_url(file_id=source.file_id, actor=actor) if can_manage and not source.file_gone_at else "",
        "timeline": timeline_of(source.ref, limit=20),
        "can_apply": can_manage and is_ready and any(counts[name] for name in WRITTEN),
        "can_discard": can_manage and is_ready,
        "halt": _(source.halt) if source.halt else "",
        "can_resume": can_manage and bool(source.halt),
    }
    return render(request, "fleet/import.html", context)


def list_tabs(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """All rows, and those of each state."""
    tabs = [{"label": _("All rows"), "url": "?status=all", "count": sum(counts.values()), "active": chosen == "all"}]
    return tabs + [
        {"label": name.label, "url": f"?status={name}", "count": counts[name], "active": chosen == name}
        for name in TABS
        if counts[name] or chosen == name
    ]


def show_row(row: ImportRow, register: str) -> dict[str, Any]:
    """A row as the page shows it: what is wrong with it, or what it would change from what to what."""
    page = register.removesuffix("s") if register != "cost_centers" else "cost_center"
    return {
        "row": row,
        "label": Verdict(row.verdict).label,
        "url": reverse(f"fleet:{page}", args=[public_id(PREFIXES[register], row.object_id)]) if row.object_id else "",
        "changes": [
            {
                "label": _(LABELS[name]),
                "before": say_value(before),
                "after": say_value(after),
                "is_new": before in (None, ""),
            }
            for name, (before, after) in row.changes.items()
        ],
        "errors": [show_problem(problem, row.cells) for problem in row.errors],
        "warnings": [show_problem(problem, None) for problem in row.warnings],
    }


def describe_progress(source: Import) -> dict[str, Any] | None:
    """The bar of an import that a worker is at; None when none is."""
    common = {
        "poll_url": reverse("fleet:import_progress", args=[source.ref]), "key": "import", "done": False,
        "done_url": source.get_absolute_url(), "value": source.done_rows,
    }  # fmt: skip
    if source.status in {states.RECEIVED, states.CHECKING}:
        return {**common, "total": source.total, "label": _("Checking rows")}
    if source.status == states.APPLYING and not source.halt:
        return {**common, "total": source.rows.filter(verdict__in=WRITTEN).count(), "label": _("Writing rows")}
    return None


@require_safe
def show_progress(request: HttpRequest, ref: str) -> HttpResponse:
    """The bar alone, asked for each second; when it is full the page is loaded anew."""
    source = import_for(actor_of(request), ref)
    progress = describe_progress(source) or {
        "value": 1, "total": 1, "label": _("Done"), "done": True, "key": "import", "done_url": source.get_absolute_url(),
    }  # fmt: skip
    return render(request, "ui/progress.html", progress)


@require_POST
def apply(request: HttpRequest, ref: str) -> HttpResponse:
    """Yes: write the new and changed rows."""
    actor = actor_of(request)
    source = import_for(actor, ref)
    count = source.rows.filter(verdict__in=WRITTEN).count()
    return act(
        request,
        lambda: apply_import(import_id=source.pk, actor=actor, now=now_of(request)),
        done=ngettext("%(count)d row is being written.", "%(count)d rows are being written.", count) % {"count": count},
        back=source.get_absolute_url(),
    )


@require_POST
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    """Go on with writing that was stopped."""
    actor = actor_of(request)
    source = import_for(actor, ref)
    return act(
        request,
        lambda: resume_import(import_id=source.pk, actor=actor, now=now_of(request)),
        done=_("It goes on."),
        back=source.get_absolute_url(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, ref: str) -> HttpResponse:
    """Put it away; nothing is written."""
    actor = actor_of(request)
    source = import_for(actor, ref)
    require_may(actor, Action.MANAGE)
    return ask(
        request,
        title=_("Discard %(name)s?") % {"name": source.name},
        text=_("Nothing is written. The file can be sent again at any time."),
        label=_("Discard"),
        back=source.get_absolute_url(),
        done=_("The import was discarded."),
        form_class=NoForm,
        call=lambda _data: discard_import(import_id=source.pk, actor=actor, now=now_of(request)),
    )


@account_view
@require_safe
def download_rejected(request: HttpRequest, ref: str) -> HttpResponse:
    """The rejected rows as they were sent, each with what to mend; the file can be sent again as it is."""
    actor = actor_of(request)
    with tenant_context(own_tenant(actor)):
        source = import_for(actor, ref)
        rows = source.rows.filter(verdict=Verdict.REJECTED).order_by("line")
        found = list(rows.values_list("line", "cells", "errors"))
    content = rejected_csv(columns=[str(column) for column in source.columns], rows=found)
    return as_download(content, "rows-to-mend.csv", "text/csv; charset=utf-8")
