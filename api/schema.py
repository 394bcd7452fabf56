"""The description of the API (OpenAPI 3.1): what drf-spectacular reads from the views, and what all of them share."""

from collections.abc import Mapping
from typing import Any, Final, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import OpenApiParameter

from api import limits, versions
from api.examples import IDS, example_of
from api.idempotency import HEADER as KEY_HEADER
from api.idempotency import LONGEST, REPLAYED
from api.paging import DEFAULT_LIMIT, MOST, Listing
from api.permissions import scope_of
from api.problems import KINDS, MEDIA_TYPE, type_of

SCHEME: Final = "ApiKey"
PREFIX: Final = "/api/v1"
ALWAYS: Final = (400, 401, 403, 406, 429, 500, 503)
WITH_BODY: Final = (413, 415, 422)
WORDS: Final = {
    400: "The request, its parameters or headers cannot be understood.",
    401: "No key, or none of this tenant that is live.",
    403: "The key lacks the scope, or the role may not do it.",
    404: "It does not exist, or it is not yours to see.",
    406: "Answers are application/json alone.",
    409: "Not in its present state, or the first request with this Idempotency-Key is still running.",
    412: "Somebody has changed it since you read it.",
    413: "The body is too large.",
    415: "This Content-Type is not read here.",
    422: "Some values cannot be taken, or the Idempotency-Key was used for another request.",
    428: "If-Match is missing.",
    429: "Too many requests; wait for Retry-After.",
    500: "A fault of ours, with a number to quote. Nothing was saved.",
    503: "Busy, or not ready yet; send it again after Retry-After.",
}
DONE: Final = {
    200: "What was asked for, or what has become of it.",
    201: "It was made; `Location` says where it is.",
    202: "It was taken and is being worked on; `Location` says where to look.",
}
FILTER_WORDS: Final = {
    "status": "One state, or several as `in:a,b`.",
    "q": "Words; each is a part of the number, your reference, the plate, the VIN, the contact or the telephone.",
    "after": "Only events behind this `seq`.",
    "is_active": "`true` or `false`.",
    "is_waiting": "`true`: those that wait for your answer.",
}


class ApiSchema(AutoSchema):
    """Every operation asks for the scope that its view declares."""

    def get_auth(self) -> list[dict[str, list[str]]]:
        """The key, with the scope that it needs."""
        return [{SCHEME: [str(scope_of(self.view, self.method))]}]


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a caller says who it is."""

    target_class = "api.authentication.ActorAuthentication"
    name = SCHEME

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """A bearer token."""
        return key_scheme()


def key_scheme() -> dict[str, Any]:
    """The security scheme."""
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "blk_…",
        "description": "A key that your administrator made: `Authorization: Bearer blk_…`. It belongs to one tenant, whose "
        "host you call, and has scopes; each operation names the one that it needs.",
    }


class ApiGenerator(SchemaGenerator):
    """Describes api.urls, wherever a command or a view asks from."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["urlconf"] = options.get("urlconf") or spectacular_settings.SERVE_URLCONF
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]


def listing_parameters(listing: Listing) -> list[OpenApiParameter]:
    """The parameters of a list."""
    sorts = [sort for name in listing.sorts for sort in (name, f"-{name}")]
    found = [
        OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}),
        OpenApiParameter("cursor", str, description="`next_cursor` of the page before; opaque."),
        OpenApiParameter("sort", {"type": "string", "enum": sorts, "default": listing.default}),
    ]
    for name in listing.filters:
        is_time = name.endswith("_since")
        words = FILTER_WORDS.get(
            name, "From this time on (RFC 3339 with an offset)." if is_time else "One, or several as `in:a,b`."
        )
        kind: Any = {"type": "string", "format": "date-time"} if is_time else {"type": "string"}
        if name in {"is_active", "is_waiting"}:
            kind = {"type": "boolean"}
        elif name == "after":
            kind = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
        found.append(OpenApiParameter(name, kind, description=words))
    return found


