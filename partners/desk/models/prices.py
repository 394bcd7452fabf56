"""What every price has, in a draft and in a published version alike."""

from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.desk.charges import FIGURES, SHAPES, Charge
from partners.desk.models.base import Key

DIMENSIONS = ("area", "vehicle_class", "operation")
VALUES = ("kind", *DIMENSIONS, *FIGURES, "note")


class PriceFields(Key):
    """A price for what its dimensions name; an empty one holds for all. Amounts are tax-inclusive fen.

    Areas, classes and operations are codes: their registers stand in rooms above.
    """

    kind = models.CharField(_("kind"), max_length=14, choices=Charge.choices)
    area = models.CharField(_("area"), max_length=20, blank=True)
    vehicle_class = models.CharField(_("vehicle class"), max_length=20, blank=True)
    operation = models.CharField(_("operation"), max_length=20, blank=True)
    amount_fen = models.BigIntegerField(_("amount"), null=True)
    included_km = models.PositiveIntegerField(_("kilometres included"), null=True)
    per_km_fen = models.BigIntegerField(_("each further kilometre"), null=True)
    road_percent = models.PositiveSmallIntegerField(_("road, % of the straight line"), null=True)
    percent_bp = models.PositiveIntegerField(_("percentage"), null=True)  # hundredths of a per cent
    night_from = models.TimeField(_("night from"), null=True)
    night_until = models.TimeField(_("night until"), null=True)
    included_min = models.PositiveIntegerField(_("minutes included"), null=True)
    block_min = models.PositiveIntegerField(_("minutes a block"), null=True)
    most_fen = models.BigIntegerField(_("at most"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        abstract = True


def has_its_figures() -> Q:
    """Each kind has the figures of its shape and no others."""
    return reduce(or_, (figures_of(kind) for kind in SHAPES))


def figures_of(kind: str) -> Q:
    """What a price of this kind has, and what it has not."""
    shape = SHAPES[kind]
    nulls = {name: name not in shape.needs for name in FIGURES if name not in shape.may}
    named = ~Q(operation="") if shape.must_name else Q() if shape.names else Q(operation="")
    return Q(kind=kind, **{f"{name}__isnull": is_null for name, is_null in nulls.items()}) & named


def figures_make_sense() -> Q:
    """No amount below nothing, no empty block, no road shorter than the straight line."""
    amounts = [
        Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}) for name in ("amount_fen", "per_km_fen", "most_fen")
    ]
    return (
        amounts[0] & amounts[1] & amounts[2]
        & (Q(block_min__isnull=True) | Q(block_min__gte=1))
        & (Q(road_percent__isnull=True) | Q(road_percent__gte=100))
        & (Q(night_from__isnull=True) | ~Q(night_from=F("night_until")))
    )  # fmt: skip


def price_constraints(owner: str, prefix: str) -> list[Any]:
    """What holds in the table of prices whose rows belong to `owner`."""
    return [
        models.UniqueConstraint(fields=[owner, "kind", *DIMENSIONS], name=f"{prefix}_stands_once"),
        models.CheckConstraint(condition=has_its_figures(), name=f"{prefix}_has_the_figures_of_its_kind"),
        models.CheckConstraint(condition=figures_make_sense(), name=f"{prefix}_makes_sense"),
    ]


ORDERING = ("kind", *DIMENSIONS)
