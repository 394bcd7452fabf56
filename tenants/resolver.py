"""The first middleware: whose host is it, and which url map serves it."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port

from tenants.models import Domain, Tenant

Answer = Callable[[HttpRequest], HttpResponse]


class TenantResolver:
    """Sets request.tenant (None on the root host and the console) and request.urlconf; the connection stays in the core."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = split_domain_port(request.get_host())[0].lower().rstrip(".")
        request.tenant = None  # type: ignore[attr-defined]
        request.area = "account"  # type: ignore[attr-defined]
        if host == settings.OPERATOR_HOST:
            request.urlconf = settings.OPERATOR_URLCONF
            request.area = "console"  # type: ignore[attr-defined]
        elif host != settings.BASE_DOMAIN and host.endswith(f".{settings.BASE_DOMAIN}"):
            request.tenant = find_tenant(host)  # type: ignore[attr-defined]
            request.area = "portal"  # type: ignore[attr-defined]
            request.urlconf = settings.TENANT_URLCONF if request.tenant else "config.urls_nowhere"  # type: ignore[attr-defined]
        return self.get_response(request)


def find_tenant(host: str) -> Tenant | None:
    """The tenant whose host this is; a closed one has none."""
    domain = Domain.objects.select_related("tenant").filter(domain=host).first()
    if domain is None or domain.tenant.state == Tenant.State.CLOSED:
        return None
    tenant: Tenant = domain.tenant
    return tenant


def nowhere(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """The whole url map of a host that is nobody's."""
    raise Http404
