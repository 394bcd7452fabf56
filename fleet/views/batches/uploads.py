"""Where a file of orders comes in."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fleet.access import Action, require_may
from fleet.errors import FleetError
from fleet.forms import PolicyForm
from fleet.intake.reading import FileRefused
from fleet.intake.refusals import MAX_BYTES, MAX_ROWS, check_size
from fleet.selectors.settings import read_settings
from fleet.services.receiving import receive_batch
from fleet.views.acting import actor_of, now_of
from tenants.marks import account_view


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
