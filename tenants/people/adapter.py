"""allauth's adapter: nobody signs up uninvited, and after sign-in people go where they work."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as served
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tenants.hosts import host_url
from tenants.people.mailing import Letter, post_letter
from tenants.people.models import User
from tenants.resolver import find_tenant


class AccountAdapter(DefaultAccountAdapter):
    """Baylink's rules of sign-in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come by invitation alone."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """`next` may lead to any host of ours, and to none else."""
        if not url or "\\" in url:
            return False
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return False
        if parts.netloc:
            scheme = parts.scheme or settings.SITE_SCHEME
            return f"{scheme}://{parts.netloc.lower()}" == host_url(host, "") and is_ours(host)
        safe: bool = super().is_safe_url(url)
        return safe

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Keep the name that the form asked for."""
        user.name = form.cleaned_data.get("name", "")
        return super().save_user(request, user, form, commit)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Go on in the language that the person chose last, on whatever machine that was."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language:
            remember_language(response, user.language)
        return response

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is: the sender says who writes."""
        return str(subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Keep the mail for a worker, whether or not the address has an account: neither time nor a dead server tells."""
        request = served.request
        reader = User.objects.filter(email__iexact=email).first()
        language = (reader.language if reader else "") or translation.get_language() or settings.LANGUAGE_CODE
        data = {"request": request, "email": email, "current_site": {"name": "Baylink", "domain": settings.BASE_DOMAIN}}
        with translation.override(language):
            mail = self.render_mail(template_prefix, email, {**data, **context})
        html = next((str(body) for body, kind in alternatives_of(mail) if kind == "text/html"), "")
        post_letter(
            Letter(
                to=email,
                subject=mail.subject,
                text=mail.body,
                html=html,
                language=language,
                holds_secret=bool({"key", "code", "activate_url", "password_reset_url"} & context.keys()),
            )
        )


def is_ours(host: str) -> bool:
    """Whether something of ours is served there: the sign-in, the console, or a tenant that is not closed."""
    return host in {settings.BASE_DOMAIN, settings.OPERATOR_HOST} or find_tenant(host) is not None


def alternatives_of(mail: Any) -> list[Any]:
    """The other forms of a mail's text."""
    return list(mail.alternatives) if isinstance(mail, EmailMultiAlternatives) else []


def remember_language(response: HttpResponse, language: str) -> None:
    """Set the cookie that every host of ours reads the language from."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