def add_shared_parts(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Spectacular's post-processing: problems, headers and the security scheme of every operation."""
    del generator, request, public
    parts = result["components"]
    parts.setdefault("schemas", {}).update(problem_schemas())
    parts.setdefault("securitySchemes", {})[SCHEME] = key_scheme()
    parts["responses"] = {str(status): problem_response(status) for status in WORDS}
    parts["parameters"] = header_parameters()
    parts["headers"] = answer_headers()
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            complete(operation, path, method)
    return result


def complete(operation: dict[str, Any], path: str, method: str) -> None:
    """Add to one operation what its kind always has."""
    parameters = operation.setdefault("parameters", [])
    names = ["ApiVersion", "AcceptLanguage"]
    statuses = {*ALWAYS, *([404] if "{" in path else [])}
    if method == "post":
        names.append("IdempotencyKey")
        statuses |= {409, *WITH_BODY}
    if method == "patch":
        names.append("IfMatch")
        statuses |= {409, 412, 428, *WITH_BODY}
    parameters += [{"$ref": f"#/components/parameters/{name}"} for name in names]
    for parameter in parameters:
        if parameter.get("in") == "path":
            parameter["example"] = IDS[parameter["name"]]
    for status, answer in operation["responses"].items():
        answer["description"] = DONE[int(status)]
        answer.setdefault("headers", {}).update(headers_of(operation["operationId"], method, int(status)))
        for content in answer["content"].values():
            content["example"] = example_of(content["schema"]["$ref"].rpartition("/")[2])
    for status in sorted(statuses):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{status}"}


def headers_of(operation: str, method: str, status: int) -> dict[str, Any]:
    """The headers of a good answer."""
    names = ["API-Version", "RateLimit", "RateLimit-Policy", "X-Request-Id"]
    if method == "post":
        names.append(REPLAYED)
    if status in {201, 202}:
        names.append("Location")
    if operation.endswith(("Site", "BatchRow")) or operation in {"retrieveOrder", "amendOrder"}:
        names.append("ETag")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def header_parameters() -> dict[str, Any]:
    """Headers that requests carry."""
    return {
        "ApiVersion": header_parameter(
            versions.HEADER,
            "The version that you were built against.",
            {"type": "string", "enum": sorted(versions.KNOWN)},
        ),
        "AcceptLanguage": header_parameter(
            "Accept-Language",
            "Of titles, details, messages and fixes.",
            {"type": "string", "examples": ["en", "zh-CN"]},
        ),
        "IdempotencyKey": {
            **header_parameter(
                KEY_HEADER,
                "A text of your own for each new request, best a random UUID; repeated, it is answered the same for seven days.",
                {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[A-Za-z0-9._:-]+$"},
            ),
            "required": True,
            "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
        },
        "IfMatch": {
            **header_parameter("If-Match", "The ETag of what you have read.", {"type": "string"}),
            "required": True,
            "example": '"c0ffee00c0ffee00c0ffee00c0ffee00"',
        },
    }


def header_parameter(name: str, words: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One header of a request."""
    return {"name": name, "in": "header", "description": words, "schema": schema}


def answer_headers() -> dict[str, Any]:
    """Headers that answers carry."""
    policies = ", ".join(map(str, limits.POLICIES))
    return {
        "API-Version": {"description": "The version that answered.", "schema": {"type": "string"}},
        "RateLimit": {"description": "What is left of each policy.", "schema": {"type": "string"}},
        "RateLimit-Policy": {"description": f"The policies, now `{policies}`.", "schema": {"type": "string"}},
        "X-Request-Id": {"description": "Quote it when you ask us about a request.", "schema": {"type": "string"}},
        REPLAYED: {
            "description": "`true` when the first answer was repeated.",
            "schema": {"type": "string", "enum": ["true"]},
        },
        "Location": {"description": "Where it is found.", "schema": {"type": "string"}},
        "ETag": {"description": "Send it in If-Match.", "schema": {"type": "string"}},
        "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}},
        "WWW-Authenticate": {"description": "How to say who you are.", "schema": {"type": "string"}},
    }


def problem_schemas() -> dict[str, Any]:
    """Problem (RFC 9457) and its list of errors."""
    return {
        "Problem": {
            "type": "object",
            "description": "RFC 9457. Decide by `type` (and `code` where there is one); `title` and `detail` are for people.",
            "properties": {
                "type": {
                    "type": "string",
                    "format": "uri",
                    "description": "Stable. `about:blank` says no more than the status.",
                },
                "status": {"type": "integer"},
                "title": {"type": "string"},
                "detail": {"type": "string"},
                "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}},
                "code": {"type": "string"},
                "legal": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "The events that would be legal now.",
                },
                "missing": {"type": "array", "items": {"type": "string"}},
                "number": {"type": "string", "description": "Of a fault of ours."},
            },
            "required": ["type", "status", "title", "detail"],
            "additionalProperties": True,
        },
        "ProblemError": {
            "type": "object",
            "properties": {
                "detail": {"type": "string"},
                "pointer": {"type": "string", "description": "JSON Pointer into the body, as `#/lines/3/no`."},
                "parameter": {"type": "string", "description": "Of the query, the path or the headers."},
                "code": {"type": "string"},
            },
            "required": ["detail", "code"],
        },
    }


def problem_response(status: int) -> dict[str, Any]:
    """The answer of one status, with an example of each type that has it."""
    kinds = {kind: title for kind, (of, title) in KINDS.items() if of == status}
    extra = {429: ["Retry-After"], 503: ["Retry-After"], 401: ["WWW-Authenticate"]}.get(status, [])
    return {
        "description": WORDS[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in ["API-Version", *extra]},
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {kind: {"value": problem_example(kind, status, title)} for kind, title in kinds.items()},
            }
        },
    }


def problem_example(kind: str, status: int, title: str) -> Mapping[str, Any]:
    """An example of one type."""
    members = cast(
        "dict[str, dict[str, Any]]",
        {
            "invalid": {"errors": [{"detail": "This field is required.", "pointer": "#/reason", "code": "required"}]},
            "invalid-parameter": {
                "errors": [{"detail": "Give a number from 1 to 200.", "parameter": "limit", "code": "invalid"}]
            },
            "illegal-transition": {
                "code": "illegal_state", "event": "submit", "state": "validating", "legal": [],
            },
            "refused": {"code": "has_rejected_rows", "params": {"rejected": 3}},
            "work-locked": {"missing": ["2.1 Brake pads"]},
            "file-refused": {"code": "macros", "fix": "Save it as an Excel workbook without macros (.xlsx) or as CSV."},
            "scope-missing": {"scope": "orders:write"},
            "internal": {"number": "9f0c2a71"},
        },
    )  # fmt: skip
    return {"type": type_of(kind), "status": status, "title": title, "detail": f"{title}.", **members.get(kind, {})}
