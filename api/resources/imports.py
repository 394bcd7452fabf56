"""Imports: many vehicles, drivers, sites or cost centres at once; checked first, written on a yes."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import msgspec
from django.db.models import Count
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import actor_of
from api.base import ApiView
from api.fields import MomentField, PublicIdField, page_of
from api.paging import Listing, one_of, since
from api.parsers import StrictJsonParser
from api.permissions import holds, require_scope
from api.resources.batches.shown import FileNoticeSerializer, RowProblemSerializer, problem
from api.schema import listing_parameters
from events.ids import public_id
from files.models import StoredFile
from files.services import keep_file
from fleet import states
from fleet.access import Action, import_for, own_tenant, require_may
from fleet.intake.refusals import check_size, explain_file
from fleet.models import Import, ImportRow, Verdict
from fleet.models import Register as Registers
from fleet.selectors.registers import PREFIXES
from fleet.services.imports.receiving import PURPOSE, apply_import, discard_import, record_import, resume_import

TAGS = ["Imports"]
KINDS = {
    "vehicles": "vehicles",
    "drivers": "drivers",
    "sites": "sites",
    "cost_centers": "sites",
}  # what its scopes are named
STATUS = sorted(states.IMPORT.states)


class ImportUploadSerializer(serializers.Serializer[Any]):
    """A file: CSV, XLSX or JSON lines."""

    register = serializers.ChoiceField(Registers.values, help_text="What the file holds.")
    file = serializers.FileField(allow_empty_file=True)


class ImportLinesSerializer(serializers.Serializer[Any]):
    """Rows in the request itself; their fields are the columns of the file."""

    register = serializers.ChoiceField(Registers.values)
    rows = serializers.ListField(child=serializers.DictField(), allow_empty=True)


class ImportCountsSerializer(serializers.Serializer[Any]):
    """What would become, or has become, of the rows."""

    total = serializers.IntegerField()
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    same = serializers.IntegerField()
    rejected = serializers.IntegerField()


class ImportSerializer(serializers.Serializer[Any]):
    """An import. Nothing is written before it is applied."""

    id = PublicIdField("imp")
    register = serializers.ChoiceField(Registers.values)
    name = serializers.CharField()
    status = serializers.ChoiceField(STATUS)
    channel = serializers.CharField()
    counts = ImportCountsSerializer()
    done_rows = serializers.IntegerField(help_text="Rows that the work going on has done so far.")
    halt = serializers.CharField(allow_blank=True, help_text="Why the writing has stopped; `resume` goes on.")
    warnings = FileNoticeSerializer(many=True)
    refusal = FileNoticeSerializer(allow_null=True, help_text="Why the file cannot be taken at all (`refused_file`).")
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    created_by = serializers.CharField()
    created_at = MomentField()
    applied_at = MomentField(allow_null=True)
    done_at = MomentField(allow_null=True, help_text="When every row was written or refused.")


class ImportChangeSerializer(serializers.Serializer[Any]):
    """One field that a row would change."""

    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class ImportRowSerializer(serializers.Serializer[Any]):
    """A row of an import: what it would change, or why it cannot be taken."""

    line = serializers.IntegerField(help_text="In the file; in JSON its place, from 1.")
    key = serializers.CharField(allow_blank=True, help_text="What the entry is known by.")
    status = serializers.ChoiceField(Verdict.values)
    entry = serializers.CharField(allow_null=True, help_text="The id of the vehicle, driver, site or cost centre.")
    changes = ImportChangeSerializer(many=True)
    errors = RowProblemSerializer(many=True)  # type: ignore[assignment]  # a name of REST framework, too
    warnings = RowProblemSerializer(many=True)
    done_at = MomentField(allow_null=True, help_text="When the row was written or refused.")


IMPORTS = Listing(
    name="imports",
    sorts={"created_at": "created_at"},
    default="-created_at",
    filters={
        "status": one_of("status", STATUS),
        "register": one_of("register", Registers.values),
        "created_since": since("created_at"),
    },
)
ROWS = Listing(
    name="import-rows",
    sorts={"line": "line"},
    default="line",
    key="line",
    filters={"status": one_of("verdict", Verdict.values), "key": one_of("key")},
)


def show_imports(found: Iterable[Import]) -> list[Mapping[str, Any]]:
    """Imports with their counts, in one query more however many they are."""
    sources = list(found)
    counts: dict[Any, dict[str, int]] = {source.pk: dict.fromkeys(Verdict.values, 0) for source in sources}
    rows = ImportRow.objects.filter(source__in=sources).values_list("source_id", "verdict").annotate(count=Count("pk"))
    for key, status, count in rows.order_by():
        counts[key][status] = count
    return [show_one(source, counts[source.pk]) for source in sources]


def show_one(source: Import, counts: Mapping[str, int]) -> Mapping[str, Any]:
    """The values of an import."""
    names = (
        "id", "register", "name", "status", "channel", "done_rows", "halt", "size_bytes", "sha256", "created_by", "created_at",
        "applied_at", "done_at",
    )  # fmt: skip
    values = {
        **{name: getattr(source, name) for name in names},
        "counts": {"total": sum(counts.values()), **counts},
        "warnings": [notice(item) for item in source.warnings],
        "refusal": notice(source.refusal) if source.refusal else None,
    }
    return dict(ImportSerializer(values).data)


def notice(item: Mapping[str, Any]) -> dict[str, str]:
    """What is said of the whole file."""
    message, fix = explain_file(code=item["code"], params=item["params"])
    return {"code": item["code"], "message": message, "fix": fix}


def show_row(row: ImportRow, register: str) -> Mapping[str, Any]:
    """A row with its changes and problems in words."""
    values = {
        "line": row.line,
        "key": row.key,
        "status": row.verdict,
        "entry": public_id(PREFIXES[register], row.object_id) if row.object_id else None,
        "changes": [{"field": name, "before": old, "after": new} for name, (old, new) in row.changes.items()],
        "errors": [problem(item) for item in row.errors],
        "warnings": [problem(item) for item in row.warnings],
        "done_at": row.done_at,
    }
    return dict(ImportRowSerializer(values).data)


class ImportView(ApiView):
    """An import is reached with the scope of imports and that of what the file holds: `drivers:write` for a file of drivers."""

    def require_kind(self, register: str, doing: str) -> None:
        """Raise ScopeMissing; `doing` is "read" or "write"."""
        require_scope(actor_of(self.request), f"{KINDS[register]}:{doing}")

    def find(self, import_id: str, doing: str) -> Import:
        """The import; raises Http404, ScopeMissing."""
        source = import_for(self.actor, import_id)
        self.require_kind(source.register, doing)
        return source


class ImportList(ImportView):
    """GET and POST /imports."""

    scopes: ClassVar[dict[str, str]] = {"GET": "imports:read", "POST": "imports:write"}
    parser_classes = (MultiPartParser, StrictJsonParser)
    keeps_files = True
    file: StoredFile | None = None
    register = ""

    @extend_schema(
        operation_id="listImports",
        summary="List imports",
        tags=TAGS,
        parameters=listing_parameters(IMPORTS),
        responses={200: page_of(ImportSerializer)},
    )
    def get(self, request: Request) -> Response:
        """Your imports, the newest first. A key sees those whose kind it may read: of drivers with `drivers:read`, and so on."""
        asking = actor_of(self.request)
        readable = [register for register, kind in KINDS.items() if holds(asking, f"{kind}:read")]
        page = IMPORTS.read(request, Import.objects.filter(register__in=readable))
        return Response(page.answer(show_imports(page.rows)))

    @extend_schema(
        operation_id="createImport",
        summary="Send many vehicles, drivers, sites or cost centres",
        tags=TAGS,
        request={"multipart/form-data": ImportUploadSerializer, "application/json": ImportLinesSerializer},
        responses={202: ImportSerializer},
        examples=[
            OpenApiExample(
                "rows",
                value={"register": "vehicles", "rows": [{"vin": "LVBV3PBB6SA071322", "odometer_km": 48_200}]},
                request_only=True,
                media_type="application/json",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Send a file (CSV, XLSX) or rows. It is checked next: follow `Location` until it is `ready`, then apply it.

        Besides `imports:write` a key needs the scope of what the file holds: `vehicles:write`, `drivers:write`, or
        `sites:write` for sites and cost centres.
        """
        assert self.file is not None
        source = record_import(file=self.file, register=self.register, channel="api", actor=self.actor, now=self.now)
        return accepted(source)

    def prepare(self, request: Request) -> None:
        """Store the file, outside the wall: a storage may lie across a network. What no import names is swept after a day."""
        if request.method != "POST":
            return
        require_may(self.actor, Action.MANAGE)
        name, content, content_type = self.read_sent(request)
        self.file = keep_file(
            tenant=own_tenant(self.actor),
            name=name,
            content=content,
            purpose=PURPOSE,
            content_type=content_type,
            actor=self.actor,
            now=self.now,
        )

    def read_sent(self, request: Request) -> tuple[str, bytes, str]:
        """Name, bytes and kind of what was sent; raises ValidationError by field, FileRefused by its size."""
        is_form = str(request.content_type).startswith("multipart/")
        given: serializers.Serializer[Any] = (
            ImportUploadSerializer(data=request.data) if is_form else ImportLinesSerializer(data=request.data)
        )
        given.is_valid(raise_exception=True)
        self.register = given.validated_data["register"]
        self.require_kind(self.register, "write")
        if not is_form:
            return f"{self.register}.json", msgspec.json.encode(given.validated_data["rows"]), "application/json"
        file = given.validated_data["file"]
        check_size(file.size)
        return file.name, file.read(), file.content_type or ""


