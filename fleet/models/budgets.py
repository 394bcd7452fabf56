"""Budgets of cost centres (owned), and what was reserved and spent of them (projected from the course of orders)."""

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import Key, page_of
from fleet.models.orders import Order
from fleet.models.places import CostCenter


class Period(models.TextChoices):
    """For how long a budget is."""

    MONTH = "month", _("Monthly")
    QUARTER = "quarter", _("Quarterly")
    YEAR = "year", _("Yearly")


class Days(Func):
    """The days of a budget, the last one included."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Budget(Key):
    """How much a cost centre may use in a period, by the tenant's own calendar."""

    cost_center = models.ForeignKey(CostCenter, models.PROTECT, related_name="budgets")
    period = models.CharField(_("period"), max_length=7, choices=Period.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))  # the last day
    amount_fen = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="budget_is_not_negative"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="budget_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(period__in=Period.values), name="budget_period_is_known"),
            ExclusionConstraint(
                expressions=[
                    ("cost_center", RangeOperators.EQUAL),
                    (
                        Days("starts_on", "ends_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                name="one_budget_a_cost_center_and_day",
            ),
        ]

    @property
    def ref(self) -> str:
        """bud_…"""
        return public_id("bud", self.id)

    def get_absolute_url(self) -> str:
        """Its page."""
        return page_of("budget", self.ref)


class CostCenterName(models.Model):
    """Which cost centre a name means: orders name theirs, and keep the name when the centre is given another."""

    is_projected: ClassVar = True

    name = models.CharField(max_length=80, primary_key=True)
    center_id = models.UUIDField()

    class Meta:
        verbose_name = _("name of a cost centre")
        verbose_name_plural = _("names of cost centres")


class BudgetEntry(models.Model):
    """What an event did to the budget: an approval reserves, the vehicle's return spends, an order called off releases.

    Amounts are what changes: the sums over an estimate's rows are what is reserved and spent for it now. All rows of an
    estimate lie at the moment of its approval (`booked_at`), so that what is released or spent later counts in the same period.
    """

    is_projected: ClassVar = True

    pk = models.CompositePrimaryKey("seq", "order_id", "version")
    seq = models.BigIntegerField()
    order = models.ForeignKey(
        Order, models.DO_NOTHING, db_constraint=False, related_name="budget_entries", db_index=False
    )
    version = models.PositiveIntegerField()  # of the order's estimate
    center_id = models.UUIDField(null=True)  # None: the order names no cost centre that there is
    cost_center = models.CharField(max_length=80, blank=True)  # as the order named it
    kind = models.CharField(max_length=8)  # reserve, release, spend
    reserved_fen = models.BigIntegerField()
    spent_fen = models.BigIntegerField()
    booked_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("budget entry")
        verbose_name_plural = _("budget entries")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(kind__in=["reserve", "release", "spend"]), name="budget_entry_kind_is_known"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["center_id", "booked_at"], name="budget_entry_by_center"),
            models.Index(fields=["order", "version"], name="budget_entry_by_order"),
        ]
