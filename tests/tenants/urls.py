"""A url map of a tenant's host with every way a view can go wrong."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template import Context, Template
from django.template.response import TemplateResponse
from django.urls import path
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from events.book.models import Entry
from events.ids import read_public_id
from tenants.marks import account_view, open_view, token_view
from tenants.people.models import Membership
from tests.tenants.places import stand

REFUSED_BY_DATABASE = "SELECT 1 / 0"


def write_entry() -> None:
    """Something in the book that must not stay when the request fails."""
    Entry.objects.create(seq=7, type="t", version=1, subject="s", data={}, occurred_at="2026-01-01T00:00Z")


def swallow(statement: str = REFUSED_BY_DATABASE) -> None:
    """A database error that nobody hears of."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        pass


def swallow_in_savepoint() -> None:
    """The legal way: the error takes back its savepoint and no more."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(REFUSED_BY_DATABASE)
    except DatabaseError:
        pass


def refuse(status: int) -> Callable[[], HttpResponseBase]:
    return lambda: HttpResponse("no", status=status)


def throw(error: Exception) -> Callable[[], HttpResponseBase]:
    def call() -> HttpResponseBase:
        raise error

    return call


def ask_for_rollback() -> HttpResponseBase:
    transaction.set_rollback(True)
    return HttpResponse("done")


def swallow_and_smile() -> HttpResponseBase:
    swallow()
    return HttpResponse("done")


def swallow_and_redirect() -> HttpResponseBase:
    swallow()
    return HttpResponse(status=302, headers={"Location": "/"})


def swallow_and_refuse() -> HttpResponseBase:
    swallow()
    return HttpResponse("no", status=409)


def write_nonsense() -> HttpResponseBase:
    Entry.objects.create(seq=7, type="t", version=1, subject="s", data={}, occurred_at="2026-01-01T00:00Z")
    return HttpResponse("done")


def fail_in_template() -> HttpResponseBase:
    return LazyPage("{{ nothing.here|divide }}")


def break_in_template() -> HttpResponseBase:
    return LazyPage("{{ swallow }}ok", {"swallow": swallow})


class LazyPage(TemplateResponse):
    """A response that is rendered from a text, late, as TemplateResponse is."""

    def __init__(self, text: str, context: dict[str, Any] | None = None) -> None:
        super().__init__(None, text, context)  # type: ignore[arg-type]

    @property
    def rendered_content(self) -> str:
        return Template(str(self.template_name)).render(Context(self.context_data or {}))


FAILURES: dict[str, tuple[int, Callable[[], HttpResponseBase]]] = {
    "bad-request": (400, refuse(400)),
    "not-found": (404, throw(Http404())),
    "denied": (403, throw(PermissionDenied())),
    "conflict": (409, refuse(409)),
    "unprocessable": (422, refuse(422)),
    "unavailable": (503, refuse(503)),
    "raises": (500, throw(ValueError("stop"))),
    "raises-database": (500, write_nonsense),
    "swallows": (500, swallow_and_smile),
    "swallows-redirects": (500, swallow_and_redirect),
    "swallows-refuses": (409, swallow_and_refuse),
    "rolls-back": (500, ask_for_rollback),
    "streams": (500, lambda: StreamingHttpResponse(str(n) for n in range(3))),
    "template-fails": (500, fail_in_template),
    "template-swallows": (500, break_in_template),
}


def page_of(call: Callable[[], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A plain page that writes and then goes wrong."""

    def show(request: HttpRequest) -> HttpResponseBase:
        write_entry()
        return call()

    return show


class Lenient(APIView):
    """DRF with nothing of ours around it: its own handler turns exceptions into answers below the wall."""

    authentication_classes: Any = ()
    permission_classes: Any = ()

    def get_exception_handler(self) -> Any:
        return exception_handler


def api_of(call: Callable[[], HttpResponseBase]) -> Any:
    """The same as a DRF view."""

    class View(Lenient):
        def get(self, request: object) -> HttpResponseBase:
            write_entry()
            return call()

    return View.as_view()


class Invalid(Lenient):
    def get(self, request: object) -> Response:
        write_entry()
        raise ValidationError({"field": ["no"]})


class Busy(Lenient):
    def get(self, request: object) -> Response:
        write_entry()
        swallow()
        raise APIException


class Fine(Lenient):
    def get(self, request: object) -> Response:
        write_entry()
        swallow_in_savepoint()
        return Response({"stand": stand()})


def show_stand(request: HttpRequest) -> HttpResponse:
    write_entry()
    swallow_in_savepoint()
    return JsonResponse({"stand": stand()})


def show_late(request: HttpRequest) -> HttpResponseBase:
    """The template asks, when it is rendered, where it is and what the book says."""
    write_entry()
    return LazyPage("{{ stand.0 }} {{ entries.count }}", {"stand": stand, "entries": Entry.objects.all()})


def show_streamed(request: HttpRequest) -> HttpResponseBase:
    """A stream that enters, reads a page, leaves and yields by itself says so."""
    response = StreamingHttpResponse(iter([b"a", b"b"]))
    response.is_walled = True  # type: ignore[attr-defined]
    return response


@account_view
def show_account(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"stand": stand()})


@token_view
def show_token(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"stand": stand()})


@open_view
def show_open(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"stand": stand()})


@account_view
def show_leaky(request: HttpRequest, key: str) -> HttpResponse:
    """It forgets to ask whose row it is, and writes to it."""
    if not key.startswith("mem_") or not Membership.objects.filter(pk=read_public_id("mem", key)).update(
        is_active=False
    ):
        raise Http404
    return HttpResponse("theirs")


def show_tight(request: HttpRequest, key: str) -> HttpResponse:
    """Inside the wall another tenant's row does not exist."""
    if not Entry.objects.filter(subject=key).exists():
        raise Http404
    return HttpResponse("ours")


urlpatterns = [
    path("leaky/<str:key>/", show_leaky),
    path("tight/<str:key>/", show_tight),
    path("fine/", show_stand),
    path("late/", show_late),
    path("streamed/", show_streamed),
    path("account/", show_account),
    path("token/", show_token),
    path("open/", show_open),
    path("api/v1/fine", Fine.as_view()),
    path("api/v1/invalid", Invalid.as_view()),
    path("api/v1/busy", Busy.as_view()),
    *(path(f"fail/{name}/", page_of(call)) for name, (_status, call) in FAILURES.items()),
    *(path(f"api/v1/fail/{name}", api_of(call)) for name, (_status, call) in FAILURES.items()),
]
