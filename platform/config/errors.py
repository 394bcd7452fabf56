"""The pages of refused and failed requests; programs under /api/ get a problem document instead."""

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.shortcuts import render
from django.utils.translation import gettext as _

from tenants.marks import open_view
from tenants.postgresql.contention import is_contended, is_unkeepable


def answer(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """A page that says what happened and what to do, or the same as a problem document."""
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "status": status, "title": title, "detail": text}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    actor = getattr(request, "actor", None)
    context = {"status": status, "title": title, "text": text, "request_id": actor.request_id if actor else ""}
    return render(request, "ui/error.html", context, status=status)


@open_view
def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return answer(request, 400, _("This request cannot be read"), _("Go back, reload the page and try again."))


@open_view
def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    text = str(exception) or _("Your role does not include this. Ask your administrator if you need it.")
    return answer(request, 403, _("Not allowed"), text)


@open_view
def page_not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404; the same whether the thing does not exist or is somebody else's."""
    return answer(request, 404, _("Not found"), _("It does not exist, or it is not yours to see."))


@open_view
def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 when somebody else was at the same rows; 400 for a body or text that cannot be read. Nothing was kept."""
    error = sys.exc_info()[1]
    if is_unkeepable(error) or isinstance(error, RawPostDataException):
        return bad_request(request, error)
    if is_contended(error):
        response = answer(
            request,
            503,
            _("Somebody else is changing the same thing"),
            _("Nothing was saved. Go back and send it again in a moment; what you typed is still there."),
        )
        response.headers["Retry-After"] = "2"
        return response
    return answer(
        request,
        500,
        _("Something went wrong on our side"),
        _("Nothing was saved. Try again; if it stays, tell us the reference below."),
    )


@open_view
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not opened here, or long ago."""
    return answer(
        request,
        403,
        _("This form is too old"),
        _("Reload the page and send it again; what you typed may have to be entered anew."),
    )