class ImportDetail(ImportView):
    """GET /imports/{id}."""

    scopes: ClassVar[dict[str, str]] = {"GET": "imports:read"}

    @extend_schema(
        operation_id="retrieveImport", summary="Retrieve an import", tags=TAGS, responses={200: ImportSerializer}
    )
    def get(self, request: Request, import_id: str) -> Response:
        """An import with its counts. A key needs the scope of what the file holds too, such as `drivers:read`."""
        return Response(show_imports([self.find(import_id, "read")])[0])


class ImportRows(ImportView):
    """GET /imports/{id}/rows."""

    scopes: ClassVar[dict[str, str]] = {"GET": "imports:read"}

    @extend_schema(
        operation_id="listImportRows",
        summary="List the rows of an import",
        tags=TAGS,
        parameters=listing_parameters(ROWS),
        responses={200: page_of(ImportRowSerializer)},
    )
    def get(self, request: Request, import_id: str) -> Response:
        """The rows with what they would change, or what is wrong with them, in the language of Accept-Language.

        A key needs the scope of what the file holds too, such as `drivers:read`.
        """
        source = self.find(import_id, "read")
        page = ROWS.read(request, ImportRow.objects.filter(source=source))
        return Response(page.answer(show_row(row, source.register) for row in page.rows))


