"""Every error as a problem document (RFC 9457): a stable type, a title of the type, a detail of the occurrence.

`urn:baylink:problem:<kind>` is the type; docs/api.md explains each. Titles and details follow Accept-Language.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from rest_framework import exceptions
from rest_framework.response import Response

from api.authentication import CHALLENGE
from api.errors import ApiProblem
from events.machine import TransitionError
from events.projecting import ProjectionFailed
from fleet.errors import AboveLimit, FleetError, NotValid
from fleet.intake.refusals import FileRefused
from repair.services.working import WorkLocked
from tenants.context import TenantNotReady
from tenants.postgresql.contention import is_contended

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
URN = "urn:baylink:problem:"
QUOTA_TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded"

# Each kind with its status and its title.
KINDS: Final[dict[str, tuple[int, str]]] = {
    "malformed-request": (400, gettext_noop("The request cannot be read")),
    "invalid-parameter": (400, gettext_noop("A parameter cannot be understood")),
    "unknown-version": (400, gettext_noop("Unknown version of the API")),
    "idempotency-key-missing": (400, gettext_noop("Idempotency-Key is missing")),
    "unauthenticated": (401, gettext_noop("Who are you?")),
    "forbidden": (403, gettext_noop("Not allowed")),
    "above-limit": (403, gettext_noop("Above your limit")),
    "scope-missing": (403, gettext_noop("This credential is not for this")),
    "csrf-failed": (403, gettext_noop("The page's token is missing")),
    "not-found": (404, gettext_noop("Not found")),
    "method-not-allowed": (405, gettext_noop("This cannot be done here")),
    "not-acceptable": (406, gettext_noop("No such form of answer")),
    "illegal-transition": (409, gettext_noop("Not in this state")),
    "refused": (409, gettext_noop("This cannot be done now")),
    "work-locked": (409, gettext_noop("Work is locked until it is approved")),
    "idempotency-key-running": (409, gettext_noop("The first request is still running")),
    "precondition-failed": (412, gettext_noop("It has changed meanwhile")),
    "too-large": (413, gettext_noop("Too large")),
    "unsupported-media-type": (415, gettext_noop("No such form of content")),
    "invalid": (422, gettext_noop("Some values cannot be taken")),
    "file-refused": (422, gettext_noop("The file cannot be taken")),
    "idempotency-key-reused": (422, gettext_noop("Idempotency-Key was used for another request")),
    "precondition-required": (428, gettext_noop("If-Match is missing")),
    "quota-exceeded": (429, gettext_noop("Too many requests")),
    "internal": (500, gettext_noop("Something went wrong on our side")),
    "busy": (503, gettext_noop("Busy at this moment")),
    "tenant-not-ready": (503, gettext_noop("Not ready yet")),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem on its way out."""

    kind: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self) -> Response:
        """The response."""
        status, title = KINDS[self.kind]
        body = {"type": type_of(self.kind), "status": status, "title": _(title), "detail": self.detail, **self.members}
        return Response(body, status=status, headers=dict(self.headers), content_type=MEDIA_TYPE)


def type_of(kind: str) -> str:
    """The type URI of a kind."""
    return QUOTA_TYPE if kind == "quota-exceeded" else URN + kind


def answer_problem(error: Exception, context: Mapping[str, Any]) -> Response:
    """REST framework's exception handler: the problem document of any exception."""
    del context
    return describe(error).answer()


def describe(error: Exception) -> Problem:
    """The problem that `error` is to a caller; what we did not foresee is logged under a number."""
    for kind, teller in TELLERS:
        if isinstance(error, kind):
            return teller(error)
    return unforeseen(error)


def unforeseen(error: Exception) -> Problem:
    """A fault of ours: the log has everything, the caller a number."""
    number = secrets.token_hex(4)
    logger.error("The API failed, number %s.", number, exc_info=error)
    return failure(number)


def failure(number: str) -> Problem:
    """A fault of ours, under the number that the log has."""
    detail = _("The fault is ours. Nothing was saved. Quote number %(number)s.") % {"number": number}
    return Problem("internal", detail, {"number": number})


# --- ours --------------------------------------------------------------------------------------------------------------


def tell_own(error: Any) -> Problem:
    """What the API itself refuses."""
    return Problem(error.kind, error.detail, error.members, error.headers)


def tell_transition(error: Any) -> Problem:
    """An illegal step, with what would be legal."""
    members = {"code": error.code, "event": error.event, "state": error.state, "legal": list(error.legal)}
    return Problem("illegal-transition", error.message, members)


def tell_lock(error: Any) -> Problem:
    """Work without consent."""
    return Problem("work-locked", str(error), {"missing": error.missing})


def tell_refusal(error: Any) -> Problem:
    """What a service of the book does not do now: its code, and its numbers."""
    return Problem("refused", error.message, {"code": error.code, "params": error.params})


def tell_limit(error: Any) -> Problem:
    """More than the roles may approve."""
    return Problem("above-limit", error.message, {"code": error.code, "params": error.params})


def tell_wrong_value(error: Any) -> Problem:
    """A value that cannot be; `orders.2` points to #/orders/2."""
    pointer = "#/" + "/".join(map(escape, error.field.split("."))) if error.field else "#"
    return invalid([{"detail": error.message, "pointer": pointer, "code": error.code}])


