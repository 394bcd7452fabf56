"""The catalogue: every component in its states on one page, for people and for the browser tests."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ui import samples, tones
from ui.tables import paginate_table


def _frame() -> dict[str, Any]:
    """What the shell reads; in the real pages a context processor gives it."""
    return {
        "brand_area": "portal",
        "tenant_name": "Acme Logistics 安快物流",
        "actor_name": "王娟平",
        "search_url": reverse("ui:catalogue"),
        "home_url": reverse("ui:catalogue"),
        "nav": [
            {"label": _("Home"), "url": "#home", "icon": "home"},
            {
                "label": _("Orders"),
                "url": "#orders",
                "icon": "clipboard-list",
                "active": True,
                "count": 128,
                "section": _("Work"),
            },
            {"label": _("Batches"), "url": "#batches", "icon": "file-upload", "section": _("Work")},
            {"label": _("Approvals"), "url": "#approvals", "icon": "checks", "count": 7, "section": _("Work")},
            {"label": _("Vehicles"), "url": "#vehicles", "icon": "truck", "section": _("Fleet")},
            {"label": _("Sites"), "url": "#sites", "icon": "map-pin", "section": _("Fleet")},
            {"label": _("Members"), "url": "#members", "icon": "users", "section": _("Administration")},
            {"label": _("Settings"), "url": "#settings", "icon": "settings", "section": _("Administration")},
        ],
    }


def show_catalogue(request: HttpRequest) -> HttpResponse:
    """Every component in all its states."""
    if request.GET.get("toasts"):
        messages.success(request, _("1,130 orders were submitted."))
        messages.error(request, _("The file could not be read."))
    return render(request, "ui/catalogue.html", _everything(request))


def receive_upload(request: HttpRequest) -> HttpResponse:
    """Take a CSV and go on, or show the page again with the reason, as the pages that take files do."""
    file = request.FILES.get("file")
    if file and f"{file.name}".endswith(".csv"):
        messages.success(request, _("The file was received."))
        return redirect("ui:catalogue")
    context = {**_everything(request), "upload_errors": [_("The file could not be read.")]}
    return render(request, "ui/catalogue.html", context, status=422)


def _everything(request: HttpRequest) -> dict[str, Any]:
    """What the catalogue's template shows."""
    now = timezone.now()
    table = paginate_table(
        table=samples.SampleTable(samples.sample_rows(now=now, count=24)), request=request, per_page=9
    )
    wrong = samples.SampleForm({"wrong-plate": "", "wrong-phone": "123", "wrong-service": "repair"}, prefix="wrong")
    option, chart_table = samples.sample_chart()
    return {
        **_frame(),
        "now": now,
        "table": table,
        "empty_table": samples.SampleTable([], prefix="empty-"),
        "filter": samples.SampleFilter(request.GET or None, queryset=get_user_model()._default_manager.none()),
        "form": samples.SampleForm(prefix="right"),
        "wrong": wrong,
        "statuses": [(tone, f"{tone}") for tone in tones.TONES],
        "states": [(key, label) for key, label in samples.STATUS_LABELS.items()],
        "rows": samples.sample_rows(now=now),
        "timeline": samples.sample_timeline(now=now),
        "option": option,
        "chart_table": chart_table,
        "points": samples.sample_points(),
        "tabs": [
            {"label": _("All"), "url": "?", "active": True, "count": 128},
            {"label": _("Waiting for you"), "url": "?", "count": 7},
            {"label": _("Late"), "url": "?", "count": 0},
            {"label": _("Done"), "url": "?"},
        ],
        "values": [
            (_("VIN"), "LVBV3PBB6SA071322"),
            (_("Model"), "福田 奥铃"),
            (_("Cost centre"), "华东干线"),
            (_("PO number"), ""),
        ],
    }


def show_progress(request: HttpRequest) -> HttpResponse:
    """A progress bar that gets on by a third each time it is asked, as a view for `poll_url` does."""
    value = int(request.GET.get("at", "0")) + 334
    context = {
        "value": min(value, 1000),
        "total": 1000,
        "done": value >= 1000,
        "label": _("Checking rows"),
        "key": "live",
        "poll_url": f"{reverse('ui:progress')}?at={value}",
    }
    return render(request, "ui/progress.html", context)


def show_dialog(request: HttpRequest) -> HttpResponse:
    """The inside of a modal."""
    return render(request, "ui/sample_modal.html", {"form": samples.SampleForm(prefix="dialog")})


def show_drawer(request: HttpRequest) -> HttpResponse:
    """The inside of a drawer."""
    return render(request, "ui/sample_drawer.html", {"timeline": samples.sample_timeline(now=timezone.now())})


def show_print(request: HttpRequest) -> HttpResponse:
    """A page for paper."""
    return render(request, "ui/sample_print.html", {"rows": samples.sample_rows(now=timezone.now())})


def show_error(request: HttpRequest, code: int) -> HttpResponse:
    """One of the error pages, with its status."""
    known = code if code in (400, 403, 404, 409, 500) else 404
    return render(request, f"{known}.html", {"request_id": "01JD8Z6T3M"}, status=known)
