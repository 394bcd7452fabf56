"""Estimates as the tenant reads them, and what was decided line by line."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models.orders import Order


class OrderEstimate(models.Model):
    """One version of what the work would cost; amounts are gross fen."""

    is_projected: ClassVar = True

    seq = models.BigIntegerField(primary_key=True)  # of the event that told it
    order = models.ForeignKey(Order, models.DO_NOTHING, db_constraint=False, related_name="estimates", db_index=False)
    version = models.PositiveIntegerField()
    is_supplement = models.BooleanField()
    total_fen = models.BigIntegerField()
    valid_until = models.DateTimeField()
    told_at = models.DateTimeField()
    decision = models.CharField(max_length=20, blank=True)  # empty while it waits
    approved_fen = models.BigIntegerField(default=0)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["order", "version"], name="one_estimate_a_version"),
        ]


class OrderEstimateLine(models.Model):
    """A line of an estimate."""

    is_projected: ClassVar = True

    pk = models.CompositePrimaryKey("estimate_id", "no")
    estimate = models.ForeignKey(
        OrderEstimate, models.DO_NOTHING, db_constraint=False, related_name="lines", db_index=False
    )
    no = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=300)
    operation = models.CharField(max_length=20, blank=True, default="")  # the workshop's code for it
    quantity = models.CharField(max_length=20)
    unit_price_fen = models.BigIntegerField(null=True)  # None: a flat price
    amount_fen = models.BigIntegerField()
    decision = models.CharField(max_length=20)
    approved_fen = models.BigIntegerField()
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("estimate line")
        verbose_name_plural = _("estimate lines")
