"""Where a file of orders comes in."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.machine import TransitionError
from fleet.access import Action, batch_for, own_tenant, require_may
from fleet.errors import FleetError
from fleet.forms import UploadForm
from fleet.intake.reading import FileRefused, read_orders
from fleet.intake.refusals import MAX_BYTES, MAX_ROWS, check_size
from fleet.models import Batch
from fleet.selectors.settings import read_settings
from fleet.services.mendfiles import mend_from_file, read_mended
from fleet.services.receiving import receive_batch
from fleet.services.seen import Mended
from fleet.views.acting import actor_of, now_of
from tenants.context import tenant_context
from tenants.marks import account_view


@require_safe
def new_batch(request: HttpRequest) -> HttpResponse:
    """Where a file is dropped."""
    require_may(actor_of(request), Action.SUBMIT)
    return show_upload(request, UploadForm(initial={"policy": read_settings().policy}))


def show_upload(request: HttpRequest, form: UploadForm, errors: Sequence[str] = ()) -> HttpResponse:
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
    form = UploadForm(request.POST)
    file = request.FILES.get("file")
    if file is None:
        return show_upload(request, form, [_("Choose a file.")])
    try:
        check_size(file.size or 0)
        if not form.is_valid():
            return show_upload(request, form)
        batch = receive_batch(
            name=file.name or "", content=file.read(), policy=form.cleaned_data["policy"],
            is_dry_run=form.cleaned_data["is_dry_run"], channel="portal", actor=actor,
            now=now_of(request), content_type=file.content_type or "",
        )  # fmt: skip
    except FileRefused as refusal:
        return show_upload(request, form, [refusal.message, refusal.fix])
    except FleetError as error:
        return show_upload(request, form, [error.message])
    return redirect(batch)


@account_view
@require_POST
def receive_mended(request: HttpRequest, ref: str) -> HttpResponse:
    """The list of rows to mend comes back: read outside the wall, its cells typed over inside."""
    actor = actor_of(request)
    require_may(actor, Action.SUBMIT)
    with tenant_context(own_tenant(actor)):
        batch = batch_for(actor, ref)
    done = mend_from_upload(request, batch)
    if isinstance(done, str):
        messages.error(request, done)
    elif done.left:
        return render(request, "fleet/rows_left.html", {"batch": batch, "count": done.count, "left": done.left})
    else:
        text = ngettext("%(count)d row was mended and checked.", "%(count)d rows were mended and checked.", done.count)
        messages.success(request, text % {"count": done.count})
    return redirect("fleet:batch_grid", ref=batch.ref)


def mend_from_upload(request: HttpRequest, batch: Batch) -> Mended | str:
    """Do it: what was mended and what was left, or why not."""
    actor, file = actor_of(request), request.FILES.get("file")
    if file is None:
        return _("Choose a file.")
    try:
        check_size(file.size or 0)
        mended = read_mended(read_orders(name=file.name or "", content=file.read()))
        with tenant_context(own_tenant(actor)):
            return mend_from_file(batch_id=batch.pk, mended=mended, actor=actor, now=now_of(request))
    except FileRefused as refusal:
        return f"{refusal.message} {refusal.fix}"
    except (FleetError, TransitionError) as error:
        return error.message
