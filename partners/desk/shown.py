"""Prices in words."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from partners.desk.charges import Charge
from partners.desk.dimensions import codes_of, named_by
from partners.desk.models.prices import PriceFields
from ui.formats import format_fen

ANY = "–"


def show_prices(prices: Iterable[PriceFields]) -> list[dict[str, Any]]:
    """Each price by kind, with the names of what it is for and its figures in words."""
    names = {name: codes_of(name) for name in ("area", "vehicle_class", "operation", "service", "way", "stage")}
    return [
        {
            "price": price, "ref": getattr(price, "ref", ""), "kind": Charge(price.kind).label,
            "area": name_of(price.area, names["area"]), "vehicle_class": name_of(price.vehicle_class, names["vehicle_class"]),
            "operation": name_of(price.operation, names.get(named_by(price.kind), {})), "text": say(price), "note": price.note,
        }
        for price in prices
    ]  # fmt: skip


def name_of(code: str, names: Mapping[str, str]) -> str:
    """A code's name; nothing named holds for all."""
    return names.get(code, code) if code else ANY


def say(price: PriceFields) -> str:
    """The figures of a price, as its kind counts them."""
    parts = [SAYS[Charge(price.kind)](price)]
    if price.most_fen is not None:
        parts.append(_("at most %(amount)s") % {"amount": format_fen(amount_fen=price.most_fen)})
    return " · ".join(parts)


def amount(price: PriceFields) -> str:
    """The amount alone."""
    return format_fen(amount_fen=price.amount_fen or 0)


def an_hour(price: PriceFields) -> str:
    """By the hour."""
    return _("%(amount)s an hour") % {"amount": amount(price)}


def a_day(price: PriceFields) -> str:
    """By the day."""
    return _("%(amount)s a day") % {"amount": amount(price)}


def on_cost(price: PriceFields) -> str:
    """On what a part cost."""
    return _("cost + %(percent)s %%") % {"percent": percent(price)}


def by_road(price: PriceFields) -> str:
    """A way with its kilometres."""
    return _("%(amount)s with %(km)d km, then %(further)s a km (road %(road)d %%)") % {
        "amount": amount(price), "km": price.included_km or 0, "further": format_fen(amount_fen=price.per_km_fen or 0),
        "road": price.road_percent or 100,
    }  # fmt: skip


def at_night(price: PriceFields) -> str:
    """On top, between two hours."""
    return _("+ %(percent)s %% from %(start)s to %(end)s") % {
        "percent": percent(price),
        "start": f"{price.night_from:%H:%M}",
        "end": f"{price.night_until:%H:%M}",
    }


def while_waiting(price: PriceFields) -> str:
    """By blocks."""
    return _("%(included)d min included, then %(amount)s each %(block)d min") % {
        "included": price.included_min or 0,
        "amount": amount(price),
        "block": price.block_min or 0,
    }


def percent(price: PriceFields) -> str:
    """30, or 12.5."""
    return f"{(Decimal(price.percent_bp or 0) / 100).normalize():f}"


SAYS = {
    Charge.OPERATION: amount,
    Charge.LABOUR: an_hour,
    Charge.PARTS: on_cost,
    Charge.SERVICE: amount,
    Charge.TRANSPORT: by_road,
    Charge.TOW: by_road,
    Charge.NIGHT: at_night,
    Charge.WAITING: while_waiting,
    Charge.CANCELLATION: amount,
    Charge.STOP: amount,
    Charge.DIAGNOSIS: amount,
    Charge.COURTESY_CAR: a_day,
}
