"""The base of every view: who asks, how often, which version and what it sends are settled before the wall; the method itself
runs inside the tenant.

TenantWall would run the whole view inside. But here a request is first counted in the cache and its body read and parsed
(and a file stored), and neither network nor parsing has a place in a transaction. So the view is marked as one that TenantWall
opens for members without entering, and `dispatch` enters the wall for the handler alone, through TenantWall's own function:
an answer of 400 or above, an exception or a broken transaction leaves nothing behind.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from api import versions
from api.authentication import actor_of
from api.errors import TooLarge
from api.idempotency import Claim, answer_known, answer_once, claim_of
from api.limits import count_request
from api.permissions import admitted, scope_of
from config import clock
from tenants.actors import Actor
from tenants.context import tenant_context
from tenants.marks import Wall
from tenants.wall import run_inside

LARGEST_BODY = 64 * 1024 * 1024  # above it nothing is read; what a resource takes is far less
CHANGES = frozenset({"POST", "PATCH", "PUT", "DELETE"})


class ApiView(APIView):
    """A view of /api/v1; its handlers are called inside the tenant, after `prepare` outside."""

    wall = Wall.ACCOUNT
    scopes: ClassVar[dict[str, str]] = {}
    http_method_names = ["get", "head", "post", "patch"]
    claim: Claim | None = None
    keeps_files = False  # whether `prepare` stores something that a repeated request must not store again

    @property
    def actor(self) -> Actor:
        """Who asks, admitted to what this request is about."""
        return admitted(actor_of(self.request), str(scope_of(self, str(self.request.method))))

    @property
    def now(self) -> datetime:
        """Business time."""
        return clock.now(actor_of(self.request).tenant)

    def prepare(self, request: Request) -> None:
        """What a resource does outside the wall with a request that may go on: parse, store a file."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Settle everything that needs no book, then run the handler inside the tenant."""
        self.args, self.kwargs, self.headers = args, kwargs, {}
        self.request = asked = self.initialize_request(request, *args, **kwargs)
        try:
            self.initial(asked, *args, **kwargs)
            response = self.repeat(asked) if self.keeps_files and self.claim is not None else None
            if response is None:
                response = self.work(asked)
        except Exception as error:  # noqa: BLE001  # every error becomes a problem document; an unforeseen one is logged there
            response = self.finalize_response(asked, self.handle_exception(error))
        return response

    def work(self, request: Request) -> HttpResponseBase:
        """Prepare outside, answer inside."""
        self.prepare(request)
        tenant = actor_of(request).tenant
        assert tenant is not None
        return run_inside(tenant, lambda: self.answer(request))

    def repeat(self, request: Request) -> HttpResponseBase | None:
        """The answer that this request has had already, found before anything is stored for it. Raises KeyReused."""
        tenant, claim = actor_of(request).tenant, self.claim
        assert tenant is not None and claim is not None
        with tenant_context(tenant):
            known = answer_known(claim=claim, now=self.now)
        return None if known is None else self.finalize_response(request, known)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks, in which version, how often, for what; reads and parses the body. Raises what answer_problem knows."""
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        self.headers[versions.HEADER] = versions.read_version(request)
        self.perform_authentication(request)
        asking = actor_of(request)
        if asking.is_member:
            self.headers.update(count_request(asking))
        if str(request.method) not in self.allowed_methods:
            self.headers["Allow"] = ", ".join(self.allowed_methods)
            raise MethodNotAllowed(str(request.method))
        self.check_permissions(request)
        if request.method in CHANGES:
            check_length(request)
            self.claim = claim_of(request) if request.method == "POST" else None
            self.prepare_data(request)

    def prepare_data(self, request: Request) -> None:
        """Parse the body now, outside the wall."""
        _data = request.data

    def answer(self, request: Request) -> HttpResponseBase:
        """The handler's answer, or the one that its Idempotency-Key has had already; called inside the tenant."""
        handler: Callable[..., HttpResponseBase] = getattr(self, str(request.method).lower())

        def work() -> HttpResponseBase:
            return self.finalize_response(request, handler(request, *self.args, **self.kwargs))

        if self.claim is None:
            return work()
        response = answer_once(claim=self.claim, now=self.now, work=work)
        return self.finalize_response(request, response)

    def finalize_response(  # type: ignore[override]  # REST framework's own code takes any response here
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Add the headers that every answer has."""
        self.headers.setdefault(versions.HEADER, versions.CURRENT)
        done: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        done.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(done, ["Authorization", "Accept-Language"])
        return done


def check_length(request: Request) -> None:
    """Raise TooLarge for a body that nothing here would take; it is not read."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    largest = LARGEST_BODY if is_form(request) else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if length > largest:
        limit_mb = largest // 1024 // 1024
        raise TooLarge(_("At most %(limit_mb)s MB are taken.") % {"limit_mb": limit_mb}, limit=largest)


def is_form(request: Request) -> bool:
    """Whether the body is a form with files, which are written to disk as they come in."""
    return str(request.content_type).startswith("multipart/form-data")
