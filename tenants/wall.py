"""The last middleware: runs the view itself, inside the tenant, and keeps nothing of a request that did not succeed.

A plain `with tenant: get_response()` would commit half-done work, because Django and DRF turn exceptions into responses
below it. So the view is called here, rendered here, and every answer of 400 or above is rolled back.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tenants.context import tenant_context
from tenants.hosts import root_url
from tenants.marks import Wall, wall_of
from tenants.models import Tenant
from tenants.postgresql.base import WallError, current_wrapper

logger = logging.getLogger(__name__)
API = "/api/"
View = Callable[..., HttpResponseBase]


class TenantWall:
    """Decides by the view's mark where it runs; members only, unless it is OPEN or TOKEN."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """The answer of a walled view; None lets Django call one that needs no wall."""
        tenant: Tenant | None = getattr(request, "tenant", None)
        wall = wall_of(view)
        if tenant is None or wall in {Wall.OPEN, Wall.TOKEN}:
            return None
        if not tenant.is_ready:
            raise Http404
        refused = refuse_stranger(request)
        if refused is not None:
            return refused
        if wall == Wall.ACCOUNT:
            return None
        return run_inside(tenant, lambda: view(request, *args, **kwargs))


def refuse_stranger(request: HttpRequest) -> HttpResponseBase | None:
    """None for a member of the host's tenant; else the way to sign in, or 404 for who is somebody elsewhere.

    A program's key opens the API alone.
    """
    actor = request.actor  # type: ignore[attr-defined]
    is_api = request.path.startswith(API)
    if actor.kind == "key" and not is_api:  # pages ask for roles, which a key has none of, and know nothing of scopes
        raise Http404
    if actor.is_member:
        return None
    if is_api:
        return refuse_program(unknown=actor.kind == "nobody")
    if actor.kind == "nobody":
        return redirect_to_sign_in(request)
    raise Http404


def refuse_program(*, unknown: bool) -> HttpResponse:
    """A problem document (RFC 9457) for a caller without a credential of this host's tenant."""
    status = 401 if unknown else 403
    title = _("Who are you?") if unknown else _("This credential is not of this tenant")
    detail = (
        _("Send 'Authorization: Bearer <key>' with a key of this tenant that has not expired or been revoked.")
        if unknown
        else _("The host says the tenant; use the credential that this tenant's administrator made.")
    )
    problem = {"type": "about:blank", "status": status, "title": title, "detail": detail}
    response = JsonResponse(problem, status=status, content_type="application/problem+json")
    if unknown:
        response["WWW-Authenticate"] = 'Bearer realm="Baylink"'
    return response


def redirect_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the root host's sign-in, and back afterwards."""
    is_part = bool(request.headers.get("HX-Request"))
    back = request.headers.get("HX-Current-URL", "") if is_part else request.build_absolute_uri()
    address = f"{root_url('account_login')}?{urlencode({'next': back})}"
    if is_part:  # a fetch cannot follow to another host: the page itself must go
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponse(status=302, headers={"Location": address})


def run_inside(tenant: Tenant, call: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Run and render `call` in `tenant`; roll back on an exception, a status of 400 or above, or a broken transaction."""
    with transaction.atomic(), tenant_context(tenant):
        response = render(call())
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        if current_wrapper().is_broken or transaction.get_rollback():
            transaction.set_rollback(True)
            logger.error("A view of %s answered %s on a broken transaction.", tenant.slug, response.status_code)
            raise WallError("The view swallowed a database error; its answer is withheld and nothing was kept.")
        return response


def render(response: HttpResponseBase) -> HttpResponseBase:
    """Render a lazy response here; refuse one that would read the book after the wall has closed."""
    if isinstance(response, StreamingHttpResponse) and not getattr(response, "is_walled", False):
        raise WallError("A streaming response cannot leave the wall; enter, read a page, leave, yield.")
    lazy = getattr(response, "render", None)
    if callable(lazy):
        rendered: HttpResponseBase = lazy()
        return rendered
    return response
