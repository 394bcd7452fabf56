"""Rated lines in words, in the reader's language: what a line is for, what it counts, how it was worked out."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from partners.desk.charges import WAYS, Charge, Unit
from partners.desk.rating import LAID_OUT, WORK
from repair.models import DisbursementKind, JobKind, Payer
from ui.formats import format_fen

KINDS: Final[Mapping[str, Any]] = dict(Charge.choices)
UNITS: Final[Mapping[str, Any]] = dict(Unit.choices)
PAYERS: Final[Mapping[str, Any]] = dict(Payer.choices)
SERVICES: Final[Mapping[str, Any]] = dict(JobKind.choices)
PAID_FOR: Final[Mapping[str, Any]] = dict(DisbursementKind.choices)


def name_line(*, source: str, kind: str, operation: str, text: str) -> str:
    """What a line is for."""
    if kind == WORK:
        return text
    if kind == LAID_OUT:
        name = str(PAID_FOR.get(operation, operation))
        return f"{name}: {text}" if text else name
    if kind == Charge.SERVICE:
        return str(SERVICES.get(operation, operation))
    if source.startswith("trip:"):
        way = str(WAYS.get(operation, operation))
        return f"{way} · {name_trip(source, kind)}"
    return str(KINDS.get(kind, kind))


def name_trip(source: str, kind: str) -> str:
    """Which part of a trip."""
    if source.endswith(":km"):
        return _("further kilometres")
    return str(KINDS.get(kind, kind))


def say_quantity(quantity: Decimal | str, unit: str) -> str:
    """1.5 hours, 12 km; once says nothing."""
    if unit == Unit.ONCE:
        return ""
    return f"{Decimal(quantity).normalize():f} {UNITS.get(unit, unit)}"


def say_why(why: Mapping[str, str]) -> str:
    """The worked sum beside quantity × price."""
    parts = []
    if "km" in why:
        parts.append(_("%(km)s km by road, %(included)s included") % {"km": why["km"], "included": why["included_km"]})
    if "percent_bp" in why:
        percent = f"{(Decimal(why['percent_bp']) / 100).normalize():f}"
        words = {"percent": percent, "amount": money(why["of_fen"]), "at": why["at"]}
        parts.append(_("%(percent)s %% of %(amount)s, at %(at)s") % words)
    if "waited_min" in why:
        words = {"waited": why["waited_min"], "included": why["included_min"], "block": why["block_min"]}
        parts.append(_("%(waited)s min waited, %(included)s included, blocks of %(block)s") % words)
    if "asked_fen" in why:
        parts.append(_("%(amount)s was asked") % {"amount": money(why["asked_fen"])})
    if "uncapped_fen" in why:
        parts.append(_("%(amount)s without the cap") % {"amount": money(why["uncapped_fen"])})
    return " · ".join(parts)


def money(fen: str) -> str:
    """Fen in text."""
    return format_fen(amount_fen=int(fen))
