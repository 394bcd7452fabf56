"""What the API itself refuses, one class a problem type (docs/api.md lists them)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _


class ApiProblem(Exception):
    """A refusal of the API: `kind` names its type, `detail` says what happened, `members` are its extensions."""

    kind: ClassVar[str]

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


class InvalidParameter(ApiProblem):
    """A part of the query, a path or a header cannot be understood."""

    kind = "invalid-parameter"

    def __init__(self, parameter: str, detail: str, *, code: str = "invalid") -> None:
        error = {"detail": detail, "parameter": parameter, "code": code}
        super().__init__(_("%(parameter)s: %(detail)s") % {"parameter": parameter, "detail": detail}, errors=[error])


class UnknownVersion(ApiProblem):
    """The version of the API that was asked for is none."""

    kind = "unknown-version"


class KeyMissing(ApiProblem):
    """A POST came without Idempotency-Key, or with one that is none."""

    kind = "idempotency-key-missing"


class KeyReused(ApiProblem):
    """The key was used for another request."""

    kind = "idempotency-key-reused"


class KeyRunning(ApiProblem):
    """The request of this key is being answered at this moment."""

    kind = "idempotency-key-running"


class QuotaExceeded(ApiProblem):
    """Too many requests in a span of time."""

    kind = "quota-exceeded"


class PreconditionRequired(ApiProblem):
    """A change without If-Match."""

    kind = "precondition-required"


class PreconditionFailed(ApiProblem):
    """The thing has changed since it was read."""

    kind = "precondition-failed"


class ScopeMissing(ApiProblem):
    """The credential is good, but not for this."""

    kind = "scope-missing"


class TooLarge(ApiProblem):
    """A body that is not even read."""

    kind = "too-large"


class CsrfFailed(ApiProblem):
    """A signed-in person's request without the page's token."""

    kind = "csrf-failed"
