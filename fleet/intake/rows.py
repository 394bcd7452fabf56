"""What a row of an order file is after its check: a typed order, its problems, its suggestions."""

import hashlib
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from dataclasses import field as factory
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils import translation
from django.utils.translation import gettext

from fleet.intake.refusals import Params
from fleet.intake.texts import LABELS, ROW_TEXTS

_DIGEST_FORM: Final = "1"
"""Goes into every digest; a change of what a digest covers must change it, and calls every known row changed."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One error or warning of a row, without words: `explain` finds them."""

    field: str
    code: str
    params: Params = factory(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A wish that stands in the notes alone; the dispatcher decides."""

    code: str
    params: Params = factory(default_factory=dict)
    field: str = "notes"


class RowStatus(StrEnum):
    """What the check makes of a row."""

    VALID = "valid"
    REJECTED = "rejected"
    ALREADY_SUBMITTED = "already_submitted"
    CHANGED_SINCE = "changed_since"


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A row that can become an order. Times are UTC, coordinates WGS-84, the amount is in fen."""

    external_ref: str
    vin: str
    plate: str | None
    plate_type: str | None
    model: str
    service: str
    description: str
    site_code: str | None
    address: str
    lat: float
    lng: float
    contact: str
    phone: str
    window_start: datetime
    window_end: datetime
    return_by: datetime | None
    cost_center: str
    po_number: str
    courtesy_car: bool
    key_with: str
    notes: str
    pre_approved_up_to_fen: int | None
    vehicle_class: str | None
    transmission: str | None
    return_site_code: str | None
    suggestions: tuple[Suggestion, ...]
    digest: bytes


def digest_content(*values: str) -> bytes:
    """16 bytes that stay the same as long as what the tenant asks for does."""
    return hashlib.blake2b("\x1f".join((_DIGEST_FORM, *values)).encode(), digest_size=16).digest()


def explain(problem: RowProblem | Suggestion, language: str | None = None) -> tuple[str, str]:
    """(message, fix) of a problem or suggestion, in `language` or else the active one."""
    with translation.override(language) if language else nullcontext():
        message, fix = ROW_TEXTS[problem.code]
        params: Mapping[str, str | int] = {
            **_in_language(problem.params),
            "label": gettext(LABELS.get(problem.field, problem.field)),
        }
        return gettext(message) % params, gettext(fix) % params


def _in_language(params: Params) -> Params:
    """An operator's own texts come in both languages, as `name_en` and `name_zh`: here the active one is `name`."""
    suffix, other = ("_zh", "_en") if (translation.get_language() or "").startswith("zh") else ("_en", "_zh")
    chosen = dict(params)
    for key in params:
        if key.endswith(suffix):
            name = key.removesuffix(suffix)
            chosen[name] = params[key] or params.get(name + other, "")
    return chosen
