"""The columns of a row read one by one: which parser each has, and which values need the tenant to be judged."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple

from fleet.intake.columns import COLUMNS, LIMITS
from fleet.intake.columns import REQUIRED as REQUIRED_COLUMNS
from fleet.intake.context import CheckContext, ModelTable
from fleet.intake.phones import parse_phone
from fleet.intake.places import find_site
from fleet.intake.rows import RowProblem
from fleet.intake.values import (
    NO_PLATE,
    REQUIRED,
    Defect,
    Memo,
    Plate,
    narrow,
    parse_boolean,
    parse_degrees,
    parse_fen,
    parse_line,
    parse_moment,
    parse_plate,
    parse_plate_type,
    parse_service,
    parse_system,
    parse_text,
    parse_transmission,
    parse_vin,
)

Parser = Callable[[str], object]

_SEVERAL_LINES: Final = frozenset({"description", "notes"})
_REPEATED: Final = frozenset({"model", "site_code", "cost_center", "key_with", "notes"})
"""Texts that few values repeat through a file: their parsers remember."""


class Fields(NamedTuple):
    """The values of a row, in the order of COLUMNS; None where the cell is empty or has a defect."""

    external_ref: str | None
    plate: Plate | None
    vin: str | None
    model: str | None
    service: str | None
    description: str | None
    site_code: str | None
    address: str | None
    lat: float | None
    lng: float | None
    contact: str | None
    phone: str | None
    window_start: datetime | None
    window_end: datetime | None
    cost_center: str | None
    po_number: str | None
    return_by: datetime | None
    courtesy_car: bool | None
    key_with: str | None
    notes: str | None
    plate_type: str | None
    vehicle_class: str | None
    transmission: str | None
    return_site_code: str | None
    pre_approved_up_to: int | None
    coord_system: str | None


class FieldReader:
    """Reads the cells of one file's rows for one tenant."""

    def __init__(self, columns: Sequence[str], context: CheckContext, models: ModelTable) -> None:
        self._width = len(columns)
        place = {column: index for index, column in enumerate(columns)}
        self._pick = itemgetter(*(place.get(column, -1) for column in COLUMNS))
        parsers = build_parsers(context, models)
        self._parsers = [parsers[column] for column in COLUMNS]

    def read(self, cells: Sequence[str]) -> tuple[Fields, list[RowProblem]]:
        """The values of a row, and the first defect of each cell that has one."""
        missing = self._width - len(cells)
        texts = self._pick([*cells[: self._width], *[""] * missing, ""])
        parsed = [parse(text.strip()) for parse, text in zip(self._parsers, texts, strict=True)]
        problems = [
            RowProblem(column, value.code, value.params)
            for column, value in zip(COLUMNS, parsed, strict=True)
            if type(value) is Defect
        ]
        if missing < 0 and any(cell.strip() for cell in cells[self._width :]):
            problems.insert(0, RowProblem("row", "too_many_cells"))
        if problems:
            parsed = [None if type(value) is Defect else value for value in parsed]
        return Fields._make(parsed), problems


def build_parsers(context: CheckContext, models: ModelTable) -> Mapping[str, Parser]:
    """One parser for each column."""
    moment = partial(parse_moment, zone=context.timezone)
    site = partial(_parse_site, context)
    parsers: dict[str, Parser] = {
        "plate": _parse_fleet_plate if context.tenant_kind == "fleet" else parse_plate,
        "vin": parse_vin,
        "service": partial(parse_service, services=context.services),
        "lat": partial(parse_degrees, limit=90),
        "lng": partial(parse_degrees, limit=180),
        "phone": parse_phone,
        "window_start": _required(moment),
        "window_end": _required(moment),
        "return_by": _optional(moment),
        "courtesy_car": parse_boolean,
        "plate_type": parse_plate_type,
        "vehicle_class": partial(_parse_class, models.vehicle_classes),
        "transmission": parse_transmission,
        "site_code": site,
        "return_site_code": site,
        "pre_approved_up_to": parse_fen,
        "coord_system": parse_system,
    }
    remembered: dict[str, Parser] = {
        column: Memo(parse).__getitem__ for column, parse in parsers.items() if column not in ("plate", "vin", "phone")
    }
    texts = {column: _text_parser(column) for column in COLUMNS if column not in parsers}
    return {**texts, **parsers, **remembered}


def _text_parser(column: str) -> Parser:
    parse: Parser = partial(parse_text if column in _SEVERAL_LINES else parse_line, limit=LIMITS[column])
    if column in REQUIRED_COLUMNS:
        return _required(parse)
    return Memo(parse).__getitem__ if column in _REPEATED else parse


def _required(parse: Parser) -> Parser:
    return lambda text: parse(text) if text else REQUIRED


def _optional(parse: Parser) -> Parser:
    return lambda text: parse(text) if text else None


def _parse_fleet_plate(text: str) -> Plate | Defect:
    parsed = parse_plate(text)
    return REQUIRED if parsed is NO_PLATE else parsed


def _parse_site(context: CheckContext, text: str) -> str | Defect | None:
    if not text:
        return None
    site = find_site(context.sites, text) or find_site(context.sites, narrow(text))
    return site.code if site else Defect("unknown_site", {})


def _parse_class(classes: frozenset[str], text: str) -> str | Defect | None:
    key = narrow(text).lower().replace("-", "_")
    if not key:
        return None
    if classes and key not in classes:
        return Defect("unknown_vehicle_class", {"choices": ", ".join(sorted(classes))})
    return key
