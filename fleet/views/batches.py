"""Batches: the list, the upload, the page of one with its rows, and what a person does there."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.ids import public_id
from files.links import file_url
from fleet import states, texts, timeline
from fleet.access import Action, batch_for, may, require_may, row_for
from fleet.errors import FleetError
from fleet.forms import MendForm, PolicyForm
from fleet.intake.context import Site
from fleet.intake.reading import FileRefused
from fleet.intake.refusals import MAX_BYTES, MAX_ROWS, check_size, explain_file
from fleet.intake.rows import RowProblem, explain
from fleet.intake.texts import LABELS
from fleet.intake.writing import template_csv, template_xlsx, write_csv
from fleet.models import Batch, BatchRow, CostCenter
from fleet.models import Site as SiteRow
from fleet.selectors.batches import BatchSummary, count_rows, list_rows, row_status, summarise, summarise_one
from fleet.selectors.orders import timeline_of
from fleet.selectors.settings import read_settings
from fleet.services import amending, rollback, submitting
from fleet.services.receiving import receive_batch
from fleet.tables import BatchTable
from fleet.views.acting import NoForm, act, actor_of, ask, now_of
from tenants.marks import account_view
from ui.tables import paginate_table

PER_PAGE: Final = 50
TABS: Final = ("rejected", "valid", "changed_since", "already_submitted", "submitted", "cancelled")
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def list_batches(request: HttpRequest) -> HttpResponse:
    """All batches, the newest first, a page at a time."""
    require_may(actor_of(request), Action.READ)
    batches = Batch.objects.order_by("-pk").only(*LISTED)
    table = paginate_table(table=BatchTable(Summaries(batches)), request=request, per_page=25)
    return render(request, "fleet/batches.html", {"table": table, "can_submit": may(actor_of(request), Action.SUBMIT)})


LISTED: Final = ("id", "name", "status", "total", "rejected", "created_by", "created_at", "submitted_at", "opened_at")


class Summaries(Sequence[BatchSummary]):
    """A list of batches of which only the page that is shown is read."""

    def __init__(self, batches: Any) -> None:
        self.batches = batches

    def __len__(self) -> int:
        return int(self.batches.count())

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return summarise(list(self.batches[index]))
        return summarise([self.batches[index]])[0]

    def __iter__(self) -> Iterator[BatchSummary]:
        return iter(summarise(list(self.batches)))


@require_safe
def new_batch(request: HttpRequest) -> HttpResponse:
    """Where a file is dropped."""
    require_may(actor_of(request), Action.SUBMIT)
    return show_upload(request, PolicyForm(initial={"policy": read_settings().policy}))


def show_upload(request: HttpRequest, form: PolicyForm, errors: Sequence[str] = ()) -> HttpResponse:
    """The form, with what is wrong beside it."""
    context = {
        "form": form,
        "errors": errors,
        "max_bytes": MAX_BYTES,
        "max_mb": MAX_BYTES // 1024 // 1024,
        "max_rows": MAX_ROWS,
    }
    return render(request, "fleet/batch_new.html", context, status=422 if errors or form.errors else 200)


@account_view
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Take the file: outside the wall, for it is stored before the book hears of it."""
    actor = actor_of(request)
    if request.method != "POST":
        return redirect("fleet:batch_new")
    require_may(actor, Action.SUBMIT)
    form = PolicyForm(request.POST)
    file = request.FILES.get("file")
    if file is None:
        return show_upload(request, form, [_("Choose a file.")])
    try:
        check_size(file.size or 0)
        if not form.is_valid():
            return show_upload(request, form)
        batch = receive_batch(
            name=file.name or "", content=file.read(), policy=form.cleaned_data["policy"], channel="portal", actor=actor,
            now=now_of(request), content_type=file.content_type or "",
        )  # fmt: skip
    except FileRefused as refusal:
        return show_upload(request, form, [refusal.message, refusal.fix])
    except FleetError as error:
        return show_upload(request, form, [error.message])
    return redirect(batch)


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


