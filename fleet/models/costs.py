"""What orders cost, as the desk told it, before anything is billed."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models.orders import Order


class OrderCost(models.Model):
    """A line of what an order costs; tax-inclusive fen. All lines of an order were told together."""

    is_projected: ClassVar = True

    pk = models.CompositePrimaryKey("order_id", "no")
    order = models.ForeignKey(Order, models.DO_NOTHING, db_constraint=False, related_name="costs", db_index=False)
    no = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=80)
    kind = models.CharField(max_length=14)
    operation = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=300, blank=True)
    quantity = models.CharField(max_length=20)
    unit = models.CharField(max_length=10)
    unit_price_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    tax_bp = models.PositiveIntegerField()
    tax_fen = models.BigIntegerField()
    payer = models.CharField(max_length=10)
    why = models.JSONField()
    card = models.CharField(max_length=10, blank=True)  # agreed, standard
    card_version = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("cost of an order")
        verbose_name_plural = _("costs of orders")


class OrderCostTotal(models.Model):
    """The sums of an order's lines; a row once anything was told."""

    is_projected: ClassVar = True

    order = models.OneToOneField(Order, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="cost")
    total_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField()
    is_final = models.BooleanField()
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("cost of an order, in all")
        verbose_name_plural = _("costs of orders, in all")


COST_FIELDS: Any = (
    "no", "source", "kind", "operation", "text", "quantity", "unit", "unit_price_fen", "amount_fen", "tax_bp", "tax_fen",
    "payer", "why", "card", "card_version",
)  # fmt: skip
