"""allauth's adapter: nobody signs up uninvited, and after sign-in people go where they work."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Baylink's rules of sign-in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come by invitation alone."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """`next` may lead to any host of ours, and to none else."""
        if not url:
            return False
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        ours = host == settings.BASE_DOMAIN or host.endswith(f".{settings.BASE_DOMAIN}")
        if parts.scheme in {"http", "https"} and ours:
            return parts.scheme == settings.SITE_SCHEME and "\\" not in url
        safe: bool = super().is_safe_url(url)
        return safe

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Keep the name that the form asked for."""
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)