def as_download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Bytes that the browser saves."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
def show_batch(request: HttpRequest, ref: str) -> HttpResponse:
    """How far it is, its rows, and what can be done with it."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    summary, counts = summarise_one(batch), count_rows(batch.pk)
    can_submit = may(actor, Action.SUBMIT)
    chosen = request.GET.get("status", "")
    if chosen not in {"all", "warned", *texts.ROW_STATES}:
        chosen = first_tab(batch, counts)
    rows = Paginator(list_rows(batch, status=chosen if chosen != "all" else ""), PER_PAGE).get_page(
        request.GET.get("page")
    )
    is_submittable = batch.status in {states.READY, states.NEEDS_FIXES}
    context = {
        "batch": batch,
        "summary": summary,
        "status_label": texts.BATCH_STATES.get(summary.status, summary.status),
        "counts": counts,
        "tabs": list_tabs(batch, counts, chosen),
        "chosen": chosen,
        "page": rows,
        "rows": [show_row(row) for row in rows.object_list],
        "is_busy": batch.status in {states.RECEIVED, states.VALIDATING} or is_moving(batch),
        "progress": describe_progress(batch),
        "refusal": explain_file(**batch.refusal) if batch.refusal else None,
        "file_warnings": [explain_file(code=w["code"], params=w["params"]) for w in batch.warnings],
        "halt": _(batch.halt) if batch.halt else "",
        "halt_title": _("Taking the batch back has stopped.") if batch.is_rolling_back else _("Placing orders has stopped."),
        "file_url": file_url(file_id=batch.file_id, actor=actor),
        "timeline": timeline_of(batch.ref, limit=20),
        "can_submit": can_submit and is_submittable and counts["valid"] + counts["already_submitted"] > 0,
        "can_submit_part": can_submit and is_submittable and counts["rejected"] > 0 and counts["valid"] > 0,
        "is_all_or_nothing": batch.policy == Batch.Policy.ALL_OR_NOTHING,
        "can_discard": can_submit and is_submittable,
        "can_mend": can_submit and batch.status == states.NEEDS_FIXES,
        "can_confirm": can_submit and batch.status != states.DISCARDED,
        "can_roll_back": can_submit and summary.lines.waiting + summary.lines.moving > 0
        and not (is_moving(batch) or batch.halt),
        "can_resume": can_submit and bool(batch.halt) and (batch.is_opening or batch.is_rolling_back),
    }  # fmt: skip
    return render(request, "fleet/batch.html", context)


def is_moving(batch: Batch) -> bool:
    """Whether a worker makes or cancels its orders."""
    return (batch.is_opening or batch.is_rolling_back) and not batch.halt


def first_tab(batch: Batch, counts: dict[str, int]) -> str:
    """What a person looks at first: faults before the submit, orders after it."""
    wanted = ("submitted",) if batch.submitted_at else ("rejected", "changed_since")
    return next((name for name in wanted if counts[name]), "all")


def list_tabs(batch: Batch, counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """All rows, those of each state, and those with warnings."""
    tabs = [{"label": _("All rows"), "url": "?status=all", "count": counts["total"], "active": chosen == "all"}]
    tabs += [
        {"label": texts.ROW_STATES[name], "url": f"?status={name}", "count": counts[name], "active": chosen == name}
        for name in TABS
        if counts[name] or name == chosen
    ]
    if batch.warned or chosen == "warned":
        tabs.append(
            {"label": _("With warnings"), "url": "?status=warned", "count": batch.warned, "active": chosen == "warned"}
        )
    return tabs


def show_row(row: BatchRow) -> dict[str, Any]:
    """A row as the page shows it: what was sent, and beside each value what is wrong with it."""
    data = row.cells if row.asked is None else row.asked
    data = data or {}
    status = row_status(row)
    return {
        "row": row,
        "status": status,
        "label": texts.ROW_STATES.get(status, status),
        "plate": data.get("plate", ""),
        "vin": data.get("vin", ""),
        "service": texts.SERVICES.get(data.get("service", ""), data.get("service", "")),
        "site": data.get("site_code", "") or data.get("address", ""),
        "window": "" if row.asked is None else timeline.span(data["window_start"], data["window_end"]),
        "errors": [show_problem(problem, row.cells) for problem in row.errors],
        "warnings": [show_problem(problem, None) for problem in row.warnings],
        "order_label": texts.ORDER_STATES.get(row.order_status or "", ""),  # type: ignore[attr-defined]
        "order_url": reverse("fleet:order", args=[order_ref(row)]) if row.order_id else "",
    }


def order_ref(row: BatchRow) -> str:
    """ord_…"""
    assert row.order_id is not None
    return public_id("ord", row.order_id)


def show_problem(problem: dict[str, Any], cells: dict[str, str] | None) -> dict[str, Any]:
    """One error or warning in words, with the value it is about."""
    message, fix = explain(RowProblem(problem["field"], problem["code"], problem["params"]))
    value = (cells or {}).get(problem["field"], "")
    return {
        **problem,
        "label": _(LABELS.get(problem["field"], problem["field"])),
        "message": message,
        "fix": fix,
        "value": value[:120],
    }


def describe_progress(batch: Batch) -> dict[str, Any] | None:
    """The bar of a batch that a worker is at; None when none is."""
    url = reverse("fleet:batch_progress", args=[batch.ref])
    common = {"poll_url": url, "key": "batch", "done": False, "done_url": batch.get_absolute_url()}
    if batch.status in {states.RECEIVED, states.VALIDATING}:
        return {**common, "value": batch.done_rows, "total": batch.total, "label": _("Checking rows")}
    if batch.is_opening and not batch.halt:
        return {**common, "value": batch.done_rows, "total": batch.valid, "label": _("Placing orders")}
    if batch.is_rolling_back and not batch.halt:
        lines = summarise_one(batch).lines
        total = lines.waiting + lines.moving + lines.cancelled
        return {**common, "value": lines.cancelled, "total": total, "label": _("Cancelling orders")}
    return None


@require_safe
def show_progress(request: HttpRequest, ref: str) -> HttpResponse:
    """The bar alone, asked for each second; when it is full the page is loaded anew."""
    batch = batch_for(actor_of(request), ref)
    progress = describe_progress(batch)
    if progress is None:
        progress = {
            "value": 1, "total": 1, "label": _("Done"), "done": True, "key": "batch", "done_url": batch.get_absolute_url(),
        }  # fmt: skip
    return render(request, "ui/progress.html", progress)


@require_POST
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """Submit the valid rows."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    policy = Batch.Policy.ACCEPT_VALID if request.POST.get("policy") == Batch.Policy.ACCEPT_VALID else None
    done = ngettext("%(count)d order is being placed.", "%(count)d orders are being placed.", batch.valid)
    return act(
        request,
        lambda: submitting.submit_batch(batch_id=batch.pk, actor=actor, now=now_of(request), policy=policy),
        done=done % {"count": batch.valid},
        back=batch.get_absolute_url(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, ref: str) -> HttpResponse:
    """Put it away unsubmitted."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    return ask(
        request,
        title=_("Discard %(name)s?") % {"name": batch.name},
        text=_("No order is placed. The file can be sent again at any time."),
        label=_("Discard"),
        back=batch.get_absolute_url(),
        done=_("The batch was discarded."),
        form_class=NoForm,
        call=lambda _data: submitting.discard_batch(batch_id=batch.pk, actor=actor, now=now_of(request)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def roll_back(request: HttpRequest, ref: str) -> HttpResponse:
    """Cancel what is not in custody yet."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    require_may(actor, Action.SUBMIT)
    return ask(
        request,
        title=_("Roll back %(name)s?") % {"name": batch.name},
        text=_(
            "Every order of this batch whose vehicle has not been fetched yet is cancelled, free of charge. The others go on."
        ),
        label=_("Roll back"),
        back=batch.get_absolute_url(),
        done=_("The orders are being cancelled."),
        is_danger=True,
        call=lambda data: rollback.rollback_batch(
            batch_id=batch.pk, reason=data["reason"], actor=actor, now=now_of(request)
        ),
    )


@require_POST
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    """Go on with placing orders that was stopped."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    return act(
        request,
        lambda: submitting.resume_batch(batch_id=batch.pk, actor=actor, now=now_of(request)),
        done=_("It goes on."),
        back=batch.get_absolute_url(),
    )


@require_POST
def confirm_row(request: HttpRequest, ref: str, line: int) -> HttpResponse:
    """Yes, the order is to be changed as this row says."""
    actor = actor_of(request)
    batch = batch_for(actor, ref)
    return act(
        request,
        lambda: amending.confirm_row(batch_id=batch.pk, line=line, actor=actor, now=now_of(request)),
        done=_("The order was changed."),
        back=f"{batch.get_absolute_url()}?status=changed_since",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mend_row(request: HttpRequest, ref: str, line: int) -> HttpResponse:
    """Type over the cells of a rejected row."""
    actor = actor_of(request)
    row = row_for(actor, ref, line)
    require_may(actor, Action.SUBMIT)
    batch = batch_for(actor, ref)
    if row.status != "rejected" or batch.status != states.NEEDS_FIXES:
        messages.error(request, _("This row need not be mended any more."))
        return redirect(batch)
    faulty = [problem["field"] for problem in row.errors]
    if not {"site_code", "address", "lat", "lng"}.isdisjoint(faulty):
        faulty += ["site_code", "address", "lat", "lng"]
    form = MendForm(request.POST if request.method == "POST" else None, cells=row.cells or {}, faulty=faulty)
    if request.method == "POST" and form.is_valid():
        typed = form.typed()
        if not typed:
            return redirect(batch)
        return act(
            request,
            lambda: submitting.mend_rows(batch_id=batch.pk, cells={line: typed}, actor=actor, now=now_of(request)),
            done=_("The batch is being checked again."),
            back=batch.get_absolute_url(),
        )
    context = {
        "batch": batch,
        "row": row,
        "form": form,
        "errors": [show_problem(problem, row.cells) for problem in row.errors],
    }
    return render(request, "fleet/row_mend.html", context, status=422 if form.errors else 200)


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
