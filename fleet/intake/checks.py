"""The check of an order file: which rows can become orders, which cannot and why, and what the tenant should know."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fleet.intake.building import OrderBuilder, digest_of, sure
from fleet.intake.columns import COLUMNS
from fleet.intake.context import SERVICES, CheckContext, KnownRow, ModelFacts, ModelTable, Site
from fleet.intake.fields import FieldReader, Fields
from fleet.intake.notices import Notices
from fleet.intake.places import Place, StatedPlace, differs, missing_parts, place_of
from fleet.intake.rows import OrderRow, RowProblem, RowStatus
from fleet.intake.scope import ScopeRule, ScopeScreen
from fleet.intake.tables import FileWarning, OrderFile, SourceRow

__all__ = [
    "SERVICES",
    "Beside",
    "CheckContext",
    "CheckedFile",
    "CheckedRow",
    "KnownRow",
    "ModelFacts",
    "RowStatus",
    "ScopeRule",
    "Site",
    "check_rows",
    "iter_checked",
]

_ORDER_OF_FIELDS: Mapping[str, int] = {column: index for index, column in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row after its check. `row` is None when it is rejected; `order_id` is that of a reference known already."""

    line: int
    external_ref: str
    status: RowStatus
    row: OrderRow | None
    order_id: str | None = None
    errors: tuple[RowProblem, ...] = ()
    warnings: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in rows of the same file that are not looked at now, as if they came before: references and work with
    their lines, plates with their VINs."""

    lines: Mapping[str, int] = field(default_factory=dict)
    work: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    plates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """All rows of a file after their check, in the order of the file."""

    rows: list[CheckedRow]
    warnings: tuple[FileWarning, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are, and how many of each status."""
        found = Counter(row.status for row in self.rows)
        return {"total": len(self.rows), **{status.value: found[status] for status in RowStatus}}


def check_rows(*, file: OrderFile, context: CheckContext) -> CheckedFile:
    """Checks all rows of `file` for one tenant."""
    return CheckedFile(rows=list(iter_checked(file=file, context=context)), warnings=file.warnings)


def iter_checked(*, file: OrderFile, context: CheckContext, beside: Beside | None = None) -> Iterator[CheckedRow]:
    """Checks the rows of `file` one after the other, for who wants to show progress or to keep none of them."""
    checker = _RowChecker(file, context, beside or Beside())
    return map(checker.check, file.rows)


class _RowChecker:
    """Checks the rows of one file in their order: the later of two duplicates is the defect."""

    def __init__(self, file: OrderFile, context: CheckContext, beside: Beside) -> None:
        models = ModelTable(context.models)
        self._context = context
        self._reader = FieldReader(file.columns, context, models)
        self._builder = OrderBuilder(context, models)
        self._screen = ScopeScreen(context.scope)
        self._notices = Notices(context, work=beside.work, plates=beside.plates)
        self._lines: dict[str, int] = dict(beside.lines)

    def check(self, row: SourceRow) -> CheckedRow:
        """What becomes of one row."""
        fields, errors = self._reader.read(row.cells)
        place = self._place(fields, errors)
        errors += _misfits(fields)
        errors += self._duplicates(fields.external_ref, row.line)
        if not errors and place is not None:
            return self._pass(row.line, fields, place)
        return self._reject(row.line, fields, errors + self._out_of_scope(fields, errors))

    def _pass(self, line: int, fields: Fields, place: Place) -> CheckedRow:
        """A row without errors: known, out of scope, or an order with its warnings."""
        ref = sure(fields.external_ref)
        digest = digest_of(fields, place)
        known = self._context.known.get(ref)
        if known is not None and known.digest == digest:
            order = self._builder.build(fields, place, digest, keep_window=True)
            return CheckedRow(line, ref, RowStatus.ALREADY_SUBMITTED, order, known.order_id)
        order_id = known.order_id if known else None
        if refused := self._out_of_scope(fields, []):
            return self._reject(line, fields, refused)
        order = self._builder.build(fields, place, digest, keep_window=False)
        warnings = self._notices.find(order, line=line, asked_end=sure(fields.window_end), is_known=known is not None)
        warnings += self._differences(fields)
        status = RowStatus.VALID if known is None else RowStatus.CHANGED_SINCE
        return CheckedRow(line, ref, status, order, order_id, (), _in_order(warnings))

    def _reject(self, line: int, fields: Fields, errors: list[RowProblem]) -> CheckedRow:
        known = self._context.known.get(fields.external_ref or "")
        order_id = known.order_id if known else None
        return CheckedRow(line, fields.external_ref or "", RowStatus.REJECTED, None, order_id, _in_order(errors))

    def _duplicates(self, ref: str | None, line: int) -> list[RowProblem]:
        if ref is None:
            return []
        first = self._lines.setdefault(ref, line)
        return [] if first == line else [RowProblem("external_ref", "duplicate_in_file", {"line": first})]

    def _place(self, fields: Fields, errors: list[RowProblem]) -> Place | None:
        """Where the vehicle stands: the site's place wins over the row's own. What is missing goes into `errors`."""
        if fields.site_code:
            site = self._context.sites[fields.site_code]
            return Place(site.code, site.address, site.lat, site.lng)
        stated = _stated(fields)
        place = place_of(stated)
        faulty = frozenset(error.field for error in errors)
        if place is None and "site_code" not in faulty:
            errors += missing_parts(stated, faulty)
        return place

    def _out_of_scope(self, fields: Fields, errors: list[RowProblem]) -> list[RowProblem]:
        hit = self._screen.screen(
            service=fields.service or "", description=fields.description or "", notes=fields.notes or ""
        )
        if hit is None or any(error.field == hit.field for error in errors):
            return []
        return [RowProblem(hit.field, "out_of_scope", hit.rule.texts())]

    def _differences(self, fields: Fields) -> list[RowProblem]:
        found: list[RowProblem] = []
        if fields.site_code and differs(_stated(fields), self._context.sites[fields.site_code]):
            found.append(RowProblem("site_code", "site_location_used", {"site": fields.site_code}))
        form = fields.plate.form if fields.plate else None
        if fields.plate_type and form and fields.plate_type != form:
            found.append(RowProblem("plate_type", "plate_type_differs", {"form": form}))
        return found


def _stated(fields: Fields) -> StatedPlace:
    return StatedPlace(
        fields.site_code or "", fields.address or "", fields.lat, fields.lng, fields.coord_system or "wgs84"
    )


def _misfits(fields: Fields) -> list[RowProblem]:
    """Times that are right one by one and wrong together."""
    start, end, return_by = fields.window_start, fields.window_end, fields.return_by
    found: list[RowProblem] = []
    if start and end and end <= start:
        found.append(RowProblem("window_end", "window_reversed"))
    if start and return_by and return_by <= start:
        found.append(RowProblem("return_by", "return_before_window"))
    return found


def _in_order(problems: list[RowProblem]) -> tuple[RowProblem, ...]:
    """Problems in the order of the columns."""
    return tuple(sorted(problems, key=lambda problem: _ORDER_OF_FIELDS.get(problem.field, -1)))
