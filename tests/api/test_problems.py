"""Every error is a problem document: stable type, title of the type, detail of the occurrence, in both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import OperationalError, connection
from django.http import Http404
from django.utils import translation
from psycopg import errors as postgres
from rest_framework import exceptions

from api import errors
from api.problems import KINDS, answer_problem, describe, type_of
from events.machine import TransitionError
from events.projecting import ProjectionFailed
from fleet import errors as fleet
from fleet.intake.refusals import FileRefused
from fleet.models import Site
from repair.locking import JobNotFound
from repair.services.working import WorkLocked
from tenants.context import TenantNotReady, tenant_context
from tenants.models import Tenant
from tests.api.conftest import Partner, line, send_lines

TRANSITION = TransitionError(
    code="illegal_state",
    message="Not now.",
    machine="job",
    event="cancel",
    state="delivered",
    legal=["rate", "come_back"],
)


STEP = {"code": "illegal_state", "event": "cancel", "state": "delivered", "legal": ["rate", "come_back"]}
TWO = {"rejected": 2}
REASON = {"detail": "Say why.", "pointer": "#/reason", "code": "invalid"}


def contended(cause: type[Exception]) -> OperationalError:
    error = OperationalError("x")
    error.__cause__ = cause("x")
    return error


@pytest.mark.parametrize(
    ("error", "status", "kind", "members"),
    [
        (TRANSITION, 409, "illegal-transition", STEP),
        (WorkLocked(missing=["1.2 pads"]), 409, "work-locked", {"missing": ["1.2 pads"]}),
        (fleet.NotCancellable("Too late."), 409, "refused", {"code": "not_cancellable", "params": {}}),
        (fleet.HasRejectedRows("No.", params=TWO), 409, "refused", {"code": "has_rejected_rows", "params": TWO}),
        (fleet.AboveLimit("No.", params=TWO), 403, "above-limit", {"code": "above_limit", "params": TWO}),
        (fleet.NotValid("Say why.", field="reason"), 422, "invalid", {"errors": [REASON]}),
        (FileRefused("macros"), 422, "file-refused", {"code": "macros", "fix": FileRefused("macros").fix}),
        (JobNotFound(), 404, "not-found", {}),
        (Site.DoesNotExist(), 404, "not-found", {}),
        (Http404(), 404, "not-found", {}),
        (TenantNotReady("Wait."), 503, "tenant-not-ready", {}),
        (ProjectionFailed("abcd1234"), 500, "internal", {"number": "abcd1234"}),
        (PermissionDenied(), 403, "forbidden", {}),
        (SuspiciousOperation(), 400, "malformed-request", {}),
        (contended(postgres.DeadlockDetected), 503, "busy", {}),
        (contended(postgres.LockNotAvailable), 503, "busy", {}),
        (exceptions.NotAuthenticated(), 401, "unauthenticated", {}),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported-media-type", {}),
        (exceptions.NotAcceptable(), 406, "not-acceptable", {}),
        (exceptions.ParseError("JSON parse error"), 400, "malformed-request", {}),
        (errors.PreconditionFailed("Changed."), 412, "precondition-failed", {}),
        (errors.TooLarge("Big.", limit=3), 413, "too-large", {"limit": 3}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)  # fmt: skip
def test_each_error_has_its_document(error: Exception, status: int, kind: str, members: dict[str, Any]) -> None:
    answer = answer_problem(error, {})
    body = dict(answer.data)
    assert (answer.status_code, body.pop("status")) == (status, status)
    assert body.pop("type") == type_of(kind) == f"urn:baylink:problem:{kind}"
    assert body.pop("title") == KINDS[kind][1]
    assert body.pop("detail")
    assert body == members
    assert answer.content_type == "application/problem+json"


def test_what_nobody_foresaw_is_logged_under_a_number(caplog: pytest.LogCaptureFixture) -> None:
    found = describe(KeyError("secret of the house"))
    number = found.members["number"]
    assert number in found.detail and "secret" not in found.detail
    assert number in caplog.text and "secret of the house" in caplog.text


def test_services_errors_point_into_the_body() -> None:
    error = ValidationError({"lines.2": ["Too much.", ValidationError("Odd.", code="odd")], "__all__": ["Both."]})
    assert describe(error).members["errors"] == [
        {"detail": "Too much.", "pointer": "#/lines/2", "code": "invalid"},
        {"detail": "Odd.", "pointer": "#/lines/2", "code": "odd"},
        {"detail": "Both.", "pointer": "#", "code": "invalid"},
    ]
    assert describe(ValidationError("Alone.")).members["errors"] == [
        {"detail": "Alone.", "pointer": "#", "code": "invalid"}
    ]


def test_nested_errors_point_into_the_body() -> None:
    error = exceptions.ValidationError({"lines": [{}, {"no": ["Odd."], "a/b~c": ["x"]}], "non_field_errors": ["Both."]})
    assert [(found["pointer"], found["detail"]) for found in describe(error).members["errors"]] == [
        ("#/lines/1/no", "Odd."),
        ("#/lines/1/a~1b~0c", "x"),
        ("#", "Both."),
    ]


def test_every_title_is_translated() -> None:
    with translation.override("zh-hans"):
        assert [kind for kind, (_status, title) in KINDS.items() if translation.gettext(title) == title] == []


@pytest.mark.parametrize(
    ("language", "chosen", "title", "detail"),
    [
        ("en", "en", "A parameter cannot be understood", "limit: Give a number from 1 to 200."),
        ("zh-CN", "zh-hans", "参数无法理解", "limit：请填 1 到 200 之间的数。"),
        ("zh", "zh-hans", "参数无法理解", "limit：请填 1 到 200 之间的数。"),
        ("fr, zh;q=0.5", "zh-hans", "参数无法理解", "limit：请填 1 到 200 之间的数。"),
        ("fr", "en", "A parameter cannot be understood", "limit: Give a number from 1 to 200."),
    ],
)
def test_documents_follow_the_callers_language(
    erp: Partner, language: str, chosen: str, title: str, detail: str
) -> None:
    erp.language = language
    refused = erp.get("orders?limit=0")
    assert (refused.json()["title"], refused.json()["detail"]) == (title, detail)
    assert refused["Content-Language"] == chosen


def test_rows_are_explained_in_the_callers_language(erp: Partner, world: Tenant) -> None:
    batch = send_lines(erp, world, line(1, vin="SHORT"))
    english = erp.get(f"order-batches/{batch['id']}/rows").json()["data"][0]["errors"][0]
    erp.language = "zh-CN"
    chinese = erp.get(f"order-batches/{batch['id']}/rows").json()["data"][0]["errors"][0]
    assert (english["field"], english["code"]) == (chinese["field"], chinese["code"]) == ("vin", "vin_length")
    assert english["message"] != chinese["message"] and english["fix"] != chinese["fix"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "kind"),
    [
        (b"{", "application/json", 400, "malformed-request"),
        (b"[1]", "application/json", 422, "invalid"),
        (b"null", "application/json", 422, "invalid"),
        (b"[" * 100_000 + b"]" * 100_000, "application/json", 400, "malformed-request"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "application/json", 400, "malformed-request"),
        (b"[" * 400 + b"]" * 400, "application/json", 400, "malformed-request"),
        (b'{"orders": [{"notes": "\\ud800"}]}', "application/json", 400, "malformed-request"),
        (b'{"\\udc00": 1}', "application/json", 400, "malformed-request"),
        (b"\xff\xfe", "application/json", 400, "malformed-request"),
        (b'{"a": NaN}', "application/json", 400, "malformed-request"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b"", "application/json", 422, "invalid"),
        (b"x", "multipart/form-data; boundary=", 400, "malformed-request"),
        (b"x", "multipart/form-data; boundary=b", 422, "invalid"),
    ],
)
def test_bodies_that_cannot_be_read(erp: Partner, body: bytes, content_type: str, status: int, kind: str) -> None:
    answer = erp.post("order-batches", body, Content_Type=content_type)
    assert (answer.status_code, answer.json()["type"]) == (status, type_of(kind)), answer.content


def test_answers_are_json_alone(erp: Partner) -> None:
    assert erp.get("orders", Accept="text/csv").status_code == 406
    assert erp.get("orders", Accept="text/html,*/*;q=0.8").status_code == 200


def test_an_unknown_version_is_refused_and_a_known_one_answers(erp: Partner) -> None:
    refused = erp.get("orders", API_Version="2020-01-01")
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:baylink:problem:unknown-version")
    assert refused["API-Version"] == "2026-11-01"
    assert erp.get("orders", API_Version="2026-11-01").status_code == 200


def test_a_swallowed_database_error_is_no_success(erp: Partner, world: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import DatabaseError
    from rest_framework.response import Response

    def swallow(*_args: Any, **_values: Any) -> Response:
        Site.objects.create(code="HALF", address="x", lat=1, lng=1)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column")
        except DatabaseError:
            pass
        return Response({})

    monkeypatch.setattr("api.resources.sites.SiteList.get", swallow)
    answer = erp.get("sites")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:baylink:problem:internal")
    with tenant_context(world):
        assert not Site.objects.filter(code="HALF").exists()


def test_a_get_that_writes_and_is_refused_leaves_nothing(
    world: Tenant, issue: Callable[..., Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rest_framework.response import Response

    def refuse(*_args: Any, **_values: Any) -> Response:
        Site.objects.create(code="HALF", address="x", lat=1, lng=1)
        return Response({}, status=409)

    monkeypatch.setattr("api.resources.sites.SiteList.get", refuse)
    assert issue(world).get("sites").status_code == 409
    with tenant_context(world):
        assert not Site.objects.filter(code="HALF").exists()
