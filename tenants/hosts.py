"""The installation's addresses: the root host where people sign in, the console, and each tenant's host."""

from django.conf import settings
from django.urls import reverse


def host_url(host: str, path: str = "/") -> str:
    """The absolute address of `path` at one of our hosts."""
    port = f":{settings.SITE_PORT}" if settings.SITE_PORT else ""
    return f"{settings.SITE_SCHEME}://{host}{port}{path}"


def root_url(name: str, **kwargs: object) -> str:
    """The absolute address of a named page of the root host."""
    return host_url(settings.BASE_DOMAIN, reverse(name, urlconf=settings.ROOT_URLCONF, kwargs=kwargs))


def tenant_url(slug: str, path: str = "/") -> str:
    """The absolute address of `path` at a tenant's host."""
    return host_url(f"{slug}.{settings.BASE_DOMAIN}", path)


def console_url(path: str = "/") -> str:
    """The absolute address of `path` at the operator's console."""
    return host_url(settings.OPERATOR_HOST, path)
