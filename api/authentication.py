"""Who asks was read before the wall (tenants.people.middleware); here it becomes REST framework's user and nothing more."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from api.errors import CsrfFailed
from tenants.actors import Actor

CHALLENGE = 'Bearer realm="Baylink"'


class ActorAuthentication(BaseAuthentication):
    """`request.actor` of a member: a key by its header alone, a signed-in person with the page's CSRF token."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        """The actor and its credential, or None for who is no member; raises CsrfFailed."""
        actor = actor_of(request)
        if not actor.is_member:
            return None
        if actor.kind == "user":
            require_csrf_token(request._request)
        return actor, actor.credential

    def authenticate_header(self, request: Request) -> str:
        """Makes REST framework answer 401 instead of 403."""
        return CHALLENGE


def actor_of(request: Request | HttpRequest) -> Actor:
    """Who asks."""
    plain = request._request if isinstance(request, Request) else request
    actor: Actor = plain.actor  # type: ignore[attr-defined]
    return actor


def require_csrf_token(request: HttpRequest) -> None:
    """Raises CsrfFailed for a changing request that another site's page may have sent in a person's name."""

    def answer(_request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    check = CSRFCheck(answer)
    check.process_request(request)
    if check.process_view(request, answer, (), {}) is not None:
        raise CsrfFailed(_("Send the page's CSRF token in the X-CSRFToken header, or use an API key."))