class ImportApply(ImportView):
    """POST /imports/{id}/apply."""

    scopes: ClassVar[dict[str, str]] = {"POST": "imports:write"}

    @extend_schema(
        operation_id="applyImport",
        summary="Write the rows of an import",
        tags=TAGS,
        request=None,
        responses={202: ImportSerializer},
    )
    def post(self, request: Request, import_id: str) -> Response:
        """Write the new and changed rows. A row whose entry somebody has changed since the check is refused, not written.

        A key needs the scope of what the file holds too, such as `drivers:write`.
        """
        source = self.find(import_id, "write")
        return accepted(apply_import(import_id=source.pk, actor=self.actor, now=self.now))


class ImportResume(ImportView):
    """POST /imports/{id}/resume."""

    scopes: ClassVar[dict[str, str]] = {"POST": "imports:write"}

    @extend_schema(
        operation_id="resumeImport",
        summary="Go on with writing that has stopped",
        tags=TAGS,
        request=None,
        responses={202: ImportSerializer},
    )
    def post(self, request: Request, import_id: str) -> Response:
        """Go on with an import whose `halt` says why its writing has stopped. Of any other nothing changes.

        A key needs the scope of what the file holds too, such as `drivers:write`.
        """
        source = self.find(import_id, "write")
        return accepted(resume_import(import_id=source.pk, actor=self.actor, now=self.now))


class ImportDiscard(ImportView):
    """POST /imports/{id}/discard."""

    scopes: ClassVar[dict[str, str]] = {"POST": "imports:write"}

    @extend_schema(
        operation_id="discardImport",
        summary="Put an import away",
        tags=TAGS,
        request=None,
        responses={200: ImportSerializer},
    )
    def post(self, request: Request, import_id: str) -> Response:
        """Put a checked import away; nothing is written. A key needs the scope of what the file holds too."""
        source = self.find(import_id, "write")
        return Response(show_imports([discard_import(import_id=source.pk, actor=self.actor, now=self.now)])[0])


def accepted(source: Import) -> Response:
    """The work goes on in a worker."""
    return Response(show_imports([source])[0], status=202, headers={"Location": f"/api/v1/imports/{source.ref}"})
