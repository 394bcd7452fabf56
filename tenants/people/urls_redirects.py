"""For the hosts of tenants and the console: the names of the account pages, each leading to the root host and back.

Sign-in, sign-out and everything about an account live on the root host alone.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.http import urlencode

from tenants.hosts import host_url, root_url
from tenants.marks import open_view

NAMES = {
    "account_login": "accounts/login/",
    "account_logout": "accounts/logout/",
    "account_reauthenticate": "accounts/reauthenticate/",
    "account_change_password": "accounts/password/change/",
    "account_reset_password": "accounts/password/reset/",
    "mfa_index": "accounts/2fa/",
}


@open_view
def lead_to_root(request: HttpRequest, name: str) -> HttpResponse:
    """To the page of this name on the root host, with the way back in `next`."""
    return HttpResponseRedirect(f"{root_url(name)}?{urlencode({'next': way_back(request, name)})}")


def way_back(request: HttpRequest, name: str) -> str:
    """An absolute address for `next`: what the link says, or this host's first page; the root host checks whose it is."""
    wanted = request.GET.get("next", "")
    try:
        parts = urlsplit(wanted)
    except ValueError:  # brackets that hold no address
        wanted, parts = "", urlsplit("")
    if parts.scheme or parts.netloc:
        return wanted
    if name == "account_logout" and not wanted:
        return host_url(settings.BASE_DOMAIN)
    return request.build_absolute_uri(wanted if wanted.startswith("/") else "/")


urlpatterns: list[URLPattern] = [path(route, lead_to_root, {"name": name}, name=name) for name, route in NAMES.items()]