def tell_database(error: Any) -> Problem:
    """Somebody else holds what this needs (or a deadlock was broken): nothing was done, the same may be sent again."""
    if is_contended(error):
        detail = _("Somebody else is changing the same thing. Nothing was done; send it again in a moment.")
        return Problem("busy", detail, headers={"Retry-After": "1"})
    return unforeseen(error)


def tell_file(error: Any) -> Problem:
    """A file that cannot be taken at all."""
    return Problem("file-refused", error.message, {"code": error.code, "fix": error.fix})


def tell_not_ready(error: Any) -> Problem:
    """The tenant is being made or migrated."""
    return Problem("tenant-not-ready", str(error), headers={"Retry-After": "30"})


def tell_projection(error: Any) -> Problem:
    """Logged already, under its number."""
    return failure(error.number)


def tell_missing(_error: Any) -> Problem:
    """The same whether it does not exist or is somebody else's."""
    return Problem("not-found", _("It does not exist, or it is not yours to see."))


def tell_denied(error: Any) -> Problem:
    """A role that does not include this."""
    return Problem(
        "forbidden", str(error) or _("Your role does not include this. Ask your administrator if you need it.")
    )


def tell_unreadable(_error: Any) -> Problem:
    """What Django calls suspicious: too many fields, a broken host."""
    return Problem("malformed-request", _("The request cannot be read; see the documentation of this address."))


def tell_django_validation(error: DjangoValidationError) -> Problem:
    """What a service found, by field."""
    return invalid(list(django_errors(error)))


# --- REST framework's --------------------------------------------------------------------------------------------------


def tell_validation(error: Any) -> Problem:
    """What a serializer found, by field."""
    return invalid(list(framework_errors(error.get_full_details(), "#")))


def tell_anonymous(_error: Any) -> Problem:
    """Nobody that we know."""
    detail = _("Send 'Authorization: Bearer <key>' with a key of this tenant that has not expired or been revoked.")
    return Problem("unauthenticated", detail, headers={"WWW-Authenticate": CHALLENGE})


def tell_method(error: Any) -> Problem:
    """Another method."""
    detail = _("%(method)s cannot be used here.") % {"method": error.args[0]}
    return Problem("method-not-allowed", detail)


def tell_media(_error: Any) -> Problem:
    """A body in another form."""
    return Problem("unsupported-media-type", _("This address does not read this Content-Type."))


def tell_accept(_error: Any) -> Problem:
    """An answer in another form."""
    return Problem("not-acceptable", _("Answers are application/json alone."))


def tell_parse(error: Any) -> Problem:
    """A body that is no JSON, or no form."""
    return Problem("malformed-request", _("The content cannot be read: %(why)s") % {"why": error.detail})


TELLERS: Final[list[tuple[type[Exception], Callable[[Any], Problem]]]] = [
    (ApiProblem, tell_own),
    (AboveLimit, tell_limit),
    (NotValid, tell_wrong_value),
    (FleetError, tell_refusal),
    (TransitionError, tell_transition),
    (WorkLocked, tell_lock),
    (FileRefused, tell_file),
    (TenantNotReady, tell_not_ready),
    (ProjectionFailed, tell_projection),
    (DjangoValidationError, tell_django_validation),
    (exceptions.ValidationError, tell_validation),
    (ObjectDoesNotExist, tell_missing),
    (Http404, tell_missing),
    (exceptions.NotFound, tell_missing),
    (exceptions.NotAuthenticated, tell_anonymous),
    (exceptions.AuthenticationFailed, tell_anonymous),
    (PermissionDenied, tell_denied),
    (exceptions.PermissionDenied, tell_denied),
    (exceptions.MethodNotAllowed, tell_method),
    (exceptions.UnsupportedMediaType, tell_media),
    (exceptions.NotAcceptable, tell_accept),
    (exceptions.ParseError, tell_parse),
    (SuspiciousOperation, tell_unreadable),
    (OperationalError, tell_database),
]


# --- errors by field ----------------------------------------------------------------------------------------------------


def invalid(errors: list[dict[str, str]]) -> Problem:
    """All errors of one request, the first of them as its detail."""
    return Problem("invalid", errors[0]["detail"] if errors else str(HTTPStatus(422).phrase), {"errors": errors})


def django_errors(error: DjangoValidationError) -> Iterator[dict[str, str]]:
    """{detail, pointer, code} for each message of a service's refusal; `lines.2` points to #/lines/2."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, found in by_field.items():
        pointer = "#" if name == NON_FIELD_ERRORS else "#/" + "/".join(map(escape, name.split(".")))
        for one in found:
            yield {"detail": " ".join(one.messages), "pointer": pointer, "code": one.code or "invalid"}


def framework_errors(details: Any, pointer: str) -> Iterator[dict[str, str]]:
    """The same for the nested details of REST framework."""
    if isinstance(details, list):
        for place, item in enumerate(details):
            leaf = isinstance(item, dict) and set(item) == {"message", "code"}
            yield from framework_errors(item, pointer if leaf else f"{pointer}/{place}")
    elif set(details) == {"message", "code"} and not isinstance(details["message"], dict | list):
        yield {"detail": str(details["message"]), "pointer": pointer, "code": str(details["code"])}
    else:
        for name, item in details.items():
            yield from framework_errors(
                item, pointer if name == "non_field_errors" else f"{pointer}/{escape(str(name))}"
            )


def escape(part: str) -> str:
    """A part of a JSON Pointer (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")
